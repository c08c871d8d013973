//! Hands calls to devices to an agent, and its answers back to who asked.

use std::collections::HashMap;

use agent_proto::v1::{
    Header, Relay, RelayAnswer, RelayFailure, RelayFailureKind, RelayRequest, relay_answer::Outcome,
};
use fleet::{RelayCall, RelayLine, RelayStage, RelayTrouble, RelayedAnswer};
use tokio::sync::mpsc;
use tonic::{Status, Streaming};

use crate::convert;

/// Calls that one agent has at the same time; the others wait in the line.
const AT_ONCE: usize = 8;

/// Serves the line to an agent until either side ends it. Who waits for an answer then is told that it is lost.
pub(crate) async fn serve(
    mut line: RelayLine,
    answers: &mut Streaming<RelayAnswer>,
    out: &mpsc::Sender<Result<RelayRequest, Status>>,
) {
    let mut waiting: HashMap<u64, RelayCall> = HashMap::new();
    let mut number = 0;
    loop {
        let has_room = waiting.len() < AT_ONCE;
        tokio::select! {
            call = line.next(), if has_room => {
                let Some(mut call) = call else { return };
                number += 1;
                let request = RelayRequest { number, exchange: Some(exchange(&mut call)) };
                if out.send(Ok(request)).await.is_err() {
                    return;
                }
                // The agent has limits of its own for those that nobody waits for any more.
                waiting.retain(|_, call| !call.is_given_up());
                waiting.insert(number, call);
            }
            answer = answers.message() => match answer {
                Ok(Some(answer)) => {
                    if let Some(call) = waiting.remove(&answer.number) {
                        call.end(outcome(answer.outcome));
                    }
                }
                Ok(None) => return,
                Err(error) => {
                    tracing::debug!(%error, "the line of calls to an agent broke off");
                    return;
                }
            },
            () = out.closed() => return,
        }
    }
}

fn exchange(call: &mut RelayCall) -> Relay {
    let headers = std::mem::take(&mut call.headers).into_iter().map(|(name, value)| Header { name, value });
    Relay {
        endpoint: call.endpoint.clone(),
        method: call.method.clone(),
        path: std::mem::take(&mut call.path),
        headers: headers.collect(),
        body: std::mem::take(&mut call.body),
        mac: call.mac.to_string(),
        limit_ms: convert::millis(call.limit),
        max_body_bytes: u32::try_from(call.max_body_bytes).unwrap_or(u32::MAX),
    }
}

fn outcome(outcome: Option<Outcome>) -> Result<RelayedAnswer, RelayTrouble> {
    let trouble = |stage, text: &str| Err(RelayTrouble { stage, text: convert::text(text) });
    match outcome {
        None => trouble(RelayStage::Broken, "the agent said nothing of what came of it"),
        Some(Outcome::Failure(failure)) => trouble(stage(&failure), &failure.text),
        Some(Outcome::Answer(answer)) => match u16::try_from(answer.status) {
            Ok(status) if (100..1000).contains(&status) => {
                let headers = answer.headers.into_iter().map(|header| (header.name, header.value)).collect();
                Ok(RelayedAnswer { status, headers, body: answer.body })
            }
            _ => trouble(RelayStage::NotHttp, "the agent passed on an answer without a status"),
        },
    }
}

fn stage(failure: &RelayFailure) -> RelayStage {
    match failure.kind() {
        RelayFailureKind::NotAllowed
        | RelayFailureKind::Busy
        | RelayFailureKind::Unreachable
        | RelayFailureKind::WrongDevice
        | RelayFailureKind::Tls => RelayStage::NotSent,
        RelayFailureKind::Refused => RelayStage::Refused,
        RelayFailureKind::TimedOut => RelayStage::TimedOut,
        // What is not known may have been sent.
        RelayFailureKind::Unspecified | RelayFailureKind::Closed => RelayStage::Broken,
        RelayFailureKind::TooLarge => RelayStage::TooLarge,
        RelayFailureKind::NotHttp => RelayStage::NotHttp,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// C4: what an agent of another version says is taken for what may have been sent.
    #[test]
    fn c4_what_is_not_known_may_have_arrived() {
        let failure = |kind: i32| outcome(Some(Outcome::Failure(RelayFailure { kind, text: "no".to_owned() })));
        let stage = |outcome: Result<RelayedAnswer, RelayTrouble>| outcome.unwrap_err().stage;
        assert_eq!(stage(failure(99)), RelayStage::Broken);
        assert_eq!(stage(failure(RelayFailureKind::WrongDevice.into())), RelayStage::NotSent);
        assert_eq!(stage(outcome(None)), RelayStage::Broken);
        let odd = agent_proto::v1::Relayed { status: 70_000, ..Default::default() };
        assert_eq!(stage(outcome(Some(Outcome::Answer(odd)))), RelayStage::NotHttp);
    }
}
