//! Devices that dial the manager (A4, M5).

use std::{
    net::{IpAddr, Ipv4Addr},
    time::Duration,
};

use api_types::{
    devices::{CommandRequest, DeviceState, SwitchAction},
    discovery::DecideRequest,
    jobs::{JobState, UnitState},
};
use serde_json::json;
use shelly_sim::{Fault, FleetPlan, Layout, SimDevice, SimFleet, SimHandle};
use shelly_types::ComponentKey;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::{
    database::Database,
    manager::Manager,
    on_each_database,
    support::{adopt, ended, eventually, model, of_device, on_device, only, plan_and_apply, start, unit, wish},
};

const TOKEN: &str = "only-devices-know-this";
const PLUG: &str = "SNPL-00112EU";

on_each_database! {
    a_device_of_ours_is_reached_over_the_connection_it_opened
    strangers_are_noted_and_those_with_the_token_are_adopted
    with_auto_adopt_the_token_is_enough
    the_newest_connection_wins
    somebody_who_knows_the_hardware_address_gets_nothing
    who_is_no_device_is_sent_away
    a_sleeper_is_heard_when_it_wakes
    an_order_for_a_sleeper_is_done_when_it_dials
}

/// A port that was free a moment ago.
pub(crate) fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A manager that devices dial at `port`. No poll comes in the time of a test, and nothing is dialled by it.
async fn manager(database: Database, port: u16, more: &[&str]) -> Manager {
    let listen = format!("127.0.0.1:{port}");
    let args = ["--poll-interval", "3600", "--device-listen", &listen, "--device-token-from-env", TOKEN];
    Manager::with(database, &[&args[..], more].concat()).await
}

/// A plug that dials the manager and shows this token.
fn plug(number: u8, port: u16, token: &str) -> SimDevice {
    dialling(model(PLUG, number), port, token)
}

fn dialling(device: SimDevice, port: u16, token: &str) -> SimDevice {
    let server = format!("ws://127.0.0.1:{port}/{token}");
    device.with_setting("ws.enable", json!(true)).with_setting("ws.server", json!(server))
}

pub(crate) fn is_connected(handle: &SimHandle) -> bool {
    handle.status_json()["ws"]["connected"] == true
}

fn output() -> ComponentKey {
    ComponentKey::instance("switch", 0)
}

/// Somebody at the device switches it, and the manager knows.
pub(crate) async fn switching_is_seen(manager: &Manager, handle: &SimHandle) {
    let on = !handle.output(&output()).unwrap();
    assert!(handle.set_output(&output(), on));
    eventually("the output as it is now", async || {
        let device = manager.client().device(handle.mac()).await.ok()?;
        let status = serde_json::to_value(device.status?).ok()?;
        (status["components"]["switch:0"]["reading"]["output"] == on).then_some(())
    })
    .await;
}

/// A command arrives, although the device takes no connections.
async fn a_command_arrives(manager: &Manager, handle: &SimHandle) {
    let (before, connections) = (handle.output(&output()), handle.counters().connections);
    let toggle = CommandRequest::Switch { id: 0, action: SwitchAction::Toggle };
    let device = manager.client().device_command(handle.mac(), &toggle).await.unwrap().device;
    assert_eq!(device.state, DeviceState::Online);
    assert_eq!(handle.output(&output()), before.map(|on| !on));
    assert_eq!(handle.counters().connections, connections, "it went over the connection that was open");
}

async fn in_the_inbox(manager: &Manager, handles: &[SimHandle]) {
    eventually("the devices in the inbox", async || {
        let inbox = manager.client().inbox().await.unwrap();
        let is_there = |handle: &SimHandle| inbox.iter().any(|found| found.mac == handle.mac());
        handles.iter().all(is_there).then_some(())
    })
    .await;
}

/// A4: a device of ours needs no token where we know it. Over its connection it is heard, switched and configured without
/// HTTP, and again after the manager has started anew.
async fn a_device_of_ours_is_reached_over_the_connection_it_opened(database: Database) {
    let port = free_port();
    let mut manager = manager(database, port, &[]).await;
    let (fleet, handles) = start(vec![plug(1, port, "")]).await;
    let plug = &handles[0];
    in_the_inbox(&manager, &handles).await;
    adopt(&manager, &handles).await;
    switching_is_seen(&manager, plug).await;

    plug.inject(Fault::NoWayIn);
    eventually("no way in", async || (!plug.is_up()).then_some(())).await;
    a_command_arrives(&manager, plug).await;
    switching_is_seen(&manager, plug).await;
    wish(&manager, of_device(plug), &[("switch:0.name", json!("Attic"))]).await;
    let done = plan_and_apply(&manager, &only(plug)).await;
    assert_eq!(done.job.units.verified, 1, "{done:?}");
    assert_eq!(on_device(plug, "switch:0.name"), "Attic");

    assert!(manager.stop().await.success());
    manager.start().await;
    switching_is_seen(&manager, plug).await;
    a_command_arrives(&manager, plug).await;

    plug.heal(&Fault::NoWayIn);
    manager.client().device_forget(plug.mac()).await.unwrap();
    in_the_inbox(&manager, &handles).await;
    fleet.shutdown().await;
}

/// A4, B1: whoever dials is noted; only with the token it may stay, and be adopted without HTTP and password.
async fn strangers_are_noted_and_those_with_the_token_are_adopted(database: Database) {
    let port = free_port();
    let manager = manager(database, port, &[]).await;
    let right = plug(1, port, TOKEN).with_password("correct horse").with_fault(Fault::NoWayIn);
    let query = plug(2, port, &format!("ws?token={TOKEN}")).with_fault(Fault::NoWayIn);
    let wrong = plug(3, port, "only-devices-know-that").with_fault(Fault::NoWayIn);
    let none = plug(4, port, "").with_fault(Fault::NoWayIn);
    let (fleet, handles) = start(vec![right, query, wrong, none]).await;
    in_the_inbox(&manager, &handles).await;
    eventually("those with the token stay", async || handles[..2].iter().all(is_connected).then_some(())).await;

    let request = DecideRequest { devices: handles.iter().map(SimHandle::mac).collect(), all: false };
    let decided = manager.client().inbox_adopt(&request).await.unwrap();
    let mut adopted = decided.done.clone();
    adopted.sort_unstable();
    assert_eq!(adopted, [handles[0].mac(), handles[1].mac()], "{decided:?}");
    for plug in &handles[..2] {
        switching_is_seen(&manager, plug).await;
        a_command_arrives(&manager, plug).await;
    }
    assert_eq!(handles[2].counters().writes + handles[3].counters().writes, 0);
    assert!(!manager.printed().contains(TOKEN));
    fleet.shutdown().await;
}

/// A4: a device that shows the token is adopted by itself where that is wished; one that does not is not.
async fn with_auto_adopt_the_token_is_enough(database: Database) {
    let port = free_port();
    let manager = manager(database, port, &["--auto-adopt"]).await;
    let right = plug(1, port, TOKEN).with_fault(Fault::NoWayIn);
    let (fleet, handles) = start(vec![right, plug(2, port, "")]).await;
    switching_is_seen(&manager, &handles[0]).await;
    a_command_arrives(&manager, &handles[0]).await;
    in_the_inbox(&manager, &handles[1..]).await;
    fleet.shutdown().await;
}

/// A4: two connections of one device: the older is closed.
async fn the_newest_connection_wins(database: Database) {
    let port = free_port();
    let manager = manager(database, port, &["--auto-adopt"]).await;
    let (old_fleet, old) = start(vec![plug(1, port, TOKEN).with_fault(Fault::NoWayIn)]).await;
    switching_is_seen(&manager, &old[0]).await;
    let (new_fleet, new) = start(vec![plug(1, port, TOKEN).with_fault(Fault::NoWayIn)]).await;
    // Each that is closed dials again, and then is the newest.
    for _ in 0..2 {
        eventually("the new one", async || (is_connected(&new[0]) && !is_connected(&old[0])).then_some(())).await;
        eventually("the old one", async || (is_connected(&old[0]) && !is_connected(&new[0])).then_some(())).await;
    }
    old_fleet.shutdown().await;
    eventually("the last one", async || is_connected(&new[0]).then_some(())).await;
    switching_is_seen(&manager, &new[0]).await;
    a_command_arrives(&manager, &new[0]).await;
    new_fleet.shutdown().await;
}

/// A4: a caller with the hardware address of a device of ours, from elsewhere and without the token, neither takes its
/// place nor hears a command.
async fn somebody_who_knows_the_hardware_address_gets_nothing(database: Database) {
    let port = free_port();
    let manager = manager(database, port, &[]).await;
    let (fleet, handles) = start(vec![plug(1, port, "")]).await;
    let plug = &handles[0];
    adopt(&manager, &handles).await;
    switching_is_seen(&manager, plug).await;
    let mut impostors = FleetPlan::new(vec![self::plug(1, port, "wrong-token-of-somebody")]);
    impostors.layout = Layout::Ports { ip: IpAddr::V4(Ipv4Addr::new(127, 0, 66, 6)), first: None };
    let impostors = SimFleet::start(impostors).await.unwrap();
    let impostor = &impostors.devices()[0];
    eventually("the impostor to dial", async || (impostor.counters().requests >= 3).then_some(())).await;
    plug.inject(Fault::NoWayIn);
    eventually("no way in", async || (!plug.is_up()).then_some(())).await;
    a_command_arrives(&manager, plug).await;
    switching_is_seen(&manager, plug).await;
    assert!(is_connected(plug));
    assert_eq!((impostor.counters().writes, impostor.output(&output())), (0, Some(false)));
    impostors.shutdown().await;
    fleet.shutdown().await;
}

/// What a connection that says `first` and no more gets, until it is closed.
async fn answer_to(port: u16, first: &str) -> String {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.unwrap();
    stream.write_all(first.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let end = tokio::time::timeout(Duration::from_secs(90), stream.read_to_end(&mut answer));
    // How it is closed makes no difference.
    let _ = end.await.expect("to be closed");
    String::from_utf8_lossy(&answer).into_owned()
}

/// A4: browsers, noise and those that say nothing are answered as far as that is possible, and closed.
async fn who_is_no_device_is_sent_away(database: Database) {
    let port = free_port();
    let manager = manager(database, port, &[]).await;
    let upgrade = "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
        Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
    let (browser, form, noise, silence, mute) = tokio::join!(
        answer_to(port, "GET /index.html HTTP/1.1\r\nHost: a\r\n\r\n"),
        answer_to(port, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"),
        answer_to(port, "\u{1}\u{2}noise\r\n\r\n"),
        answer_to(port, ""),
        answer_to(port, upgrade),
    );
    assert!(browser.starts_with("HTTP/1.1 426 Upgrade Required\r\nUpgrade: websocket\r\n"), "{browser}");
    assert!(form.starts_with("HTTP/1.1 426 "), "{form}");
    assert!(noise.starts_with("HTTP/1.1 400 "), "{noise}");
    assert_eq!(silence, "");
    assert!(mute.starts_with("HTTP/1.1 101 "), "{mute}");
    assert!(manager.client().inbox().await.unwrap().is_empty());

    let (fleet, handles) = start(vec![plug(1, port, TOKEN)]).await;
    in_the_inbox(&manager, &handles).await;
    fleet.shutdown().await;
}

/// M5: a sleeper that dials when it wakes is heard each time, though nobody polls it.
async fn a_sleeper_is_heard_when_it_wakes(database: Database) {
    let port = free_port();
    let manager = manager(database, port, &["--auto-adopt"]).await;
    let sleeper = dialling(model("SNSN-0013A", 1), port, TOKEN).with_fault(Fault::Asleep { wakes: None });
    let (fleet, handles) = start(vec![sleeper]).await;
    let sleeper = &handles[0];
    for degrees in [12.5, 13.5] {
        sleeper.measure("temperature:0.tC", json!(degrees));
        // It is awake as long as somebody pushes its button.
        eventually("what it measured", async || {
            sleeper.wake(Duration::from_secs(2));
            let device = manager.client().device(sleeper.mac()).await.ok()?;
            let status = serde_json::to_value(device.status?).ok()?;
            let read = &status["components"]["temperature:0"]["reading"];
            (read["celsius"] == degrees).then_some(())
        })
        .await;
        eventually("its sleep", async || (!sleeper.is_up()).then_some(())).await;
    }
    fleet.shutdown().await;
}

/// H2, M5: an order waits for a device that sleeps, without anything said, and is done over the connection that it opens.
async fn an_order_for_a_sleeper_is_done_when_it_dials(database: Database) {
    let port = free_port();
    let manager = manager(database, port, &["--auto-adopt"]).await;
    let sleeper = dialling(model("SNSN-0013A", 1), port, TOKEN).with_fault(Fault::Asleep { wakes: None });
    let (fleet, handles) = start(vec![sleeper]).await;
    let sleeper = &handles[0];
    eventually("its adoption and configuration", async || {
        sleeper.wake(Duration::from_secs(2));
        manager.client().device_config_pull(sleeper.mac()).await.ok()
    })
    .await;
    eventually("its sleep", async || (!sleeper.is_up()).then_some(())).await;
    wish(&manager, of_device(sleeper), &[("sys.device.name", json!("Cellar"))]).await;
    let job = eventually("a job for one that does not answer", async || {
        let job = manager.client().job_create(&only(sleeper).into()).await.unwrap();
        (unit(&job, sleeper).state == UnitState::Queued).then_some(job)
    })
    .await;
    manager.client().job_start(job.job.id).await.unwrap();
    assert_eq!(manager.client().job(job.job.id).await.unwrap().job.units.queued, 1);
    sleeper.wake(Duration::from_secs(20));
    let done = ended(&manager, job.job.id).await;
    assert_eq!(done.job.state, JobState::Done, "{:?}", unit(&done, sleeper).reason);
    assert_eq!(on_device(sleeper, "sys.device.name"), "Cellar");
    assert!(sleeper.is_up(), "it was done before it slept again");
    fleet.shutdown().await;
}
