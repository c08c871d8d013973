//! What can go wrong between us and the manager.

use api_types::{ErrorCode, Problem};

use crate::TransportError;

/// A request to the manager failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The manager could not be reached.
    #[error("cannot reach the manager")]
    Transport(#[source] TransportError),
    /// The manager says no.
    #[error("{}", describe(.0))]
    Problem(Box<Problem>),
    /// The answer is not what this client understands; client and server may be of different versions.
    #[error("the manager's answer to {path} is not understood (HTTP {status})")]
    Answer {
        /// Path of the request.
        path: String,
        /// HTTP status of the answer.
        status: u16,
        /// What is wrong with it.
        #[source]
        source: serde_json::Error,
    },
}

impl Error {
    /// The stable code, when the manager said no.
    pub fn code(&self) -> Option<ErrorCode> {
        match self {
            Self::Problem(problem) => Some(problem.code),
            Self::Transport(_) | Self::Answer { .. } => None,
        }
    }
}

fn describe(problem: &Problem) -> String {
    let mut text = problem.detail.clone();
    for field in &problem.fields {
        text.push_str("\n  ");
        text.push_str(&field.field);
        text.push_str(": ");
        text.push_str(&field.detail);
    }
    text
}
