//! Keeps what a visit brings: answers by endpoint, what came of each step, and what was observed.

use std::{error::Error, time::Duration};

use serde_json::{Map, Value, json};
use shelly_types::Identity;
use tokio::time::Instant;

/// Everything that a visit brings.
#[derive(Debug)]
pub(crate) struct Visit {
    /// Who the device is.
    pub(crate) identity: Identity,
    /// Answers by endpoint, as captures have them.
    pub(crate) endpoints: Map<String, Value>,
    /// What was done, in order.
    pub(crate) steps: Vec<Step>,
    /// What was observed, a sentence each.
    pub(crate) observed: Vec<String>,
}

/// Something that was done.
#[derive(Debug)]
pub(crate) struct Step {
    /// What.
    pub(crate) what: String,
    /// How long it took.
    pub(crate) took: Duration,
    /// What came of it.
    pub(crate) outcome: Outcome,
}

/// What came of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It worked.
    Done,
    /// The device does not have it: another model, or older firmware.
    Absent,
    /// It needs a password, and none was given.
    Closed,
    /// No answer came, which also happens where nothing is wrong with the device.
    Silent(String),
    /// It went wrong.
    Failed(String),
}

impl Visit {
    /// A visit to this device.
    pub(crate) fn new(identity: Identity) -> Self {
        Self { identity, endpoints: Map::new(), steps: Vec::new(), observed: Vec::new() }
    }

    /// Does something and notes what came of it.
    pub(crate) async fn step<T>(
        &mut self,
        what: impl Into<String>,
        doing: impl Future<Output = Result<T, Outcome>>,
    ) -> Option<T> {
        let start = Instant::now();
        let result = doing.await;
        let took = start.elapsed();
        let (answer, outcome) = match result {
            Ok(answer) => (Some(answer), Outcome::Done),
            Err(outcome) => (None, outcome),
        };
        self.steps.push(Step { what: what.into(), took, outcome });
        answer
    }

    /// Asks for something, and keeps the answer under the name of its endpoint.
    pub(crate) async fn ask(&mut self, endpoint: &str, asking: impl Future<Output = Result<Value, Outcome>>) {
        if let Some(answer) = self.step(endpoint, asking).await {
            self.endpoints.insert(endpoint.to_owned(), answer);
        }
    }

    /// Notes an observation.
    pub(crate) fn observe(&mut self, sentence: impl Into<String>) {
        self.observed.push(sentence.into());
    }

    /// A capture with these endpoints.
    pub(crate) fn envelope(&self, endpoints: &Map<String, Value>) -> Value {
        let Identity { generation, model, firmware, app, profile, .. } = &self.identity;
        json!({
            "source": { "repo": null, "path": null, "commit": null, "license": null, "tool": "cargo xtask real-device" },
            "gen": generation.0,
            "model": model.code(),
            "app": app,
            "fw": firmware.id(),
            "ver": firmware.version(),
            "profile": profile,
            "origin": "captured",
            "number_format": "serde-reserialised",
            "notes": [],
            "edits": ["names, networks, addresses, places, secrets and ids were replaced, each in the same way throughout"],
            "incomplete_endpoints": [],
            "endpoints": endpoints,
        })
    }
}

/// An error with its causes, in one line.
pub(crate) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        text.push_str(": ");
        text.push_str(&next.to_string());
        cause = next.source();
    }
    text
}
