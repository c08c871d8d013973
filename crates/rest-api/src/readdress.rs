//! Another address of a server, wherever devices name it.

use aide::transform::TransformOperation;
use api_types::{jobs::JobDetail, readdress::ReaddressRequest};
use axum::extract::State;
use fleet::Fleet;
use http::StatusCode;

use crate::{
    actor::By,
    extract::Json,
    openapi::operation,
    operations::{ApiRouter, post_with},
    problem::ApiError,
    views,
};

/// The routes of replaced addresses.
pub(crate) fn routes() -> ApiRouter {
    ApiRouter::new().api_route("/devices/replace-address", post_with(replace, replace_docs))
}

async fn replace(
    State(fleet): State<Fleet>,
    By(actor): By,
    Json(request): Json<ReaddressRequest>,
) -> Result<(StatusCode, Json<JobDetail>), ApiError> {
    let ReaddressRequest { from, to, job } = request;
    let (selection, options) = views::job_request(job);
    let made = fleet.readdress_job(&actor, &selection, (&from, &to), options).await?;
    Ok((StatusCode::CREATED, Json(views::job_detail(&made))))
}

fn replace_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "address_replace", "jobs", "Plan that devices name another address of a server")
        .description(
            "Reads the devices whole and finds the address in URLs of webhooks and actions, scripts, stored values, calls of \
             the schedule, and settings that hold a server; by host and, if it is named, port, never as a part of a longer \
             name or number. Path, query and login of a URL stay. Makes a job that waits for a yes, of the devices that \
             name it; what cannot be changed there, such as what a profile wishes, is told with the reason.",
        )
        .response::<201, Json<JobDetail>>()
}
