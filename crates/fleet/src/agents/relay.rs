//! Speaks to devices that the manager does not reach, through an agent that does (B4, C4).
//!
//! What is asked stays the driver's: an agent carries single HTTP exchanges, beneath all that knows of devices.

use std::{
    collections::HashMap,
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use fleet_model::{AgentAbility, AgentId, DeviceRecord, SightingRecord, SightingSource};
use shelly_driver::Device;
use shelly_http::{
    Carried, Carrier, Carry, Endpoint, HeaderMap, HeaderName, Limits, Request, Response,
    header::{CONTENT_TYPE, HeaderValue},
};
use shelly_types::{Credentials, Mac};
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use crate::{
    DeviceTrouble, Error, ErrorKind, Fleet, at_broker::is_elsewhere, connect::endpoint, discovery::Opened, lanes::Turn,
};

/// Calls that wait to be sent to one agent; more are refused.
const CALLS: usize = 64;

/// Agents that are tried, one after the other.
const TRIED: usize = 2;

/// An exchange with a device, for an agent to pass on.
pub struct RelayCall {
    /// Where the device is, as the agent reaches it.
    pub endpoint: String,
    /// The device.
    pub mac: Mac,
    /// Method.
    pub method: String,
    /// Path and query.
    pub path: String,
    /// Headers, the type of the body among them.
    pub headers: Vec<(String, String)>,
    /// Body; empty for none.
    pub body: Vec<u8>,
    /// How long it may take.
    pub limit: Duration,
    /// Longest body of the answer.
    pub max_body_bytes: usize,
    answer: oneshot::Sender<Result<RelayedAnswer, RelayTrouble>>,
}

/// What a device answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelayedAnswer {
    /// HTTP status.
    pub status: u16,
    /// Headers.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: Vec<u8>,
}

/// Why a device did not answer through an agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelayTrouble {
    /// How far it came.
    pub stage: RelayStage,
    /// In words.
    pub text: String,
}

/// How far an exchange came that has no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RelayStage {
    /// Nothing was sent to the device.
    NotSent,
    /// The device takes no connection.
    Refused,
    /// The answer did not come in time.
    TimedOut,
    /// The way to the device broke.
    Broken,
    /// The answer is too long.
    TooLarge,
    /// The answer is no HTTP.
    NotHttp,
}

impl fmt::Debug for RelayCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RelayCall").field("endpoint", &self.endpoint).field("mac", &self.mac).finish_non_exhaustive()
    }
}

impl RelayCall {
    /// Whether nobody waits for the answer any more.
    pub fn is_given_up(&self) -> bool {
        self.answer.is_closed()
    }

    /// Tells whoever asked what came of it.
    pub fn end(self, outcome: Result<RelayedAnswer, RelayTrouble>) {
        // Who has given up does not hear it.
        let _ = self.answer.send(outcome);
    }
}

/// A line to an agent, and its number, by which it knows that it is still the one.
type Numbered = (u64, mpsc::Sender<RelayCall>);

/// The lines to agents that pass calls on. Clones are the same.
#[derive(Debug, Clone, Default)]
pub(crate) struct Relays {
    lines: Arc<Mutex<HashMap<AgentId, Numbered>>>,
    opened: Arc<AtomicU64>,
}

/// The line to one agent. Calls go that way until it is dropped, or another one of the agent takes its place.
#[derive(Debug)]
pub struct RelayLine {
    relays: Relays,
    agent: AgentId,
    number: u64,
    calls: mpsc::Receiver<RelayCall>,
    stop: CancellationToken,
}

impl RelayLine {
    /// The next call; none when the line ends.
    pub async fn next(&mut self) -> Option<RelayCall> {
        tokio::select! {
            biased;
            () = self.stop.cancelled() => None,
            call = self.calls.recv() => call,
        }
    }
}

impl Drop for RelayLine {
    fn drop(&mut self) {
        let mut lines = self.relays.lines();
        if lines.get(&self.agent).is_some_and(|(number, _)| *number == self.number) {
            lines.remove(&self.agent);
        }
    }
}

impl Relays {
    fn open(&self, agent: AgentId, stop: CancellationToken) -> RelayLine {
        let (sender, calls) = mpsc::channel(CALLS);
        let number = self.opened.fetch_add(1, Ordering::Relaxed);
        self.lines().insert(agent, (number, sender));
        RelayLine { relays: self.clone(), agent, number, calls, stop }
    }

    /// Ends the line to an agent.
    pub(super) fn close(&self, agent: AgentId) {
        self.lines().remove(&agent);
    }

    fn has(&self, agent: AgentId) -> bool {
        self.lines().contains_key(&agent)
    }

    fn line(&self, agent: AgentId) -> Option<mpsc::Sender<RelayCall>> {
        self.lines().get(&agent).map(|(_, sender)| sender.clone())
    }

    fn lines(&self) -> MutexGuard<'_, HashMap<AgentId, Numbered>> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The way to one device through one agent.
struct Through {
    relays: Relays,
    agent: AgentId,
    mac: Mac,
}

impl Carry for Through {
    fn carry<'a>(&'a self, endpoint: &'a Endpoint, request: &'a Request<'a>, limits: &'a Limits) -> Carried<'a> {
        Box::pin(async move {
            let (answer, answered) = oneshot::channel();
            let own = request.headers.iter().map(|(name, value)| (name.to_string(), value.clone()));
            let of_body = request.content_type.map(|kind| (CONTENT_TYPE.to_string(), kind.to_owned()));
            let call = RelayCall {
                endpoint: endpoint.to_string(),
                mac: self.mac,
                method: request.method.to_string(),
                path: request.path_and_query.to_owned(),
                headers: own.chain(of_body).collect(),
                body: request.body.as_ref().map(|body| body.to_vec()).unwrap_or_default(),
                limit: limits.total,
                max_body_bytes: limits.max_body_bytes,
                answer,
            };
            let not_carried =
                |why: &str| Err(shelly_http::Error::NotCarried { endpoint: endpoint.clone(), why: why.to_owned() });
            let Some(line) = self.relays.line(self.agent) else { return not_carried("the agent is not connected") };
            if line.try_send(call).is_err() {
                return not_carried("the agent has too much to pass on, or has just left");
            }
            // Nothing keeps the line open that its agent has left.
            drop(line);
            match answered.await {
                Ok(Ok(answer)) => Ok(response(answer)),
                Ok(Err(trouble)) => Err(error(endpoint, limits, trouble)),
                Err(_) => {
                    let text = "the connection to the agent ended".to_owned();
                    Err(error(endpoint, limits, RelayTrouble { stage: RelayStage::Broken, text }))
                }
            }
        })
    }
}

fn response(answer: RelayedAnswer) -> Response {
    let mut headers = HeaderMap::new();
    for (name, value) in answer.headers {
        if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), HeaderValue::from_str(&value)) {
            headers.append(name, value);
        }
    }
    Response { status: answer.status, headers, body: answer.body.into() }
}

fn error(endpoint: &Endpoint, limits: &Limits, trouble: RelayTrouble) -> shelly_http::Error {
    use shelly_http::Error as E;
    let (endpoint, RelayTrouble { stage, text }) = (endpoint.clone(), trouble);
    match stage {
        RelayStage::NotSent => E::NotCarried { endpoint, why: text },
        RelayStage::Refused => E::Refused { endpoint, source: std::io::Error::other(text) },
        RelayStage::TimedOut => E::Timeout { endpoint, limit: limits.total },
        RelayStage::Broken => E::Closed { endpoint, received: 0, source: text.into() },
        RelayStage::TooLarge => E::TooLarge { endpoint, limit: limits.max_body_bytes },
        RelayStage::NotHttp => E::NotHttp { endpoint, source: text.into() },
    }
}

/// A way through an agent that may lead to a device.
struct WayThrough {
    agent: AgentId,
    at: Endpoint,
    options: shelly_driver::Options,
    carrier: Carrier,
}

impl Fleet {
    /// Passes calls to devices on to an agent, until the line is dropped.
    pub fn agent_relays(&self, id: AgentId) -> RelayLine {
        self.agent_hub().relays().open(id, self.stop_token().clone())
    }

    /// The device through an agent that sees it, after its address gave `error`; that error again when there is none.
    pub(crate) async fn over_agent(
        &self,
        turn: &Turn,
        record: &DeviceRecord,
        credentials: Option<&Credentials>,
        error: Error,
    ) -> Result<Device, Error> {
        let mac = record.mac;
        if !error.device_class().is_some_and(is_elsewhere) {
            return Err(error);
        }
        for WayThrough { agent, at, options, carrier } in self.ways_through(turn, mac).await? {
            // Its address alone is silent, or somebody else's.
            options.manners.is_there();
            match Device::connect(at.clone(), Some(mac), credentials.cloned(), options).await {
                Ok(device) => {
                    tracing::info!(device.mac = %mac, agent.id = %agent, error = error.chain(), "a device is reached through an agent");
                    turn.road.go_through(agent, carrier);
                    self.device_moved(mac, &device.endpoint().to_string()).await?;
                    return Ok(device);
                }
                Err(other) => {
                    tracing::debug!(device.mac = %mac, agent.id = %agent, error = other.chain(), "not through this agent");
                }
            }
        }
        Err(error)
    }

    /// Talks to a found device through an agent that sees it, after its address gave `error`; that error again when no
    /// agent sees it.
    pub(crate) async fn open_through_agent(
        &self,
        turn: &Turn,
        sighting: &SightingRecord,
        error: Error,
    ) -> Result<Opened, Error> {
        let mac = sighting.identity.mac;
        if !sighting.sources.contains_key(&SightingSource::Agent) || !self.is_away(sighting, &error).await? {
            return Err(error);
        }
        let mut why = "no agent that passes calls on sees it now".to_owned();
        for WayThrough { agent, at, options, carrier } in self.ways_through(turn, mac).await? {
            options.manners.is_there();
            let there = SightingRecord { endpoint: at.to_string(), ..sighting.clone() };
            match self.open_logged_in(&there, options).await {
                Ok(opened) => {
                    turn.road.go_through(agent, carrier);
                    return Ok(opened);
                }
                // It is there, and no other way leads further.
                Err(other) if !other.device_class().is_some_and(is_elsewhere) => return Err(other),
                Err(other) => why = other.chain(),
            }
        }
        let at = &sighting.endpoint;
        let text = format!(
            "device {mac} was seen by an agent at {at}, which the manager does not reach, and it is not reached through an \
             agent either: {why}"
        );
        Err(Error::new(text, ErrorKind::Device(DeviceTrouble::Unreachable)))
    }

    /// The ways to a device through agents that are connected and pass calls on; who saw it last comes first.
    async fn ways_through(&self, turn: &Turn, mac: Mac) -> Result<Vec<WayThrough>, Error> {
        let relays = self.agent_hub().relays();
        let seen = self.store().agent_sightings_of(vec![mac]).await?;
        let able = self.agent_hub().connected();
        let can = |id: AgentId| able.iter().any(|agent| agent.id == id && agent.about.can(AgentAbility::Relay));
        let mut ways = Vec::new();
        for seen in seen.into_iter().filter(|seen| relays.has(seen.agent_id) && can(seen.agent_id)).take(TRIED) {
            let carrier = Carrier::new(Through { relays: relays.clone(), agent: seen.agent_id, mac });
            let mut options = self.manners_of(turn);
            options.limits.carrier = Some(carrier.clone());
            ways.push(WayThrough { agent: seen.agent_id, at: endpoint(&seen.endpoint)?, options, carrier });
        }
        Ok(ways)
    }
}

#[cfg(test)]
mod tests {
    use fleet_model::SequenceIds;

    use super::*;

    fn through(relays: &Relays, agent: AgentId) -> Through {
        Through { relays: relays.clone(), agent, mac: Mac::new([1; 6]) }
    }

    /// C4: what was sent and what was not is told apart, since a write is not repeated that may have arrived.
    #[tokio::test]
    async fn c4_a_call_without_an_answer_says_how_far_it_came() {
        let (relays, agent) = (Relays::default(), AgentId::new(&SequenceIds::default()));
        let (at, limits) = (Endpoint::new("10.0.0.7", 80), Limits::default());
        let (way, request) = (through(&relays, agent), Request::get("/shelly"));
        let none = way.carry(&at, &request, &limits).await.unwrap_err();
        assert!(!none.may_have_arrived() && none.is_unreachable(), "{none:?}");
        let mut line = relays.open(agent, CancellationToken::new());
        let (ended, ()) = tokio::join!(way.carry(&at, &request, &limits), async {
            let call = line.next().await.unwrap();
            assert_eq!((call.endpoint.as_str(), call.method.as_str()), ("10.0.0.7:80", "GET"));
            drop(call);
        });
        let ended = ended.unwrap_err();
        assert!(ended.may_have_arrived() && ended.is_unreachable(), "{ended:?}");
        let second = relays.open(agent, CancellationToken::new());
        assert!(line.next().await.is_none(), "another one has its place");
        drop(line);
        assert!(relays.has(agent));
        drop(second);
        assert!(!relays.has(agent));
    }

    #[tokio::test]
    async fn c4_an_answer_is_that_of_the_device() {
        let (relays, agent) = (Relays::default(), AgentId::new(&SequenceIds::default()));
        let (at, limits) = (Endpoint::new("10.0.0.7", 80), Limits::default());
        let headers = [(shelly_http::header::AUTHORIZATION, "Digest x".to_owned())];
        let (way, request) = (through(&relays, agent), Request::post_json("/rpc", "{}").with_headers(&headers));
        let mut line = relays.open(agent, CancellationToken::new());
        let (answer, ()) = tokio::join!(way.carry(&at, &request, &limits), async {
            let call = line.next().await.unwrap();
            assert!(!format!("{call:?}").contains("Digest"));
            let names: Vec<&str> = call.headers.iter().map(|(name, _)| name.as_str()).collect();
            assert_eq!((call.body.as_slice(), names), (&b"{}"[..], vec!["authorization", "content-type"]));
            let headers =
                vec![("www-authenticate".to_owned(), "Digest y".to_owned()), ("\n".to_owned(), "z".to_owned())];
            call.end(Ok(RelayedAnswer { status: 401, headers, body: b"no".to_vec() }));
        });
        let answer = answer.unwrap();
        assert_eq!((answer.status, &answer.body[..], answer.headers.len()), (401, &b"no"[..], 1));
    }
}
