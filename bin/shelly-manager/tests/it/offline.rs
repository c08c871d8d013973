//! Why devices do not answer, what feeds them, which wait for a restart, and which firmware is on offer.

use api_types::{
    ErrorCode,
    devices::{
        CommandRequest, DeviceDetail, DeviceQuery, DeviceState, OfflineReason, RestartRequest, SwitchAction,
        UpdateDeviceRequest,
    },
    events::EventQuery,
};
use shelly_sim::{Fault, SimHandle};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::{
    database::Database,
    manager::Manager,
    on_each_database,
    support::{adopt, eventually, model, scan, start, targets},
};

const OFF: CommandRequest = CommandRequest::Switch { id: 0, action: SwitchAction::Off };
const ON: CommandRequest = CommandRequest::Switch { id: 0, action: SwitchAction::On };

on_each_database! {
    b12_a_refused_password_and_a_taken_address_are_named
    b12_our_own_network_is_named_when_nobody_answers
    b13_a_device_without_power_is_told_by_its_relay
    m1_a_sleeping_device_keeps_its_values
    e7_waiting_restarts_are_collected_and_proven
    i1_the_firmware_on_offer_is_shown
}

/// Asks a device again and again until it is not reached for this reason.
async fn offline(manager: &Manager, handle: &SimHandle, reason: OfflineReason) -> DeviceDetail {
    let client = manager.client();
    eventually(&format!("{reason:?} as the reason"), async || {
        // Whether it answers is looked at in the list.
        let _ = client.device_refresh(handle.mac()).await;
        let detail = client.device(handle.mac()).await.unwrap();
        (detail.device.offline_reason == Some(reason)).then_some(detail)
    })
    .await
}

/// Asks a device until it is online again, with no reason left.
async fn online(manager: &Manager, handle: &SimHandle) {
    let client = manager.client();
    eventually("the device again", async || {
        client.device_refresh(handle.mac()).await.ok()?;
        let device = client.device(handle.mac()).await.unwrap().device;
        let is_fine = device.state == DeviceState::Online && device.state_reason.is_none();
        (is_fine && device.offline_reason.is_none()).then_some(())
    })
    .await;
}

/// The messages of the events of a device.
async fn messages(manager: &Manager, handle: &SimHandle) -> Vec<String> {
    let query = EventQuery { mac: Some(handle.mac()), ..EventQuery::default() };
    manager.client().events(&query).await.unwrap().into_iter().map(|event| event.message).collect()
}

fn fed_by(source: &str) -> UpdateDeviceRequest {
    UpdateDeviceRequest { powered_by: Some(source.to_owned()), ..UpdateDeviceRequest::default() }
}

async fn b12_a_refused_password_and_a_taken_address_are_named(database: Database) {
    let manager = Manager::with(database, &["--poll-interval", "86400"]).await;
    let devices = vec![model("SNSW-001X16EU", 1), model("SNSW-001X16EU", 2), model("SHSW-1", 3)];
    let (mut fleet, handles) = start(devices).await;
    adopt(&manager, &handles).await;
    let [guarded, plus, old] = [&handles[0], &handles[1], &handles[2]];

    guarded.set_password(Some("changed elsewhere"));
    let detail = offline(&manager, guarded, OfflineReason::Password).await;
    assert_eq!(detail.device.state, DeviceState::Unauthorized);
    let sentence = detail.device.state_reason.unwrap();
    assert!(sentence.starts_with("our password is refused: it answers and refuses our password ("), "{sentence}");
    assert!(sentence.contains(&guarded.endpoint().to_string()), "{sentence}");
    let said = messages(&manager, guarded).await;
    assert!(said.iter().any(|message| message.contains("our password is refused: ")), "{said:?}");

    assert!(fleet.swap(plus.mac(), old.mac()));
    for (asked, there) in [(plus, old), (old, plus)] {
        let detail = offline(&manager, asked, OfflineReason::Address).await;
        assert_eq!(detail.device.state, DeviceState::WrongDevice);
        let sentence = detail.device.state_reason.unwrap();
        let found = format!("it has another address: device {} answers at its address", there.mac());
        assert!(sentence.starts_with(&found), "{sentence}");
    }
    scan(&manager, targets(&handles[1..]), false).await;
    online(&manager, plus).await;
    online(&manager, old).await;
    fleet.shutdown().await;
}

/// The reason follows the evidence: with one that answers again it is not our network any more.
async fn b12_our_own_network_is_named_when_nobody_answers(database: Database) {
    let manager = Manager::with(database, &["--poll-interval", "86400"]).await;
    let (fleet, handles) = start(vec![model("SNSW-001X16EU", 1), model("SHSW-1", 2), model("S3SW-001X8EU", 3)]).await;
    adopt(&manager, &handles).await;
    for handle in &handles {
        handle.inject(Fault::Offline);
    }
    // The first one may be looked at before the others are known to be silent.
    let reach = handles.iter().map(|handle| offline_at_all(&manager, handle));
    futures::future::join_all(reach).await;
    for handle in &handles {
        let detail = offline(&manager, handle, OfflineReason::OurNetwork).await;
        assert_eq!(detail.device.state, DeviceState::Offline);
        let sentence = detail.device.state_reason.unwrap();
        let ours = "we are not in its network: none of the other 2 devices of its network answers";
        assert!(sentence.starts_with(ours), "{sentence}");
        let listed = manager.cli(&["devices", "list"]).await.ends_with(0).out;
        assert!(listed.contains("offline (our_network)"), "{listed}");
    }
    handles[0].heal_all();
    online(&manager, &handles[0]).await;
    for handle in &handles[1..] {
        let sentence = offline(&manager, handle, OfflineReason::Unknown).await.device.state_reason.unwrap();
        assert!(sentence.starts_with("nobody knows why: "), "{sentence}");
        let said = messages(&manager, handle).await;
        assert!(said.iter().any(|message| message.starts_with("still offline: nobody knows why: ")), "{said:?}");
        let shown = manager.cli(&["devices", "show", &handle.mac().to_string()]).await.ends_with(0).out;
        assert!(shown.contains("offline (unknown) nobody knows why: "), "{shown}");
    }
    fleet.shutdown().await;
}

async fn offline_at_all(manager: &Manager, handle: &SimHandle) {
    let client = manager.client();
    eventually("a device that does not answer", async || {
        let _ = client.device_refresh(handle.mac()).await;
        let state = client.device(handle.mac()).await.unwrap().device.state;
        (state == DeviceState::Offline).then_some(())
    })
    .await;
}

async fn b13_a_device_without_power_is_told_by_its_relay(database: Database) {
    let manager = Manager::with(database, &["--poll-interval", "86400"]).await;
    let (fleet, handles) = start(vec![model("SNSW-001X16EU", 1), model("SHSW-1", 2), model("S3SW-001X8EU", 3)]).await;
    adopt(&manager, &handles).await;
    let client = manager.client();
    let [relay, lamp, next] = [&handles[0], &handles[1], &handles[2]];
    let (source, mac) = (format!("{}/switch:0", relay.mac()), lamp.mac().to_string());

    let set = manager.cli(&["devices", "set", &mac, "--powered-by", &source]).await.ends_with(0).out;
    assert!(set.contains("powered by") && set.contains(&source), "{set}");
    client.device_update(next.mac(), &fed_by(&format!("{}/switch:0", lamp.mac()))).await.unwrap();
    let refusals = [
        (lamp, "relay".to_owned(), "is no output of a device"),
        (lamp, format!("{}/switch:0", lamp.mac()), "cannot be fed by itself"),
        (lamp, format!("{}/switch:7", relay.mac()), "`switch:7` is no output"),
        (lamp, format!("{}/input:0", relay.mac()), "`input:0` is no output"),
        (relay, format!("{}/switch:0", next.mac()), "feeds"),
    ];
    for (device, source, words) in refusals {
        let error = client.device_update(device.mac(), &fed_by(&source)).await.unwrap_err();
        assert_eq!(error.code(), Some(ErrorCode::InvalidRequest), "{source}: {error}");
        assert!(error.to_string().contains(words), "{source}: {error}");
    }
    let stranger = client.device_update(lamp.mac(), &fed_by("A8032AFFFFFF/switch:0")).await.unwrap_err();
    assert_eq!(stranger.code(), Some(ErrorCode::NotFound), "{stranger}");
    assert_eq!(client.device(lamp.mac()).await.unwrap().powered_by, Some(source));

    client.device_command(relay.mac(), &OFF).await.unwrap();
    lamp.inject(Fault::Offline);
    next.inject(Fault::Offline);
    for fed in [lamp, next] {
        let detail = offline(&manager, fed, OfflineReason::ParentOff).await;
        assert_eq!(detail.device.state, DeviceState::Offline);
        assert!(detail.device.state_reason.unwrap().starts_with("the relay that feeds it is off: "));
    }
    let listed = manager.cli(&["devices", "list"]).await.ends_with(0).out;
    assert!(listed.contains("offline (parent_off)"), "{listed}");
    let said = messages(&manager, lamp).await;
    assert!(said.iter().any(|message| message.contains("the relay that feeds it is off")), "{said:?}");

    client.device_command(relay.mac(), &ON).await.unwrap();
    lamp.heal_all();
    next.heal_all();
    online(&manager, lamp).await;
    online(&manager, next).await;
    manager.cli(&["devices", "set", &mac, "--powered-by", "none"]).await.ends_with(0);
    assert_eq!(client.device(lamp.mac()).await.unwrap().powered_by, None);
    client.device_forget(lamp.mac()).await.unwrap();
    assert_eq!(client.device(next.mac()).await.unwrap().powered_by, None, "who fed it is gone");
    fleet.shutdown().await;
}

/// M1: a device that sleeps is asleep and not offline; its last values stay.
async fn m1_a_sleeping_device_keeps_its_values(database: Database) {
    let manager = Manager::with(database, &["--poll-interval", "86400"]).await;
    let (fleet, handles) = start(vec![model("SNSN-0013A", 1)]).await;
    handles[0].wake(std::time::Duration::from_mins(10));
    adopt(&manager, &handles).await;
    let client = manager.client();
    let mac = handles[0].mac();
    handles[0].inject(Fault::Asleep { wakes: None });
    let detail = eventually("a device that sleeps", async || {
        let _ = client.device_refresh(mac).await;
        let detail = client.device(mac).await.unwrap();
        (detail.device.state == DeviceState::Asleep).then_some(detail)
    })
    .await;
    assert_eq!((detail.device.state_reason, detail.device.offline_reason), (None, None));
    let components = detail.status.unwrap().components;
    assert!(components.contains_key(&"temperature:0".parse().unwrap()), "{components:?}");
    let listed = manager.cli(&["devices", "list"]).await.ends_with(0).out;
    assert!(listed.contains("asleep") && !listed.contains("offline"), "{listed}");
    fleet.shutdown().await;
}

/// Changes a setting that needs a restart, as a person with the vendor's app does.
async fn change_elsewhere(handle: &SimHandle) {
    let path = "/rpc/Sys.SetConfig?config=%7B%22device%22%3A%7B%22eco_mode%22%3Atrue%7D%7D";
    let mut stream = TcpStream::connect(handle.endpoint()).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: device\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.contains("restart_required"), "{answer}");
}

async fn e7_waiting_restarts_are_collected_and_proven(database: Database) {
    let manager = Manager::with(database, &["--poll-interval", "86400"]).await;
    let codes = ["SNSW-001X16EU", "S3SW-001X8EU", "SNSW-102P16EU", "SHSW-1"];
    let (fleet, handles) = start(codes.iter().zip(1..).map(|(code, at)| model(code, at)).collect()).await;
    adopt(&manager, &handles).await;
    let client = manager.client();
    let waiting = async || {
        let query = DeviceQuery { q: Some("restart:yes".to_owned()), ..DeviceQuery::default() };
        let mut macs: Vec<_> = client.devices(&query).await.unwrap().iter().map(|device| device.mac).collect();
        macs.sort();
        macs
    };
    let none = manager.cli(&["devices", "restart", "--all-required"]).await.ends_with(0).out;
    assert!(none.contains("no device waits for a restart"), "{none}");

    for handle in &handles[..3] {
        change_elsewhere(handle).await;
        client.device_refresh(handle.mac()).await.unwrap();
    }
    let expected: Vec<_> = handles[..3].iter().map(SimHandle::mac).collect();
    eventually("the devices that wait", async || (waiting().await == expected).then_some(())).await;
    let list = ["devices", "list", "restart:yes", "--output", "json"];
    assert_eq!(manager.cli(&list).await.ends_with(0).json().as_array().unwrap().len(), 3);
    let query = DeviceQuery { q: Some("restart:no".to_owned()), ..DeviceQuery::default() };
    assert_eq!(client.devices(&query).await.unwrap().len(), 1);

    // One of them cannot be reached: its result says so, the others are restarted.
    handles[2].inject(Fault::Offline);
    manager.cli(&["devices", "restart", "--all-required"]).await.complains(2, &["--yes"]);
    let done = manager.cli(&["devices", "restart", "--all-required", "--yes", "--output", "json"]).await.ends_with(1);
    let results = done.json();
    let results = results.as_array().unwrap();
    assert_eq!(results.len(), 3);
    for result in results {
        let is_away = result["mac"] == handles[2].mac().to_string();
        assert_eq!(result["restarted"], !is_away, "{result}");
        assert_eq!(result["restart_required"], is_away, "{result}");
        if is_away {
            assert!(result["error"].as_str().unwrap().contains(&handles[2].endpoint().to_string()), "{result}");
        } else {
            assert!(result["uptime_after_s"].is_u64(), "{result}");
        }
    }
    eventually("the one that still waits", async || (waiting().await == expected[2..]).then_some(())).await;

    handles[2].heal_all();
    let all = RestartRequest { devices: Vec::new(), required: true };
    let results = client.devices_restart(&all).await.unwrap();
    assert!(results.len() == 1 && results[0].restarted && !results[0].restart_required, "{results:?}");
    eventually("nobody that waits", async || waiting().await.is_empty().then_some(())).await;
    let both = RestartRequest { devices: expected.clone(), required: true };
    for wrong in [RestartRequest::default(), both] {
        let error = client.devices_restart(&wrong).await.unwrap_err();
        assert_eq!(error.code(), Some(ErrorCode::InvalidRequest), "{error}");
    }

    // A single command waits for the proof too, for either family.
    for handle in [&handles[0], &handles[3]] {
        let detail = client.device_command(handle.mac(), &CommandRequest::Restart).await.unwrap();
        assert!(handle.is_up() && detail.device.state == DeviceState::Online, "{detail:?}");
        let said = messages(&manager, handle).await;
        assert!(said.iter().any(|message| message == "command restart"), "{said:?}");
    }
    fleet.shutdown().await;
}

async fn i1_the_firmware_on_offer_is_shown(database: Database) {
    let manager = Manager::with(database, &["--poll-interval", "86400"]).await;
    let stable = ["20250924-062729/1.7.1-gd336f31", "20230913-112003/v1.14.0-gcb84623"];
    let devices = vec![
        model("SNSW-001X16EU", 1)
            .with_firmware("20241011-114455/1.4.4-g6d2a586")
            .with_update(stable[0])
            .with_beta("20251020-090000/1.8.0-beta1-g1234567"),
        model("SHSW-1", 2).with_firmware("20221027-091427/v1.12.1-ga9117d3").with_update(stable[1]),
        model("S3SW-001X8EU", 3),
    ];
    let (fleet, handles) = start(devices).await;
    adopt(&manager, &handles).await;
    let list = manager.client().devices(&DeviceQuery::default()).await.unwrap();
    let offers = |handle: &SimHandle| {
        let device = list.iter().find(|device| device.mac == handle.mac()).unwrap();
        (device.firmware.clone(), device.update.clone(), device.update_beta.clone())
    };
    let (installed, update, beta) = offers(&handles[0]);
    assert_eq!(installed, "1.4.4");
    assert!(update.as_deref().is_some_and(|version| version.contains("1.7.1")), "{update:?}");
    assert!(beta.as_deref().is_some_and(|version| version.contains("1.8.0-beta1")), "{beta:?}");
    let (installed, update, beta) = offers(&handles[1]);
    assert_eq!((installed.as_str(), beta), ("1.12.1", None));
    assert!(update.as_deref().is_some_and(|version| version.contains("1.14.0")), "{update:?}");
    assert_eq!((offers(&handles[2]).1, offers(&handles[2]).2), (None, None));

    let table = manager.cli(&["devices", "list"]).await.ends_with(0).out;
    assert!(table.contains("1.4.4 -> ") && table.contains("1.12.1 -> "), "{table}");
    let shown = manager.cli(&["devices", "show", &handles[0].mac().to_string()]).await.ends_with(0).out;
    assert!(shown.contains("1.7.1 on offer") && shown.contains("1.8.0-beta1 on offer"), "{shown}");
    fleet.shutdown().await;
}
