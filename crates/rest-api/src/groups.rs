//! Groups.

use aide::transform::TransformOperation;
use api_types::groups::{ChangeGroupRequest, ChangeMembersRequest, CreateGroupRequest, GroupDetail, GroupView};
use axum::extract::State;
use fleet::{Fleet, GroupChange};
use fleet_model::GroupId;
use http::StatusCode;
use schemars::JsonSchema;
use serde::Deserialize;
use uuid::Uuid;

use crate::{
    actor::By,
    extract::{Json, Path},
    openapi::operation,
    problem::ApiError,
    views,
};

/// A thing with an id in a path.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct IdPath {
    /// Its id.
    pub(crate) id: Uuid,
}

pub(crate) async fn list(State(fleet): State<Fleet>, By(actor): By) -> Result<Json<Vec<GroupView>>, ApiError> {
    Ok(Json(fleet.groups(&actor).await?.iter().map(views::group).collect()))
}

pub(crate) fn list_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "groups_list", "groups", "List groups")
}

pub(crate) async fn create(
    State(fleet): State<Fleet>,
    By(actor): By,
    Json(request): Json<CreateGroupRequest>,
) -> Result<(StatusCode, Json<GroupView>), ApiError> {
    let CreateGroupRequest { name, rank, query } = request;
    let group = fleet.group_create(&actor, GroupChange { name: Some(name), rank, query }).await?;
    Ok((StatusCode::CREATED, Json(views::group(&group))))
}

pub(crate) fn create_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "group_create", "groups", "Make a group").response::<201, Json<GroupView>>()
}

pub(crate) async fn show(
    State(fleet): State<Fleet>,
    By(actor): By,
    Path(path): Path<IdPath>,
) -> Result<Json<GroupDetail>, ApiError> {
    Ok(Json(views::group_detail(&fleet.group_show(&actor, GroupId::from_uuid(path.id)).await?)))
}

pub(crate) fn show_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "group_get", "groups", "A group and who is in it, by hand or by its query")
}

pub(crate) async fn change(
    State(fleet): State<Fleet>,
    By(actor): By,
    Path(path): Path<IdPath>,
    Json(request): Json<ChangeGroupRequest>,
) -> Result<Json<GroupView>, ApiError> {
    let ChangeGroupRequest { name, rank, query } = request;
    let change = GroupChange { name, rank, query };
    Ok(Json(views::group(&fleet.group_change(&actor, GroupId::from_uuid(path.id), change).await?)))
}

pub(crate) fn change_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "group_change", "groups", "Change a group")
}

pub(crate) async fn members(
    State(fleet): State<Fleet>,
    By(actor): By,
    Path(path): Path<IdPath>,
    Json(request): Json<ChangeMembersRequest>,
) -> Result<Json<GroupView>, ApiError> {
    let group = fleet.group_members(&actor, GroupId::from_uuid(path.id), &request.add, &request.remove).await?;
    Ok(Json(views::group(&group)))
}

pub(crate) fn members_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "group_members", "groups", "Take devices in or let them go")
}

pub(crate) async fn delete(
    State(fleet): State<Fleet>,
    By(actor): By,
    Path(path): Path<IdPath>,
) -> Result<StatusCode, ApiError> {
    fleet.group_delete(&actor, GroupId::from_uuid(path.id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) fn delete_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "group_delete", "groups", "Remove a group and its wishes; its devices stay")
}
