//! The event log.

use aide::transform::TransformOperation;
use api_types::events::{EventQuery, EventView};
use axum::extract::State;
use fleet::Fleet;

use crate::{
    actor::By,
    extract::{Json, Query},
    openapi::operation,
    problem::ApiError,
    views,
};

pub(crate) async fn list(
    State(fleet): State<Fleet>,
    By(actor): By,
    Query(query): Query<EventQuery>,
) -> Result<Json<Vec<EventView>>, ApiError> {
    let limit = views::limit(query.limit)?;
    Ok(Json(fleet.events(&actor, query.since, query.mac, limit).await?.iter().map(views::event).collect()))
}

pub(crate) fn list_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "events_list", "events", "What happened, newest first, or oldest first after `since`")
}
