//! A manager that is played: it takes agents in, and says and hears what a test wants.

use std::{net::SocketAddr, pin::Pin, sync::Arc, time::Duration};

use provisioner::{
    Agent, AgentOptions, FileJournal,
    link::{About, Dial, Link, LinkError, Timetable, v1},
    tasks::probe::Lan,
};
use tokio::{net::TcpListener, sync::mpsc, task::JoinHandle, time::timeout};
use tokio_util::sync::CancellationToken;
use tonic::{
    Request, Response, Status, Streaming,
    transport::{Channel, Endpoint, Server},
};
use v1::{AgentMessage, ManagerMessage, agent_message::Body as Up, manager_message::Body as Down};
use wifi_control::FakeWifi;

use super::site::{HOME, KEY, Lan as FindIt, Site, Still, options, patience};

/// Nothing here takes so long unless it is broken.
pub(crate) const LIMIT: Duration = Duration::from_mins(1);

/// One stream of an agent.
pub(crate) struct Session {
    up: Streaming<AgentMessage>,
    down: mpsc::Sender<Result<ManagerMessage, Status>>,
    seq: u64,
    pub(crate) hello: v1::Hello,
    /// The highest number that came, and whether it is acknowledged by itself.
    heard: u64,
    pub(crate) acknowledges: bool,
    pub(crate) numbers: Vec<u64>,
}

/// Both directions of a stream.
type Stream = (Streaming<AgentMessage>, mpsc::Sender<Result<ManagerMessage, Status>>);

/// The same of calls to devices.
pub(crate) type Line = (Streaming<v1::RelayAnswer>, mpsc::Sender<Result<v1::RelayRequest, Status>>);

struct Door {
    sessions: mpsc::Sender<Stream>,
    /// None for a manager that is older than calls to devices.
    lines: Option<mpsc::Sender<Line>>,
}

type Messages<T> = Pin<Box<dyn futures::Stream<Item = Result<T, Status>> + Send>>;

/// What is sent into the other end, as a stream.
fn sent<T: Send + 'static>(messages: mpsc::Receiver<Result<T, Status>>) -> Messages<T> {
    Box::pin(futures::stream::unfold(messages, |mut messages| async {
        messages.recv().await.map(|message| (message, messages))
    }))
}

#[tonic::async_trait]
impl v1::agent_server::Agent for Door {
    type SessionStream = Messages<ManagerMessage>;
    type RelayStream = Messages<v1::RelayRequest>;

    async fn session(
        &self,
        request: Request<Streaming<AgentMessage>>,
    ) -> Result<Response<Self::SessionStream>, Status> {
        let (down, messages) = mpsc::channel(16);
        self.sessions.send((request.into_inner(), down)).await.map_err(|_| Status::unavailable("closed"))?;
        Ok(Response::new(sent(messages)))
    }

    async fn relay(&self, request: Request<Streaming<v1::RelayAnswer>>) -> Result<Response<Self::RelayStream>, Status> {
        let lines = self.lines.as_ref().ok_or_else(|| Status::unimplemented("not here"))?;
        let (down, messages) = mpsc::channel(16);
        lines.send((request.into_inner(), down)).await.map_err(|_| Status::unavailable("closed"))?;
        Ok(Response::new(sent(messages)))
    }

    async fn renew(&self, _: Request<v1::RenewRequest>) -> Result<Response<v1::EnrollResponse>, Status> {
        Err(Status::unimplemented("not here"))
    }
}

/// A manager that waits for agents.
pub(crate) struct Manager {
    address: SocketAddr,
    sessions: mpsc::Receiver<Stream>,
    pub(crate) lines: mpsc::Receiver<Line>,
    pub(crate) timetable: Option<v1::Timetable>,
    server: JoinHandle<()>,
}

impl Drop for Manager {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Manager {
    pub(crate) async fn start() -> Self {
        let (lines, opened) = mpsc::channel(4);
        Self::with(Some(lines), opened).await
    }

    /// One that does not know of calls to devices.
    pub(crate) async fn older() -> Self {
        Self::with(None, mpsc::channel(1).1).await
    }

    async fn with(lines: Option<mpsc::Sender<Line>>, opened: mpsc::Receiver<Line>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (door, sessions) = mpsc::channel(4);
        let door = Door { sessions: door, lines };
        let incoming = futures::stream::unfold(listener, |listener| async {
            Some((listener.accept().await.map(|(stream, _)| stream), listener))
        });
        let server = tokio::spawn(async move {
            let service = v1::agent_server::AgentServer::new(door);
            let _ = Server::builder().add_service(service).serve_with_incoming(incoming).await;
        });
        Self { address, sessions, lines: opened, timetable: None, server }
    }

    /// The next session, after its hello.
    pub(crate) async fn session(&mut self) -> Session {
        let (mut up, down) = timeout(LIMIT, self.sessions.recv()).await.unwrap().unwrap();
        let first = timeout(LIMIT, up.message()).await.unwrap().unwrap().unwrap();
        let Some(Up::Hello(hello)) = first.body else { panic!("{first:?}") };
        Session { up, down, seq: 0, hello, heard: 0, acknowledges: true, numbers: Vec::new() }
    }

    /// The next session, taken in.
    pub(crate) async fn welcomed(&mut self, acknowledged: u64) -> Session {
        let mut session = self.session().await;
        session.heard = acknowledged;
        let limits = v1::Limits { message_bytes: 65_536, report_entries: 10, unacknowledged: 16 };
        let welcome = v1::Welcome {
            protocol: 1,
            acknowledged,
            heartbeat_interval_ms: 100,
            silence_ms: 20_000,
            limits: Some(limits),
            timetable: self.timetable,
            ..v1::Welcome::default()
        };
        session.say(Down::Welcome(welcome)).await;
        session
    }
}

impl Session {
    pub(crate) async fn say(&mut self, body: Down) {
        self.seq += 1;
        let message = ManagerMessage { seq: self.seq, ack: self.heard, body: Some(body) };
        self.down.send(Ok(message)).await.unwrap();
    }

    /// The next message that is no heartbeat. Acknowledged as it comes, unless it shall not be.
    pub(crate) async fn next(&mut self) -> Up {
        loop {
            let message = timeout(LIMIT, self.up.message()).await.unwrap().unwrap().unwrap();
            self.numbers.push(message.seq);
            if self.acknowledges {
                self.heard = message.seq;
                self.say(Down::Nothing(v1::Ack {})).await;
            }
            match message.body.unwrap() {
                Up::Heartbeat(_) => {}
                body => return body,
            }
        }
    }

    /// The next result, and the steps before it.
    pub(crate) async fn result(&mut self) -> (Vec<v1::Step>, v1::TaskResult) {
        let mut steps = Vec::new();
        loop {
            match self.next().await {
                Up::Progress(progress) => steps.push(progress.step()),
                Up::Result(result) => return (steps, result),
                other => panic!("{other:?}"),
            }
        }
    }
}

/// Dials in the clear.
pub(crate) struct Plain(SocketAddr);

impl Dial for Plain {
    async fn dial(&self) -> Result<Channel, tonic::transport::Error> {
        Endpoint::from_shared(format!("http://{}", self.0))?.connect().await
    }

    async fn renew(&self, _: &Channel) {}
}

pub(crate) type TheLink = Link<FakeWifi, FindIt, Plain>;

/// An agent that does only what it is told.
pub(crate) fn link(site: &Site, manager: &Manager, why_not: Option<&str>) -> TheLink {
    let never = Some(Duration::ZERO);
    let timetable = Timetable { access_points: never, lan: never, listen: never };
    link_with(site, manager, why_not, timetable, |_| {})
}

pub(crate) fn link_with(
    site: &Site,
    manager: &Manager,
    why_not: Option<&str>,
    timetable: Timetable,
    set: impl FnOnce(&mut Lan),
) -> TheLink {
    let options_of = AgentOptions { patience: patience(), device: Box::new(options), clock: Arc::new(Still) };
    let journal = FileJournal::open(&site.journal()).unwrap();
    let agent = Agent::new(site.wifi.clone(), site.lan(), journal, options_of);
    let agent = Arc::new(agent.with_bluetooth(Arc::new(site.bluetooth.clone())));
    let epoch = format!("life of {}", site.journal().metadata().unwrap().len());
    let about = About {
        epoch,
        version: "1".to_owned(),
        host: "host".to_owned(),
        system: "Linux".to_owned(),
        interfaces: Box::new(Vec::new),
        why_not: why_not.map(str::to_owned),
        carries_session: why_not.is_some(),
        timetable,
    };
    let mut lan = Lan::new(options(), Arc::new(Still));
    set(&mut lan);
    Link::new(agent, Plain(manager.address), about, lan)
}

/// An agent that runs until it is stopped or killed.
pub(crate) struct Running {
    pub(crate) stop: CancellationToken,
    pub(crate) task: JoinHandle<Result<(), LinkError>>,
}

impl Running {
    pub(crate) fn start(link: TheLink) -> Self {
        let stop = CancellationToken::new();
        let inner = stop.clone();
        Self { stop, task: tokio::spawn(async move { link.run(inner, || {}).await }) }
    }

    /// As `kill -9` does.
    pub(crate) async fn kill(self) {
        self.task.abort();
        let _ = self.task.await;
    }

    pub(crate) async fn stop(self) -> Result<(), LinkError> {
        self.stop.cancel();
        timeout(LIMIT, self.task).await.unwrap().unwrap()
    }
}

pub(crate) fn provision(site: &Site, id: &str) -> v1::Task {
    let network = v1::WifiNetwork { ssid: HOME.to_owned(), password: KEY.to_owned() };
    let wish =
        v1::Provision { ssid: site.device.ssid().to_string(), network: Some(network), ..v1::Provision::default() };
    let kind = Some(v1::task::Kind::Provision(wish));
    v1::Task { task_id: id.to_owned(), fence: 4, lease_ms: 60_000, deadline_ms: 60_000, kind, ..v1::Task::default() }
}

pub(crate) fn times_written(site: &Site) -> usize {
    let writes = site.device.handle.writes();
    writes.iter().filter(|write| write.target.eq_ignore_ascii_case("wifi.setconfig")).count()
}
