//! Scans and the inbox.

use aide::transform::TransformOperation;
use api_types::discovery::{DecideRequest, DecideResult, ScanView, SightingView, SourceView, StartScanRequest};
use axum::extract::State;
use fleet::Fleet;
use fleet_model::ScanId;
use http::StatusCode;
use shelly_types::Mac;

use crate::{
    actor::By,
    extract::{Json, Path},
    groups::IdPath,
    openapi::operation,
    problem::ApiError,
    views,
};

pub(crate) async fn start(
    State(fleet): State<Fleet>,
    By(actor): By,
    Json(request): Json<StartScanRequest>,
) -> Result<(StatusCode, Json<ScanView>), ApiError> {
    let scan = fleet.scan_start(&actor, &request.targets, request.adopt).await?;
    Ok((StatusCode::ACCEPTED, Json(views::scan(&scan))))
}

pub(crate) fn start_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "scan_start", "discovery", "Look for devices").response::<202, Json<ScanView>>()
}

pub(crate) async fn scans(State(fleet): State<Fleet>, By(actor): By) -> Result<Json<Vec<ScanView>>, ApiError> {
    Ok(Json(fleet.scans(&actor).await?.iter().map(views::scan).collect()))
}

pub(crate) fn scans_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "scans_list", "discovery", "The last scans")
}

pub(crate) async fn scan(
    State(fleet): State<Fleet>,
    By(actor): By,
    Path(path): Path<IdPath>,
) -> Result<Json<ScanView>, ApiError> {
    Ok(Json(views::scan(&fleet.scan(&actor, ScanId::from_uuid(path.id)).await?)))
}

pub(crate) fn scan_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "scan_get", "discovery", "A scan and how far it is")
}

pub(crate) async fn sources(State(fleet): State<Fleet>, By(actor): By) -> Result<Json<Vec<SourceView>>, ApiError> {
    Ok(Json(fleet.sources(&actor)?.iter().map(views::source_status).collect()))
}

pub(crate) fn sources_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "sources_list", "discovery", "What hears of devices by itself, and how that is")
}

pub(crate) async fn inbox(State(fleet): State<Fleet>, By(actor): By) -> Result<Json<Vec<SightingView>>, ApiError> {
    let found = fleet.inbox(&actor).await?;
    let macs: Vec<Mac> = found.iter().map(|found| found.identity.mac).collect();
    let through = fleet.seen_through(&actor, &macs).await?;
    Ok(Json(found.iter().map(|found| views::sighting(found, through.get(&found.identity.mac))).collect()))
}

pub(crate) fn inbox_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "inbox_list", "discovery", "Found devices that are not ours yet")
}

pub(crate) async fn adopt(
    State(fleet): State<Fleet>,
    By(actor): By,
    Json(request): Json<DecideRequest>,
) -> Result<Json<DecideResult>, ApiError> {
    Ok(Json(views::decided(fleet.inbox_adopt(&actor, &request.devices, request.all).await?)))
}

pub(crate) fn adopt_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "inbox_adopt", "discovery", "Adopt found devices")
        .description("Identity is confirmed, credential sets are tried in order, status and configuration are read.")
}

pub(crate) async fn ignore(
    State(fleet): State<Fleet>,
    By(actor): By,
    Json(request): Json<DecideRequest>,
) -> Result<Json<DecideResult>, ApiError> {
    Ok(Json(views::decided(fleet.inbox_ignore(&actor, &request.devices, request.all).await?)))
}

pub(crate) fn ignore_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "inbox_ignore", "discovery", "Ignore found devices")
}
