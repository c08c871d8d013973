//! The agent and a manager that is played here: what is told arrives once, and nothing runs twice on a radio.

use std::{net::SocketAddr, pin::Pin, sync::Arc, time::Duration};

use provisioner::{
    Agent, AgentOptions, FileJournal, Outcome, Stop, TaskId,
    link::{About, Dial, Link, LinkError, v1},
    tasks::probe::Lan,
};
use tokio::{net::TcpListener, sync::mpsc, task::JoinHandle, time::timeout};
use tokio_util::sync::CancellationToken;
use tonic::{
    Request, Response, Status, Streaming,
    transport::{Channel, Endpoint, Server},
};
use v1::{
    AgentMessage, ManagerMessage, agent_message::Body as Up, manager_message::Body as Down, task_result::Outcome as End,
};
use wifi_control::FakeWifi;

use super::site::{HOME, KEY, Lan as FindIt, Site, Still, new_device, options, patience};

/// Nothing here takes so long unless it is broken.
const LIMIT: Duration = Duration::from_mins(1);

/// One stream of an agent.
struct Session {
    up: Streaming<AgentMessage>,
    down: mpsc::Sender<Result<ManagerMessage, Status>>,
    seq: u64,
    hello: v1::Hello,
    /// The highest number that came, and whether it is acknowledged by itself.
    heard: u64,
    acknowledges: bool,
    numbers: Vec<u64>,
}

/// Both directions of a stream.
type Stream = (Streaming<AgentMessage>, mpsc::Sender<Result<ManagerMessage, Status>>);

struct Door(mpsc::Sender<Stream>);

type Answers = Pin<Box<dyn futures::Stream<Item = Result<ManagerMessage, Status>> + Send>>;

#[tonic::async_trait]
impl v1::agent_server::Agent for Door {
    type SessionStream = Answers;

    async fn session(&self, request: Request<Streaming<AgentMessage>>) -> Result<Response<Answers>, Status> {
        let (down, messages) = mpsc::channel(16);
        self.0.send((request.into_inner(), down)).await.map_err(|_| Status::unavailable("closed"))?;
        let stream = futures::stream::unfold(messages, |mut messages| async {
            messages.recv().await.map(|message| (message, messages))
        });
        Ok(Response::new(Box::pin(stream)))
    }

    async fn renew(&self, _: Request<v1::RenewRequest>) -> Result<Response<v1::EnrollResponse>, Status> {
        Err(Status::unimplemented("not here"))
    }
}

/// A manager that waits for agents.
struct Manager {
    address: SocketAddr,
    sessions: mpsc::Receiver<Stream>,
    server: JoinHandle<()>,
}

impl Drop for Manager {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Manager {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (door, sessions) = mpsc::channel(4);
        let incoming = futures::stream::unfold(listener, |listener| async {
            Some((listener.accept().await.map(|(stream, _)| stream), listener))
        });
        let server = tokio::spawn(async move {
            let service = v1::agent_server::AgentServer::new(Door(door));
            let _ = Server::builder().add_service(service).serve_with_incoming(incoming).await;
        });
        Self { address, sessions, server }
    }

    /// The next session, after its hello.
    async fn session(&mut self) -> Session {
        let (mut up, down) = timeout(LIMIT, self.sessions.recv()).await.unwrap().unwrap();
        let first = timeout(LIMIT, up.message()).await.unwrap().unwrap().unwrap();
        let Some(Up::Hello(hello)) = first.body else { panic!("{first:?}") };
        Session { up, down, seq: 0, hello, heard: 0, acknowledges: true, numbers: Vec::new() }
    }

    /// The next session, taken in.
    async fn welcomed(&mut self, acknowledged: u64) -> Session {
        let mut session = self.session().await;
        session.heard = acknowledged;
        let limits = v1::Limits { message_bytes: 65_536, report_entries: 10, unacknowledged: 16 };
        let welcome = v1::Welcome {
            protocol: 1,
            acknowledged,
            heartbeat_interval_ms: 100,
            silence_ms: 20_000,
            limits: Some(limits),
            ..v1::Welcome::default()
        };
        session.say(Down::Welcome(welcome)).await;
        session
    }
}

impl Session {
    async fn say(&mut self, body: Down) {
        self.seq += 1;
        let message = ManagerMessage { seq: self.seq, ack: self.heard, body: Some(body) };
        self.down.send(Ok(message)).await.unwrap();
    }

    /// The next message that is no heartbeat. Acknowledged as it comes, unless it shall not be.
    async fn next(&mut self) -> Up {
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
    async fn result(&mut self) -> (Vec<v1::Step>, v1::TaskResult) {
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
struct Plain(SocketAddr);

impl Dial for Plain {
    async fn dial(&self) -> Result<Channel, tonic::transport::Error> {
        Endpoint::from_shared(format!("http://{}", self.0))?.connect().await
    }

    async fn renew(&self, _: &Channel) {}
}

type TheLink = Link<FakeWifi, FindIt, Plain>;

fn link(site: &Site, manager: &Manager, why_not: Option<&str>) -> TheLink {
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
    };
    Link::new(agent, Plain(manager.address), about, Lan { options: options(), mdns: None, clock: Arc::new(Still) })
}

/// An agent that runs until it is stopped or killed.
struct Running {
    stop: CancellationToken,
    task: JoinHandle<Result<(), LinkError>>,
}

impl Running {
    fn start(link: TheLink) -> Self {
        let stop = CancellationToken::new();
        let inner = stop.clone();
        Self { stop, task: tokio::spawn(async move { link.run(inner, || {}).await }) }
    }

    /// As `kill -9` does.
    async fn kill(self) {
        self.task.abort();
        let _ = self.task.await;
    }

    async fn stop(self) -> Result<(), LinkError> {
        self.stop.cancel();
        timeout(LIMIT, self.task).await.unwrap().unwrap()
    }
}

fn provision(site: &Site, id: &str) -> v1::Task {
    let network = v1::WifiNetwork { ssid: HOME.to_owned(), password: KEY.to_owned() };
    let wish =
        v1::Provision { ssid: site.device.ssid().to_string(), network: Some(network), ..v1::Provision::default() };
    let kind = Some(v1::task::Kind::Provision(wish));
    v1::Task { task_id: id.to_owned(), fence: 4, lease_ms: 60_000, deadline_ms: 60_000, kind, ..v1::Task::default() }
}

fn times_written(site: &Site) -> usize {
    let writes = site.device.handle.writes();
    writes.iter().filter(|write| write.target.eq_ignore_ascii_case("wifi.setconfig")).count()
}

/// W15, W17, W18, W19: a task comes down, each step and the end go up, and the end is told until it is acknowledged.
#[tokio::test]
async fn w18_w19_a_task_is_done_and_told() {
    let (site, mut manager) = (Site::with(new_device("SNSW-001X16EU")).await, Manager::start().await);
    let running = Running::start(link(&site, &manager, None));
    let mut session = manager.welcomed(0).await;
    assert!(session.hello.abilities.contains(&v1::Ability::Wifi.into()) && session.hello.tasks.is_empty());

    session
        .say(Down::Task(v1::Task {
            task_id: "scan".to_owned(),
            kind: Some(v1::task::Kind::Scan(v1::Scan {})),
            ..v1::Task::default()
        }))
        .await;
    let mut told = Vec::new();
    while told.len() < 4 {
        told.push(session.next().await);
    }
    let Up::AccessPoints(points) = &told[2] else { panic!("{told:?}") };
    assert!(points.is_complete && points.points[0].ssid == site.device.ssid().to_string());

    session.say(Down::Task(provision(&site, "t"))).await;
    let (steps, result) = session.result().await;
    assert_eq!((steps[0], steps.last()), (v1::Step::Accepted, Some(&v1::Step::Finding)), "{steps:?}");
    let Some(End::Provisioned(done)) = result.outcome else { panic!("{result:?}") };
    assert!(
        done.is_host_restored && result.fence == 4 && done.device.unwrap().mac == site.device.handle.mac().to_string()
    );
    assert!(session.numbers.windows(2).all(|pair| pair[0] < pair[1]), "{:?}", session.numbers);

    session.say(Down::Cancel(v1::CancelTask { task_id: "unknown".to_owned(), fence: 9, reason: String::new() })).await;
    let (_, result) = session.result().await;
    let Some(End::Failure(failure)) = result.outcome else { panic!("{result:?}") };
    assert_eq!((failure.kind(), result.fence), (v1::FailureKind::Cancelled, 9));
    session
        .say(Down::Task(v1::Task {
            task_id: "relay".to_owned(),
            kind: Some(v1::task::Kind::Relay(v1::Relay::default())),
            ..v1::Task::default()
        }))
        .await;
    let (_, result) = session.result().await;
    assert!(matches!(result.outcome, Some(End::Failure(failure)) if failure.kind() == v1::FailureKind::Unsupported));
    running.stop().await.unwrap();
    assert!(site.wifi.is_home() && times_written(&site) == 1);
}

/// W15, L3: the connection breaks in the middle; the task goes on, and what was not acknowledged comes again, once done.
#[tokio::test]
async fn w15_l3_a_broken_session_is_resumed() {
    let (site, mut manager) = (Site::with(new_device("SNSW-001X16EU")).await, Manager::start().await);
    let running = Running::start(link(&site, &manager, None));
    let mut session = manager.welcomed(0).await;
    session.acknowledges = false;
    session.say(Down::Task(provision(&site, "t"))).await;
    assert!(matches!(session.next().await, Up::Progress(_)));
    let epoch = session.hello.epoch.clone();
    drop(session);
    // The manager has taken in nothing; it does not give the task again, because the agent names it.
    let mut session = manager.welcomed(0).await;
    assert_eq!(session.hello.epoch, epoch);
    assert_eq!((session.hello.tasks[0].task_id.as_str(), session.hello.tasks[0].fence), ("t", 4));
    let (steps, result) = session.result().await;
    assert_eq!(steps[0], v1::Step::Accepted, "it is told again from the first");
    assert!(matches!(result.outcome, Some(End::Provisioned(_))) && times_written(&site) == 1);
    running.stop().await.unwrap();
}

/// L3: an end that nobody acknowledged is told by the next life, and the task is not done again when it is given again.
#[tokio::test]
async fn l3_an_end_survives_the_agent() {
    let (site, mut manager) = (Site::with(new_device("SNSW-001X16EU")).await, Manager::start().await);
    let running = Running::start(link(&site, &manager, None));
    let mut session = manager.welcomed(0).await;
    session.acknowledges = false;
    session.say(Down::Task(provision(&site, "t"))).await;
    session.result().await;
    running.kill().await;
    let running = Running::start(link(&site, &manager, None));
    let mut session = manager.welcomed(0).await;
    assert_eq!(session.hello.tasks[0].task_id, "t");
    let (_, result) = session.result().await;
    assert!(matches!(result.outcome, Some(End::Provisioned(_))) && result.fence == 4);
    session.say(Down::Task(provision(&site, "t"))).await;
    let (_, again) = session.result().await;
    assert!(matches!(again.outcome, Some(End::Provisioned(_))) && times_written(&site) == 1);
    running.stop().await.unwrap();
    let journal = FileJournal::open(&site.journal()).unwrap();
    assert!(journal.tasks().all().iter().all(|position| position.is_told));
}

/// L3: a lease that the manager does not extend ends the task, and what it did is taken back.
#[tokio::test]
async fn l3_a_lease_that_runs_out_ends_the_task() {
    let (site, mut manager) = (Site::with(new_device("SNSW-001X16EU")).await, Manager::start().await);
    site.device.set_power(false);
    let running = Running::start(link(&site, &manager, None));
    let mut session = manager.welcomed(0).await;
    // It is told that nothing of it arrives.
    session.acknowledges = false;
    let task = v1::Task { lease_ms: 1, ..provision(&site, "t") };
    session.say(Down::Task(task)).await;
    let (_, result) = session.result().await;
    let Some(End::Failure(failure)) = result.outcome else { panic!("{result:?}") };
    assert!(matches!(failure.kind(), v1::FailureKind::TimedOut | v1::FailureKind::NoAccessPoint), "{failure:?}");
    assert!(failure.is_host_restored && site.wifi.is_home());
    running.kill().await;
}

/// A radio that carries the session is not used, and a manager that does not want the agent ends it.
#[tokio::test]
async fn w17_a_radio_that_is_needed_is_left_alone_and_a_revoked_agent_ends() {
    let (site, mut manager) = (Site::with(new_device("SNSW-001X16EU")).await, Manager::start().await);
    let running = Running::start(link(&site, &manager, Some("wlan9 carries the session")));
    let mut session = manager.welcomed(0).await;
    assert!(!session.hello.abilities.contains(&v1::Ability::Wifi.into()));
    session.say(Down::Task(provision(&site, "t"))).await;
    let (_, result) = session.result().await;
    let Some(End::Failure(failure)) = result.outcome else { panic!("{result:?}") };
    assert!(failure.kind() == v1::FailureKind::Unsupported && failure.text.contains("wlan9"));
    let reason = v1::RejectReason::Revoked.into();
    session.say(Down::Reject(v1::Reject { reason, text: "no more".to_owned(), ..v1::Reject::default() })).await;
    let ended = timeout(LIMIT, running.task).await.unwrap().unwrap();
    assert!(matches!(ended, Err(LinkError::Revoked(_))), "{ended:?}");
}

/// A stop in the middle takes back what is under way, and tells it.
#[tokio::test]
async fn l6_a_stop_takes_back_and_tells() {
    let (site, mut manager) = (Site::with(new_device("SNSW-001X16EU")).await, Manager::start().await);
    site.device.set_power(false);
    let running = Running::start(link(&site, &manager, None));
    let mut session = manager.welcomed(0).await;
    session.say(Down::Task(provision(&site, "t"))).await;
    assert!(matches!(session.next().await, Up::Progress(_)));
    running.stop.cancel();
    let (_, result) = session.result().await;
    let Some(End::Failure(failure)) = result.outcome else { panic!("{result:?}") };
    assert!(failure.is_host_restored, "{failure:?}");
    running.stop().await.unwrap();
    let agent = site.agent();
    let again = agent.provision(TaskId::new("t"), 4, &site.task(KEY), &Stop::default(), &|_| {}).await.unwrap();
    assert!(matches!(again, Outcome::Failed(_)) && site.wifi.is_home());
}

/// L7: an agent with Bluetooth says so, and does the manager's tasks over it while its radio is needed for the session.
#[tokio::test]
async fn l7_the_manager_has_a_device_provisioned_over_bluetooth() {
    let (site, mut manager) = (Site::with(new_device("S3SW-002P16EU")).await, Manager::start().await);
    let running = Running::start(link(&site, &manager, Some("wlan9 carries the session")));
    let mut session = manager.welcomed(0).await;
    let abilities = &session.hello.abilities;
    assert!(abilities.contains(&v1::Ability::Bluetooth.into()) && !abilities.contains(&v1::Ability::Wifi.into()));
    let mut task = provision(&site, "t");
    if let Some(v1::task::Kind::Provision(wish)) = &mut task.kind {
        wish.transport = v1::Transport::Bluetooth.into();
    }
    session.say(Down::Task(task)).await;
    let (_, result) = session.result().await;
    assert!(matches!(result.outcome, Some(End::Provisioned(_))), "{result:?}");
    assert_eq!((site.wifi.log(), site.bluetooth.connected()), (Vec::new(), None));
    running.kill().await;
}
