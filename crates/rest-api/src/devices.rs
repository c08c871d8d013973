//! Devices.

use aide::transform::TransformOperation;
use api_types::{
    Page,
    devices::{
        CommandRequest, DeviceDetail, DeviceQuery, DeviceView, RestartRequest, RestartResult, SetDevicePasswordRequest,
        UpdateDeviceRequest,
    },
};
use axum::extract::State;
use fleet::Fleet;
use http::StatusCode;
use schemars::JsonSchema;
use serde::Deserialize;
use shelly_types::Mac;

use crate::{
    actor::By,
    extract::{Json, Path, Query},
    openapi::operation,
    problem::ApiError,
    views,
};

/// A device in a path.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct DevicePath {
    /// MAC address of the device.
    pub(crate) mac: Mac,
}

pub(crate) async fn list(
    State(fleet): State<Fleet>,
    By(actor): By,
    Query(query): Query<DeviceQuery>,
) -> Result<Json<Page<DeviceView>>, ApiError> {
    let page = views::page(query.cursor, query.limit)?;
    let found = fleet.devices_page(&actor, query.q.as_deref().unwrap_or_default(), &page).await?;
    Ok(Json(Page { items: found.items.iter().map(views::device).collect(), next_cursor: views::cursor(found.next) }))
}

pub(crate) fn list_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "devices_list", "devices", "List devices by name").description(
        "`q` is a query: see docs/query.md. A broken one is answered with `query_invalid` and its position.",
    )
}

pub(crate) async fn get(
    State(fleet): State<Fleet>,
    By(actor): By,
    Path(path): Path<DevicePath>,
) -> Result<Json<DeviceDetail>, ApiError> {
    Ok(Json(views::device_detail(&fleet.device(&actor, path.mac).await?)))
}

pub(crate) fn get_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "device_get", "devices", "A device and its last status")
}

pub(crate) async fn update(
    State(fleet): State<Fleet>,
    By(actor): By,
    Path(path): Path<DevicePath>,
    Json(request): Json<UpdateDeviceRequest>,
) -> Result<Json<DeviceDetail>, ApiError> {
    let change = views::device_change(request);
    Ok(Json(views::device_detail(&fleet.device_update(&actor, path.mac, change).await?)))
}

pub(crate) fn update_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "device_update", "devices", "Change what is kept about a device")
        .description("A new address is taken only after the device there has shown the same MAC.")
}

pub(crate) async fn forget(
    State(fleet): State<Fleet>,
    By(actor): By,
    Path(path): Path<DevicePath>,
) -> Result<StatusCode, ApiError> {
    fleet.device_forget(&actor, path.mac).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) fn forget_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "device_forget", "devices", "Forget a device; nothing is written to it")
}

pub(crate) async fn refresh(
    State(fleet): State<Fleet>,
    By(actor): By,
    Path(path): Path<DevicePath>,
) -> Result<Json<DeviceDetail>, ApiError> {
    Ok(Json(views::device_detail(&fleet.device_refresh(&actor, path.mac).await?)))
}

pub(crate) fn refresh_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "device_refresh", "devices", "Read a device's status now")
}

pub(crate) async fn command(
    State(fleet): State<Fleet>,
    By(actor): By,
    Path(path): Path<DevicePath>,
    Json(request): Json<CommandRequest>,
) -> Result<Json<DeviceDetail>, ApiError> {
    let command = views::command(&request)?;
    Ok(Json(views::device_detail(&fleet.device_command(&actor, path.mac, command).await?)))
}

pub(crate) fn command_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "device_command", "devices", "Switch, move, light or restart a device")
        .description("The device's MAC is confirmed first; the answer shows the status read back afterwards.")
}

pub(crate) async fn restart(
    State(fleet): State<Fleet>,
    By(actor): By,
    Json(request): Json<RestartRequest>,
) -> Result<Json<Vec<RestartResult>>, ApiError> {
    let restarted = fleet.devices_restart(&actor, views::restart_of(request)?).await?;
    Ok(Json(restarted.into_iter().map(views::restarted).collect()))
}

pub(crate) fn restart_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "devices_restart", "devices", "Restart devices, or all that need it")
        .description("Answers when all are back: a restart counts once the device runs for less time than before.")
}

pub(crate) async fn password(
    State(fleet): State<Fleet>,
    By(actor): By,
    Path(path): Path<DevicePath>,
    Json(request): Json<SetDevicePasswordRequest>,
) -> Result<Json<DeviceDetail>, ApiError> {
    let user = request.user.as_deref().unwrap_or("admin");
    Ok(Json(views::device_detail(&fleet.device_password(&actor, path.mac, user, &request.password).await?)))
}

pub(crate) fn password_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "device_password", "devices", "Tell the password that a device has")
        .description("It is tried on the device and kept, sealed, only when it works. The device is not changed.")
}
