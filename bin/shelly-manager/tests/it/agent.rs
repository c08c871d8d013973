//! The real agent with a played radio, as an agent of a manager.

use std::{sync::Arc, time::Duration};

use provisioner::{
    Agent, AgentOptions, Clock, FileJournal, FindOnLan, Patience, SystemClock,
    link::{About, Applicant, Enrolled, Link, Timetable, enroll, v1},
    tasks::probe::Lan,
};
use secrets::Secret;
use shelly_driver::Options;
use tempfile::TempDir;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use wifi_control::FakeWifi;

use crate::{manager::Manager, support::eventually};

/// An agent is this.
pub(crate) struct Host<F> {
    pub(crate) name: &'static str,
    pub(crate) wifi: FakeWifi,
    pub(crate) find: F,
    pub(crate) lan: Lan,
    /// What it does by itself; nothing with [`NEVER`].
    pub(crate) timetable: Timetable,
}

/// It does only what it is told.
pub(crate) const NEVER: Timetable =
    Timetable { access_points: Some(Duration::ZERO), lan: Some(Duration::ZERO), listen: Some(Duration::ZERO) };

/// An agent that works.
pub(crate) struct Working {
    folder: TempDir,
    stop: CancellationToken,
    running: JoinHandle<()>,
}

impl<F: FindOnLan + 'static> Host<F> {
    /// Enrols with a code of the manager, and works for it.
    pub(crate) async fn works_for(self, manager: &Manager, port: u16) -> Working {
        let made = manager.cli(&["agents", "code", self.name, "--output", "json"]).await.ends_with(0).json();
        let who = Applicant {
            manager: format!("127.0.0.1:{port}"),
            fingerprint: made["fingerprint"].as_str().unwrap().to_owned(),
            name: self.name.to_owned(),
            version: "1".to_owned(),
        };
        let code = Secret::from(made["code"].as_str().unwrap());
        let credentials = enroll(&who, &code, SystemClock.now()).await.unwrap();
        assert!(enroll(&who, &code, SystemClock.now()).await.is_err(), "a code is good for one agent");
        let (folder, stop) = (tempfile::tempdir().unwrap(), CancellationToken::new());
        let dial = Enrolled::new(credentials, folder.path().to_owned(), Arc::new(SystemClock));
        let patience = Patience {
            appear: Duration::from_secs(2),
            steady: Duration::from_millis(20),
            watch: Duration::from_millis(300),
            find: Duration::from_secs(1),
            undo: Duration::from_secs(2),
            pause: Duration::from_millis(20),
            ..Patience::default()
        };
        let options = AgentOptions { patience, device: Box::new(Options::default), clock: Arc::new(SystemClock) };
        let journal = FileJournal::open(&folder.path().join("journal")).unwrap();
        let agent = Arc::new(Agent::new(self.wifi, self.find, journal, options));
        let about = About {
            epoch: "one".to_owned(),
            version: "1".to_owned(),
            host: self.name.to_owned(),
            system: "Linux".to_owned(),
            interfaces: Box::new(|| {
                let wifi = v1::WifiRadio { is_usable: true, ..v1::WifiRadio::default() };
                vec![v1::Interface { name: "wlan9".to_owned(), wifi: Some(wifi), ..v1::Interface::default() }]
            }),
            why_not: None,
            carries_session: false,
            timetable: self.timetable,
        };
        let (link, stopping) = (Link::new(agent, dial, about, self.lan), stop.clone());
        let running = tokio::spawn(async move { link.run(stopping, || {}).await.unwrap() });
        eventually("the agent", async || {
            let agents = manager.cli(&["agents", "list"]).await.ends_with(0).out;
            agents.lines().any(|line| line.contains(self.name) && line.contains("online")).then_some(())
        })
        .await;
        Working { folder, stop, running }
    }
}

impl Working {
    /// Stops, and puts back what was begun.
    pub(crate) async fn leaves(self) {
        self.stop.cancel();
        self.running.await.unwrap();
        drop(self.folder);
    }
}
