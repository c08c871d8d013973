//! A manager with its port for agents, which can be stopped and started again on the same database.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use agent_gateway::{AgentTls, Bounds};
use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use chrono::{TimeDelta, Utc};
use fleet::{
    Actor, AgentCodeRequest, AgentOptions, DeviceToProvision, Fleet, FleetOptions, NewAgentCode, ProvisioningRequest,
    ProvisioningWithTasks, WifiLogin,
};
use fleet_model::{AgentTask, Clock, FrozenClock, ProvisioningId, TaskState};
use secrets::{Keyring, Secret};
use storage::{DatabaseUrl, Options, Store};
use test_db::TestDatabase;
use tokio::{net::TcpListener, task::JoinHandle};

use crate::agent::TestAgent;

/// How long a condition may take to come true. Generous: the machine may be busy with other things.
pub(crate) const PATIENCE: Duration = Duration::from_secs(90);

/// The password of the network in all tests.
pub(crate) const WIFI_PASSWORD: &str = "correct horse";

pub(crate) struct World {
    database: TestDatabase,
    keyring: Keyring,
    pub(crate) clock: Arc<FrozenClock>,
    pub(crate) manager: Option<Manager>,
}

pub(crate) struct Manager {
    pub(crate) fleet: Fleet,
    pub(crate) address: SocketAddr,
    pub(crate) tls: AgentTls,
    serving: JoinHandle<()>,
}

impl World {
    pub(crate) async fn on(database: TestDatabase) -> Self {
        let clock = Arc::new(FrozenClock::at(Utc::now()));
        let keyring = Keyring::generate(&mut rand::rng());
        let mut world = Self { database, keyring, clock, manager: None };
        world.start().await;
        world
    }

    /// Starts the manager, under the name it always has.
    pub(crate) async fn start(&mut self) {
        let url: DatabaseUrl = self.database.url().parse().unwrap();
        let store = Store::open(&url, self.keyring.clone(), Options::default()).await.unwrap();
        let agents = AgentOptions {
            heartbeat: Duration::from_millis(200),
            silence: Duration::from_mins(1),
            retry_wait: Duration::ZERO,
            ..AgentOptions::default()
        };
        let options = FleetOptions { agents, owner: Some("manager".to_owned()), ..FleetOptions::default() };
        let clock: Arc<dyn Clock> = Arc::clone(&self.clock) as _;
        let fleet = Fleet::new(store, self.keyring.clone(), clock, options);
        fleet.start_loops().await.unwrap();
        let tls = AgentTls::of(&fleet).await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let bounds = Bounds { stranger_time: PATIENCE, ..Bounds::default() };
        let stop = fleet.stopping();
        let serving = tokio::spawn(agent_gateway::serve(listener, fleet.clone(), bounds, tls.clone(), stop));
        self.manager = Some(Manager { fleet, address, tls, serving });
    }

    /// Stops the manager; agents are cut off.
    pub(crate) async fn stop(&mut self) {
        let manager = self.manager.take().unwrap();
        manager.fleet.stop().await;
        manager.serving.await.unwrap();
    }

    pub(crate) fn fleet(&self) -> &Fleet {
        &self.manager.as_ref().unwrap().fleet
    }

    pub(crate) fn tls(&self) -> &AgentTls {
        &self.manager.as_ref().unwrap().tls
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.manager.as_ref().unwrap().address
    }

    pub(crate) fn advance(&self, seconds: i64) {
        self.clock.advance(TimeDelta::seconds(seconds));
    }

    pub(crate) async fn authority_pem(&self) -> String {
        let (record, _) = self.fleet().agent_authority().await.unwrap().unwrap();
        pem("CERTIFICATE", &BASE64.decode(record.certificate).unwrap())
    }

    /// A code for so many agents.
    pub(crate) async fn code(&self, uses: u32) -> NewAgentCode {
        let request = AgentCodeRequest { label: "tests".to_owned(), uses: Some(uses), ..Default::default() };
        self.fleet().agent_code_create(&Actor::Local, request).await.unwrap()
    }

    /// An agent that has enrolled.
    pub(crate) async fn agent(&self, name: &str) -> TestAgent {
        let code = self.code(1).await.code;
        TestAgent::enroll(self, &code, name).await.unwrap()
    }

    /// So many agents that have enrolled.
    pub(crate) async fn agents(&self, count: usize) -> Vec<TestAgent> {
        let code = self.code(u32::try_from(count).unwrap()).await.code;
        let mut channel = crate::agent::stranger(self).await;
        let mut agents = Vec::with_capacity(count);
        while agents.len() < count {
            if agents.len() % 100 == 0 {
                // Those without a certificate may stay for a moment only.
                channel = crate::agent::stranger(self).await;
            }
            let name = format!("agent {}", agents.len());
            agents.push(TestAgent::enroll_over(channel.clone(), &code, &name).await.unwrap());
        }
        agents
    }

    /// Begins to bring these devices into a network.
    pub(crate) async fn provision(&self, devices: &[&str]) -> ProvisioningWithTasks {
        let devices = devices.iter().map(|device| DeviceToProvision {
            device: (*device).to_owned(),
            name: Some(format!("lamp {device}")),
            ..DeviceToProvision::default()
        });
        let network = WifiLogin { ssid: "home".to_owned(), password: Some(Secret::new(WIFI_PASSWORD.to_owned())) };
        let request = ProvisioningRequest { network, devices: devices.collect(), ..ProvisioningRequest::default() };
        self.fleet().provisioning_create(&Actor::Local, request).await.unwrap()
    }

    /// The tasks of a provisioning, once `look` is content with them.
    pub(crate) async fn tasks(
        &self,
        id: ProvisioningId,
        what: &str,
        look: impl Fn(&[AgentTask]) -> bool,
    ) -> Vec<AgentTask> {
        eventually(what, async || {
            let tasks = self.fleet().provisioning(&Actor::Local, id).await.unwrap().tasks;
            look(&tasks).then_some(tasks)
        })
        .await
    }

    /// The first task of a provisioning, once it is in this state.
    pub(crate) async fn task_is(&self, id: ProvisioningId, state: TaskState) -> AgentTask {
        let tasks = self.tasks(id, state.as_str(), |tasks| tasks[0].state == state).await;
        tasks.into_iter().next().unwrap()
    }
}

/// Looks again and again until `look` finds something.
pub(crate) async fn eventually<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let found = async {
        loop {
            if let Some(found) = look().await {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(PATIENCE, found).await.unwrap_or_else(|_| panic!("waited in vain: {what}"))
}

pub(crate) fn pem(label: &str, der: &[u8]) -> String {
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", BASE64.encode(der))
}
