//! Wishes that Gen1 can or cannot fulfil.

use capability_config::{SettingPath, SettingValue};

use super::login::{identity, settings};
use crate::{family::Request, gen1::writes};

/// What is sent for these changes to one component, or why it is refused.
fn write(model: &str, shown: &[(&str, SettingValue)], changes: &[(&str, SettingValue)]) -> Result<Vec<String>, String> {
    let component = changes[0].0.parse::<SettingPath>().unwrap().component().clone();
    let writes = writes(&identity(model), &component, &settings(changes), &settings(shown));
    let sent = |request: &Request| match request {
        Request::Gen1 { path, parameters } => {
            let parameters: Vec<String> = parameters.iter().map(|(name, value)| format!("{name}={value}")).collect();
            format!("{path}?{}", parameters.join("&"))
        }
        Request::Rpc { .. } => panic!("a request of another family"),
    };
    writes.map(|writes| writes.iter().map(|write| sent(&write.request)).collect()).map_err(|error| error.to_string())
}

fn one(sent: &str) -> Vec<String> {
    vec![sent.to_owned()]
}

/// A15
#[test]
fn delays_are_one_number() {
    let off = [("switch:0.auto_off", false.into())];
    let on = [("switch:0.auto_off", true.into()), ("switch:0.auto_off_delay", 60.0.into())];
    let both = [("switch:0.auto_off", true.into()), ("switch:0.auto_off_delay", 90.5.into())];
    assert_eq!(write("SHSW-1", &off, &both), Ok(one("/settings/relay/0?auto_off=90.5")));
    assert_eq!(write("SHSW-1", &on, &both[1..]), Ok(one("/settings/relay/0?auto_off=90.5")));
    assert_eq!(write("SHSW-1", &on, &off), Ok(one("/settings/relay/0?auto_off=0")));
    assert!(write("SHSW-1", &off, &both[..1]).unwrap_err().contains("without a time"));
    assert!(write("SHSW-1", &off, &both[1..]).unwrap_err().contains("only while auto_off is true"));
}

/// A15
#[test]
fn words_are_the_vendors() {
    let relay = [("switch:1.name", SettingValue::Null)];
    let changes = [
        ("switch:1.name", "Pump, cellar".into()),
        ("switch:1.in_mode", "flip".into()),
        ("switch:1.initial_state", "restore_last".into()),
        ("switch:1.power_limit", SettingValue::Null),
    ];
    assert_eq!(
        write("SHSW-25", &relay, &changes),
        Ok(one("/settings/relay/1?name=Pump, cellar&btn_type=edge&default_state=last&max_power=0"))
    );
    let wifi = [
        ("wifi.sta.netmask", "255.255.255.0".into()),
        ("wifi.sta.gw", "10.0.0.1".into()),
        ("wifi.sta.nameserver", SettingValue::Null),
        ("wifi.roam.rssi_thr", (-75.0).into()),
        ("wifi.ap.enable", false.into()),
    ];
    assert_eq!(
        write("SHSW-1", &[], &wifi),
        Ok(vec![
            "/settings?ap_roaming_threshold=-75".to_owned(),
            "/settings/sta?netmask=255.255.255.0&gateway=10.0.0.1&dns=".to_owned(),
            "/settings/ap?enabled=false".to_owned(),
        ])
    );
    let mqtt = [("mqtt.enable", true.into()), ("mqtt.server", "10.0.0.2:1883".into())];
    assert_eq!(write("SHSW-1", &[], &mqtt), Ok(one("/settings?mqtt_server=10.0.0.2:1883&mqtt_enable=true")));
}

#[test]
fn inputs_are_where_the_model_keeps_them() {
    let invert = |id| [(id, true.into())];
    let relay = [("switch:0.name", SettingValue::Null)];
    let light = [("light:0.name", SettingValue::Null)];
    let cover = [("cover:0.in_mode", "dual".into())];
    for (model, shown, path, sent) in [
        ("SHSW-25", &relay, "input:1.invert", "/settings/relay/1?btn_reverse=true"),
        ("SHSW-L", &relay, "input:1.invert", "/settings/relay/0?btn2_reverse=true"),
        ("SHSW-25", &cover, "input:1.invert", "/settings/roller/0?btn_reverse=true"),
        ("SHRGBW2", &light, "input:0.invert", "/settings/light/0?btn_reverse=true"),
        ("SHSW-1", &relay, "input:100.invert", "/settings?ext_switch_reverse=true"),
        ("SHSW-1", &relay, "input:0.factory_reset", "/settings?factory_reset_from_switch=true"),
    ] {
        assert_eq!(write(model, shown, &invert(path)), Ok(one(sent)));
    }
    assert_eq!(write("SHIX3-1", &[], &invert("input:2.invert")), Ok(one("/settings/input/2?btn_reverse=true")));
}

#[test]
fn a_roller_with_detached_inputs_keeps_them_until_told() {
    let detached = [("cover:0.in_mode", "detached".into())];
    let dual = [("cover:0.in_mode", "dual".into())];
    assert_eq!(write("SHSW-25", &dual, &detached), Ok(one("/settings/roller/0?btn_type=detached")));
    assert_eq!(
        write("SHSW-25", &detached, &dual),
        Ok(one("/settings/roller/0?input_mode=openclose&btn_type=momentary"))
    );
    let wired = [("input:0.type", "switch".into())];
    assert_eq!(write("SHSW-25", &dual, &wired), Ok(one("/settings/roller/0?btn_type=toggle")));
    assert!(write("SHSW-25", &detached, &wired).unwrap_err().contains("detached"));
}

#[test]
fn a_protection_is_one_word() {
    let off = [("cover:0.obstruction_detection.enable", false.into())];
    let on = [
        ("cover:0.obstruction_detection.enable", true.into()),
        ("cover:0.obstruction_detection.direction", "close".into()),
    ];
    assert_eq!(write("SHSW-25", &off, &on), Ok(one("/settings/roller/0?obstacle_mode=while_closing")));
    assert_eq!(write("SHSW-25", &on, &off), Ok(one("/settings/roller/0?obstacle_mode=disabled")));
    assert!(write("SHSW-25", &off, &on[..1]).unwrap_err().contains("direction"));
    assert!(write("SHSW-25", &off, &on[1..]).unwrap_err().contains("only while"));
}

#[test]
fn sleep_is_counted_as_the_model_does() {
    let period = |seconds: f64| [("sys.sleep.wakeup_period", seconds.into())];
    assert_eq!(write("SHHT-1", &[], &period(43_200.0)), Ok(one("/settings?sleep_mode_period=12")));
    assert_eq!(write("SHMOS-01", &[], &period(3600.0)), Ok(one("/settings?sleep_mode_period=60")));
    assert!(write("SHHT-1", &[], &period(60.0)).unwrap_err().contains("whole hours"));
}

#[test]
fn what_gen1_does_not_have_is_refused() {
    for (path, value) in [
        ("switch:0.in_locked", true.into()),
        ("wifi.ap.ssid", "other".into()),
        ("switch:0.auto_on", "yes".into()),
        ("mqtt.pass", SettingValue::Hidden),
        ("sys.device.profile", "cover".into()),
        ("toaster:0.crispness", 5.0.into()),
        ("switch:0.schedule.rules", SettingValue::from(vec!["a,b".into()])),
    ] {
        let error = write("SHSW-1", &[("switch:0.name", SettingValue::Null)], &[(path, value)]).unwrap_err();
        assert!(error.contains(path), "{error}");
    }
}
