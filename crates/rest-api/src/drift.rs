//! Drift and the ways out of it.

use aide::transform::TransformOperation;
use api_types::{
    Page, PageQuery,
    config::{LayerView, SelectionRequest},
    drift::{AcceptDriftRequest, DriftView, DriftWaiverView, WaiveDriftRequest},
};
use axum::extract::State;
use fleet::{AcceptRequest, Fleet, LetBeRequest, ScopeName};
use fleet_model::WaiverId;
use http::StatusCode;

use crate::{
    actor::By,
    devices::DevicePath,
    extract::{Json, Path, Query},
    groups::IdPath,
    openapi::operation,
    problem::ApiError,
    views,
};

pub(crate) async fn list(
    State(fleet): State<Fleet>,
    By(actor): By,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<DriftView>>, ApiError> {
    let page = views::page(query.cursor, query.limit)?;
    let found = fleet.drift_page(&actor, &page).await?;
    let items = found.items.iter().map(views::drift::drift).collect();
    Ok(Json(Page { items, next_cursor: views::cursor(found.next) }))
}

pub(crate) fn list_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "drift_list", "configuration", "Devices that differ from the wish, as last seen")
}

pub(crate) async fn show(
    State(fleet): State<Fleet>,
    By(actor): By,
    Path(path): Path<DevicePath>,
) -> Result<Json<DriftView>, ApiError> {
    Ok(Json(views::drift::drift(&fleet.drift_of(&actor, path.mac).await?)))
}

pub(crate) fn show_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "device_drift_get", "configuration", "What differs on a device: since when, why, what is let be")
}

pub(crate) async fn check(
    State(fleet): State<Fleet>,
    By(actor): By,
    Json(request): Json<SelectionRequest>,
) -> Result<Json<Vec<DriftView>>, ApiError> {
    let checked = fleet.drift_check(&actor, &views::selection(request)).await?;
    Ok(Json(checked.iter().map(views::drift::drift).collect()))
}

pub(crate) fn check_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "drift_check", "configuration", "Read devices now and compare them with the wish")
}

pub(crate) async fn accept(
    State(fleet): State<Fleet>,
    By(actor): By,
    Json(request): Json<AcceptDriftRequest>,
) -> Result<Json<LayerView>, ApiError> {
    let AcceptDriftRequest { device, paths, into } = request;
    let into = into.map_or(ScopeName::Device(device), views::scope_name);
    let layer = fleet.drift_accept(&actor, AcceptRequest { device, paths, into }).await?;
    Ok(Json(views::layer(&layer)))
}

pub(crate) fn accept_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "drift_accept", "configuration", "Take what a device has as the wish")
        .description("Refused where a stronger layer wishes something else. Nothing is written to a device.")
}

pub(crate) async fn waive(
    State(fleet): State<Fleet>,
    By(actor): By,
    Json(request): Json<WaiveDriftRequest>,
) -> Result<(StatusCode, Json<Vec<DriftWaiverView>>), ApiError> {
    let WaiveDriftRequest { device, paths, until, reason } = request;
    let waivers = fleet.drift_let_be(&actor, LetBeRequest { device, paths, until, reason }).await?;
    let waivers = waivers.iter().map(|waiver| views::drift::waiver(waiver, true)).collect();
    Ok((StatusCode::CREATED, Json(waivers)))
}

pub(crate) fn waive_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "drift_waive", "configuration", "Let settings of a device be until a date")
        .description("They count as no drift until then, and no plan writes them.")
        .response::<201, Json<Vec<DriftWaiverView>>>()
}

pub(crate) async fn waivers(State(fleet): State<Fleet>, By(actor): By) -> Result<Json<Vec<DriftWaiverView>>, ApiError> {
    let waivers = fleet.drift_waivers(&actor).await?;
    Ok(Json(waivers.iter().map(|(waiver, in_force)| views::drift::waiver(waiver, *in_force)).collect()))
}

pub(crate) fn waivers_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(
        docs,
        "drift_waivers_list",
        "configuration",
        "Settings of devices that are let be, also where that has ended",
    )
}

pub(crate) async fn unwaive(
    State(fleet): State<Fleet>,
    By(actor): By,
    Path(path): Path<IdPath>,
) -> Result<StatusCode, ApiError> {
    fleet.drift_waiver_remove(&actor, WaiverId::from_uuid(path.id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) fn unwaive_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "drift_waiver_delete", "configuration", "Take a waiver of drift back")
}
