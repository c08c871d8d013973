//! Probes: alive, and ready for work.

use axum::extract::State;
use fleet::Fleet;
use http::StatusCode;

/// The process answers.
pub(crate) async fn live() -> StatusCode {
    StatusCode::NO_CONTENT
}

/// The database answers.
pub(crate) async fn ready(State(fleet): State<Fleet>) -> StatusCode {
    if fleet.is_ready().await { StatusCode::NO_CONTENT } else { StatusCode::SERVICE_UNAVAILABLE }
}
