//! The language from outside: what is read, what is refused and how, and that printing loses nothing (H1, P3, F15).

use chrono::{DateTime, TimeDelta, Utc};
use fleet_query::{Facts, Field, ParseErrorKind, Query, complete, component_words, indexed, search_text};
use proptest::prelude::*;
use shelly_types::{ComponentKey, Firmware, Generation};

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_764_021_600, 0).expect("a moment in 2025")
}

fn facts() -> Facts {
    let settings = [("mqtt.server", "10.0.0.5".into()), ("switch:0.auto_off", true.into())];
    let more = [("switch:1.auto_off", false.into()), ("switch:1.auto_off_delay", 2.5.into())];
    let components = [ComponentKey::instance("switch", 0), ComponentKey::single("wifi")];
    Facts {
        mac: "C45BBE6A1122".parse().expect("a MAC"),
        model: "SNSW-001X16EU".to_owned(),
        app: Some("Plus1".to_owned()),
        name: "Küche Lamp".to_owned(),
        search_text: search_text(["Küche Lamp", "C45BBE6A1122", "192.0.2.7:80"]),
        generation: Generation(2),
        endpoint: "192.0.2.7:80".to_owned(),
        firmware: Firmware::new("20241011-114455/1.4.4-g6d2a586"),
        profile: None,
        auth_required: false,
        sleeps: false,
        state: "online",
        restart_required: true,
        drift: "drifted",
        last_seen_at: Some(now() - TimeDelta::minutes(90)),
        adopted_at: now() - TimeDelta::days(3),
        booted_at: None,
        rssi_dbm: Some(-70),
        groups: vec!["Ground floor".to_owned()],
        locations: vec!["Hall".to_owned(), "House".to_owned()],
        tags: vec!["kitchen".to_owned()],
        components: component_words(&components),
        settings: settings
            .into_iter()
            .chain(more)
            .map(|(path, value)| indexed(&path.parse().expect("a path"), &value).expect("no secret"))
            .collect(),
    }
}

#[test]
fn a_device_is_meant_or_not() {
    let cases = [
        ("", true),
        ("küche", true),
        ("KÜCHE lamp", true),
        ("\"lamp küche\"", false),
        ("192.0.2.7:80", true),
        ("C4:5B:BE:6A:11:22", true),
        ("mac:c45b*", true),
        ("mac:C4:5B*", true),
        ("gen:2", true),
        ("gen:1,2 gen<3 -gen:1", true),
        ("gen:1 OR gen:2", true),
        ("gen:1 OR gen:2 tag:bath", false),
        ("(gen:1 OR gen:2) tag:kitchen", true),
        ("NOT (gen:1 OR gen:3)", true),
        ("fw<1.14", true),
        ("fw:1.4", true),
        ("fw>1.4", false),
        ("fw>=1.4.4 fw<=1.4.4", true),
        ("name:küche*", true),
        ("name:küche", false),
        ("name~LAMP", true),
        ("group:\"ground floor\"", true),
        ("group:ground*", true),
        ("location:house location:hall", true),
        ("location:garden", false),
        ("tag:kit*,bath", true),
        ("-tag:kitchen", false),
        ("state:online,offline drift:yes restart:yes auth:no", true),
        ("drift!=unknown", true),
        ("ip:192.0.2.7 ip:192.0.2.*", true),
        ("ip:192.0.2", false),
        ("rssi<-65 rssi>-75", true),
        ("rssi!=-70", false),
        ("uptime<5m", false),
        ("-uptime<5m", true),
        ("profile!=cover", false),
        ("seen>1h seen<2h adopted>2d", true),
        ("component:switch component:switch:0", true),
        ("component:cover", false),
        ("config.mqtt.server=10.0.0.5", true),
        ("config.mqtt.server:10.0.0.5", true),
        ("config.mqtt.server~0.0", true),
        ("config.mqtt.server!=10.0.0.5", false),
        ("config.mqtt.server!=null", true),
        ("config.switch:0.auto_off=yes", true),
        ("config.switch:1.auto_off:yes", false),
        ("config.switch:*.auto_off=no", true),
        ("config.switch.auto_off=no", true),
        ("config.switch:*.auto_off_delay<3", true),
        ("config.switch:*.auto_off_delay=2,2.5", true),
    ];
    for (text, expected) in cases {
        let query: Query = text.parse().unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(query.matches(&facts(), now()), expected, "{text}");
        assert_eq!(query.to_string().parse::<Query>(), Ok(query), "{text}");
    }
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    let cases = [
        (
            "fww<1.14",
            0..3,
            "column 1: there is no field `fww` (did you mean `fw`?); to look for the text put it in quotes",
        ),
        (
            "küche gne:1",
            7..10,
            "column 7: there is no field `gne` (did you mean `gen`?); to look for the text put it in quotes",
        ),
        ("fw < 1", 3..4, "column 4: `<` compares nothing: write it without blanks, such as `fw<1.14`"),
        ("gen:x", 4..5, "column 5: `x` is no value of `gen`: expected a whole number"),
        ("gen:1,", 6..6, "column 7: expected a value for `gen`: a whole number"),
        ("gen<1,2", 4..7, "column 5: `<` compares with one value, not with a list"),
        (
            "state:onlin",
            6..11,
            "column 7: `onlin` is no value of `state`: expected one of online, offline, asleep, unauthorized, wrong_device, locked_out (did you mean `online`?)",
        ),
        ("tag!=x", 3..5, "column 4: `!=` does not go with `tag`: expected `:`, `~`"),
        ("(gen:1", 0..1, "column 1: the parenthesis has no end: expected `)`"),
        ("gen:1)", 5..6, "column 6: `)` closes nothing: take it out, or put it in quotes"),
        ("gen:1 OR", 8..8, "column 9: expected a condition after `OR`, such as `gen:1` or a word to look for"),
        ("()", 1..2, "column 2: expected a condition between the parentheses, such as `gen:1` or a word to look for"),
        ("\"open", 0..5, "column 1: the quote has no end: expected another `\"`"),
        ("config.mqtt.sever=x", 0..17, "column 1: there is no setting `mqtt.sever` (did you mean `mqtt.server`?)"),
        (
            "config.switch:0.auto_of=yes",
            0..23,
            "column 1: there is no setting `switch:0.auto_of` (did you mean `switch:0.auto_off`?)",
        ),
        ("config.wifi.sta.pass=x", 0..20, "column 1: `wifi.sta.pass` is a secret, which cannot be searched"),
        ("config.mqtt.server", 0..18, "column 1: expected a comparison after `mqtt.server`, such as `=` and a value"),
        (
            "config.switch:0.auto_off=maybe",
            25..30,
            "column 26: `maybe` is no value of `config.switch:0.auto_off`: expected yes or no",
        ),
    ];
    for (text, span, message) in cases {
        let error = text.parse::<Query>().expect_err(text);
        assert_eq!(error.to_string(), message);
        assert_eq!(error.position.start..error.position.end, span, "{text}");
    }
    let error = format!("{}gen:1", "(".repeat(500)).parse::<Query>().unwrap_err();
    assert!(matches!(*error.kind, ParseErrorKind::TooMany { .. }));
    assert!(matches!("a ".repeat(2000).parse::<Query>().unwrap_err().kind.as_ref(), ParseErrorKind::TooLong { .. }));
    assert!(matches!("a ".repeat(500).parse::<Query>().unwrap_err().kind.as_ref(), ParseErrorKind::TooMany { .. }));
}

#[test]
fn a_query_is_said_in_words() {
    let cases = [
        ("", "all devices"),
        (
            "gen:1 fw<1.14 -tag:kitchen",
            "devices whose generation is 1, and whose firmware is older than 1.14, and not with a tag that is \"kitchen\"",
        ),
        (
            "seen>2h OR state:offline,locked_out",
            "devices that answered last more than 2 hours ago, or that are offline or locked out",
        ),
        ("config.switch:*.auto_off=yes", "devices whose setting switch:*.auto_off is on"),
        ("drift:no", "devices that are as wished"),
    ];
    for (text, words) in cases {
        assert_eq!(text.parse::<Query>().unwrap().explain(), words);
    }
}

#[test]
fn the_next_words_are_offered() {
    let names = |field: Field| match field {
        Field::Tag => vec!["kitchen".to_owned(), "ground floor".to_owned()],
        _ => Vec::new(),
    };
    let offered = |text: &str| {
        let completion = complete(text, text.len(), &names);
        let texts = completion.candidates.into_iter().map(|candidate| candidate.text).collect::<Vec<_>>();
        (completion.replaces, texts)
    };
    assert_eq!(offered("gen:1 -re"), (7..9, vec!["restart:".to_owned()]));
    assert_eq!(offered("tag:gr"), (4..6, vec!["\"ground floor\"".to_owned()]));
    assert_eq!(offered("tag:kitchen,").1.len(), 2);
    assert_eq!(offered("(state:off"), (7..10, vec!["offline".to_owned()]));
    assert_eq!(offered("config.mqtt.serv"), (0..16, vec!["config.mqtt.server=".to_owned()]));
    assert_eq!(offered("config.switch:0.auto_off="), (25..25, vec!["yes".to_owned(), "no".to_owned()]));
    assert!(offered("").1.len() > 20);
    assert_eq!(offered("upt").1, ["uptime<"]);
}

/// A text that is a query, or nearly one.
fn texts() -> impl Strategy<Value = String> {
    let value = prop_oneof![
        Just("yes"),
        Just("no"),
        Just("null"),
        Just("1"),
        Just("-75"),
        Just("2.5"),
        Just("1.14"),
        Just("2h30m"),
        Just("online"),
        Just("unknown"),
        Just("\"a b\""),
        Just("Lamp*"),
        Just("*"),
        Just("\"*\\\\\""),
        Just("ÄÖ"),
        Just("\"\""),
        Just("\"null\""),
        Just("a,b"),
        Just("<x"),
    ];
    let field = prop_oneof![
        Just("gen"),
        Just("fw"),
        Just("name"),
        Just("mac"),
        Just("tag"),
        Just("group"),
        Just("state"),
        Just("drift"),
        Just("rssi"),
        Just("seen"),
        Just("ip"),
        Just("restart"),
        Just("component"),
        Just("config.mqtt.server"),
        Just("config.switch:*.auto_off"),
        Just("config.switch:0.auto_off_delay"),
        Just("config.wifi.sta.ssid"),
        Just("config."),
        Just("x"),
    ];
    let op = prop_oneof![Just(":"), Just("="), Just("!="), Just("<"), Just(">="), Just("~")];
    let term = prop_oneof![
        4 => (field, op, value.clone()).prop_map(|(field, op, value)| format!("{field}{op}{value}")),
        1 => value.prop_map(str::to_owned),
    ];
    term.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 1..4).prop_map(|parts| parts.join(" ")),
            proptest::collection::vec(inner.clone(), 1..4).prop_map(|parts| parts.join(" OR ")),
            inner.clone().prop_map(|part| format!("({part})")),
            inner.clone().prop_map(|part| format!("-{part}")),
            inner.prop_map(|part| format!("NOT ({part})")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn printing_loses_nothing(text in texts()) {
        if let Ok(query) = text.parse::<Query>() {
            let printed = query.to_string();
            prop_assert_eq!(printed.parse::<Query>(), Ok(query.clone()), "{} from {}", printed, text);
            prop_assert!(!query.explain().is_empty());
            query.matches(&facts(), now());
        }
    }

    #[test]
    fn no_text_is_too_odd(text in "[ a-z:=<>~!()*\",.\\\\-é0-9\u{0}]{0,40}", cursor in 0..50_usize) {
        match text.parse::<Query>() {
            Ok(query) => prop_assert_eq!(query.to_string().parse::<Query>(), Ok(query)),
            Err(error) => {
                let position = error.position;
                prop_assert!(text.get(position.start..position.end).is_some(), "{:?} in {:?}", position, text);
            }
        }
        let completion = complete(&text, cursor, &|_| Vec::new());
        prop_assert!(text.get(completion.replaces).is_some());
    }
}
