//! What agents see is one entry each, whoever sees it (W20, B4).

use agent_proto::v1::{self, agent_message::Body};
use fleet::Actor;
use fleet_model::SightingSource;
use shelly_types::Mac;

use crate::{
    agent::{Talk, TestAgent},
    on_both_databases,
    world::World,
};

on_both_databases! {
    an_access_point_is_one_entry_whoever_hears_it
    a_device_is_one_entry_whoever_sees_it
    agents_of_other_versions_are_understood
}

const SSID: &str = "ShellyPlus1-A8032AB12345";

/// W20: with the signal at each radio, and the first time that anybody saw it.
async fn an_access_point_is_one_entry_whoever_hears_it(world: &mut World) {
    let (near, far) = (world.agent("near").await, world.agent("far").await);
    let (mut near, mut far) = (near.here(world).await, far.here(world).await);
    far.sees(&[(SSID, -80)]).await;
    world.advance(60);
    near.sees(&[(SSID, -40)]).await;
    let points = world.fleet().access_points(&Actor::Local).await.unwrap();
    assert_eq!(points.len(), 1);
    let heard: Vec<(&str, i32)> =
        points[0].heard.iter().map(|heard| (heard.agent.as_str(), heard.signal_dbm)).collect();
    assert_eq!(heard, [("near", -40), ("far", -80)]);
    assert_eq!((points[0].last_seen_at - points[0].first_seen_at).num_seconds(), 60);
    near.sees(&[]).await;
    let points = world.fleet().access_points(&Actor::Local).await.unwrap();
    assert_eq!(points[0].heard.len(), 1, "a complete report takes away what is not seen any more");
}

async fn tells(talk: &mut Talk, endpoint: &str, source: &str) {
    let device = v1::Device { mac: "A8032AB12345".to_owned(), generation: 2, ..Default::default() };
    let seen = v1::LanDevice { device: Some(device), endpoint: endpoint.to_owned(), source: source.to_owned() };
    talk.say(Body::LanDevices(v1::LanDevices { devices: vec![seen] })).await;
    let seq = talk.seq;
    talk.acknowledged(seq).await;
}

/// B4: unasked, with who saw it where; what an agent names as a place and is none changes nothing.
async fn a_device_is_one_entry_whoever_sees_it(world: &mut World) {
    let (one, other) = (world.agent("one").await, world.agent("other").await);
    let (mut first, mut second) = (one.here(world).await, other.here(world).await);
    tells(&mut first, "192.0.2.7:80", "coiot").await;
    world.advance(5);
    tells(&mut second, "198.51.100.7:80", "mdns").await;
    tells(&mut second, "no place/at all", "mdns").await;
    let inbox = world.fleet().inbox(&Actor::Local).await.unwrap();
    assert_eq!(inbox.len(), 1, "{inbox:?}");
    assert_eq!((inbox[0].source, inbox[0].sources.len()), (SightingSource::Agent, 1));
    let mac: Mac = "A8032AB12345".parse().unwrap();
    let through = world.fleet().seen_through(&Actor::Local, &[mac]).await.unwrap();
    let seen: Vec<(&str, &str, SightingSource)> = through[&mac]
        .iter()
        .map(|seen| (seen.agent.as_str(), seen.record.endpoint.as_str(), seen.record.source))
        .collect();
    let expected = [("other", "198.51.100.7:80", SightingSource::Mdns), ("one", "192.0.2.7:80", SightingSource::Coiot)];
    assert_eq!(seen, expected, "who saw it last comes first");
    let by = world.fleet().seen_by(&Actor::Local, one.id).await.unwrap();
    assert_eq!((by.len(), by[0].1.as_ref().map(|known| known.identity.mac)), (1, Some(mac)));
}

/// W15: a newer agent says what this manager does not know, an older one says nothing of what came later.
async fn agents_of_other_versions_are_understood(world: &mut World) {
    let newer = world.agent("newer").await;
    let abilities = vec![v1::Ability::Wifi.into(), 99];
    let hello = v1::Hello { protocol_max: 9, abilities, ..TestAgent::hello("a") };
    let mut talk = newer.come(world, hello).await.unwrap();
    let timetable = talk.welcome.timetable.expect("the manager says how often to look around");
    assert_eq!((timetable.access_points_ms, timetable.lan_ms), (Some(120_000), Some(900_000)));
    // A body that is not known here comes as none; it is acknowledged with what comes next.
    talk.say_nothing_known().await;
    let strange = v1::AccessPoint {
        ssid: SSID.to_owned(),
        signal_dbm: -50,
        security: 99,
        age_ms: u64::MAX,
        first_seen_age_ms: u64::MAX,
        ..Default::default()
    };
    let report = v1::AccessPoints { interface: "wlan0".to_owned(), is_complete: true, points: vec![strange] };
    talk.say(Body::AccessPoints(report)).await;
    let seq = talk.seq;
    talk.acknowledged(seq).await;
    let points = world.fleet().access_points(&Actor::Local).await.unwrap();
    assert_eq!(points[0].best.security, fleet_model::ApSecurity::Unknown);
    let about = world.fleet().agent(&Actor::Local, newer.id).await.unwrap().record.about;
    assert_eq!(about.abilities, [fleet_model::AgentAbility::Wifi], "what is not known is left out");

    let older = world.agent("older").await;
    let hello = v1::Hello { abilities: vec![v1::Ability::Discovery.into()], ..TestAgent::hello("a") };
    let mut talk = older.come(world, hello).await.unwrap();
    tells(&mut talk, "127.0.0.1:9", "").await;
    let macs = ["A8032AB12345".parse().unwrap()];
    let decided = world.fleet().inbox_adopt(&Actor::Local, &macs, false).await.unwrap();
    assert!(decided.failed[0].1.contains("no agent that passes calls on"), "{decided:?}");
}
