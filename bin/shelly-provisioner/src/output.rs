//! Prints to people and scripts, and says with which number the program ends.

use std::{io::Write, process::ExitCode};

/// What the program ends with. Scripts may rely on the numbers, which are those of the manager's program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// All is well.
    Ok = 0,
    /// Something failed.
    Failed = 1,
    /// A device could not be brought into the network.
    NotApplied = 4,
    /// A permission is missing.
    Refused = 6,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// A line for whoever asked. A closed pipe ends nothing: the device may be on its way.
pub(crate) fn say(line: impl AsRef<str>) {
    let _ = writeln!(std::io::stdout().lock(), "{}", line.as_ref());
}

/// A line for whoever watches.
pub(crate) fn note(line: impl AsRef<str>) {
    let _ = writeln!(std::io::stderr().lock(), "{}", line.as_ref());
}

/// Prints an error with its causes.
pub(crate) fn fail(error: &anyhow::Error) -> ExitCode {
    let mut text = String::new();
    for cause in error.chain() {
        let cause = cause.to_string();
        if !text.contains(&cause) {
            text.push_str(if text.is_empty() { "error: " } else { ": " });
            text.push_str(&cause);
        }
    }
    note(text);
    let is_permission = error.chain().any(|cause| {
        cause.downcast_ref::<wifi_control::Error>().is_some_and(wifi_control::Error::is_permission)
            || cause.downcast_ref::<bluetooth_control::Error>().is_some_and(bluetooth_control::Error::is_permission)
    });
    if is_permission { Exit::Refused.into() } else { Exit::Failed.into() }
}
