//! One device in the place of another.

use aide::transform::TransformOperation;
use api_types::{
    jobs::JobDetail,
    replacements::{ReplaceRequest, ReplacementView},
};
use axum::extract::State;
use fleet::Fleet;
use http::StatusCode;

use crate::{
    actor::By,
    devices::DevicePath,
    extract::{Json, Path},
    openapi::operation,
    operations::{ApiRouter, get_with, post_with},
    problem::ApiError,
    views,
};

/// The routes of replacements.
pub(crate) fn routes() -> ApiRouter {
    ApiRouter::new()
        .api_route("/devices/{mac}/replace", post_with(replace, replace_docs))
        .api_route("/devices/{mac}/replacements", get_with(list, list_docs))
}

async fn replace(
    State(fleet): State<Fleet>,
    By(actor): By,
    Path(path): Path<DevicePath>,
    Json(request): Json<ReplaceRequest>,
) -> Result<(StatusCode, Json<JobDetail>), ApiError> {
    let (successor, options) = views::replace_request(request);
    let job = fleet.job_replace(&actor, path.mac, successor, options).await?;
    Ok((StatusCode::CREATED, Json(views::job_detail(&job))))
}

fn replace_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "device_replace", "devices", "Plan how another device takes the place of this one")
        .description(
            "Makes a job that waits for a yes. It shows for every setting of this device whether the other one gets it \
             as it is, converted, or not, and why. This device need not answer: what was read of it last is taken. Once \
             the other device has proven the configuration it gets name, tags, groups, location and wishes in one step, \
             and this one is retired. The job can be undone.",
        )
        .response::<201, Json<JobDetail>>()
}

async fn list(
    State(fleet): State<Fleet>,
    By(actor): By,
    Path(path): Path<DevicePath>,
) -> Result<Json<Vec<ReplacementView>>, ApiError> {
    let found = fleet.device_replacements(&actor, path.mac).await?;
    Ok(Json(found.into_iter().map(views::replacement).collect()))
}

fn list_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "device_replacements", "devices", "Replacements that a device was part of, newest first")
        .description("Also of a device that was retired because another took its place.")
}
