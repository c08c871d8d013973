//! The manager itself.

use aide::transform::TransformOperation;
use api_types::system::SystemView;
use axum::extract::State;
use fleet::Fleet;

use crate::{actor::By, extract::Json, openapi::operation, problem::ApiError, views};

pub(crate) async fn get(State(fleet): State<Fleet>, By(actor): By) -> Result<Json<SystemView>, ApiError> {
    let overview = fleet.overview(&actor).await?;
    Ok(Json(SystemView {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        database: fleet.database_kind().to_owned(),
        uptime_s: fleet.uptime().as_secs(),
        fleet: views::overview(&overview),
    }))
}

pub(crate) fn get_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "system_get", "system", "Version, database, totals")
}
