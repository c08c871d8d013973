//! Calls a task off, with the reason.

use std::sync::{Arc, OnceLock};

use tokio_util::sync::CancellationToken;

use crate::FailureKind;

/// Calls a task off. Clones call the same one off.
#[derive(Debug, Clone, Default)]
pub struct Stop {
    token: CancellationToken,
    why: Arc<OnceLock<(FailureKind, String)>>,
}

impl Stop {
    /// Calls it off: the task takes no further step forward, and takes back what it did. The first reason counts.
    pub fn call(&self, kind: FailureKind, text: impl Into<String>) {
        // A second reason is not needed.
        let _ = self.why.set((kind, text.into()));
        self.token.cancel();
    }

    /// Whether it was called off.
    pub fn is_called(&self) -> bool {
        self.token.is_cancelled()
    }

    /// Waits until it is called off, and tells why.
    pub(super) async fn called(&self) -> (FailureKind, String) {
        self.token.cancelled().await;
        self.why.get().cloned().unwrap_or((FailureKind::Cancelled, "it was called off".to_owned()))
    }
}
