//! One session with the manager.

use std::time::Duration;

use agent_proto::{
    MESSAGE_BYTES, PROTOCOL_MAX, PROTOCOL_MIN,
    v1::{
        self, AgentMessage, RejectReason, agent_client::AgentClient, agent_message::Body as Up,
        manager_message::Body as Down,
    },
};
use tokio::{
    sync::mpsc,
    time::{Instant, MissedTickBehavior, interval, sleep_until, timeout},
};
use tokio_util::sync::CancellationToken;
use tonic::transport::Channel;
use wifi_control::WifiControl;

use super::{Dial, Link};
use crate::{FindOnLan, TaskId};

/// How long the manager has to answer to a hello.
const WELCOME: Duration = Duration::from_secs(20);
/// Messages on their way into the stream.
const IN_STREAM: usize = 16;
/// Shortest time between heartbeats, whatever the manager says.
const SHORTEST_BEAT: Duration = Duration::from_millis(50);

/// How a session ended.
pub(super) enum End {
    /// We stopped, and everything is told.
    Stopped,
    /// It broke, or never came about.
    Broken(String),
    /// The manager ended it.
    Rejected { text: String, after: Duration },
    /// The manager does not want this agent any more.
    Revoked(String),
}

impl From<tonic::Status> for End {
    fn from(status: tonic::Status) -> Self {
        if status.code() == tonic::Code::PermissionDenied {
            return Self::Revoked(status.message().to_owned());
        }
        Self::Broken(format!("{}: {}", status.code(), status.message()))
    }
}

/// What both sides agreed on.
struct Terms {
    beat: Duration,
    silence: Duration,
    most: usize,
    entries: usize,
}

impl<W, F, D> Link<W, F, D>
where
    W: WifiControl + 'static,
    F: FindOnLan + 'static,
    D: Dial + 'static,
{
    /// Holds a session until it ends, or until all work is done and told after a stop.
    pub(super) async fn session(&self, channel: Channel, worked: &CancellationToken) -> End {
        match self.try_session(channel, worked).await {
            Ok(never) => never,
            Err(end) => end,
        }
    }

    async fn try_session(&self, channel: Channel, worked: &CancellationToken) -> Result<End, End> {
        let (up, messages) = mpsc::channel::<AgentMessage>(IN_STREAM);
        let messages = futures::stream::unfold(messages, |mut messages| async {
            messages.recv().await.map(|message| (message, messages))
        });
        let hello = AgentMessage { seq: 0, ack: 0, body: Some(Up::Hello(self.hello())) };
        up.send(hello).await.map_err(|_| End::Broken("the stream is closed".to_owned()))?;
        let mut client = AgentClient::new(channel.clone()).max_decoding_message_size(MESSAGE_BYTES);
        let opened = timeout(WELCOME, client.session(messages)).await;
        let mut down = opened.map_err(|_| End::Broken("the manager does not answer".to_owned()))??.into_inner();
        let first = timeout(WELCOME, down.message()).await;
        let first = first.map_err(|_| End::Broken("the manager does not answer".to_owned()))??;
        let first = first.ok_or_else(|| End::Broken("the manager closed the stream".to_owned()))?;
        let mut taken = first.seq;
        let (terms, timetable) = match first.body {
            Some(Down::Welcome(welcome)) => {
                tracing::info!(manager.version = %welcome.version, "the manager took us in");
                self.known(welcome.acknowledged);
                (terms(&welcome), welcome.timetable)
            }
            Some(Down::Reject(reject)) => return Err(rejected(&reject)),
            _ => return Err(End::Broken("the manager said something else than welcome".to_owned())),
        };
        self.entries.store(terms.entries, std::sync::atomic::Ordering::Relaxed);
        let _open = self.pace.open(timetable.as_ref());
        let mut relaying = Box::pin(self.relay(channel.clone()));
        let mut relays = true;
        let mut beats = interval(terms.beat);
        beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut sent = 0;
        let mut beat: Option<(u64, Instant, Vec<v1::HeldTask>)> = None;
        let mut heard_at = Instant::now();
        loop {
            while let Some(message) = self.outbox.next(sent, terms.most, taken) {
                sent = message.seq;
                up.send(message).await.map_err(|_| End::Broken("the stream is closed".to_owned()))?;
            }
            tokio::select! {
                message = down.message() => {
                    let Some(message) = message? else { return Err(End::Broken("the manager closed the stream".to_owned())) };
                    heard_at = Instant::now();
                    if let Some((_, sent_at, tasks)) = beat.take_if(|(number, ..)| *number <= message.ack) {
                        self.leases.extend(&tasks, sent_at);
                    }
                    self.known(message.ack);
                    match message.body {
                        Some(Down::Task(task)) => self.take(task),
                        Some(Down::Cancel(cancel)) => self.cancel(&cancel),
                        Some(Down::Reject(reject)) => return Err(rejected(&reject)),
                        Some(Down::Welcome(_) | Down::Nothing(_)) | None => {}
                    }
                    taken = taken.max(message.seq);
                }
                () = self.outbox.changed() => {}
                () = &mut relaying, if relays => relays = false,
                _ = beats.tick() => {
                    let tasks = self.leases.held();
                    let body = v1::Heartbeat { tasks: tasks.clone(), memory_bytes: memory_bytes() };
                    let number = self.outbox.push(Up::Heartbeat(body));
                    beat.get_or_insert((number, Instant::now(), tasks));
                    self.dial.renew(&channel).await;
                }
                () = sleep_until(heard_at + terms.silence) => {
                    return Err(End::Broken("the manager was silent for too long".to_owned()));
                }
                () = worked.cancelled(), if self.outbox.is_empty() => return Ok(End::Stopped),
            }
            if worked.is_cancelled() && self.outbox.is_empty() {
                return Ok(End::Stopped);
            }
        }
    }

    /// The manager knows what was told up to this number.
    fn known(&self, number: u64) {
        for body in self.outbox.acknowledged(number) {
            if let Up::Result(result) = body
                && let Err(error) = self.agent.told(&TaskId::new(result.task_id.as_str()))
            {
                tracing::error!(error = %crate::provision::chain(&error), "the end of a task will be told once more");
            }
        }
    }

    fn hello(&self) -> v1::Hello {
        let mut tasks = self.leases.held();
        for (task, fence, _) in self.agent.untold() {
            if !tasks.iter().any(|held| held.task_id == task.as_str()) {
                tasks.push(v1::HeldTask { task_id: task.to_string(), fence });
            }
        }
        let mut abilities = vec![v1::Ability::Discovery.into()];
        if !self.lan.relay_to.is_empty() {
            abilities.push(v1::Ability::Relay.into());
        }
        if self.about.why_not.is_none() {
            abilities.push(v1::Ability::Wifi.into());
        }
        if self.agent.has_bluetooth() {
            abilities.push(v1::Ability::Bluetooth.into());
        }
        v1::Hello {
            protocol_min: PROTOCOL_MIN,
            protocol_max: PROTOCOL_MAX,
            version: self.about.version.clone(),
            host: self.about.host.clone(),
            system: self.about.system.clone(),
            epoch: self.outbox.epoch().to_owned(),
            interfaces: (self.about.interfaces)(),
            abilities,
            tasks,
            last_acknowledged: 0,
        }
    }
}

fn terms(welcome: &v1::Welcome) -> Terms {
    let limits = welcome.limits.unwrap_or_default();
    let or = |number: u32, usual: usize| if number == 0 { usual } else { usize::try_from(number).unwrap_or(usual) };
    let millis = |number: u32| Duration::from_millis(number.into());
    let beat = millis(welcome.heartbeat_interval_ms).max(SHORTEST_BEAT);
    Terms {
        beat,
        silence: millis(welcome.silence_ms).max(beat * 2),
        most: or(limits.unacknowledged, 32),
        entries: or(limits.report_entries, 100),
    }
}

fn rejected(reject: &v1::Reject) -> End {
    let after = Duration::from_millis(reject.retry_after_ms.into());
    match RejectReason::try_from(reject.reason) {
        Ok(RejectReason::Revoked) => End::Revoked(reject.text.clone()),
        // Nothing changes until one of us is updated.
        Ok(RejectReason::UnsupportedProtocol) => {
            End::Rejected { text: reject.text.clone(), after: after.max(Duration::from_mins(5)) }
        }
        _ => End::Rejected { text: reject.text.clone(), after },
    }
}

/// Memory of this process; 0 where it is not told.
fn memory_bytes() -> u64 {
    let told = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = told.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or_default() * 1024
}
