//! Holds the stream of an agent: numbers and acknowledges, takes reports in, hands orders out.

use std::{collections::VecDeque, sync::Arc};

use agent_proto::{
    MESSAGE_BYTES, PROTOCOL_MAX, PROTOCOL_MIN, common_protocol, fits,
    v1::{
        Ack, AgentMessage, CancelTask, EnrollResponse, Hello, Limits, ManagerMessage, Reject, RejectReason,
        RelayAnswer, RelayRequest, RenewRequest, Timetable, Welcome, agent_message, agent_server::Agent,
        manager_message::Body,
    },
};
use fleet::{AgentArrival, AgentEnd, AgentOrder, AgentRefusal, AgentSession, Fleet};
use fleet_model::AgentId;
use futures::stream;
use tokio::{
    sync::mpsc,
    time::{Instant, sleep_until, timeout},
};
use tokio_util::task::TaskTracker;
use tonic::{Request, Response, Status, Streaming};

use crate::{
    authority, convert,
    door::Bounds,
    enroll::{Desk, status},
    relay,
};

/// Entries in one report.
const REPORT_ENTRIES: usize = 256;

/// Orders that may be unacknowledged.
const UNACKNOWLEDGED: usize = 32;

/// Messages that wait to be sent.
const OUTBOX: usize = 64;

/// When an agent may come back that cannot be served now, milliseconds.
const RETRY_MS: u32 = 5000;

/// Serves the streams of agents.
pub(crate) struct Sessions {
    fleet: Fleet,
    desk: Arc<Desk>,
    bounds: Bounds,
    tasks: TaskTracker,
}

type Out = mpsc::Sender<Result<ManagerMessage, Status>>;

impl Sessions {
    pub(crate) fn new(fleet: Fleet, desk: Arc<Desk>, bounds: Bounds, tasks: TaskTracker) -> Self {
        Self { fleet, desk, bounds, tasks }
    }

    /// The agent whose certificate was shown, if it may come in.
    async fn caller<T>(&self, request: &Request<T>) -> Result<AgentId, Status> {
        let none = || Status::unauthenticated("show the certificate that enrolling gave");
        let shown = request.peer_certs().ok_or_else(none)?;
        let id = shown.first().and_then(|certificate| authority::subject(certificate)).ok_or_else(none)?;
        match self.fleet.agent_authenticate(id).await {
            Ok(_) => Ok(id),
            Err(error) => {
                tracing::info!(agent.id = %id, %error, "an agent was not let in");
                Err(status(&error))
            }
        }
    }
}

#[tonic::async_trait]
impl Agent for Sessions {
    type SessionStream = std::pin::Pin<Box<dyn futures::Stream<Item = Result<ManagerMessage, Status>> + Send>>;

    async fn session(
        &self,
        request: Request<Streaming<AgentMessage>>,
    ) -> Result<Response<Self::SessionStream>, Status> {
        let id = self.caller(&request).await?;
        let (out, messages) = mpsc::channel(OUTBOX);
        let (fleet, bounds) = (self.fleet.clone(), self.bounds);
        let mut incoming = request.into_inner();
        self.tasks.spawn(async move {
            if let Err(reject) = serve(fleet, id, &mut incoming, &out, &bounds).await {
                let reason = RejectReason::try_from(reject.reason).unwrap_or_default();
                tracing::info!(agent.id = %id, reason = reason.as_str_name(), "a session ended: {}", reject.text);
                // Who has gone does not hear it.
                let _ = out.send(Ok(ManagerMessage { seq: 0, ack: 0, body: Some(Body::Reject(reject)) })).await;
            }
        });
        let messages =
            stream::unfold(messages, |mut messages| async { messages.recv().await.map(|message| (message, messages)) });
        Ok(Response::new(Box::pin(messages)))
    }

    type RelayStream = std::pin::Pin<Box<dyn futures::Stream<Item = Result<RelayRequest, Status>> + Send>>;

    async fn relay(&self, request: Request<Streaming<RelayAnswer>>) -> Result<Response<Self::RelayStream>, Status> {
        let id = self.caller(&request).await?;
        let (out, messages) = mpsc::channel(OUTBOX);
        let line = self.fleet.agent_relays(id);
        let mut answers = request.into_inner();
        self.tasks.spawn(async move { relay::serve(line, &mut answers, &out).await });
        let messages =
            stream::unfold(messages, |mut messages| async { messages.recv().await.map(|message| (message, messages)) });
        Ok(Response::new(Box::pin(messages)))
    }

    async fn renew(&self, request: Request<RenewRequest>) -> Result<Response<EnrollResponse>, Status> {
        let id = self.caller(&request).await?;
        Ok(Response::new(self.desk.renew(id, &request.into_inner().csr_der).await?))
    }
}

/// One session, from the first message to the last. An error is told to the agent.
async fn serve(
    fleet: Fleet,
    id: AgentId,
    incoming: &mut Streaming<AgentMessage>,
    out: &Out,
    bounds: &Bounds,
) -> Result<(), Reject> {
    let first = timeout(bounds.hello, incoming.message()).await;
    let first = first.map_err(|_| reject(RejectReason::ProtocolError, "say hello first, and soon"))?;
    let Ok(Some(AgentMessage { body: Some(agent_message::Body::Hello(hello)), .. })) = first else {
        return Err(reject(RejectReason::ProtocolError, "the first message must be a hello"));
    };
    let protocol = common_protocol(hello.protocol_min, hello.protocol_max).ok_or_else(|| Reject {
        protocol_min: PROTOCOL_MIN,
        protocol_max: PROTOCOL_MAX,
        ..reject(
            RejectReason::UnsupportedProtocol,
            &format!(
                "this manager speaks protocol {PROTOCOL_MIN} to {PROTOCOL_MAX}, the agent {} to {}: update the older one",
                hello.protocol_min, hello.protocol_max
            ),
        )
    })?;
    checked(&hello)?;
    let arrival = AgentArrival {
        id,
        epoch: hello.epoch.clone(),
        about: convert::about(&hello),
        holds: convert::holds(&hello.tasks),
    };
    let session = fleet.agent_arrives(arrival).await.map_err(|refusal| refused(id, refusal))?;
    let options = fleet.agent_options();
    let welcome = Welcome {
        session_id: format!("{id}-{:x}", fleet.time().timestamp_micros()),
        protocol,
        acknowledged: session.acknowledged(),
        heartbeat_interval_ms: convert::millis(options.heartbeat),
        silence_ms: convert::millis(options.silence),
        limits: Some(Limits {
            message_bytes: u32::try_from(MESSAGE_BYTES).unwrap_or(u32::MAX),
            report_entries: u32::try_from(REPORT_ENTRIES).unwrap_or(u32::MAX),
            unacknowledged: u32::try_from(UNACKNOWLEDGED).unwrap_or(u32::MAX),
        }),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        timetable: Some(Timetable {
            access_points_ms: Some(convert::millis(options.scan_every)),
            lan_ms: Some(convert::millis(options.look_every)),
        }),
    };
    tracing::info!(agent.id = %id, agent.name = session.name(), protocol, "an agent is connected");
    let mut talk = Talk { taken: session.acknowledged(), seq: 0, open: VecDeque::new(), out };
    talk.say(Body::Welcome(welcome)).await?;
    let ended = talk.listen(&fleet, session, incoming).await;
    tracing::info!(agent.id = %id, "an agent is not connected any more");
    ended
}

/// Where both sides are.
struct Talk<'a> {
    /// The agent's newest number that was taken in.
    taken: u64,
    /// Our newest number.
    seq: u64,
    /// Orders that the agent has not acknowledged.
    open: VecDeque<u64>,
    out: &'a Out,
}

impl Talk<'_> {
    async fn say(&mut self, body: Body) -> Result<(), Reject> {
        self.seq += 1;
        let message = ManagerMessage { seq: self.seq, ack: self.taken, body: Some(body) };
        self.out.send(Ok(message)).await.map_err(|_| gone())
    }

    async fn listen(
        &mut self,
        fleet: &Fleet,
        mut session: AgentSession,
        incoming: &mut Streaming<AgentMessage>,
    ) -> Result<(), Reject> {
        let silence = fleet.agent_options().silence;
        let mut heard_at = Instant::now();
        loop {
            let has_room = self.open.len() < UNACKNOWLEDGED;
            tokio::select! {
                biased;
                message = incoming.message() => match message {
                    Ok(Some(message)) if !fits(&message) => {
                        return Err(reject(RejectReason::ProtocolError, "the message is too large"));
                    }
                    Ok(Some(message)) => {
                        heard_at = Instant::now();
                        self.hear(fleet, &session, message).await?;
                    }
                    Ok(None) => return Ok(()),
                    Err(error) if error.code() == tonic::Code::OutOfRange => {
                        return Err(reject(RejectReason::ProtocolError, "the message is too large"));
                    }
                    Err(error) => {
                        tracing::debug!(agent.id = %session.id(), %error, "the stream of an agent broke off");
                        return Ok(());
                    }
                },
                order = session.next(), if has_room => match order {
                    Ok(order) => self.order(order).await?,
                    Err(end) => return Err(ended(end)),
                },
                () = sleep_until(heard_at + silence) => {
                    return Err(reject(RejectReason::Unspecified, "nothing was heard for too long"));
                }
                () = self.out.closed() => return Ok(()),
            }
        }
    }

    async fn order(&mut self, order: AgentOrder) -> Result<(), Reject> {
        let body = match order {
            AgentOrder::Task(given) => Body::Task(convert::task(&given)),
            AgentOrder::Cancel { task, fence, reason } => {
                Body::Cancel(CancelTask { task_id: task.to_string(), fence, reason })
            }
        };
        self.say(body).await?;
        self.open.push_back(self.seq);
        Ok(())
    }

    /// Takes a message in, once, and acknowledges it.
    async fn hear(&mut self, fleet: &Fleet, session: &AgentSession, message: AgentMessage) -> Result<(), Reject> {
        let AgentMessage { seq, ack, body } = message;
        if ack > self.seq {
            return Err(reject(RejectReason::ProtocolError, "it acknowledges what was not sent"));
        }
        while self.open.front().is_some_and(|open| *open <= ack) {
            self.open.pop_front();
        }
        if seq == 0 {
            return Err(reject(RejectReason::ProtocolError, "messages are numbered from 1"));
        }
        if seq <= self.taken {
            // It was sent again because our word of it was lost.
            return self.say(Body::Nothing(Ack {})).await;
        }
        let is_empty = matches!(body, None | Some(agent_message::Body::Nothing(_)));
        let done = match body {
            None | Some(agent_message::Body::Nothing(_)) => Ok(()),
            Some(agent_message::Body::Hello(hello)) => {
                checked(&hello)?;
                session.about(convert::about(&hello)).await
            }
            Some(agent_message::Body::Heartbeat(beat)) => session.heartbeat(convert::holds(&beat.tasks)).await,
            Some(agent_message::Body::AccessPoints(report)) => {
                few(report.points.len())?;
                let points = convert::points(session.id(), &report, fleet.time());
                session.access_points(report.interface, points, report.is_complete).await
            }
            Some(agent_message::Body::LanDevices(report)) => {
                few(report.devices.len())?;
                session.lan_devices(convert::lan_devices(&report)).await
            }
            Some(agent_message::Body::Progress(progress)) => match convert::news(&progress) {
                Some(news) => session.progress(news).await,
                None => Ok(()),
            },
            Some(agent_message::Body::Result(result)) => match convert::result(&result) {
                Some((task, fence, took, outcome)) => session.result(task, fence, took, outcome).await,
                None => Ok(()),
            },
        };
        if let Err(error) = done {
            // It is not acknowledged, so it comes again.
            tracing::error!(agent.id = %session.id(), error = error.chain(), "what an agent told could not be stored");
            let busy = reject(RejectReason::Overloaded, "the manager could not store it; try again in a moment");
            return Err(Reject { retry_after_ms: RETRY_MS, ..busy });
        }
        session.taken(seq);
        self.taken = seq;
        if is_empty { Ok(()) } else { self.say(Body::Nothing(Ack {})).await }
    }
}

/// A hello that is not too large.
fn checked(hello: &Hello) -> Result<(), Reject> {
    few(hello.tasks.len())?;
    if hello.epoch.is_empty() || hello.epoch.len() > 64 {
        return Err(reject(RejectReason::ProtocolError, "the epoch has 1 to 64 characters"));
    }
    Ok(())
}

fn few(entries: usize) -> Result<(), Reject> {
    if entries <= REPORT_ENTRIES {
        return Ok(());
    }
    Err(reject(RejectReason::ProtocolError, &format!("a report has {REPORT_ENTRIES} entries at most")))
}

fn refused(id: AgentId, refusal: AgentRefusal) -> Reject {
    match refusal {
        AgentRefusal::Revoked => reject(RejectReason::Revoked, "this agent was revoked"),
        AgentRefusal::Duplicate => {
            tracing::warn!(agent.id = %id, "another agent with the same certificate wants to come in");
            let text = "another agent with this certificate is connected";
            Reject { retry_after_ms: RETRY_MS, ..reject(RejectReason::Duplicate, text) }
        }
        AgentRefusal::Overloaded => {
            Reject { retry_after_ms: RETRY_MS, ..reject(RejectReason::Overloaded, "there are too many agents") }
        }
        AgentRefusal::Failed(error) => {
            tracing::error!(agent.id = %id, error = error.chain(), "an agent could not be let in");
            let busy = reject(RejectReason::Overloaded, "the manager is busy; try again in a moment");
            Reject { retry_after_ms: RETRY_MS, ..busy }
        }
    }
}

fn ended(end: AgentEnd) -> Reject {
    match end {
        AgentEnd::Revoked => reject(RejectReason::Revoked, "this agent was revoked"),
        AgentEnd::Replaced => reject(RejectReason::Replaced, "this agent has connected anew"),
        AgentEnd::Stopping => reject(RejectReason::ShuttingDown, "the manager stops"),
    }
}

/// The agent does not listen any more.
fn gone() -> Reject {
    reject(RejectReason::Unspecified, "the agent has gone")
}

fn reject(reason: RejectReason, text: &str) -> Reject {
    Reject { reason: reason.into(), text: text.to_owned(), ..Reject::default() }
}
