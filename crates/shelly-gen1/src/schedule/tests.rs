//! Rules survive text, and texts that are none are named.

use proptest::prelude::*;

use super::*;

fn times() -> impl Strategy<Value = RuleTime> {
    let event = prop_oneof![Just(SunEvent::Sunrise), Just(SunEvent::Sunset)];
    let side = prop_oneof![Just(Side::Before), Just(Side::After)];
    prop_oneof![
        (0..24_u8, 0..60_u8).prop_map(|(hour, minute)| RuleTime::Clock { hour, minute }),
        (event, side, 0..6000_u16).prop_map(|(event, side, minutes)| RuleTime::Sun { event, side, minutes }),
    ]
}

fn rules() -> impl Strategy<Value = Rule> {
    let days = (1..128_u8).prop_map(Days);
    let action = prop_oneof![
        Just(RuleAction::On),
        Just(RuleAction::Off),
        Just(RuleAction::Open),
        Just(RuleAction::Close),
        (0..=100_u8).prop_map(RuleAction::Position),
        (-500..500_i32).prop_map(|tenths| RuleAction::Target(f64::from(tenths) / 10.0)),
        "[0-9]{1,3};[0-9]{1,3};(on|off)".prop_map(RuleAction::Other),
    ];
    (times(), days, action).prop_map(|(time, days, action)| Rule { time, days, action })
}

proptest! {
    #[test]
    fn rules_survive(rule in rules()) {
        prop_assert_eq!(rule.to_string().parse::<Rule>(), Ok(rule));
    }

    #[test]
    fn texts_survive(text in "([0-9]{4}|[a-z0-9]{0,8})(asr|bsr|ass|bss|)-[0-9]{0,8}-.{0,8}") {
        if let Ok(rule) = text.parse::<Rule>() {
            let printed = rule.to_string();
            prop_assert_eq!(printed.parse::<Rule>(), Ok(rule));
            prop_assert_eq!(printed.len() <= text.len(), true);
        }
    }

    #[test]
    fn no_text_is_too_odd(text in ".{0,40}") {
        let _ = text.parse::<Rule>();
    }
}

#[test]
fn documented_rules_are_read() {
    let rule = |text: &str| text.parse::<Rule>().unwrap();
    assert_eq!(rule("0700-0123456-on").time, RuleTime::Clock { hour: 7, minute: 0 });
    assert_eq!(rule("0700-0123456-on").days, Days::ALL);
    let sunset = RuleTime::Sun { event: SunEvent::Sunset, side: Side::After, minutes: 0 };
    assert_eq!(rule("0000ass-0123456-on").time, sunset);
    assert_eq!(rule("0130bsr-56-off").days, Days::new([5, 6]).unwrap());
    assert_eq!(rule("0700-0123456-18.5").action, RuleAction::Target(18.5));
    assert_eq!(rule("2200-0123-40%").action, RuleAction::Position(40));
    for text in ["0700-0123456-on", "0000ass-0123456-on", "0030bss-01-100;60;on", "0700-0-18.50", "0800-3-close"] {
        assert_eq!(rule(text).to_string(), text);
    }
}

#[test]
fn what_is_no_rule_is_named() {
    for text in [
        "",
        "0700",
        "0700-0",
        "2400-0-on",
        "0760-0-on",
        "0700-7-on",
        "0700--on",
        "0700-0-",
        "07ä0-0-on",
        "0700xss-0-on",
    ] {
        let error = text.parse::<Rule>().unwrap_err().to_string();
        assert!(error.contains("is not a schedule rule"), "{error}");
    }
}
