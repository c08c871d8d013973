//! What goes into wishes that are made of a device, and what does not.

use capability_config::{Settings, Support};
use shelly_types::{ComponentKey, Firmware, Generation, Model};

use super::*;
use crate::{Entry, Namespace};

fn observed(shown: &[(&str, SettingValue)]) -> Observed {
    let settings: Settings = shown.iter().map(|(path, value)| (path.parse().unwrap(), value.clone())).collect();
    let mut components: Vec<ComponentKey> = settings.keys().map(|path| path.component().clone()).collect();
    components.dedup();
    let support =
        Support::new(Generation::GEN3, Model::new("S3SW-001P16EU"), Firmware::new("1.4.4"), components.clone());
    Observed::new(components, settings, support)
}

fn names() -> Vec<OwnName> {
    let name = |text: &str, expression: &str, is_distinct| OwnName {
        text: text.to_owned(),
        expression: expression.to_owned(),
        is_distinct,
    };
    vec![
        name("shelly1g3-a8032a100001", "device.host_name", true),
        name("A8032A100001", "device.mac", true),
        name("a8032a100001", "device.mac | lower", true),
        name("10.0.0.7", "device.address", true),
        name("Lamp", "device.name", false),
    ]
}

fn variables() -> Variables {
    let mut variables = Variables::default();
    for (name, value) in
        [("host_name", "shelly1g3-a8032a100001"), ("mac", "A8032A100001"), ("address", "10.0.0.7"), ("name", "Lamp")]
    {
        variables.set(Namespace::Device, name, Entry::Value(value.into()));
    }
    let secret = SettingValue::Secret(SecretText::new("planted"));
    variables.set(Namespace::Vault, "broker", Entry::Value(secret));
    variables
}

fn made(shown: &[(&str, SettingValue)], options: MakeOptions) -> (Vec<String>, Vec<String>) {
    let made = make(&observed(shown), &variables(), &MakeOptions { names: names(), ..options });
    let wish = |(path, value): (&SettingSelector, &SettingValue)| format!("{path} {value}");
    let left = |(path, why): &(SettingPath, WhyNotMade)| format!("{path} {why:?}");
    (made.settings.iter().map(wish).collect(), made.left.iter().map(left).collect())
}

/// F13: what is the device's own becomes a variable or stays away, and is told.
#[test]
fn f13_what_is_its_own_becomes_a_variable_or_is_left() {
    let shown = [
        ("auth.enable", true.into()),
        ("boolean:200.name", "x".into()),
        ("cover:0.maxtime_open", 12.0.into()),
        ("mqtt.client_id", "shelly1g3-a8032a100001".into()),
        ("mqtt.enable", true.into()),
        ("mqtt.pass", SettingValue::Hidden),
        ("mqtt.server", "10.0.0.70:1883".into()),
        ("mqtt.topic_prefix", "home/kitchen".into()),
        ("switch:0.auto_off", true.into()),
        ("switch:0.name", "Sink".into()),
        ("sys.debug.udp.addr", "10.0.0.7:514".into()),
        ("sys.device.name", "Lamp".into()),
        ("sys.location.tz", SettingValue::Null),
        ("wifi.sta.ssid", "home".into()),
        ("ws.server", "ws://hub/a8032a100001/{{x}}".into()),
    ];
    let (wishes, left) = made(&shown, MakeOptions::default());
    assert_eq!(
        wishes,
        [
            r#"mqtt.client_id "{{ device.host_name }}""#,
            "mqtt.enable true",
            r#"mqtt.server "10.0.0.70:1883""#,
            "switch:0.auto_off true",
            r#"sys.debug.udp.addr "{{ device.address }}:514""#,
            "sys.location.tz null",
            r#"ws.server "ws://hub/{{ device.mac | lower }}/{{ \"{{\" }}x}}""#,
        ]
    );
    assert_eq!(
        left,
        [
            "auth.enable Login",
            "boolean:200.name MadeHere",
            "cover:0.maxtime_open Calibration",
            "mqtt.pass Secret",
            "mqtt.topic_prefix Identity",
            "switch:0.name Identity",
            "sys.device.name Identity",
            "wifi.sta.ssid Network",
        ]
    );
}

/// F13: filters, secrets of the vault, and what is the same elsewhere.
#[test]
fn f13_what_goes_in_is_chosen() {
    let shown = [
        ("mqtt.enable", true.into()),
        ("mqtt.pass", SettingValue::Hidden),
        ("switch:0.auto_off", true.into()),
        ("switch:0.name", "Sink".into()),
        ("switch:1.auto_off", false.into()),
        ("sys.device.name", "Lamp".into()),
    ];
    let words = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect::<Vec<_>>();
    let only = MakeOptions {
        only: words(&["switch:0.auto", "switch:1", "sys.device.name"]),
        without: words(&["switch:1.auto_off"]),
        ..MakeOptions::default()
    };
    assert_eq!(made(&shown, only).0, [r#"sys.device.name "{{ device.name }}""#], "a begin ends with a point");
    let vault = BTreeMap::from([("mqtt.pass".parse().unwrap(), "broker".to_owned())]);
    let some = MakeOptions { only: words(&["mqtt", "switch:0"]), vault, ..MakeOptions::default() };
    assert_eq!(made(&shown, some).0, ["mqtt.enable true", "mqtt.pass [hidden]", "switch:0.auto_off true"]);
    let other = [("mqtt.enable", SettingValue::Bool(true)), ("switch:0.auto_off", false.into())];
    let unlike = other.into_iter().map(|(path, value)| (path.parse().unwrap(), value)).collect();
    let wishes = made(&shown, MakeOptions { unlike: Some(unlike), ..MakeOptions::default() }).0;
    assert_eq!(wishes, ["switch:0.auto_off true", "switch:1.auto_off false"]);
}

/// F13: resources go in as a whole or not at all.
#[test]
fn f13_resources_go_as_a_whole() {
    let list = |url: &str| SettingValue::from(vec![url.into()]);
    let calls = r#"[{"method":"Switch.Set","params":{"id":0,"on":true}}]"#;
    let shown = [
        ("schedules.job:2.calls", calls.into()),
        ("schedules.job:2.id", 2.0.into()),
        ("schedules.job:2.timespec", "0 0 7 * * *".into()),
        ("scripts.a.code", "let t = `{{x}}` + 'A8032A100001';\r\n".into()),
        ("scripts.a.enable", true.into()),
        ("scripts.b.code", "let m = 'A8032A100001' + \"{%\";\n".into()),
        ("scripts.script:3.code", "x".into()),
        ("webhooks.a.event", "switch.on".into()),
        ("webhooks.a.urls", list("http://10.0.0.7/")),
        ("webhooks.b.secret_urls", SettingValue::Secret(SecretText::new("planted"))),
        ("webhooks.c.urls", list("http://10.0.0.70/")),
    ];
    assert_eq!(made(&shown, MakeOptions::default()), (vec![], vec![]));
    let (wishes, left) = made(&shown, MakeOptions { resources: true, ..MakeOptions::default() });
    assert_eq!(
        wishes,
        [
            &*format!("schedules.switch-set-2.calls {}", SettingValue::from(calls)),
            r#"schedules.switch-set-2.timespec "0 0 7 * * *""#,
            r#"scripts.b.code "let m = '{{ device.mac }}' + \"{{ \"{%\" }}\";\n""#,
            r#"webhooks.c.urls ["http://10.0.0.70/"]"#,
        ]
    );
    assert_eq!(left.len(), 6, "{left:?}");
    assert!(left[..2].iter().all(|left| left.contains("NoWish")), "{left:?}");
    assert_eq!(
        left[2..],
        [
            "scripts.script:3.code Unnamed",
            "webhooks.a.event NameInList",
            "webhooks.a.urls NameInList",
            "webhooks.b.secret_urls Secret",
        ]
    );
}
