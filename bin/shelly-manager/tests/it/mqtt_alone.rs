//! Devices that are at a broker and do not answer at their address (A6). Without a Mosquitto nothing is tested.

use api_types::{
    devices::{Channel, CommandRequest, DeviceState, SwitchAction},
    discovery::{DecideRequest, SightingSource, SightingView},
    events::EventQuery,
};
use serde_json::json;
use shelly_sim::{Fault, FleetPlan, SimDevice, SimFleet, SimHandle};
use shelly_types::ComponentKey;
use test_broker::{ANYBODY, Mosquitto};

use crate::{
    database::Database,
    live::switching_is_seen,
    manager::Manager,
    on_each_database,
    support::{eventually, model, of_device, on_device, only, plan_and_apply, wish},
};

on_each_database! {
    a_device_at_the_broker_alone_is_managed_there
    a_gen1_device_at_the_broker_alone_is_refused_with_a_reason
    with_auto_adopt_being_at_the_broker_is_enough
}

const PLUG: &str = "SNPL-00112EU";
const TURN_ON: CommandRequest = CommandRequest::Switch { id: 0, action: SwitchAction::On };

/// A device that uses the broker and takes no connections.
fn at(mosquitto: &Mosquitto, device: SimDevice) -> SimDevice {
    let device = device.with_setting("mqtt.enable", json!(true)).with_setting("mqtt.server", json!(mosquitto.place()));
    device.with_fault(Fault::NoWayIn)
}

/// These devices in a network of their own, so that the addresses that they tell are theirs alone.
async fn fleet(database: &Database, number: u8, devices: Vec<SimDevice>) -> SimFleet {
    let number = number + if matches!(database, Database::Sqlite) { 0 } else { 100 };
    let network = format!("127.78.{number}.0/29");
    SimFleet::start(FleetPlan::new(devices).on_subnet(network.parse().unwrap(), 80)).await.unwrap()
}

/// A manager at the broker that polls each second.
async fn manager(mosquitto: &Mosquitto, database: Database, more: &[&str]) -> Manager {
    let broker = format!("mqtt://{}", mosquitto.place());
    Manager::with(database, &[&["--poll-interval", "1", "--mqtt", &broker], more].concat()).await
}

async fn found(manager: &Manager, handle: &SimHandle) -> SightingView {
    eventually("a device that is heard at the broker", async || {
        manager.client().inbox().await.unwrap().into_iter().find(|found| found.mac == handle.mac())
    })
    .await
}

fn only_mqtt(found: &SightingView) -> bool {
    found.sources.iter().all(|seen| seen.source == SightingSource::Mqtt)
}

async fn adopted_over(manager: &Manager, handle: &SimHandle) -> String {
    let query = EventQuery { mac: Some(handle.mac()), ..EventQuery::default() };
    let events = manager.client().events(&query).await.unwrap();
    events.into_iter().find(|event| event.kind == "device_adopted").map(|event| event.message).unwrap_or_default()
}

/// A6, E7: such a device waits in the inbox, is adopted, polled, commanded, planned and applied over MQTT, also one with a
/// password, one with a topic of its owner's choice, and after a start of the manager; the events say what carried.
async fn a_device_at_the_broker_alone_is_managed_there(database: Database) {
    let Some(mosquitto) = Mosquitto::start(ANYBODY, &[]).await else { return };
    // It tells nothing by itself, so what is known of it was asked.
    let silent = at(&mosquitto, model(PLUG, 1)).with_setting("mqtt.rpc_ntf", json!(false)).with_password("secret");
    let renamed = at(&mosquitto, model("SNSW-001X16EU", 2)).with_setting("mqtt.topic_prefix", json!("kitchen"));
    let fleet = fleet(&database, 1, vec![silent, renamed]).await;
    let [plug, renamed] = fleet.devices() else { panic!("two devices") };
    let mut manager = manager(&mosquitto, database, &[]).await;
    let sighting = found(&manager, plug).await;
    assert!(only_mqtt(&sighting) && sighting.auth_required, "{sighting:?}");
    assert_eq!(sighting.address, plug.endpoint().to_string());
    manager.cli(&["discover", "adopt", &plug.mac().to_string()]).await.ends_with(0);
    assert!(adopted_over(&manager, plug).await.ends_with("over mqtt"), "{}", adopted_over(&manager, plug).await);
    // Who is behind such a topic is known once it tells something.
    eventually("a device of another topic", async || {
        renamed.set_output(&ComponentKey::instance("switch", 0), false);
        assert!(renamed.set_output(&ComponentKey::instance("switch", 0), true));
        manager.client().inbox().await.unwrap().into_iter().find(|found| found.mac == renamed.mac())
    })
    .await;
    manager.cli(&["discover", "adopt", &renamed.mac().to_string()]).await.ends_with(0);

    let client = manager.client();
    let detail = client.device(plug.mac()).await.unwrap();
    assert_eq!((detail.device.state, detail.channel), (DeviceState::Online, Some(Channel::Mqtt)));
    let done = client.device_command(plug.mac(), &TURN_ON).await.unwrap();
    assert_eq!(
        (done.device.state, plug.output(&ComponentKey::instance("switch", 0))),
        (DeviceState::Online, Some(true))
    );
    switching_is_seen(&manager, plug).await;
    wish(&manager, of_device(plug), &[("switch:0.name", json!("Lamp"))]).await;
    let plan = plan_and_apply(&manager, &only(plug)).await;
    assert_eq!(plan.job.units.verified, 1, "{plan:?}");
    assert_eq!(on_device(plug, "switch:0.name"), "Lamp");

    manager.stop().await;
    manager.start().await;
    eventually("an answer over the broker", async || manager.client().device_refresh(plug.mac()).await.ok()).await;
    for handle in [plug, renamed] {
        switching_is_seen(&manager, handle).await;
        assert_eq!(handle.counters().connections, 0, "nothing went over HTTP");
    }
}

/// A6: what cannot be done for a Gen1 device is said, with the way out; once that is open, it is adopted.
async fn a_gen1_device_at_the_broker_alone_is_refused_with_a_reason(database: Database) {
    let Some(mosquitto) = Mosquitto::start(ANYBODY, &[]).await else { return };
    let fleet = fleet(&database, 2, vec![at(&mosquitto, model("SHSW-PM", 1))]).await;
    let relay = &fleet.devices()[0];
    let manager = manager(&mosquitto, database, &[]).await;
    let sighting = found(&manager, relay).await;
    assert!(only_mqtt(&sighting), "{sighting:?}");
    assert_eq!((sighting.model.code(), &*sighting.address), ("SHSW-PM", &*relay.endpoint().to_string()));
    let adopt = DecideRequest { devices: vec![relay.mac()], all: false };
    let refused = manager.client().inbox_adopt(&adopt).await.unwrap();
    let reason = &refused.failed[0].reason;
    assert!(reason.contains("heard at the broker") && reason.contains("HTTP alone"), "{reason}");
    assert!(reason.contains(&format!("make {} reachable", relay.endpoint())), "{reason}");
    assert_eq!(found(&manager, relay).await.note.as_ref(), Some(reason));

    relay.heal_all();
    relay.until_up().await;
    assert_eq!(manager.client().inbox_adopt(&adopt).await.unwrap().done, [relay.mac()]);
    assert!(adopted_over(&manager, relay).await.ends_with("over http"));
    assert_eq!(manager.client().device(relay.mac()).await.unwrap().channel, Some(Channel::Http));
}

/// A6: with `--auto-adopt` nobody has to ask for it.
async fn with_auto_adopt_being_at_the_broker_is_enough(database: Database) {
    let Some(mosquitto) = Mosquitto::start(ANYBODY, &[]).await else { return };
    let fleet = fleet(&database, 3, vec![at(&mosquitto, model(PLUG, 1))]).await;
    let plug = &fleet.devices()[0];
    let manager = manager(&mosquitto, database, &["--auto-adopt"]).await;
    eventually("a device that is ours", async || manager.client().device(plug.mac()).await.ok()).await;
    switching_is_seen(&manager, plug).await;
    assert_eq!(plug.counters().connections, 0);
}
