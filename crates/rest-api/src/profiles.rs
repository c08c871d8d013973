//! Profiles and their versions.

use aide::transform::TransformOperation;
use api_types::{
    groups::ChangeMembersRequest,
    profiles::{
        ChangeProfileRequest, CreateProfileOfDeviceRequest, CreateProfileRequest, ProfileDetail, ProfileOfDeviceView,
        ProfileView, PutBackRequest, VersionDetail,
    },
};
use axum::extract::State;
use fleet::{Fleet, ProfileChange};
use fleet_model::ProfileId;
use http::StatusCode;
use schemars::JsonSchema;
use serde::Deserialize;
use uuid::Uuid;

use crate::{
    actor::By,
    extract::{Json, Path},
    groups::IdPath,
    openapi::operation,
    problem::ApiError,
    views,
};

/// A version of a profile in a path.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct VersionPath {
    /// The profile.
    pub(crate) id: Uuid,
    /// The version.
    pub(crate) version: u32,
}

pub(crate) async fn list(State(fleet): State<Fleet>, By(actor): By) -> Result<Json<Vec<ProfileView>>, ApiError> {
    Ok(Json(fleet.profiles(&actor).await?.iter().map(views::profiles::profile).collect()))
}

pub(crate) fn list_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "profiles_list", "profiles", "List profiles")
}

pub(crate) async fn create(
    State(fleet): State<Fleet>,
    By(actor): By,
    Json(request): Json<CreateProfileRequest>,
) -> Result<(StatusCode, Json<ProfileView>), ApiError> {
    let profile = fleet.profile_create(&actor, views::profiles::new(request)).await?;
    Ok((StatusCode::CREATED, Json(views::profiles::profile(&profile))))
}

pub(crate) fn create_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "profile_create", "profiles", "Make a profile").response::<201, Json<ProfileView>>()
}

pub(crate) async fn create_of_device(
    State(fleet): State<Fleet>,
    By(actor): By,
    Json(request): Json<CreateProfileOfDeviceRequest>,
) -> Result<(StatusCode, Json<ProfileOfDeviceView>), ApiError> {
    let status = if request.check { StatusCode::OK } else { StatusCode::CREATED };
    let (mac, wanted) = views::profiles::of_device_request(request);
    let made = Box::pin(fleet.profile_of_device(&actor, mac, wanted)).await?;
    Ok((status, Json(views::profiles::of_device(made))))
}

pub(crate) fn create_of_device_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "profile_create_of_device", "profiles", "Make a profile of what a well-set device shows")
        .description(
            "Reads the device. Every setting that can be set goes in, but for what is of this one device: its name, network, \
             login and calibration. Where its hardware address, host name or address stand in a text, a variable takes \
             their place. Secrets are left out and named, unless one of the vault is named for them. The wishes were \
             rendered for the device itself and give what it shows, so it is in no drift under them. With `check` \
             nothing is made.",
        )
        .response::<200, Json<ProfileOfDeviceView>>()
        .response::<201, Json<ProfileOfDeviceView>>()
}

pub(crate) async fn show(
    State(fleet): State<Fleet>,
    By(actor): By,
    Path(path): Path<IdPath>,
) -> Result<Json<ProfileDetail>, ApiError> {
    Ok(Json(views::profiles::detail(&fleet.profile_show(&actor, ProfileId::from_uuid(path.id)).await?)))
}

pub(crate) fn show_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "profile_get", "profiles", "A profile, what is wished in it, and who is under it")
}

pub(crate) async fn change(
    State(fleet): State<Fleet>,
    By(actor): By,
    Path(path): Path<IdPath>,
    Json(request): Json<ChangeProfileRequest>,
) -> Result<Json<ProfileView>, ApiError> {
    let ChangeProfileRequest { name, rank, models, query } = request;
    let change = ProfileChange { name, rank, models, query };
    let profile = fleet.profile_change(&actor, ProfileId::from_uuid(path.id), change).await?;
    Ok(Json(views::profiles::profile(&profile)))
}

pub(crate) fn change_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "profile_change", "profiles", "Change name, rank or scope of a profile")
}

pub(crate) async fn delete(
    State(fleet): State<Fleet>,
    By(actor): By,
    Path(path): Path<IdPath>,
) -> Result<StatusCode, ApiError> {
    fleet.profile_delete(&actor, ProfileId::from_uuid(path.id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) fn delete_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "profile_delete", "profiles", "Remove a profile with its versions; its devices stay")
}

pub(crate) async fn assign(
    State(fleet): State<Fleet>,
    By(actor): By,
    Path(path): Path<IdPath>,
    Json(request): Json<ChangeMembersRequest>,
) -> Result<Json<ProfileView>, ApiError> {
    let id = ProfileId::from_uuid(path.id);
    let profile = fleet.profile_assign(&actor, id, &request.add, &request.remove).await?;
    Ok(Json(views::profiles::profile(&profile)))
}

pub(crate) fn assign_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "profile_assign", "profiles", "Assign devices to a profile or let them go")
}

pub(crate) async fn version(
    State(fleet): State<Fleet>,
    By(actor): By,
    Path(path): Path<VersionPath>,
) -> Result<Json<VersionDetail>, ApiError> {
    let found = fleet.profile_version(&actor, ProfileId::from_uuid(path.id), path.version).await?;
    Ok(Json(views::profiles::version_detail(&found)))
}

pub(crate) fn version_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "profile_version_get", "profiles", "What was wished in a version of a profile")
}

pub(crate) async fn put_back(
    State(fleet): State<Fleet>,
    By(actor): By,
    Path(path): Path<IdPath>,
    Json(request): Json<PutBackRequest>,
) -> Result<Json<ProfileDetail>, ApiError> {
    let id = ProfileId::from_uuid(path.id);
    fleet.profile_put_back(&actor, id, request.version).await?;
    Ok(Json(views::profiles::detail(&fleet.profile_show(&actor, id).await?)))
}

pub(crate) fn put_back_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "profile_put_back", "profiles", "Put a former version in force again, as a new version")
        .description("Nothing is written to a device: make a plan and apply it.")
}
