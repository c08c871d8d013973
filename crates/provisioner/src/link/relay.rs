//! The stream over which the manager speaks to devices on networks of the agent.

use std::time::Duration;

use agent_proto::{
    RELAY_BODY_BYTES, RELAY_MESSAGE_BYTES,
    v1::{
        Header, Relay, RelayAnswer, RelayFailure, RelayFailureKind, RelayRequest, Relayed, agent_client::AgentClient,
        relay_answer::Outcome,
    },
};
use futures::{StreamExt, stream::FuturesUnordered};
use shelly_http::{Method, Response, header};
use tokio::sync::mpsc;
use tonic::{Code, transport::Channel};
use wifi_control::WifiControl;

use super::{Dial, Link};
use crate::{
    FindOnLan,
    tasks::relay::{Call, NotPassedOn},
};

/// Exchanges at the same time; the host may be small.
const MOST: usize = 8;

/// Answers on their way into the stream.
const IN_STREAM: usize = 4;

/// Headers of an answer that are passed on; those of a device are few.
const MOST_HEADERS: usize = 64;

impl<W, F, D> Link<W, F, D>
where
    W: WifiControl + 'static,
    F: FindOnLan + 'static,
    D: Dial + 'static,
{
    /// Passes calls on for as long as the stream lasts; not at all when that is not wanted.
    pub(super) async fn relay(&self, channel: Channel) {
        if self.lan.relay_to.is_empty() {
            return;
        }
        let (up, answers) = mpsc::channel::<RelayAnswer>(IN_STREAM);
        let answers = futures::stream::unfold(answers, |mut answers| async {
            answers.recv().await.map(|answer| (answer, answers))
        });
        let client = AgentClient::new(channel).max_decoding_message_size(RELAY_MESSAGE_BYTES);
        let mut requests = match client.max_encoding_message_size(RELAY_MESSAGE_BYTES).relay(answers).await {
            Ok(opened) => opened.into_inner(),
            Err(status) if status.code() == Code::Unimplemented => {
                tracing::debug!("the manager has no use for calls to devices");
                return;
            }
            Err(status) => {
                tracing::debug!("no calls to devices are passed on: {}", status.message());
                return;
            }
        };
        let mut going = FuturesUnordered::new();
        loop {
            let answer = tokio::select! {
                request = requests.message() => match request {
                    Ok(Some(request)) if going.len() < MOST => {
                        going.push(self.answer(request));
                        continue;
                    }
                    Ok(Some(request)) => {
                        failed(request.number, RelayFailureKind::Busy, "this agent passes enough calls on".to_owned())
                    }
                    Ok(None) | Err(_) => return,
                },
                Some(answer) = going.next(), if !going.is_empty() => answer,
            };
            if up.send(answer).await.is_err() {
                return;
            }
        }
    }

    async fn answer(&self, request: RelayRequest) -> RelayAnswer {
        let number = request.number;
        let call = match request.exchange.map(call) {
            Some(Ok(call)) => call,
            Some(Err(why)) => return failed(number, RelayFailureKind::NotAllowed, why),
            None => return failed(number, RelayFailureKind::NotAllowed, "nothing was asked".to_owned()),
        };
        // While there is a task the radio may be in another network, where the same address is somebody else's.
        let doubtful = !self.queue().ids().is_empty();
        match self.lan.pass_on(&call, doubtful).await {
            Ok(response) => RelayAnswer { number, outcome: Some(Outcome::Answer(answered(&response))) },
            Err(error) => failed(number, kind(&error), crate::provision::chain(&error)),
        }
    }
}

fn call(relay: Relay) -> Result<Call, String> {
    let Relay { endpoint, method, path, headers, body, mac, limit_ms, max_body_bytes } = relay;
    let header = |wanted: &header::HeaderName| {
        let found = headers.iter().find(|known| known.name.eq_ignore_ascii_case(wanted.as_str()));
        found.map(|header| header.value.clone())
    };
    Ok(Call {
        endpoint: endpoint.parse().map_err(|error: shelly_http::ParseEndpointError| error.to_string())?,
        mac: mac.parse().map_err(|_| "the call names no device".to_owned())?,
        method: Method::from_bytes(method.as_bytes()).map_err(|_| "the method is none".to_owned())?,
        authorization: header(&header::AUTHORIZATION),
        content_type: header(&header::CONTENT_TYPE),
        path,
        body,
        limit: Duration::from_millis(limit_ms.into()),
        max_body_bytes: usize::try_from(max_body_bytes).unwrap_or(RELAY_BODY_BYTES).min(RELAY_BODY_BYTES),
    })
}

fn answered(response: &Response) -> Relayed {
    let headers = response.headers.iter().take(MOST_HEADERS).filter_map(|(name, value)| {
        let value = value.to_str().ok()?.to_owned();
        Some(Header { name: name.as_str().to_owned(), value })
    });
    Relayed { status: response.status.into(), headers: headers.collect(), body: response.body.to_vec() }
}

fn kind(error: &NotPassedOn) -> RelayFailureKind {
    use shelly_http::Error as E;
    match error {
        NotPassedOn::NotAllowed(_) => RelayFailureKind::NotAllowed,
        NotPassedOn::WrongDevice { .. } => RelayFailureKind::WrongDevice,
        NotPassedOn::Unreachable(_) => RelayFailureKind::Unreachable,
        NotPassedOn::Http(error) => match error {
            E::Refused { .. } => RelayFailureKind::Refused,
            E::Tls { .. } | E::TlsNotSetUp { .. } => RelayFailureKind::Tls,
            E::Timeout { .. } => RelayFailureKind::TimedOut,
            E::Closed { .. } => RelayFailureKind::Closed,
            E::TooLarge { .. } => RelayFailureKind::TooLarge,
            E::NotHttp { .. } => RelayFailureKind::NotHttp,
            E::InvalidRequest { .. } => RelayFailureKind::NotAllowed,
            _ => RelayFailureKind::Unreachable,
        },
    }
}

fn failed(number: u64, kind: RelayFailureKind, text: String) -> RelayAnswer {
    RelayAnswer { number, outcome: Some(Outcome::Failure(RelayFailure { kind: kind.into(), text })) }
}
