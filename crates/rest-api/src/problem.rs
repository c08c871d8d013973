//! Turns what went wrong into a problem document: the only place that knows both.

use aide::{OperationOutput, generate::GenContext, openapi};
use api_types::{ErrorCode, FieldProblem, Problem, QueryPosition};
use axum::{
    Json,
    extract::rejection::{JsonRejection, PathRejection, QueryRejection},
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};

/// A problem as an answer.
#[derive(Debug)]
pub(crate) struct ApiError(pub(crate) Problem);

impl ApiError {
    pub(crate) fn new(code: ErrorCode, detail: impl Into<String>) -> Self {
        Self(Problem::new(code, detail))
    }
}

impl From<fleet::Error> for ApiError {
    fn from(error: fleet::Error) -> Self {
        let mut problem = Problem::new(code(error.kind()), error.chain());
        if let fleet::ErrorKind::Invalid { fields, .. } = error.kind() {
            problem.fields = fields
                .iter()
                .map(|(field, detail)| FieldProblem { field: field.clone(), detail: detail.clone() })
                .collect();
        }
        if let fleet::ErrorKind::Query(position) = error.kind() {
            let number = |count| u32::try_from(count).unwrap_or(u32::MAX);
            let (column, length) = (number(position.column), number(position.length));
            problem.position = Some(QueryPosition { column, length });
        }
        if matches!(problem.code, ErrorCode::Internal | ErrorCode::Unavailable) {
            tracing::error!(error = error.chain(), "a request failed");
        }
        Self(problem)
    }
}

fn code(kind: &fleet::ErrorKind) -> ErrorCode {
    use fleet::{DeviceTrouble, ErrorKind};
    match kind {
        ErrorKind::Invalid { setting: None, .. } => ErrorCode::InvalidRequest,
        ErrorKind::Invalid { setting: Some(fleet::SettingTrouble::Unknown), .. } => ErrorCode::UnknownSetting,
        ErrorKind::Invalid { setting: Some(fleet::SettingTrouble::Value), .. } => ErrorCode::InvalidSetting,
        ErrorKind::Query(_) => ErrorCode::QueryInvalid,
        ErrorKind::NotSignedIn => ErrorCode::NotSignedIn,
        ErrorKind::Forbidden => ErrorCode::Forbidden,
        ErrorKind::NotFound => ErrorCode::NotFound,
        ErrorKind::Conflict => ErrorCode::Conflict,
        ErrorKind::AddressConflict => ErrorCode::AddressConflict,
        ErrorKind::StalePlan => ErrorCode::StalePlan,
        ErrorKind::Device(trouble) => match trouble {
            DeviceTrouble::Unreachable => ErrorCode::DeviceUnreachable,
            DeviceTrouble::Interrupted => ErrorCode::DeviceInterrupted,
            DeviceTrouble::Asleep => ErrorCode::DeviceAsleep,
            DeviceTrouble::Unauthorized => ErrorCode::DeviceUnauthorized,
            DeviceTrouble::LockedOut => ErrorCode::DeviceLockedOut,
            DeviceTrouble::WrongDevice => ErrorCode::WrongDevice,
            DeviceTrouble::Refused => ErrorCode::DeviceRefused,
            DeviceTrouble::Garbled => ErrorCode::DeviceGarbled,
            DeviceTrouble::Unsupported => ErrorCode::NotSupported,
        },
        ErrorKind::Unavailable => ErrorCode::Unavailable,
        ErrorKind::Internal => ErrorCode::Internal,
    }
}

impl From<JsonRejection> for ApiError {
    fn from(rejection: JsonRejection) -> Self {
        let code = if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
            ErrorCode::TooLarge
        } else {
            ErrorCode::InvalidRequest
        };
        Self::new(code, format!("the request body is not understood: {}", rejection.body_text()))
    }
}

impl From<QueryRejection> for ApiError {
    fn from(rejection: QueryRejection) -> Self {
        Self::new(ErrorCode::InvalidRequest, format!("the query is not understood: {}", rejection.body_text()))
    }
}

impl From<PathRejection> for ApiError {
    fn from(rejection: PathRejection) -> Self {
        Self::new(ErrorCode::InvalidRequest, format!("the path is not understood: {}", rejection.body_text()))
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.0.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(self.0)).into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        response
    }
}

impl OperationOutput for ApiError {
    type Inner = Problem;

    fn operation_response(context: &mut GenContext, operation: &mut openapi::Operation) -> Option<openapi::Response> {
        let mut response = <Json<Problem> as OperationOutput>::operation_response(context, operation)?;
        "What went wrong (RFC 9457).".clone_into(&mut response.description);
        if let Some(media) = response.content.swap_remove("application/json") {
            response.content.insert("application/problem+json".to_owned(), media);
        }
        Some(response)
    }

    fn inferred_responses(
        context: &mut GenContext,
        operation: &mut openapi::Operation,
    ) -> Vec<(Option<openapi::StatusCode>, openapi::Response)> {
        Self::operation_response(context, operation).map(|response| (None, response)).into_iter().collect()
    }
}
