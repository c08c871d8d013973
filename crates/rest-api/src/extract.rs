//! Extractors that answer with a problem document.

use aide::OperationIo;
use axum::{
    extract::{FromRequest, FromRequestParts},
    response::{IntoResponse, Response},
};
use serde::Serialize;

use crate::problem::ApiError;

/// A JSON body, in or out.
#[derive(FromRequest, OperationIo)]
#[from_request(via(axum::Json), rejection(ApiError))]
#[aide(input_with = "axum::Json<T>", output_with = "axum::Json<T>", json_schema)]
pub(crate) struct Json<T>(pub(crate) T);

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

/// Members of the query string.
#[derive(FromRequestParts, OperationIo)]
#[from_request(via(axum::extract::Query), rejection(ApiError))]
#[aide(input_with = "axum::extract::Query<T>", json_schema)]
pub(crate) struct Query<T>(pub(crate) T);

/// Members of the path.
#[derive(FromRequestParts, OperationIo)]
#[from_request(via(axum::extract::Path), rejection(ApiError))]
#[aide(input_with = "axum::extract::Path<T>", json_schema)]
pub(crate) struct Path<T>(pub(crate) T);
