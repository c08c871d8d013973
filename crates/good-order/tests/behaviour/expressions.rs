//! Own rules (G5).

use good_order::{DeviceFacts, Expression, Reads, Trouble};

use crate::devices::Device;

const LAMP: &str = r#"
    name = "Hall lamp"
    settings = { "wifi.ap.enable" = true, "wifi.sta.ssid" = "home", "switch:0.auto_off_delay" = 60, "switch:1.auto_off" = true }
    [status.wifi]
    kind = "wifi"
    reading = { rssi_dbm = -71 }
    [status."switch:0"]
    kind = "switch"
    reading = { output = true, temperature_c = 51.5, meter = { power_w = 8.9 } }
"#;

fn lamp() -> DeviceFacts {
    toml::from_str::<Device>(LAMP).unwrap().facts(1)
}

fn answer(text: &str) -> Result<bool, Trouble> {
    Expression::parse(text).unwrap_or_else(|error| panic!("{text}: {error}")).is_true_of(&lamp())
}

fn refused(text: &str) -> String {
    Expression::parse(text).unwrap_err().to_string()
}

#[test]
fn g5_own_rules_see_the_facts() {
    for (text, expected) in [
        ("settings['wifi.ap.enable']", true),
        ("settings['wifi.sta.ssid'] == 'guests'", false),
        ("settings['switch:0.auto_off_delay'] > 30 && device.generation >= 2", true),
        ("'wifi.sta.ip' in settings", false),
        ("status['switch:0'].meter.power_w > 5 && status['wifi'].rssi_dbm < -70", true),
        ("status['switch:0'].temperature_c > 60.0", false),
        ("device.name.startsWith('Hall') && 'stairs' in device.groups", true),
        ("settings.exists(path, path.endsWith('.auto_off') && settings[path] == true)", true),
        ("has(status['wifi'].ssid)", false),
        ("device.release[0] == 1 && !device.sleeps", true),
    ] {
        assert_eq!(answer(text), Ok(expected), "{text}");
    }
}

#[test]
fn g5_what_is_not_known_makes_a_rule_silent() {
    assert_eq!(answer("settings['eth.enable'] == false"), Err(Trouble::Unknown));
    assert_eq!(answer("status['cover:0'].state == 'open'"), Err(Trouble::Unknown));
    assert_eq!(answer("status['wifi'].ssid == 'home'"), Err(Trouble::Unknown));
}

#[test]
fn g5_errors_say_where_and_what() {
    assert!(refused("settings['wifi.ap.enable'] ==").starts_with("line 1, column "), "{}", refused("settings[ =="));
    assert_eq!(
        refused("true &&\n  setings['x'] == 1"),
        "line 2, column 3: `setings` does not exist; there are `device`, `settings`, `status`"
    );
    assert_eq!(
        refused("settings['wifi.ap.enabled'] == true"),
        "line 1, column 10: there is no setting `wifi.ap.enabled`"
    );
    assert!(refused("settings['nonsense'] == 1").contains("`nonsense` is not a setting path"));
    assert_eq!(refused(" "), "line 1, column 1: an expression is expected");
    let Err(Trouble::Senseless(what)) = answer("settings['wifi.sta.ssid'] > 5") else { panic!("it has an answer") };
    assert!(what.contains('>') && !what.contains("home"), "{what}");
    let Err(Trouble::Senseless(what)) = answer("device.name") else { panic!("it has an answer") };
    assert_eq!(what, "it is neither true nor false");
}

#[test]
fn g5_expressions_end_soon() {
    assert!(refused(&"1 + ".repeat(400)).contains("longer than 1000 bytes"));
    assert!(refused(&format!("{}true{}", "(".repeat(60), ")".repeat(60))).contains("brackets are open"));
    assert!(refused(&format!("{}true", "!".repeat(90))).contains("signs follow"));
    let nested = "settings.all(a, settings.all(b, a != b))";
    assert!(refused(nested).contains("within another walk"), "{}", refused(nested));
    let many = ["settings.exists(a, a == '')"; 5].join(" || ");
    assert!(refused(&many).contains("more than 4 walks"));
}

#[test]
fn g5_what_an_expression_reads_is_known() {
    let one = Expression::parse("settings['wifi.ap.enable'] || 'wifi.sta.ip' in settings").unwrap();
    let paths = ["wifi.ap.enable", "wifi.sta.ip"].map(str::to_owned).into();
    assert_eq!(one.reads(), &Reads::Paths(paths));
    assert_eq!(Expression::parse("settings.size() > 3").unwrap().reads(), &Reads::Everything);
}

/// D1, D11: a secret is not there to be found, not even as hidden.
#[test]
fn g5_no_secret_is_seen() {
    let mut lamp = lamp();
    let settings = std::sync::Arc::make_mut(&mut lamp.settings);
    let secret = capability_config::SettingValue::Secret(capability_config::SecretText::new("s3cret"));
    settings.insert("wifi.sta.pass".parse().unwrap(), secret);
    let rule =
        Expression::parse("'wifi.sta.pass' in settings || settings.exists(path, settings[path] == 's3cret')").unwrap();
    assert_eq!(rule.is_true_of(&lamp), Ok(false));
}
