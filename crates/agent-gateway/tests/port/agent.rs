//! An agent as far as the contract goes: no radio, no journal, and it does what a test says.

use std::{collections::VecDeque, net::SocketAddr};

use agent_proto::{
    PROTOCOL_MAX, PROTOCOL_MIN, SERVER_NAME,
    v1::{
        self, AgentMessage, ManagerMessage, RejectReason, agent_client::AgentClient, agent_message,
        manager_message::Body, task_result::Outcome,
    },
};
use fleet_model::AgentId;
use rcgen::{CertificateParams, KeyPair};
use tokio::{sync::mpsc, time::timeout};
use tonic::{
    Status, Streaming,
    transport::{Certificate, Channel, ClientTlsConfig, Endpoint, Identity},
};

use crate::world::{PATIENCE, World, pem};

/// Who an agent is.
#[derive(Clone)]
pub(crate) struct TestAgent {
    pub(crate) id: AgentId,
    key: String,
    certificate: String,
    authority: String,
}

/// A session of one.
pub(crate) struct Talk {
    /// The last number that was used.
    pub(crate) seq: u64,
    /// The last number of the manager that was heard.
    heard: u64,
    out: mpsc::Sender<AgentMessage>,
    incoming: Streaming<ManagerMessage>,
    /// What came while something else was waited for.
    unread: VecDeque<Body>,
    pub(crate) welcome: v1::Welcome,
}

/// A request for a certificate, and its key (PEM).
pub(crate) fn csr() -> (Vec<u8>, String) {
    let key = KeyPair::generate().unwrap();
    let csr = CertificateParams::default().serialize_request(&key).unwrap();
    (csr.der().to_vec(), key.serialize_pem())
}

fn endpoint(address: SocketAddr) -> Endpoint {
    Endpoint::from_shared(format!("https://{address}")).unwrap()
}

/// A connection without a certificate.
pub(crate) async fn stranger(world: &World) -> Channel {
    let trust = Certificate::from_pem(world.authority_pem().await);
    let tls = ClientTlsConfig::new().ca_certificate(trust).domain_name(SERVER_NAME);
    endpoint(world.address()).tls_config(tls).unwrap().connect().await.unwrap()
}

impl TestAgent {
    pub(crate) async fn enroll(world: &World, code: &str, name: &str) -> Result<Self, Status> {
        Self::enroll_over(stranger(world).await, code, name).await
    }

    /// The same over a connection that is open.
    pub(crate) async fn enroll_over(channel: Channel, code: &str, name: &str) -> Result<Self, Status> {
        let (csr_der, key) = csr();
        let request =
            v1::EnrollRequest { code: code.to_owned(), csr_der, name: name.to_owned(), version: "1".to_owned() };
        let mut client = v1::enrollment_client::EnrollmentClient::new(channel);
        let answer = client.enroll(request).await?.into_inner();
        Ok(Self {
            id: answer.agent_id.parse().unwrap(),
            key,
            certificate: pem("CERTIFICATE", &answer.certificate_der),
            authority: pem("CERTIFICATE", &answer.ca_certificate_der),
        })
    }

    /// The same agent with another certificate.
    pub(crate) fn with(&self, key: String, certificate: &[u8]) -> Self {
        Self { key, certificate: pem("CERTIFICATE", certificate), ..self.clone() }
    }

    pub(crate) async fn client(&self, world: &World) -> Result<AgentClient<Channel>, tonic::transport::Error> {
        self.client_at(world.address()).await
    }

    async fn client_at(&self, address: SocketAddr) -> Result<AgentClient<Channel>, tonic::transport::Error> {
        let tls = ClientTlsConfig::new()
            .ca_certificate(Certificate::from_pem(&self.authority))
            .identity(Identity::from_pem(&self.certificate, &self.key))
            .domain_name(SERVER_NAME);
        Ok(AgentClient::new(endpoint(address).tls_config(tls)?.connect().await?))
    }

    /// What an agent with one radio says of itself.
    pub(crate) fn hello(epoch: &str) -> v1::Hello {
        let wifi = v1::WifiRadio { control: "fake".to_owned(), is_usable: true, ..Default::default() };
        let wlan0 = v1::Interface { name: "wlan0".to_owned(), wifi: Some(wifi), ..Default::default() };
        v1::Hello {
            protocol_min: PROTOCOL_MIN,
            protocol_max: PROTOCOL_MAX,
            version: "1".to_owned(),
            host: "pi".to_owned(),
            epoch: epoch.to_owned(),
            interfaces: vec![wlan0],
            abilities: vec![v1::Ability::Wifi.into(), v1::Ability::Discovery.into()],
            ..Default::default()
        }
    }

    /// Opens a session.
    pub(crate) async fn come(&self, world: &World, hello: v1::Hello) -> Result<Talk, v1::Reject> {
        self.come_at(world, hello, 0).await
    }

    /// The same, going on from a number.
    pub(crate) async fn come_at(&self, world: &World, hello: v1::Hello, seq: u64) -> Result<Talk, v1::Reject> {
        self.come_to(world.address(), hello, seq).await
    }

    /// The same at an address.
    pub(crate) async fn come_to(&self, address: SocketAddr, hello: v1::Hello, seq: u64) -> Result<Talk, v1::Reject> {
        let mut client = self.client_at(address).await.unwrap();
        let (out, messages) = mpsc::channel(64);
        let body = Some(agent_message::Body::Hello(hello));
        out.send(AgentMessage { seq: 0, ack: 0, body }).await.unwrap();
        let messages = futures::stream::unfold(messages, |mut messages| async {
            messages.recv().await.map(|message| (message, messages))
        });
        let mut incoming = client.session(messages).await.unwrap().into_inner();
        let first = timeout(PATIENCE, incoming.message()).await.unwrap().unwrap().unwrap();
        match first.body.unwrap() {
            Body::Welcome(welcome) => {
                Ok(Talk { seq, heard: first.seq, out, incoming, unread: VecDeque::new(), welcome })
            }
            Body::Reject(reject) => Err(reject),
            other => panic!("neither welcome nor reject: {other:?}"),
        }
    }

    /// Comes with one radio and as if it had just started.
    pub(crate) async fn here(&self, world: &World) -> Talk {
        self.come(world, Self::hello("first")).await.unwrap()
    }
}

impl Talk {
    /// Says something under the next number.
    pub(crate) async fn say(&mut self, body: agent_message::Body) {
        self.seq += 1;
        self.say_as(self.seq, body).await;
    }

    /// Says something under this number.
    pub(crate) async fn say_as(&self, seq: u64, body: agent_message::Body) {
        // Who was sent away finds out by listening.
        let _ = self.out.send(AgentMessage { seq, ack: self.heard, body: Some(body) }).await;
    }

    /// Says something that this version of the contract does not know.
    pub(crate) async fn say_nothing_known(&mut self) {
        self.seq += 1;
        let message = AgentMessage { seq: self.seq, ack: self.heard, body: None };
        self.out.send(message).await.unwrap();
    }

    /// The next message that says something; none when the session has ended.
    pub(crate) async fn hear(&mut self) -> Option<Body> {
        loop {
            if let Some(body) = self.unread.pop_front() {
                return Some(body);
            }
            let message =
                timeout(PATIENCE, self.incoming.message()).await.expect("a message of the manager").ok()??;
            self.heard = self.heard.max(message.seq);
            match message.body {
                None | Some(Body::Nothing(_)) => {}
                body => return body,
            }
        }
    }

    /// The next task.
    pub(crate) async fn task(&mut self) -> v1::Task {
        match self.hear().await {
            Some(Body::Task(task)) => task,
            other => panic!("no task: {other:?}"),
        }
    }

    /// The next task that is no scan; scans are answered.
    pub(crate) async fn provision(&mut self) -> v1::Task {
        loop {
            let task = self.task().await;
            match task.kind {
                Some(v1::task::Kind::Scan(_)) => self.ends(&task, Outcome::Scan(v1::ScanDone { points: 0 })).await,
                _ => return task,
            }
        }
    }

    /// Why the session ends.
    pub(crate) async fn rejected(&mut self) -> RejectReason {
        loop {
            match self.hear().await {
                Some(Body::Reject(reject)) => return reject.reason(),
                Some(_) => {}
                None => panic!("it ended without a word"),
            }
        }
    }

    /// Waits until this number was taken in.
    pub(crate) async fn acknowledged(&mut self, seq: u64) {
        loop {
            let message = timeout(PATIENCE, self.incoming.message()).await.expect("a message of the manager");
            let message = message.unwrap().expect("the session goes on");
            self.heard = self.heard.max(message.seq);
            self.unread.extend(message.body.filter(|body| !matches!(body, Body::Nothing(_))));
            if message.ack >= seq {
                return;
            }
        }
    }

    /// Says that it lives, and has been given nothing until the manager has heard that.
    pub(crate) async fn gets_nothing(&mut self, holds: &[&v1::Task]) {
        self.beats(holds).await;
        let seq = self.seq;
        self.acknowledged(seq).await;
        let given = self.unread.iter().find(|body| matches!(body, Body::Task(_)));
        assert!(given.is_none(), "{given:?}");
    }

    /// Says that the radio sees these.
    pub(crate) async fn sees(&mut self, points: &[(&str, i32)]) {
        let point = |(ssid, signal_dbm): &(&str, i32)| v1::AccessPoint {
            ssid: (*ssid).to_owned(),
            bssid: "A8032AB12346".to_owned(),
            signal_dbm: *signal_dbm,
            security: v1::Security::Open.into(),
            ..Default::default()
        };
        let points = points.iter().map(point).collect();
        let report = v1::AccessPoints { interface: "wlan0".to_owned(), is_complete: true, points };
        self.say(agent_message::Body::AccessPoints(report)).await;
        let seq = self.seq;
        self.acknowledged(seq).await;
    }

    pub(crate) async fn steps(&mut self, task: &v1::Task, step: v1::Step) {
        let progress = v1::TaskProgress {
            task_id: task.task_id.clone(),
            fence: task.fence,
            step: step.into(),
            ..Default::default()
        };
        self.say(agent_message::Body::Progress(progress)).await;
    }

    pub(crate) async fn beats(&mut self, tasks: &[&v1::Task]) {
        let tasks = tasks.iter().map(|task| held(task)).collect();
        self.say(agent_message::Body::Heartbeat(v1::Heartbeat { tasks, memory_bytes: 0 })).await;
    }

    pub(crate) async fn ends(&mut self, task: &v1::Task, outcome: Outcome) {
        self.say(agent_message::Body::Result(result(task, outcome))).await;
    }
}

pub(crate) fn held(task: &v1::Task) -> v1::HeldTask {
    v1::HeldTask { task_id: task.task_id.clone(), fence: task.fence }
}

pub(crate) fn result(task: &v1::Task, outcome: Outcome) -> v1::TaskResult {
    v1::TaskResult { task_id: task.task_id.clone(), fence: task.fence, took_ms: 1000, outcome: Some(outcome) }
}

/// A failure, with the device back in its access point.
pub(crate) fn failure(kind: v1::FailureKind) -> Outcome {
    Outcome::Failure(v1::Failure {
        kind: kind.into(),
        text: "it did not work".to_owned(),
        is_host_restored: true,
        device: v1::DevicePlace::AccessPoint.into(),
        ..Default::default()
    })
}

/// A device that is in the network; nobody answers at its address.
pub(crate) fn provisioned(mac: &str, endpoint: &str, model: &str) -> Outcome {
    let device = v1::Device {
        mac: mac.to_owned(),
        generation: 2,
        model: model.to_owned(),
        firmware: "20231107-164219/1.0.8-g".to_owned(),
        ..Default::default()
    };
    Outcome::Provisioned(v1::Provisioned {
        device: Some(device),
        endpoint: endpoint.to_owned(),
        found_by: "mdns".to_owned(),
        is_host_restored: true,
    })
}
