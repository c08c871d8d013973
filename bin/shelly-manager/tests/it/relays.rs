//! Devices that the manager does not reach are found, adopted and set up through an agent that does (B4, C4).

use std::{
    net::{IpAddr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use api_types::devices::{Channel, DeviceState};
use provisioner::{FindOnLan, Found, SystemClock, tasks::probe::Lan};
use serde_json::json;
use shelly_driver::Options;
use shelly_http::{Limits, WayOut};
use shelly_sim::SimDevice;
use shelly_types::Mac;
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};
use wifi_control::FakeWifi;

use crate::{
    agent::{Host, NEVER, Working},
    database::Database,
    gateway::free_port,
    manager::Manager,
    on_each_database,
    support::{clear, eventually, of_device, on_device, only, plan_and_apply, start, unit, wish},
};

on_each_database! {
    a_device_of_gen2_behind_an_agent_is_ours
    a_gen1_device_behind_an_agent_is_ours
}

/// Where the agent speaks from.
const AGENT: &str = "127.9.9.9";

/// Stands before a device, and lets only the agent through: everybody else is hung up on.
struct Fence {
    address: SocketAddr,
    turned_away: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

impl Fence {
    async fn before(device: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, turned_away) = (listener.local_addr().unwrap(), Arc::new(AtomicUsize::new(0)));
        let counted = Arc::clone(&turned_away);
        let task = tokio::spawn(async move {
            while let Ok((mut stream, peer)) = listener.accept().await {
                if peer.ip().to_string() != AGENT {
                    counted.fetch_add(1, Ordering::Relaxed);
                    continue;
                }
                tokio::spawn(async move {
                    let Ok(mut through) = TcpStream::connect(device).await else { return };
                    // Whoever hangs up first has ended it.
                    let _ = copy_bidirectional(&mut stream, &mut through).await;
                });
            }
        });
        Self { address, turned_away, task }
    }
}

impl Drop for Fence {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Nothing is provisioned here.
struct Nowhere;

impl FindOnLan for Nowhere {
    async fn look(&self, _: Mac, _: Option<IpAddr>) -> Option<Found> {
        None
    }
}

async fn agent(name: &'static str, manager: &Manager, port: u16) -> Working {
    let way_out = WayOut { interface: None, address: Some(AGENT.parse().unwrap()) };
    let limits = Limits { way_out: Some(way_out), ..Limits::default() };
    let mut lan = Lan::new(Options { limits, ..Options::default() }, Arc::new(SystemClock));
    lan.relay_to = vec!["127.0.0.0/8".parse().unwrap()];
    let wifi = FakeWifi::new("wlan9", None);
    Host { name, wifi, find: Nowhere, lan, timetable: NEVER }.works_for(manager, port).await
}

async fn a_device_of_gen2_behind_an_agent_is_ours(database: Database) {
    let plug = SimDevice::of_model("SNPL-00112EU", Mac::new([0xA8, 0x03, 0x2A, 0x12, 0, 1])).unwrap();
    is_ours(database, plug.with_password("correct horse"), "sys.device.name").await;
}

async fn a_gen1_device_behind_an_agent_is_ours(database: Database) {
    let relay = SimDevice::of_model("SHSW-PM", Mac::new([0xA8, 0x03, 0x2A, 0x12, 0, 2])).unwrap();
    is_ours(database, relay.with_password("correct horse"), "name").await;
}

/// Found, adopted with its password, read, switched, set up and checked: all of it through the agent, which never has the
/// password of a device of Gen2.
async fn is_ours(database: Database, device: SimDevice, name: &str) {
    let (_fleet, handles) = start(vec![device]).await;
    let device = &handles[0];
    let fence = Fence::before(device.endpoint()).await;
    let port = free_port();
    let listen = format!("127.0.0.1:{port}");
    let manager = Manager::with(database, &["--agents-listen", &listen, "--poll-interval", "1"]).await;
    manager.cli_with(&["credentials", "add", "house"], "correct horse").await.ends_with(0);
    let working = agent("pi", &manager, port).await;

    let address = fence.address.to_string();
    let direct = manager.cli(&["discover", "scan", &address]).await.ends_with(0).out;
    assert!(direct.contains("0 devices found"), "the manager does not reach it: {direct}");
    manager.cli(&["discover", "scan", "--agent", "pi", &address]).await.ends_with(0);
    let found = manager.client().inbox().await.unwrap();
    assert_eq!((found.len(), found[0].address.as_str(), found[0].mac), (1, address.as_str(), device.mac()));
    assert_eq!((found[0].agents[0].agent.as_str(), found[0].agents[0].address.as_str()), ("pi", address.as_str()));
    let inbox = manager.cli(&["discover", "inbox"]).await.ends_with(0).out;
    assert!(inbox.contains("agent pi (scan)"), "{inbox}");
    let seen = manager.cli(&["agents", "show", "pi"]).await.ends_with(0).out;
    assert!(seen.contains(&device.mac().to_string()) && seen.contains(&address), "{seen}");

    let mac = device.mac().to_string();
    let turned_away = fence.turned_away.load(Ordering::Relaxed);
    manager.cli(&["discover", "adopt", &mac]).await.ends_with(0);
    assert!(fence.turned_away.load(Ordering::Relaxed) > turned_away, "the manager tried itself first");
    let adopted = eventually("a reading", async || {
        let detail = manager.client().device(device.mac()).await.unwrap();
        (detail.device.state == DeviceState::Online && detail.channel.is_some()).then_some(detail)
    })
    .await;
    assert_eq!((adopted.channel, adopted.device.address.as_str()), (Some(Channel::Agent), address.as_str()));

    wish(&manager, of_device(device), &[("sys.device.name", json!("Hall lamp"))]).await;
    let done = plan_and_apply(&manager, &only(device)).await;
    assert_eq!(on_device(device, name), "Hall lamp", "{:?}", unit(&done, device));
    manager.cli(&["drift", "check", "--device", &mac]).await.ends_with(0);
    clear(&manager, of_device(device), "sys.device.name").await;
    manager.cli(&["devices", "on", &mac]).await.ends_with(0);
    let output = shelly_types::ComponentKey::instance("switch", 0);
    assert_eq!(device.output(&output), Some(true));

    // Without the agent nobody reaches it, and with it again the manager does.
    working.leaves().await;
    eventually("that it is away", async || {
        let detail = manager.client().device(device.mac()).await.unwrap();
        (detail.device.state == DeviceState::Offline).then_some(())
    })
    .await;
    let again = agent("second", &manager, port).await;
    manager.cli(&["discover", "scan", "--agent", "second", &address]).await.ends_with(0);
    eventually("that it is back", async || {
        let detail = manager.client().device(device.mac()).await.unwrap();
        (detail.device.state == DeviceState::Online).then_some(())
    })
    .await;
    again.leaves().await;
}
