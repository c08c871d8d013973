//! Errors as RFC 9457 problem documents with stable codes.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What went wrong (RFC 9457, `application/problem+json`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Problem {
    /// `about:blank`: the code below is the stable identifier.
    #[serde(rename = "type")]
    pub kind: String,
    /// Short name of the kind of problem.
    pub title: String,
    /// HTTP status.
    pub status: u16,
    /// Stable code for programs.
    pub code: ErrorCode,
    /// What happened and what to do, for people.
    pub detail: String,
    /// The parts of the request that are wrong.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldProblem>,
    /// The part of the query that is wrong, with `query_invalid`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<QueryPosition>,
}

/// A part of a query, counted in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct QueryPosition {
    /// Column of its first character; the first column is 1.
    pub column: u32,
    /// Characters in it; 0 where something is missing.
    pub length: u32,
}

/// One wrong part of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FieldProblem {
    /// Where: a member name or a setting path.
    pub field: String,
    /// What is wrong with it and what is allowed.
    pub detail: String,
}

/// Stable code of a problem. New codes may be added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ErrorCode {
    /// The request cannot be understood.
    InvalidRequest,
    /// The query cannot be understood; `position` says where.
    QueryInvalid,
    /// A setting path does not exist.
    UnknownSetting,
    /// A setting's value is not allowed.
    InvalidSetting,
    /// No token, or one that is not valid.
    NotSignedIn,
    /// The token may not do this.
    Forbidden,
    /// The thing does not exist.
    NotFound,
    /// The thing was changed by someone else meanwhile, or exists already.
    Conflict,
    /// Several devices are at the address of the device, so nothing is written there.
    AddressConflict,
    /// The plan was made from an older state of the device.
    StalePlan,
    /// The body is larger than allowed.
    TooLarge,
    /// The device does not answer.
    DeviceUnreachable,
    /// The device took the request and gave no whole answer; it may have acted on it.
    DeviceInterrupted,
    /// The device refuses our password.
    DeviceUnauthorized,
    /// The device refuses logins for a while after too many wrong passwords.
    DeviceLockedOut,
    /// Another device answers at this address.
    WrongDevice,
    /// The device refuses the request.
    DeviceRefused,
    /// The answer of the device cannot be understood.
    DeviceGarbled,
    /// The device cannot do this.
    NotSupported,
    /// The device sleeps.
    DeviceAsleep,
    /// The database is busy or gone.
    Unavailable,
    /// A fault of the program.
    Internal,
}

impl ErrorCode {
    /// HTTP status and short title.
    pub fn status_and_title(self) -> (u16, &'static str) {
        match self {
            Self::InvalidRequest => (400, "Invalid request"),
            Self::QueryInvalid => (400, "Query not understood"),
            Self::UnknownSetting => (422, "Unknown setting"),
            Self::InvalidSetting => (422, "Invalid setting"),
            Self::NotSignedIn => (401, "Not signed in"),
            Self::Forbidden => (403, "Not allowed"),
            Self::NotFound => (404, "Not found"),
            Self::Conflict => (409, "Conflict"),
            Self::AddressConflict => (409, "Several devices at one address"),
            Self::StalePlan => (409, "Plan is out of date"),
            Self::TooLarge => (413, "Too large"),
            Self::DeviceUnreachable => (504, "Device does not answer"),
            Self::DeviceInterrupted => (504, "Device gave no whole answer"),
            Self::DeviceUnauthorized => (502, "Device refuses the password"),
            Self::DeviceLockedOut => (502, "Device locked us out"),
            Self::WrongDevice => (502, "Another device answers"),
            Self::DeviceRefused => (502, "Device refuses"),
            Self::DeviceGarbled => (502, "Device answer not understood"),
            Self::NotSupported => (422, "Not supported"),
            Self::DeviceAsleep => (504, "Device sleeps"),
            Self::Unavailable => (503, "Unavailable"),
            Self::Internal => (500, "Internal error"),
        }
    }
}

impl Problem {
    /// The problem with this code.
    pub fn new(code: ErrorCode, detail: impl Into<String>) -> Self {
        let (status, title) = code.status_and_title();
        Self {
            kind: "about:blank".to_owned(),
            title: title.to_owned(),
            status,
            code,
            detail: detail.into(),
            fields: Vec::new(),
            position: None,
        }
    }
}
