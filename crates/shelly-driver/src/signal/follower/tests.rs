//! A4, A6: what is told by Gen2 and later.

use proptest::prelude::*;
use serde_json::json;
use shelly_gen2_rpc::DeviceStatus as Document;
use shelly_types::ComponentStatus;

use super::*;

fn told(method: &str, params: Value) -> News {
    let Value::Object(params) = params else { panic!("{params}") };
    News::Notification(Notification { method: method.to_owned(), src: None, dst: None, params })
}

fn patch(params: Value) -> News {
    told("NotifyStatus", params)
}

fn event(event: &Value) -> News {
    told("NotifyEvent", json!({"ts": 1_700_000_000.5, "events": [event]}))
}

fn plug() -> Value {
    json!({
        "switch:0": {"id": 0, "source": "init", "output": false, "apower": 0.0, "aenergy": {"total": 5.5},
            "temperature": {"tC": 40.0, "tF": 104.0}},
        "sys": {"uptime": 10, "cfg_rev": 7},
        "toaster:0": {"id": 0, "alarm": false},
    })
}

#[test]
fn a_patch_is_worked_into_the_whole_reading() {
    let mut follower = Follower::new(&plug());
    let signals = follower.take(patch(json!({"ts": 1.0, "switch:0": {"id": 0, "output": true, "source": "button"}})));
    let [Signal::Component(key, ComponentStatus::Switch(switch))] = &signals[..] else { panic!("{signals:?}") };
    assert_eq!(key.to_string(), "switch:0");
    assert_eq!((switch.output, switch.source.as_deref()), (Some(true), Some("button")));
    assert_eq!((switch.meter.energy_wh, switch.temperature_c), (Some(5.5), Some(40.0)), "the rest stays");

    let same = json!({"ts": 2.0, "switch:0": {"id": 0, "output": true, "apower": 0}});
    assert_eq!(follower.take(patch(same)), [], "nothing is new");
    let cleared = follower.take(patch(json!({"switch:0": {"temperature": null, "source": null}})));
    let [Signal::Component(_, ComponentStatus::Switch(switch))] = &cleared[..] else { panic!("{cleared:?}") };
    assert_eq!((switch.temperature_c, &switch.source), (None, &None), "null clears");
}

#[test]
fn a_component_that_is_not_known_here_is_whole() {
    let mut follower = Follower::new(&plug());
    let other = |value| vec![Signal::Component("toaster:0".parse().unwrap(), ComponentStatus::Other(value))];
    let signals = follower.take(patch(json!({"toaster:0": {"alarm": true}})));
    assert_eq!(signals, other(json!({"id": 0, "alarm": true})));
    let signals = follower.take(News::ComponentStatus { key: "toaster:0".into(), status: json!({"alarm": false}) });
    assert_eq!(signals, other(json!({"alarm": false})));
}

#[test]
fn a_full_status_replaces() {
    let mut follower = Follower::new(&plug());
    follower.take(patch(json!({"boolean:200": {"value": true}})));
    let mut full = plug();
    full["ts"] = json!(5.0);
    full["sys"]["uptime"] = json!(11);
    full.as_object_mut().unwrap().remove("toaster:0");
    let signals = follower.take(told("NotifyFullStatus", full.clone()));
    assert_eq!(signals[0], Signal::Gone("toaster:0".parse().unwrap()));
    assert!(matches!(&signals[1..], [Signal::Component(key, _)] if key.kind() == "sys"), "{signals:?}");
    assert_eq!(follower.take(told("NotifyFullStatus", full)), []);
    let signals = follower.take(patch(json!({"boolean:200": {"value": false}})));
    assert!(matches!(&signals[..], [Signal::Component(..)]), "no whole status has it, so it is still there");
}

#[test]
fn events_have_their_words_and_their_time() {
    let mut follower = Follower::new(&plug());
    let signals =
        follower.take(event(&json!({"component": "input:0", "id": 0, "event": "single_push", "ts": 1_700_000_000.5})));
    let at = time(Some(1_700_000_000.5));
    let component = Some("input:0".parse().unwrap());
    assert_eq!(signals, [Signal::Event { component, name: "single_push".into(), at }]);

    let signals = follower.take(event(&json!({"component": "switch:0", "event": "config_changed", "cfg_rev": 8})));
    assert_eq!(signals, [Signal::ConfigChanged { revision: Some(8) }]);
    let signals = follower.take(event(&json!({"component": "sys", "event": "sleep"})));
    assert_eq!(signals.last(), Some(&Signal::Offline(Leave::Asleep)));
    let signals = follower.take(event(&json!({"component": "script:1", "event": "sleep", "data": 1})));
    assert!(matches!(&signals[..], [Signal::Event { .. }]), "a script may say anything: {signals:?}");
    let removed = json!({"component": "sys", "event": "component_removed", "target": "boolean:200", "cfg_rev": 9});
    let signals = follower.take(event(&removed));
    assert_eq!(signals, [Signal::Gone("boolean:200".parse().unwrap()), Signal::ConfigChanged { revision: Some(9) }]);
}

#[test]
fn an_update_is_followed() {
    let mut follower = Follower::default();
    for (sent, expected) in [
        (json!({"event": "ota_begin", "msg": "Waiting"}), UpdateProgress::Began),
        (json!({"event": "ota_progress", "msg": "x", "progress_percent": 43.7}), UpdateProgress::Percent(43)),
        (json!({"event": "ota_success", "msg": "Done"}), UpdateProgress::Written),
        (json!({"event": "ota_error", "msg": "no space"}), UpdateProgress::Failed { why: "no space".into() }),
    ] {
        let mut sent = sent;
        sent["component"] = json!("sys");
        assert_eq!(follower.take(event(&sent)), [Signal::FirmwareUpdate(expected)]);
    }
}

#[test]
fn what_was_missed_is_read_again() {
    let mut follower = Follower::new(&Value::Null);
    assert_eq!(follower.take(News::Lagged { missed: 3 }), [Signal::ReadAgain]);
    assert_eq!(follower.take(News::Online(true)), [Signal::Online]);
    assert_eq!(follower.take(News::Online(false)), [Signal::Offline(Leave::LastWill)]);
    assert_eq!(follower.take(News::Online(true)), [Signal::Online, Signal::ReadAgain]);
    assert_eq!(follower.take(News::Online(true)), [Signal::Online]);
}

#[test]
fn what_is_kept_is_bounded() {
    let mut follower = Follower::default();
    for number in 0..5000 {
        follower.take(patch(json!({format!("spoon:{number}"): {"text": "x".repeat(100)}})));
    }
    assert!(follower.bytes <= MOST_BYTES);
    let counted: usize = follower.kept.iter().map(|kept| kept.key.len() + kept.text.len()).sum();
    assert_eq!(counted, follower.bytes);
}

fn any_reading() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![Just(Value::Null), any::<bool>().prop_map(Value::from), any::<u8>().prop_map(Value::from)];
    leaf.prop_recursive(3, 12, 4, |inner| {
        proptest::collection::btree_map("output|apower|aenergy|total|uptime|x", inner, 0..4)
            .prop_map(|members| Value::Object(members.into_iter().collect()))
    })
}

fn any_status() -> impl Strategy<Value = Map<String, Value>> {
    proptest::collection::btree_map("switch:0|sys|wifi|spoon:1|bad key", any_reading(), 0..4)
        .prop_map(|members| members.into_iter().collect())
}

proptest! {
    /// Following is the same as merging whole documents and converting them.
    #[test]
    fn following_is_reading(status in any_status(), patches in proptest::collection::vec(any_status(), 0..6)) {
        let mut known = Document::from_json(Value::Object(status.clone())).unwrap();
        let mut followed = crate::gen2::status(&known).components;
        let mut follower = Follower::new(&Value::Object(status));
        for patch in patches {
            known.merge(patch.clone());
            for signal in follower.take(told("NotifyStatus", Value::Object(patch))) {
                let Signal::Component(key, reading) = signal else { panic!() };
                followed.insert(key, reading);
            }
        }
        prop_assert_eq!(followed, crate::gen2::status(&known).components);
    }
}
