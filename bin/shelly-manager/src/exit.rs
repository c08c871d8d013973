//! Exit codes, and the one place that prints an error.

use std::process::ExitCode;

use api_types::ErrorCode;

/// What a command ends with. Scripts may rely on the numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// All is well.
    Ok = 0,
    /// Something else failed.
    Failed = 1,
    /// The command line or a value on it is wrong.
    Usage = 2,
    /// A device differs from the wish.
    Drift = 3,
    /// A device could not be brought to the wish.
    NotApplied = 4,
    /// The manager, the database or a device does not answer.
    Unreachable = 5,
    /// A password, a token or a permission is missing.
    Refused = 6,
    /// A fault of the program.
    Bug = 70,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Prints an error with its causes and tells the exit code.
pub(crate) fn report(error: &anyhow::Error) -> ExitCode {
    let mut text = String::new();
    for cause in error.chain() {
        let cause = cause.to_string();
        if !text.contains(&cause) {
            text.push_str(if text.is_empty() { "error: " } else { ": " });
            text.push_str(&cause);
        }
    }
    crate::output::complain(&text);
    code_of(error).into()
}

fn code_of(error: &anyhow::Error) -> Exit {
    for cause in error.chain() {
        if let Some(error) = cause.downcast_ref::<api_client::Error>() {
            return match error {
                api_client::Error::Transport(_) => Exit::Unreachable,
                api_client::Error::Answer { .. } => Exit::Bug,
                api_client::Error::Problem(problem) => code_of_problem(problem.code),
            };
        }
        let is_usage = cause.is::<crate::config::ConfigError>()
            || cause.is::<crate::commands::UsageError>()
            || cause.is::<storage::ParseUrlError>();
        if is_usage {
            return Exit::Usage;
        }
        if let Some(error) = cause.downcast_ref::<storage::Error>() {
            return if matches!(error.kind(), storage::Kind::NewerSchema { .. }) {
                Exit::Refused
            } else {
                Exit::Unreachable
            };
        }
    }
    Exit::Failed
}

fn code_of_problem(code: ErrorCode) -> Exit {
    match code {
        ErrorCode::InvalidRequest
        | ErrorCode::QueryInvalid
        | ErrorCode::UnknownSetting
        | ErrorCode::InvalidSetting
        | ErrorCode::TooLarge => Exit::Usage,
        ErrorCode::NotSignedIn
        | ErrorCode::Forbidden
        | ErrorCode::DeviceUnauthorized
        | ErrorCode::DeviceLockedOut
        | ErrorCode::DeviceRefused => Exit::Refused,
        ErrorCode::DeviceUnreachable
        | ErrorCode::DeviceInterrupted
        | ErrorCode::DeviceAsleep
        | ErrorCode::WrongDevice
        | ErrorCode::AddressConflict
        | ErrorCode::Unavailable => Exit::Unreachable,
        ErrorCode::Internal => Exit::Bug,
        _ => Exit::Failed,
    }
}
