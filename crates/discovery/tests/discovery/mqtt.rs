//! Simulated devices are found by what they say on a real broker (B1). Without a Mosquitto nothing is tested.

use discovery::{News, Source, SourceKind, Sources, SourcesOptions, fact, mqtt::MqttOptions};
use serde_json::json;
use shelly_mqtt::{Address, Broker, Options};
use shelly_sim::{FleetPlan, SimDevice, SimFleet};
use shelly_types::{Generation, Model};
use test_broker::{ANYBODY, Mosquitto};

use crate::{clock, mac, sighting, until};

fn options(broker: &Broker) -> SourcesOptions {
    let mut mqtt = MqttOptions::new(broker.clone());
    mqtt.also.push("house/+/events/rpc".parse().unwrap());
    SourcesOptions { mqtt: Some(mqtt), ..SourcesOptions::default() }
}

#[tokio::test]
async fn b1_devices_of_both_families_are_found_on_a_broker() {
    let Some(mosquitto) = Mosquitto::start(ANYBODY, &[]).await else { return };
    let place = json!(mosquitto.place());
    let wanted = |model: &str, number: u8| {
        let device = SimDevice::of_model(model, mac(number)).unwrap();
        device.with_setting("mqtt.enable", json!(true)).with_setting("mqtt.server", place.clone())
    };
    let gen1 = wanted("SHSW-25", 1);
    let usual = wanted("SNPL-00112EU", 2);
    let chosen = wanted("S4SW-001X16EU", 3).with_setting("mqtt.topic_prefix", json!("house/lamp"));
    let fleet = SimFleet::start(FleetPlan::new(vec![gen1, usual, chosen])).await.unwrap();
    let broker = Broker::connect(&Options::new(Address::plain("127.0.0.1", mosquitto.port()))).unwrap();
    let mut sources = Sources::start(&options(&broker), clock());

    let found = until_all(&mut sources, &fleet).await;
    assert_eq!(
        (found[0].about.generation, &found[0].about.model),
        (Some(Generation::GEN1), &Some(Model::new("SHSW-25")))
    );
    assert!(found[0].about.facts.get(fact::FIRMWARE).is_some());
    assert_eq!(found[1].about.facts.get(fact::TOPIC), found[1].about.id.as_deref());
    assert_eq!(found[2].about.facts.get(fact::TOPIC), Some("house/lamp"));
    assert!(found.iter().all(|sighting| sighting.about.source == Source::Mqtt.kind()));

    sources.stop().await;
    assert!(broker.connected().await, "the connection belongs to the caller");
    fleet.shutdown().await;
}

/// Waits for all three, while the one with a topic of its own is made to say something.
async fn until_all(sources: &mut Sources, fleet: &SimFleet) -> Vec<discovery::Sighting> {
    let lamp = fleet.devices()[2].clone();
    let talk = async {
        let mut ticks = tokio::time::interval(std::time::Duration::from_millis(100));
        let output = "switch:0".parse().unwrap();
        for on in [true, false].into_iter().cycle() {
            ticks.tick().await;
            lamp.set_output(&output, on);
        }
    };
    let all = async {
        let mut found = std::collections::BTreeMap::new();
        while found.len() < 3 {
            let pick = |news: &News| match news {
                News::Sighting(sighting) => Some(discovery::Sighting::clone(sighting)),
                _ => None,
            };
            let sighting = until(sources, pick).await;
            found.insert(sighting.mac, sighting);
        }
        found.into_values().collect()
    };
    tokio::select! {
        found = all => found,
        () = talk => Vec::new(),
    }
}

/// A broker that goes away is reported; when it is back, devices are asked again.
#[tokio::test]
async fn a_lost_broker_is_reported_and_asked_again() {
    let Some(mosquitto) = Mosquitto::start(ANYBODY, &[]).await else { return };
    let broker = Broker::connect(&Options::new(Address::plain("127.0.0.1", mosquitto.port()))).unwrap();
    let mut asked = broker.subscribe(["shellies/command".parse().unwrap()]);
    let mut sources = Sources::start(&options(&broker), clock());
    let running = |news: &News| matches!(news, News::Running(SourceKind::Mqtt)).then_some(());
    until(&mut sources, running).await;
    match asked.recv().await {
        Some(shelly_mqtt::Received::Message(message)) => assert_eq!(&message.payload[..], b"announce"),
        other => panic!("{other:?}"),
    }
    drop(mosquitto);
    let failed = |news: &News| match news {
        News::Failed { kind: SourceKind::Mqtt, error } => Some(error.to_string()),
        _ => None,
    };
    assert!(until(&mut sources, failed).await.starts_with("no connection to the broker"));
    broker.close().await;
    assert_eq!(until(&mut sources, failed).await, "the source ended");
    let mut evidence = discovery::Seen::new(Source::Scan, chrono::Utc::now());
    evidence.mac = Some(mac(9));
    assert!(sources.reporter().tell(evidence).await, "the others go on");
    assert_eq!(sighting(&mut sources, mac(9)).await.mac, mac(9));
    sources.stop().await;
}
