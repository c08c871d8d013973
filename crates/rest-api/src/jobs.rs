//! Jobs.

use aide::transform::TransformOperation;
use api_types::{
    Page, PageQuery,
    jobs::{JobDetail, JobRequest, JobView},
};
use axum::extract::State;
use fleet::Fleet;
use fleet_model::JobId;
use http::StatusCode;

use crate::{
    actor::By,
    extract::{Json, Path, Query},
    groups::IdPath,
    openapi::operation,
    operations::{ApiRouter, get_with, post_with},
    problem::ApiError,
    views,
};

/// The routes of jobs.
pub(crate) fn routes() -> ApiRouter {
    ApiRouter::new()
        .api_route("/jobs", get_with(list, list_docs).post_with(create, create_docs))
        .api_route("/jobs/{id}", get_with(get, get_docs))
        .api_route("/jobs/{id}/approve", post_with(approve, approve_docs))
        .api_route("/jobs/{id}/start", post_with(start, start_docs))
        .api_route("/jobs/{id}/pause", post_with(pause, pause_docs))
        .api_route("/jobs/{id}/resume", post_with(resume, resume_docs))
        .api_route("/jobs/{id}/cancel", post_with(cancel, cancel_docs))
        .api_route("/jobs/{id}/retry", post_with(retry, retry_docs))
        .api_route("/jobs/{id}/undo", post_with(undo, undo_docs))
}

async fn list(
    State(fleet): State<Fleet>,
    By(actor): By,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<JobView>>, ApiError> {
    let page = views::page(query.cursor, query.limit)?;
    let found = fleet.jobs_page(&actor, &page).await?;
    Ok(Json(Page { items: found.items.iter().map(views::job).collect(), next_cursor: views::cursor(found.next) }))
}

fn list_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "jobs_list", "jobs", "List jobs, newest first")
}

async fn create(
    State(fleet): State<Fleet>,
    By(actor): By,
    Json(request): Json<JobRequest>,
) -> Result<(StatusCode, Json<JobDetail>), ApiError> {
    let (selection, options) = views::job_request(request);
    let job = fleet.job_create(&actor, &selection, options).await?;
    Ok((StatusCode::CREATED, Json(views::job_detail(&job))))
}

fn create_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "job_create", "jobs", "Plan how devices get to the wish")
        .description(
            "Reads the devices and shows before and after of every setting, what restarts, and which loads may switch. \
             Nothing is written. A change that takes a device away from whom it reports to is held back unless \
             `take_over` is true, one that switches on what a device has too little memory for unless `spend_memory` is, \
             and one that could restart a critical device unless `include_critical` is.",
        )
        .response::<201, Json<JobDetail>>()
}

async fn get(State(fleet): State<Fleet>, By(actor): By, Path(path): Path<IdPath>) -> Result<Json<JobDetail>, ApiError> {
    Ok(Json(views::job_detail(&fleet.job(&actor, JobId::from_uuid(path.id)).await?)))
}

fn get_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "job_get", "jobs", "A job, device by device, with what became of it")
}

async fn approve(
    State(fleet): State<Fleet>,
    By(actor): By,
    Path(path): Path<IdPath>,
) -> Result<Json<JobView>, ApiError> {
    Ok(Json(views::job(&fleet.job_approve(&actor, JobId::from_uuid(path.id)).await?)))
}

fn approve_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "job_approve", "jobs", "Say yes to a job, which can be started then")
        .description("Where a second person is needed, its author cannot.")
}

async fn start(
    State(fleet): State<Fleet>,
    By(actor): By,
    Path(path): Path<IdPath>,
) -> Result<(StatusCode, Json<JobView>), ApiError> {
    let job = fleet.job_start(&actor, JobId::from_uuid(path.id)).await?;
    Ok((StatusCode::ACCEPTED, Json(views::job(&job))))
}

fn start_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "job_start", "jobs", "Start a job")
        .description(
            "This is the yes as well, unless a second person is needed. It runs on, also over a restart of the manager; \
             ask for the job to see how far it is.",
        )
        .response::<202, Json<JobView>>()
}

async fn pause(State(fleet): State<Fleet>, By(actor): By, Path(path): Path<IdPath>) -> Result<Json<JobView>, ApiError> {
    Ok(Json(views::job(&fleet.job_pause(&actor, JobId::from_uuid(path.id)).await?)))
}

fn pause_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "job_pause", "jobs", "Hold a job; a device being written is finished")
}

async fn resume(
    State(fleet): State<Fleet>,
    By(actor): By,
    Path(path): Path<IdPath>,
) -> Result<Json<JobView>, ApiError> {
    Ok(Json(views::job(&fleet.job_resume(&actor, JobId::from_uuid(path.id)).await?)))
}

fn resume_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "job_resume", "jobs", "Let a held job go on")
}

async fn cancel(
    State(fleet): State<Fleet>,
    By(actor): By,
    Path(path): Path<IdPath>,
) -> Result<Json<JobView>, ApiError> {
    Ok(Json(views::job(&fleet.job_cancel(&actor, JobId::from_uuid(path.id)).await?)))
}

fn cancel_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "job_cancel", "jobs", "Call a job off; a device being written is finished")
}

async fn retry(
    State(fleet): State<Fleet>,
    By(actor): By,
    Path(path): Path<IdPath>,
) -> Result<(StatusCode, Json<JobDetail>), ApiError> {
    let job = fleet.job_retry(&actor, JobId::from_uuid(path.id)).await?;
    Ok((StatusCode::CREATED, Json(views::job_detail(&job))))
}

fn retry_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "job_retry", "jobs", "Make the job that repeats this one where it failed")
        .description("Reads the devices that failed, were put back, blocked or not begun. It wants a yes of its own.")
        .response::<201, Json<JobDetail>>()
}

async fn undo(
    State(fleet): State<Fleet>,
    By(actor): By,
    Path(path): Path<IdPath>,
) -> Result<(StatusCode, Json<JobDetail>), ApiError> {
    let job = fleet.job_undo(&actor, JobId::from_uuid(path.id)).await?;
    Ok((StatusCode::CREATED, Json(views::job_detail(&job))))
}

fn undo_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "job_undo", "jobs", "Make the job that puts back what this one changed")
        .description(
            "What somebody changed since is left alone, and so is what cannot be known, such as a secret; both are \
             named. The wish stays, so the devices differ from it afterwards. It wants a yes of its own.",
        )
        .response::<201, Json<JobDetail>>()
}
