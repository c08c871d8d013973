//! Locations.

use aide::transform::TransformOperation;
use api_types::locations::{ChangeLocationRequest, CreateLocationRequest, LocationView};
use axum::extract::State;
use fleet::{Fleet, LocationChange};
use fleet_model::LocationId;
use http::StatusCode;

use crate::{
    actor::By,
    extract::{Json, Path},
    groups::IdPath,
    openapi::operation,
    problem::ApiError,
    views,
};

pub(crate) async fn list(State(fleet): State<Fleet>, By(actor): By) -> Result<Json<Vec<LocationView>>, ApiError> {
    Ok(Json(fleet.locations(&actor).await?.iter().map(views::location).collect()))
}

pub(crate) fn list_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "locations_list", "locations", "List locations")
}

pub(crate) async fn create(
    State(fleet): State<Fleet>,
    By(actor): By,
    Json(request): Json<CreateLocationRequest>,
) -> Result<(StatusCode, Json<LocationView>), ApiError> {
    let CreateLocationRequest { name, parent, time_zone } = request;
    let change = LocationChange { name: Some(name), parent, time_zone };
    let location = fleet.location_create(&actor, change).await?;
    Ok((StatusCode::CREATED, Json(views::location(&location))))
}

pub(crate) fn create_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "location_create", "locations", "Make a location").response::<201, Json<LocationView>>()
}

pub(crate) async fn change(
    State(fleet): State<Fleet>,
    By(actor): By,
    Path(path): Path<IdPath>,
    Json(request): Json<ChangeLocationRequest>,
) -> Result<Json<LocationView>, ApiError> {
    let ChangeLocationRequest { name, parent, time_zone } = request;
    let change = LocationChange { name, parent, time_zone };
    Ok(Json(views::location(&fleet.location_change(&actor, LocationId::from_uuid(path.id), change).await?)))
}

pub(crate) fn change_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "location_change", "locations", "Change a location")
}

pub(crate) async fn delete(
    State(fleet): State<Fleet>,
    By(actor): By,
    Path(path): Path<IdPath>,
) -> Result<StatusCode, ApiError> {
    fleet.location_delete(&actor, LocationId::from_uuid(path.id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) fn delete_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "location_delete", "locations", "Remove a location and its wishes; its devices are nowhere then")
        .description("Refused while there are locations within it.")
}
