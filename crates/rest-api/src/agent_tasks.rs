//! Provisioning, and where new devices belong.

use aide::transform::TransformOperation;
use api_types::{
    Page, PageQuery,
    agent_tasks::{
        CancelProvisioningRequest, ProvisioningDetail, ProvisioningView, StartProvisioningRequest, TaskView,
    },
    placements::{CreatePlacementRequest, PlacementView},
};
use axum::extract::State;
use fleet::{Fleet, PlacementRequest};
use fleet_model::{AgentTaskId, PlacementId, ProvisioningId};
use http::StatusCode;

use crate::{
    actor::By,
    extract::{Json, Path, Query},
    groups::IdPath,
    openapi::operation,
    operations::{ApiRouter, delete_with, get_with, post_with},
    problem::ApiError,
    views,
};

/// The routes of provisioning.
pub(crate) fn routes() -> ApiRouter {
    ApiRouter::new()
        .api_route("/provisioning", get_with(list, list_docs).post_with(start, start_docs))
        .api_route("/provisioning/{id}", get_with(show, show_docs))
        .api_route("/provisioning/{id}/cancel", post_with(cancel, cancel_docs))
        .api_route("/tasks/{id}", get_with(task, task_docs))
        .api_route("/placements", get_with(placements, placements_docs).post_with(place, place_docs))
        .api_route("/placements/{id}", delete_with(unplace, unplace_docs))
}

async fn list(
    State(fleet): State<Fleet>,
    By(actor): By,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<ProvisioningView>>, ApiError> {
    let page = views::page(query.cursor, query.limit)?;
    let found = fleet.provisionings_page(&actor, &page).await?;
    let items = found.items.iter().map(views::agents::provisioning).collect();
    Ok(Json(Page { items, next_cursor: views::cursor(found.next) }))
}

fn list_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "provisioning_list", "provisioning", "List provisionings, newest first")
}

async fn start(
    State(fleet): State<Fleet>,
    By(actor): By,
    Json(request): Json<StartProvisioningRequest>,
) -> Result<(StatusCode, Json<ProvisioningDetail>), ApiError> {
    let begun = fleet.provisioning_create(&actor, views::agents::provisioning_request(request)).await?;
    Ok((StatusCode::ACCEPTED, Json(views::agents::provisioning_detail(&begun))))
}

fn start_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "provisioning_start", "provisioning", "Bring new devices into a network")
        .description(
            "Each device waits until an agent sees its access point. The agent brings it into the network and proves that it \
             is there; the manager adopts it, puts it where it belongs and has a job bring it to the wish.",
        )
        .response::<202, Json<ProvisioningDetail>>()
}

async fn show(
    State(fleet): State<Fleet>,
    By(actor): By,
    Path(path): Path<IdPath>,
) -> Result<Json<ProvisioningDetail>, ApiError> {
    let found = fleet.provisioning(&actor, ProvisioningId::from_uuid(path.id)).await?;
    Ok(Json(views::agents::provisioning_detail(&found)))
}

fn show_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "provisioning_get", "provisioning", "A provisioning, device by device")
}

async fn cancel(
    State(fleet): State<Fleet>,
    By(actor): By,
    Path(path): Path<IdPath>,
    Json(request): Json<CancelProvisioningRequest>,
) -> Result<Json<ProvisioningDetail>, ApiError> {
    let tasks: Vec<AgentTaskId> = request.tasks.into_iter().map(AgentTaskId::from_uuid).collect();
    let found = fleet.provisioning_cancel(&actor, ProvisioningId::from_uuid(path.id), &tasks).await?;
    Ok(Json(views::agents::provisioning_detail(&found)))
}

fn cancel_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "provisioning_cancel", "provisioning", "Call a provisioning off, or some devices of it")
        .description("What an agent has begun it puts back. What is in the network already stays there.")
}

async fn task(State(fleet): State<Fleet>, By(actor): By, Path(path): Path<IdPath>) -> Result<Json<TaskView>, ApiError> {
    Ok(Json(views::agents::task(&fleet.agent_task(&actor, AgentTaskId::from_uuid(path.id)).await?)))
}

fn task_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "task_get", "agents", "Work of an agent, and how far it is")
}

async fn placements(State(fleet): State<Fleet>, By(actor): By) -> Result<Json<Vec<PlacementView>>, ApiError> {
    Ok(Json(fleet.placements(&actor).await?.iter().map(views::agents::placement).collect()))
}

fn placements_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "placements_list", "provisioning", "Rules that say where new devices belong, in their order")
}

async fn place(
    State(fleet): State<Fleet>,
    By(actor): By,
    Json(request): Json<CreatePlacementRequest>,
) -> Result<(StatusCode, Json<PlacementView>), ApiError> {
    let CreatePlacementRequest { name, models, ssid, subnet, location, group, profile } = request;
    let request = PlacementRequest { name, models, ssid, subnet, location, group, profile };
    let rule = fleet.placement_create(&actor, request).await?;
    Ok((StatusCode::CREATED, Json(views::agents::placement(&rule))))
}

fn place_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "placement_create", "provisioning", "Add a rule that says where new devices belong")
        .description("Rules are asked when a device is adopted, however it was found. Devices that are ours stay where they are.")
        .response::<201, Json<PlacementView>>()
}

async fn unplace(State(fleet): State<Fleet>, By(actor): By, Path(path): Path<IdPath>) -> Result<StatusCode, ApiError> {
    fleet.placement_delete(&actor, PlacementId::from_uuid(path.id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn unplace_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "placement_delete", "provisioning", "Remove a rule; devices stay where they are")
}
