//! Evidence becomes one sighting per device (B6, B7), in whatever order it comes.

use std::{collections::BTreeSet, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use discovery::{Conflict, MergeOptions, Merger, Seen, Sighting, Source, Stranger, Suffix, fact};
use proptest::prelude::*;
use shelly_http::Endpoint;
use shelly_types::{Generation, Mac, Model};

use crate::mac;

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
}

fn seen(source: Source, device: u8, address: &str, seconds: i64) -> Seen {
    let mut seen = Seen::new(source, at(seconds));
    seen.mac = Some(mac(device));
    seen.address = (!address.is_empty()).then(|| address.parse().unwrap());
    seen
}

fn merged(evidence: impl IntoIterator<Item = Seen>) -> Merger {
    let mut merger = Merger::default();
    for seen in evidence {
        assert!(merger.add(seen));
    }
    merger
}

fn address(merger: &Merger, device: u8) -> Option<String> {
    merger.sighting(mac(device)).unwrap().about.address.map(|address| address.to_string())
}

fn conflicts(merger: &Merger) -> Vec<Conflict> {
    merger.conflicts().collect()
}

const EXTENDER: Source = Source::Extender { of: Mac::new([0xA8, 3, 0x2A, 0, 0, 9]) };

#[test]
fn b6_a_device_keeps_its_identity_when_its_address_changes() {
    let merger = merged([seen(Source::Mdns, 1, "10.0.0.7", 0), seen(Source::Scan, 1, "10.0.0.8:8080", 10)]);
    let found: Vec<Sighting> = merger.sightings().collect();
    assert_eq!((found.len(), address(&merger, 1).as_deref()), (1, Some("10.0.0.8:8080")));
    let about = &found[0].about;
    assert_eq!((about.first_seen_at, about.last_seen_at, about.sources.len()), (at(0), at(10), 2));
    let same_time = merged([seen(Source::Scan, 1, "10.0.0.8", 5), seen(Source::Mqtt, 1, "10.0.0.9", 5)]);
    assert_eq!(address(&same_time, 1).as_deref(), Some("10.0.0.8:80"), "who answered there is there");
}

#[test]
fn b7_two_devices_at_one_address_are_a_conflict() {
    let mut merger = merged([seen(Source::Mdns, 1, "10.0.0.7", 0), seen(Source::Scan, 2, "10.0.0.7", 60)]);
    let expected = Conflict::clone(&conflicts(&merger)[0]);
    assert_eq!(
        (expected.address.to_string().as_str(), expected.macs),
        ("10.0.0.7:80", BTreeSet::from([mac(1), mac(2)]))
    );
    merger.add(seen(Source::Mdns, 1, "10.0.0.8", 70));
    assert_eq!((conflicts(&merger), address(&merger, 2).as_deref()), (Vec::new(), Some("10.0.0.7:80")));
}

#[test]
fn b6_an_address_that_changed_hands_is_not_that_of_the_old_device() {
    let merger = merged([seen(Source::Mdns, 1, "10.0.0.7", 0), seen(Source::Mdns, 2, "10.0.0.7", 600)]);
    assert_eq!((address(&merger, 1), address(&merger, 2).as_deref()), (None, Some("10.0.0.7:80")));
    assert!(conflicts(&merger).is_empty());
}

#[test]
fn b6_devices_that_swap_addresses_are_followed() {
    let before = [seen(Source::Scan, 1, "10.0.0.7", 0), seen(Source::Scan, 2, "10.0.0.8", 0)];
    let after = [seen(Source::Scan, 1, "10.0.0.8", 5), seen(Source::Scan, 2, "10.0.0.7", 5)];
    let merger = merged(before.into_iter().chain(after));
    assert_eq!(
        (address(&merger, 1).as_deref(), address(&merger, 2).as_deref()),
        (Some("10.0.0.8:80"), Some("10.0.0.7:80"))
    );
    assert!(conflicts(&merger).is_empty());
}

/// C1, C3: a datagram of a client comes from the extender, whose page is not that of the client.
#[test]
fn c3_senders_of_datagrams_behind_an_extender_are_not_believed() {
    let alone = merged([seen(Source::Coiot, 1, "10.0.0.5", 0)]);
    assert_eq!(address(&alone, 1).as_deref(), Some("10.0.0.5:80"));
    let client = merged([seen(EXTENDER, 1, "10.0.0.5:8001", 0), seen(Source::Coiot, 1, "10.0.0.5", 3600)]);
    assert_eq!(address(&client, 1).as_deref(), Some("10.0.0.5:8001"));
    assert_eq!(client.sighting(mac(1)).unwrap().about.extender, Some(mac(9)));
    let beside_its_extender = merged([seen(Source::Mdns, 9, "10.0.0.5", 0), seen(Source::Coiot, 1, "10.0.0.5", 5)]);
    assert_eq!((address(&beside_its_extender, 1), conflicts(&beside_its_extender)), (None, Vec::new()));
    let two = merged([seen(Source::Coiot, 1, "10.0.0.5", 0), seen(Source::Coiot, 2, "10.0.0.5", 5)]);
    assert_eq!((address(&two, 1), address(&two, 2), conflicts(&two)), (None, None, Vec::new()));
}

/// C2: ports of clients are followed, also when one takes the port of another.
#[test]
fn c2_ports_of_clients_are_followed() {
    let before = [seen(EXTENDER, 1, "10.0.0.5:8001", 0), seen(EXTENDER, 2, "10.0.0.5:8002", 0)];
    let after = [seen(EXTENDER, 2, "10.0.0.5:8001", 30)];
    let merger = merged(before.into_iter().chain(after));
    assert_eq!((address(&merger, 1), address(&merger, 2).as_deref()), (None, Some("10.0.0.5:8001")));
    assert!(conflicts(&merger).is_empty());
}

#[test]
fn the_end_of_a_hardware_address_finds_its_device_unless_two_have_it() {
    let short = || {
        let mut short = Seen::new(Source::Coiot, at(5));
        short.suffix = Some(Suffix::of(mac(1)));
        short.model = Some(Model::new("SHHT-1"));
        short
    };
    let alone = merged([short()]);
    assert_eq!((alone.sightings().count(), alone.strangers().next().unwrap().suffix), (0, Some(Suffix::of(mac(1)))));
    let mut merger = merged([short(), seen(Source::Mdns, 1, "10.0.0.7", 0)]);
    assert_eq!(merger.sighting(mac(1)).unwrap().about.model, Some(Model::new("SHHT-1")));
    assert_eq!(merger.strangers().count(), 0);
    let mut twin = Seen::new(Source::Mdns, at(0));
    twin.mac = Some(Mac::new([1, 2, 3, 0, 0, 1]));
    merger.add(twin);
    assert_eq!((merger.sighting(mac(1)).unwrap().about.model, merger.strangers().count()), (None, 1));
}

#[test]
fn b1_the_name_announced_at_the_address_of_a_device_is_its_name() {
    let mut named = Seen::new(Source::Mdns, at(1));
    (named.name, named.address) = (Some("Hall".to_owned()), Some(Endpoint::new("10.0.0.7", 80)));
    let stranger = merged([named.clone()]).strangers().next().unwrap();
    assert_eq!(stranger.about.name.as_deref(), Some("Hall"));
    let merger = merged([named, seen(Source::Mdns, 1, "10.0.0.7", 2)]);
    assert_eq!(merger.sighting(mac(1)).unwrap().about.name.as_deref(), Some("Hall"));
    assert_eq!(merger.strangers().count(), 0);
}

#[test]
fn an_answer_to_a_scan_is_a_whole_identity() {
    let identity = shelly_types::Identity {
        mac: mac(1),
        generation: Generation::GEN2,
        model: Model::new("SNSW-001X16EU"),
        firmware: shelly_types::Firmware::new("20241011-114455/1.4.4-g6d2a586"),
        host_name: Some("shellyplus1-a8032a000001".to_owned()),
        app: Some("Plus1".to_owned()),
        name: None,
        profile: None,
        auth_required: true,
    };
    let answered = Seen::answered(&identity, Endpoint::new("10.0.0.7", 80), at(1));
    let merger = merged([seen(Source::Mdns, 1, "10.0.0.7", 0), answered]);
    assert_eq!(merger.sighting(mac(1)).unwrap().identity(), Some(identity));
    assert_eq!(merged([seen(Source::Mdns, 1, "10.0.0.7", 0)]).sighting(mac(1)).unwrap().identity(), None);
}

#[test]
fn what_is_remembered_is_bounded_in_number_and_time() {
    let mut merger =
        Merger::new(MergeOptions { capacity: 2, keep: Duration::from_secs(100), ..MergeOptions::default() });
    assert!(merger.add(seen(Source::Mdns, 1, "10.0.0.7", 0)) && merger.add(seen(Source::Mdns, 2, "10.0.0.7", 50)));
    assert!(!merger.add(seen(Source::Mdns, 3, "", 60)));
    assert!(merger.add(seen(Source::Scan, 1, "", 60)), "one that is known has room");
    assert_eq!((merger.refused(), conflicts(&merger).len()), (1, 1));
    merger.expire(at(130));
    assert_eq!((address(&merger, 1), conflicts(&merger).len()), (None, 0), "mDNS is forgotten, the scan is not");
    merger.expire(at(1000));
    assert_eq!(merger.sightings().count(), 0);
    assert!(merger.add(seen(Source::Mdns, 3, "10.0.0.7", 1000)));
    assert_eq!(address(&merger, 3).as_deref(), Some("10.0.0.7:80"));
}

fn evidence() -> impl Strategy<Value = Seen> {
    let source = prop::sample::select(vec![
        Source::Scan,
        Source::Mdns,
        Source::Coiot,
        Source::Mqtt,
        Source::OutboundSocket,
        EXTENDER,
        Source::Extender { of: mac(8) },
    ]);
    let place = prop::option::of((0_u8..3, prop::sample::select(vec![80_u16, 8001])));
    let word = prop::sample::select(vec![fact::FIRMWARE, fact::AUTH, "dv"]);
    (source, 0_u8..8, place, 0_i64..400, prop::option::of(0_u8..3), word).prop_map(
        |(source, who, place, when, what, word)| {
            let mut seen = Seen::new(source, at(when));
            match who {
                0..4 => seen.mac = Some(mac(who)),
                // Ends like another one.
                4 => seen.mac = Some(Mac::new([9, 9, 9, 0, 0, 1])),
                5 | 6 => seen.suffix = Some(Suffix::of(mac(who - 4))),
                _ => {}
            }
            seen.address = place.map(|(host, port)| Endpoint::new(format!("10.0.0.{host}"), port));
            seen.name = what.map(|number| format!("name {number}"));
            seen.model = what.map(|number| Model::new(format!("SHSW-{number}")));
            if let Some(number) = what {
                seen.facts.insert(word, number.to_string());
            }
            seen
        },
    )
}

fn everything(merger: &Merger) -> (Vec<Sighting>, Vec<Stranger>, Vec<Conflict>) {
    let mut all: (Vec<_>, Vec<_>, Vec<_>) =
        (merger.sightings().collect(), merger.strangers().collect(), merger.conflicts().collect());
    all.0.sort_by_key(|sighting| sighting.mac);
    all.1.sort_by_key(|stranger| (stranger.suffix, stranger.about.address.clone()));
    all.2.sort_by(|left, right| left.address.cmp(&right.address));
    all
}

fn in_two_orders() -> impl Strategy<Value = (Vec<Seen>, Vec<Seen>)> {
    let list = prop::collection::vec(evidence(), 0..40);
    list.prop_flat_map(|list| (Just(list.clone()), Just(list).prop_shuffle()))
}

proptest! {
    /// The order of evidence changes nothing, and neither does evidence that comes twice.
    #[test]
    fn order_does_not_matter((first, second) in in_two_orders(), expiry in 0_i64..800) {
        let (mut one, mut other) = (merged(first.clone()), merged(second));
        prop_assert_eq!(everything(&one), everything(&other));
        for seen in first {
            one.add(seen);
        }
        prop_assert_eq!(everything(&one), everything(&other));
        let now = at(expiry) + TimeDelta::hours(26);
        one.expire(now);
        other.expire(now);
        prop_assert_eq!(everything(&one), everything(&other));
    }

    /// There is one sighting per hardware address, and none without evidence.
    #[test]
    fn one_sighting_per_hardware_address(list in prop::collection::vec(evidence(), 0..40)) {
        let merger = merged(list.clone());
        let told: BTreeSet<Mac> = list.iter().filter_map(|seen| seen.mac).collect();
        let found: Vec<Mac> = merger.sightings().map(|sighting| sighting.mac).collect();
        prop_assert_eq!(found.len(), told.len());
        prop_assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), told);
        for conflict in merger.conflicts() {
            prop_assert!(conflict.macs.len() > 1);
            for mac in &conflict.macs {
                let address = merger.sighting(*mac).unwrap().about.address;
                prop_assert_eq!(address.as_ref(), Some(&conflict.address));
            }
        }
    }

    /// Two sightings have one address only where that is a conflict.
    #[test]
    fn an_address_belongs_to_one_device_or_is_a_conflict(list in prop::collection::vec(evidence(), 0..40)) {
        let merger = merged(list);
        for one in merger.sightings() {
            for other in merger.sightings().filter(|other| other.mac > one.mac) {
                if let Some(address) = one.about.address.as_ref().filter(|_| one.about.address == other.about.address) {
                    let conflict = merger.conflict(address).unwrap();
                    prop_assert!(conflict.macs.contains(&one.mac) && conflict.macs.contains(&other.mac));
                }
            }
        }
    }
}
