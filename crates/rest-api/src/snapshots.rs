//! Configurations that devices had.

use aide::transform::TransformOperation;
use api_types::{
    config::DeviceConfigView,
    jobs::JobDetail,
    snapshots::{RestoreRequest, SnapshotDiffQuery, SnapshotDiffView},
};
use axum::extract::State;
use fleet::Fleet;
use fleet_model::SnapshotId;
use http::StatusCode;

use crate::{
    actor::By,
    devices::DevicePath,
    extract::{Json, Path, Query},
    groups::IdPath,
    openapi::operation,
    operations::{ApiRouter, get_with, post_with},
    problem::ApiError,
    views,
};

/// The routes of snapshots.
pub(crate) fn routes() -> ApiRouter {
    ApiRouter::new()
        .api_route("/devices/{mac}/config/snapshot", post_with(take, take_docs))
        .api_route("/snapshots/diff", get_with(diff, diff_docs))
        .api_route("/snapshots/{id}/restore", post_with(restore, restore_docs))
}

async fn take(
    State(fleet): State<Fleet>,
    By(actor): By,
    Path(path): Path<DevicePath>,
) -> Result<Json<DeviceConfigView>, ApiError> {
    Ok(Json(views::device_config(&fleet.device_snapshot(&actor, path.mac).await?)))
}

fn take_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "device_snapshot_take", "configuration", "Read the whole device now").description(
        "Settings, scripts, stored values, schedules, webhooks and virtual components are kept as a snapshot.",
    )
}

async fn diff(
    State(fleet): State<Fleet>,
    By(actor): By,
    Query(query): Query<SnapshotDiffQuery>,
) -> Result<Json<SnapshotDiffView>, ApiError> {
    let (left, right) = (SnapshotId::from_uuid(query.left), SnapshotId::from_uuid(query.right));
    Ok(Json(views::snapshot_diff(&fleet.snapshot_diff(&actor, left, right).await?)))
}

fn diff_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "snapshots_diff", "configuration", "Compare two snapshots, of one device or of two")
}

async fn restore(
    State(fleet): State<Fleet>,
    By(actor): By,
    Path(path): Path<IdPath>,
    Json(request): Json<RestoreRequest>,
) -> Result<(StatusCode, Json<JobDetail>), ApiError> {
    let (onto, options) = (request.onto, views::restore_options(request));
    let job = fleet.job_restore(&actor, SnapshotId::from_uuid(path.id), onto, options).await?;
    Ok((StatusCode::CREATED, Json(views::job_detail(&job))))
}

fn restore_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "snapshot_restore", "configuration", "Plan how a device gets back to a snapshot")
        .description(
            "Reads the device and makes a job that waits for a yes. Secrets are in no snapshot: they are left as they \
             are, and named. The wish stays as it is. Another device (`onto`) gets what it can have of it; what is \
             converted and what is dropped is told.",
        )
        .response::<201, Json<JobDetail>>()
}
