//! Devices at a broker are heard, and called there when their address does not answer (A6). Without a Mosquitto nothing is
//! tested.

use api_types::{
    devices::{Channel, CommandRequest, DeviceQuery, DeviceState, SwitchAction},
    events::{EventQuery, EventView},
};
use serde_json::json;
use shelly_mqtt::{Address, Broker, Delivery, Options};
use shelly_sim::{Fault, Push, SimDevice, SimHandle};
use shelly_types::ComponentKey;
use test_broker::{ANYBODY, Mosquitto};

use crate::{
    database::Database,
    live::{NO_POLLS, is_seen, switching_is_seen},
    manager::Manager,
    on_each_database,
    support::{adopt, eventually, model, of_device, on_device, only, plan_and_apply, start, wish},
};

on_each_database! {
    devices_are_heard_at_the_broker
    a_device_that_moved_is_called_over_the_broker
    a_device_whose_address_another_has_is_called_over_the_broker
    a_device_that_the_broker_lost_is_asked_and_not_believed_dead
    an_update_that_is_told_is_left_in_peace
    a_broker_that_refuses_us_is_named_and_tried_again
    a_broker_over_tls_is_trusted_by_its_authority_alone
}

const PLUG: &str = "SNPL-00112EU";
const TURN_ON: CommandRequest = CommandRequest::Switch { id: 0, action: SwitchAction::On };

/// A broker that knows only user `manager` with password `secret`; `mosquitto_passwd` made it.
const SECRETS: &str = "allow_anonymous false\npassword_file {folder}/passwords\n";
const PASSWORDS: &str = "\
    manager:$7$101$4LGvbduhtRXLahak$1tNn4S+rVfk6S+L4F53sDOSUukhjTXamzyJJKf\
    XACagvYPRWiM9uvNTVpUx2nsc/LC+tC1b9dM0nCDeE+LUiBw==\n";

/// The device is set to use the broker.
fn at(mosquitto: &Mosquitto, device: SimDevice) -> SimDevice {
    device.with_setting("mqtt.enable", json!(true)).with_setting("mqtt.server", json!(mosquitto.place()))
}

async fn manager(mosquitto: &Mosquitto, database: Database) -> Manager {
    let broker = format!("mqtt://{}", mosquitto.place());
    Manager::with(database, &[&NO_POLLS[..], &["--mqtt", &broker]].concat()).await
}

/// Somebody else at the broker.
async fn somebody(mosquitto: &Mosquitto) -> Broker {
    let broker = Broker::connect(&Options::new(Address::plain("127.0.0.1", mosquitto.port()))).unwrap();
    assert!(broker.connected().await);
    broker
}

fn is_on(handle: &SimHandle) -> Option<bool> {
    handle.output(&ComponentKey::instance("switch", 0))
}

async fn events(manager: &Manager, handle: &SimHandle) -> Vec<EventView> {
    let query = EventQuery { mac: Some(handle.mac()), ..EventQuery::default() };
    manager.client().events(&query).await.unwrap()
}

/// A6: switching and pushes of both families come by the broker, also below a topic that the owner chose, and again after
/// the broker was away.
async fn devices_are_heard_at_the_broker(database: Database) {
    let Some(mut mosquitto) = Mosquitto::start(ANYBODY, &[]).await else { return };
    let plug = at(&mosquitto, model(PLUG, 1)).with_setting("mqtt.topic_prefix", json!("house/plug"));
    let relay = at(&mosquitto, model("SHSW-PM", 2)).with_setting("mqtt.id", json!("relay"));
    let (_fleet, handles) = start(vec![plug, relay, at(&mosquitto, model("SNSN-0024X", 3))]).await;
    let manager = manager(&mosquitto, database).await;
    adopt(&manager, &handles).await;
    for handle in &handles[..2] {
        is_seen(&manager, handle, false).await;
        switching_is_seen(&manager, handle).await;
    }
    let inputs = &handles[2];
    eventually("the push in the events", async || {
        assert!(inputs.push(0, Push::Double));
        let told = events(&manager, inputs).await;
        told.iter().any(|event| event.message == "input:0: double_push").then_some(())
    })
    .await;

    mosquitto.kill();
    eventually("the loss in the log", async || {
        manager.printed().contains("no connection with the broker").then_some(())
    })
    .await;
    assert!(handles[0].set_output(&ComponentKey::instance("switch", 0), true));
    mosquitto.restart().await;
    is_seen(&manager, &handles[0], true).await;
    switching_is_seen(&manager, &handles[0]).await;
}

/// A6: commands and readings reach a device whose address is wrong; a configuration is read and written there too.
async fn a_device_that_moved_is_called_over_the_broker(database: Database) {
    let Some(mosquitto) = Mosquitto::start(ANYBODY, &[]).await else { return };
    let (mut fleet, handles) = start(vec![at(&mosquitto, model(PLUG, 1))]).await;
    let plug = &handles[0];
    let manager = manager(&mosquitto, database).await;
    adopt(&manager, &handles).await;
    switching_is_seen(&manager, plug).await;
    assert!(fleet.change_port(plug.mac()).is_some());

    // It breaks with the broker too when it moves, and comes back there.
    let client = manager.client();
    eventually("an answer over the broker", async || client.device_refresh(plug.mac()).await.ok()).await;
    let done = client.device_command(plug.mac(), &TURN_ON).await.unwrap();
    assert_eq!((done.device.state, is_on(plug)), (DeviceState::Online, Some(true)));
    wish(&manager, of_device(plug), &[("switch:0.name", json!("Lamp"))]).await;
    let plan = plan_and_apply(&manager, &only(plug)).await;
    assert_eq!(plan.job.units.verified, 1, "{plan:?}");
    assert_eq!(on_device(plug, "switch:0.name"), "Lamp");
    let printed = manager.printed();
    assert!(printed.contains("called over the broker"), "{printed}");
    fleet.shutdown().await;
}

/// A6, B7: two devices have swapped their addresses; each still gets what is meant for it.
async fn a_device_whose_address_another_has_is_called_over_the_broker(database: Database) {
    let Some(mosquitto) = Mosquitto::start(ANYBODY, &[]).await else { return };
    let devices = [1, 2].map(|number| at(&mosquitto, model(PLUG, number)));
    let (mut fleet, handles) = start(devices.to_vec()).await;
    let manager = manager(&mosquitto, database).await;
    adopt(&manager, &handles).await;
    for handle in &handles {
        switching_is_seen(&manager, handle).await;
    }
    assert!(fleet.swap(handles[0].mac(), handles[1].mac()));
    // They break with the broker too when they move, and come back there.
    let client = manager.client();
    eventually("an answer over the broker", async || client.device_refresh(handles[0].mac()).await.ok()).await;
    let done = client.device_command(handles[0].mac(), &TURN_ON).await.unwrap();
    assert_eq!((done.device.mac, done.device.state), (handles[0].mac(), DeviceState::Online));
    assert_eq!((is_on(&handles[0]), is_on(&handles[1])), (Some(true), Some(false)));
    assert_eq!(done.channel, Some(Channel::Mqtt));
    fleet.shutdown().await;
}

/// A6: a last will is a reason to ask the device. It stays online when it answers, and is offline when it does not.
async fn a_device_that_the_broker_lost_is_asked_and_not_believed_dead(database: Database) {
    let Some(mosquitto) = Mosquitto::start(ANYBODY, &[]).await else { return };
    let (_fleet, handles) = start(vec![at(&mosquitto, model(PLUG, 1))]).await;
    let plug = &handles[0];
    let manager = manager(&mosquitto, database).await;
    adopt(&manager, &handles).await;
    switching_is_seen(&manager, plug).await;
    let broker = somebody(&mosquitto).await;
    let online = format!("{}/online", plug.id());

    let before = plug.counters().requests;
    broker.publish(&online, "false", Delivery::default()).unwrap();
    eventually("a question", async || (plug.counters().requests > before).then_some(())).await;
    let state = async || manager.client().device(plug.mac()).await.unwrap().device.state;
    assert_eq!(state().await, DeviceState::Online);
    broker.publish(&online, "true", Delivery::default()).unwrap();
    switching_is_seen(&manager, plug).await;

    plug.inject(Fault::Offline);
    broker.publish(&online, "false", Delivery::default()).unwrap();
    eventually("the device offline", async || (state().await == DeviceState::Offline).then_some(())).await;
    plug.heal_all();
    broker.publish(&online, "true", Delivery::default()).unwrap();
    eventually("the device online", async || (state().await == DeviceState::Online).then_some(())).await;
}

/// C4: a device that tells that it updates itself is not asked meanwhile, and is not offline for that.
async fn an_update_that_is_told_is_left_in_peace(database: Database) {
    let Some(mosquitto) = Mosquitto::start(ANYBODY, &[]).await else { return };
    let plug = at(&mosquitto, model(PLUG, 1)).with_update("20991231-235959/9.9.9-g0000000");
    let (_fleet, handles) = start(vec![plug]).await;
    let plug = &handles[0];
    let manager = manager(&mosquitto, database).await;
    adopt(&manager, &handles).await;
    switching_is_seen(&manager, plug).await;
    let update = json!({"id": 1, "src": "somebody", "method": "Shelly.Update", "params": {"stage": "stable"}});
    let broker = somebody(&mosquitto).await;
    broker.publish(&format!("{}/rpc", plug.id()), update.to_string(), Delivery::default()).unwrap();
    let error = eventually("a device that is left alone", async || {
        manager.client().device_refresh(plug.mac()).await.err().map(|error| error.to_string())
    })
    .await;
    assert!(error.contains("updates its firmware"), "{error}");
    assert_ne!(manager.client().device(plug.mac()).await.unwrap().device.state, DeviceState::Offline);
}

/// A6: a wrong password is said, without the password, and tried again; the manager runs on.
async fn a_broker_that_refuses_us_is_named_and_tried_again(database: Database) {
    let Some(mosquitto) = Mosquitto::start(SECRETS, &[("passwords", PASSWORDS)]).await else { return };
    let broker = format!("mqtt://manager:xyzzy@{}", mosquitto.place());
    let mut manager = Manager::with(database, &["--mqtt", &broker]).await;
    eventually("the refusal in the log", async || manager.printed().contains("the broker refuses us").then_some(()))
        .await;
    assert!(manager.client().devices(&DeviceQuery::default()).await.is_ok());
    manager.stop().await;
    assert!(!manager.printed().contains("xyzzy"), "{}", manager.printed());

    let broker = format!("mqtt://manager:secret@{}", mosquitto.place());
    let manager = Manager::with(Database::Sqlite, &["--mqtt", &broker]).await;
    eventually("a connection", async || manager.printed().contains("connected with the broker").then_some(())).await;
    let printed = manager.printed();
    assert!(!printed.contains("secret@") && !printed.contains(":secret"), "{printed}");
}

/// A6: a broker over TLS is trusted by the authority that was named, and by no other.
async fn a_broker_over_tls_is_trusted_by_its_authority_alone(database: Database) {
    let Some((mosquitto, shown)) = Mosquitto::start_over_tls().await else { return };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ca.pem");
    std::fs::write(&file, shown.certificate).unwrap();
    let broker = format!("mqtts://localhost:{}", mosquitto.port());
    let mut manager = Manager::with(database, &["--mqtt", &broker, "--mqtt-ca", file.to_str().unwrap()]).await;
    let lost = "no connection with the broker";
    eventually("the distrust in the log", async || manager.printed().contains(lost).then_some(())).await;
    assert!(!manager.printed().contains("connected with the broker"));
    manager.stop().await;
    std::fs::write(&file, shown.authority).unwrap();
    manager.start().await;
    eventually("a connection", async || manager.printed().contains("connected with the broker").then_some(())).await;
}
