//! Wishes and configurations.

use aide::transform::TransformOperation;
use api_types::{
    Page, PageQuery,
    config::{ChangeLayerRequest, DeviceConfigView, LayerView, SnapshotView},
    system::SettingFactsView,
};
use axum::extract::State;
use fleet::Fleet;

use crate::{
    actor::By,
    devices::DevicePath,
    extract::{Json, Path, Query},
    openapi::operation,
    problem::ApiError,
    views,
};

pub(crate) async fn show(
    State(fleet): State<Fleet>,
    By(actor): By,
    Path(path): Path<DevicePath>,
) -> Result<Json<DeviceConfigView>, ApiError> {
    Ok(Json(views::device_config(&fleet.device_config(&actor, path.mac).await?)))
}

pub(crate) fn show_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "device_config_get", "configuration", "A device's settings: had, wished, by whom")
}

pub(crate) async fn pull(
    State(fleet): State<Fleet>,
    By(actor): By,
    Path(path): Path<DevicePath>,
) -> Result<Json<DeviceConfigView>, ApiError> {
    Ok(Json(views::device_config(&fleet.device_config_pull(&actor, path.mac).await?)))
}

pub(crate) fn pull_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "device_config_pull", "configuration", "Read a device's configuration now")
}

pub(crate) async fn history(
    State(fleet): State<Fleet>,
    By(actor): By,
    Path(path): Path<DevicePath>,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<SnapshotView>>, ApiError> {
    let page = views::page(query.cursor, query.limit)?;
    let found = fleet.device_config_history(&actor, path.mac, &page).await?;
    Ok(Json(Page { items: found.items.iter().map(views::snapshot).collect(), next_cursor: views::cursor(found.next) }))
}

pub(crate) fn history_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "device_config_history", "configuration", "Stored configurations of a device, newest first")
}

pub(crate) async fn layers(State(fleet): State<Fleet>, By(actor): By) -> Result<Json<Vec<LayerView>>, ApiError> {
    Ok(Json(fleet.layers(&actor).await?.iter().map(views::layer).collect()))
}

pub(crate) fn layers_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "layers_list", "configuration", "All wishes, by layer")
}

pub(crate) async fn change(
    State(fleet): State<Fleet>,
    By(actor): By,
    Json(request): Json<ChangeLayerRequest>,
) -> Result<Json<LayerView>, ApiError> {
    let change = views::layer_change(request)?;
    Ok(Json(views::layer(&fleet.layer_change(&actor, change).await?)))
}

pub(crate) fn change_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "layer_change", "configuration", "Wish settings, or leave them alone again")
        .description("Nothing is written to a device: make a plan and apply it.")
}

pub(crate) async fn settings(By(_): By) -> Json<Vec<SettingFactsView>> {
    let all = capability_config::all_facts().iter().chain(capability_config::resource_facts());
    Json(all.map(views::facts).collect())
}

pub(crate) fn settings_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "settings_list", "configuration", "Every setting that devices may have, with its facts")
}
