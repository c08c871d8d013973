//! Agents, and the codes with which they enrol.

use aide::transform::TransformOperation;
use api_types::{
    agent_tasks::TaskView,
    agents::{
        AccessPointView, AgentCodeView, AgentDetail, AgentErrandRequest, AgentView, ChangeAgentRequest,
        CreateAgentCodeRequest, NewAgentCodeView,
    },
};
use axum::extract::State;
use fleet::{AgentChange, AgentCodeRequest, AgentErrand, Fleet};
use fleet_model::{AgentCodeId, AgentId};
use http::StatusCode;

use crate::{
    actor::By,
    extract::{Json, Path},
    groups::IdPath,
    openapi::operation,
    operations::{ApiRouter, delete_with, get_with, post_with},
    problem::ApiError,
    views::agents as views,
};

/// The routes of agents.
pub(crate) fn routes() -> ApiRouter {
    ApiRouter::new()
        .api_route("/agents", get_with(list, list_docs))
        .api_route("/agents/codes", get_with(codes, codes_docs).post_with(code_create, code_create_docs))
        .api_route("/agents/codes/{id}", delete_with(code_delete, code_delete_docs))
        .api_route("/agents/access-points", get_with(access_points, access_points_docs))
        .api_route(
            "/agents/{id}",
            get_with(show, show_docs).patch_with(change, change_docs).delete_with(forget, forget_docs),
        )
        .api_route("/agents/{id}/revoke", post_with(revoke, revoke_docs))
        .api_route("/agents/{id}/tasks", post_with(errand, errand_docs))
}

async fn list(State(fleet): State<Fleet>, By(actor): By) -> Result<Json<Vec<AgentView>>, ApiError> {
    Ok(Json(fleet.agents(&actor).await?.iter().map(views::agent).collect()))
}

fn list_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "agents_list", "agents", "List agents")
}

async fn show(
    State(fleet): State<Fleet>,
    By(actor): By,
    Path(path): Path<IdPath>,
) -> Result<Json<AgentDetail>, ApiError> {
    let id = AgentId::from_uuid(path.id);
    let agent = views::agent(&fleet.agent(&actor, id).await?);
    let tasks = fleet.agent_tasks_held(&actor, id).await?.iter().map(views::task).collect();
    let devices = fleet.seen_by(&actor, id).await?.iter().map(views::device_of_agent).collect();
    Ok(Json(AgentDetail { agent, tasks, devices }))
}

fn show_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "agent_get", "agents", "An agent, what it works on, and which devices it sees on its networks")
}

async fn change(
    State(fleet): State<Fleet>,
    By(actor): By,
    Path(path): Path<IdPath>,
    Json(request): Json<ChangeAgentRequest>,
) -> Result<Json<AgentView>, ApiError> {
    let change = AgentChange { name: request.name, location: request.location };
    Ok(Json(views::agent(&fleet.agent_change(&actor, AgentId::from_uuid(path.id), change).await?)))
}

fn change_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "agent_change", "agents", "Change the name or the location of an agent")
}

async fn revoke(
    State(fleet): State<Fleet>,
    By(actor): By,
    Path(path): Path<IdPath>,
) -> Result<Json<AgentView>, ApiError> {
    Ok(Json(views::agent(&fleet.agent_revoke(&actor, AgentId::from_uuid(path.id)).await?)))
}

fn revoke_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "agent_revoke", "agents", "Never let an agent in again, whichever of its certificates it shows")
}

async fn forget(State(fleet): State<Fleet>, By(actor): By, Path(path): Path<IdPath>) -> Result<StatusCode, ApiError> {
    fleet.agent_forget(&actor, AgentId::from_uuid(path.id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn forget_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "agent_forget", "agents", "Forget an agent that was revoked")
}

async fn errand(
    State(fleet): State<Fleet>,
    By(actor): By,
    Path(path): Path<IdPath>,
    Json(request): Json<AgentErrandRequest>,
) -> Result<(StatusCode, Json<Vec<TaskView>>), ApiError> {
    let errand = match request {
        AgentErrandRequest::Scan { interface } => AgentErrand::Scan { interface },
        AgentErrandRequest::Probe { targets, listen_s } => AgentErrand::Probe { targets, listen_s },
        AgentErrandRequest::Restore { interface } => AgentErrand::Restore { interface },
    };
    let tasks = fleet.agent_errand(&actor, AgentId::from_uuid(path.id), errand).await?;
    Ok((StatusCode::ACCEPTED, Json(tasks.iter().map(views::task).collect())))
}

fn errand_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(
        docs,
        "agent_errand",
        "agents",
        "Have an agent scan for access points, probe its networks, or restore a radio",
    )
    .response::<202, Json<Vec<TaskView>>>()
}

async fn codes(State(fleet): State<Fleet>, By(actor): By) -> Result<Json<Vec<AgentCodeView>>, ApiError> {
    Ok(Json(fleet.agent_codes(&actor).await?.iter().map(views::agent_code).collect()))
}

fn codes_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "agent_codes_list", "agents", "Codes with which agents enrol, also those that are spent")
}

async fn code_create(
    State(fleet): State<Fleet>,
    By(actor): By,
    Json(request): Json<CreateAgentCodeRequest>,
) -> Result<(StatusCode, Json<NewAgentCodeView>), ApiError> {
    let CreateAgentCodeRequest { label, uses, minutes, location } = request;
    let made = fleet.agent_code_create(&actor, AgentCodeRequest { label, uses, minutes, location }).await?;
    let about = views::agent_code(&made.record);
    let view = NewAgentCodeView { about, code: made.code, fingerprint: made.fingerprint };
    Ok((StatusCode::CREATED, Json(view)))
}

fn code_create_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "agent_code_create", "agents", "Make a one-time code with which agents enrol")
        .description("The code and the fingerprint of the manager's authority go to the agent. The code is shown once.")
        .response::<201, Json<NewAgentCodeView>>()
}

async fn code_delete(
    State(fleet): State<Fleet>,
    By(actor): By,
    Path(path): Path<IdPath>,
) -> Result<StatusCode, ApiError> {
    fleet.agent_code_delete(&actor, AgentCodeId::from_uuid(path.id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn code_delete_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "agent_code_delete", "agents", "Take a code away")
}

async fn access_points(State(fleet): State<Fleet>, By(actor): By) -> Result<Json<Vec<AccessPointView>>, ApiError> {
    Ok(Json(fleet.access_points(&actor).await?.iter().map(views::access_point).collect()))
}

fn access_points_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "access_points_list", "agents", "Access points of new devices that agents see")
}
