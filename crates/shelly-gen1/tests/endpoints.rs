//! Every documented endpoint has a method, every documented parameter a place, every documented field a type (W1, A1).

#[path = "support/folder.rs"]
mod folder;
#[path = "support/reference.rs"]
mod reference;
#[path = "support/server.rs"]
mod server;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use server::Server;
use shelly_gen1::{
    Client, Dim, EmeterTable, Error, Infrared, Install, LightCommand, Limits, Login, RelayCommand, RollerCommand,
    Settings, Shelly, Status, Turn,
    actions::{self, ActionName},
    answer::{DataReset, ScanStatus, UpdateCheck, WifiScan},
    form::{
        AccessPointForm, ActionForm, AdcActionForm, AdcForm, AddonSettings, ButtonSettings, CoiotSettings,
        DeviceSettings, DimmerSettings, EmeterForm, ExtHumidityForm, ExtSwitchForm, ExtTemperatureForm, FavoriteForm,
        Hidden, InputForm, LightForm, MotionSettings, MqttSettings, NightModeForm, RelayForm, RoamingSettings,
        RollerForm, SensorSettings, StationForm, ThermostatCommand, ThermostatForm, TimeSettings, ValveSettings,
        WarmUpForm,
    },
    mqtt::Lamp,
    schedule::Rule,
    settings::{self, ActionUrl, Mode},
    status,
};
use shelly_types::{Credentials, wire::Wire};

fn answer(path: &str) -> (u16, &'static str) {
    match path {
        "/ir/list" => (200, r#"[["1","TV on"],["x"]]"#),
        "/debug/log" | "/debug/log1" => (200, "log"),
        "/sta_cache_reset" => (200, "reset"),
        "/wifiscan" => (200, r#"{"wifiscan":"done","results":[{"ssid":"net","auth":3,"rssi":-55}]}"#),
        path if path.contains("em_data.") => (200, "Date/time UTC,Active energy Wh"),
        _ => (200, "{}"),
    }
}

async fn ask_for_everything(client: &Client) -> Result<(), Error> {
    client.shelly().await?;
    client.settings().await?;
    client.status().await?;
    client.relay(0, RelayCommand { turn: Turn::On, timer: Some(1.0) }).await?;
    client.roller(0, RollerCommand::Position(1)).await?;
    client.roller(0, RollerCommand::Open { duration: Some(1.0) }).await?;
    client.roller(0, RollerCommand::Calibrate).await?;
    let light = LightCommand {
        turn: Some(Turn::On),
        timer: Some(1.0),
        transition: Some(1),
        brightness: Some(1),
        temp: Some(3000),
        mode: Some(Mode::White),
        rgb: Some([1, 2, 3]),
        white: Some(1),
        gain: Some(1),
        effect: Some(1),
        dim: Some(Dim::Up),
        step: Some(1),
    };
    client.light(0, &light).await?;
    client.color(0, &light).await?;
    client.white(0, &light).await?;
    client.login(&Login::Set(Credentials::new("admin", "x"))).await?;
    client.login(&Login::Unprotected).await?;
    client.reboot().await?;
    read_states(client).await?;
    operate(client).await?;
    configure(client).await
}

async fn read_states(client: &Client) -> Result<(), Error> {
    client.relay_state(0).await?;
    client.roller_state(0).await?;
    client.light_state(Lamp::White, 0).await?;
    client.meter(0).await?;
    client.emeter(0).await?;
    client.input(0).await?;
    client.simulate_input(0, true).await?;
    client.thermostat_state(0).await?;
    client.coiot_description().await?;
    assert_eq!(client.log().await?, "log");
    client.previous_log().await?;
    for table in [EmeterTable::Phase, EmeterTable::ThreePhases] {
        assert!(client.emeter_history(0, table, Some(7), &Limits::default()).await?.starts_with("Date"));
    }
    Ok(())
}

async fn operate(client: &Client) -> Result<(), Error> {
    client.update_status().await?;
    client.check_for_update().await?;
    for what in [Install::Release, Install::Beta, Install::From("http://192.168.33.2/a.zip?x=1&y=2".to_owned())] {
        client.install(&what).await?;
    }
    let scan = client.wifi_scan().await?;
    assert_eq!((scan.status.get(), scan.results.get().map(Vec::len)), (Some(&ScanStatus::Done), Some(1)));
    client.reset_station_cache().await?;
    client.reset_totals(0).await?;
    client.reset_data().await?;
    client.self_test().await?;
    client.mute().await?;
    client.unmute().await?;
    client.thermostat(0, &ThermostatCommand { target_celsius: Some(21.5), ..ThermostatCommand::default() }).await?;
    client.tell_temperature(20.5).await?;
    client.tell_window(true).await?;
    client.calibrate().await?;
    let codes = client.infrared_codes().await?;
    assert_eq!(codes.len(), 1);
    for code in [Infrared::Stored("1".into()), Infrared::Pronto("x".into()), Infrared::ProntoHex("00".into())] {
        client.send_infrared(&code).await?;
    }
    Ok(())
}

async fn configure(client: &Client) -> Result<(), Error> {
    client.factory_reset().await?;
    client.write_access_point(&AccessPointForm::default()).await?;
    client.write_station(&StationForm::default()).await?;
    client.write_fallback_station(&StationForm::default()).await?;
    client.write_cloud(true).await?;
    client.actions().await?;
    client.write_action(&ActionForm::clear(ActionName::OutOn, 0)).await?;
    client.write_relay(0, &RelayForm::default()).await?;
    client.reset_relay(0).await?;
    client.write_constant_power(0, 60.0).await?;
    client.write_roller(0, &RollerForm::default()).await?;
    client.reset_roller(0).await?;
    client.write_favorite(0, &FavoriteForm::default()).await?;
    for lamp in [Lamp::Light, Lamp::Color, Lamp::White] {
        client.write_light(lamp, 0, &LightForm::default()).await?;
    }
    client.reset_light(0).await?;
    client.write_night_mode(&NightModeForm::default()).await?;
    client.write_warm_up(&WarmUpForm::default()).await?;
    client.write_input(0, &InputForm::default()).await?;
    client.write_emeter(0, &EmeterForm::default()).await?;
    client.write_ext_temperature(0, &ExtTemperatureForm::default()).await?;
    client.write_ext_humidity(0, &ExtHumidityForm::default()).await?;
    client.write_ext_switch(0, &ExtSwitchForm::default()).await?;
    client.write_adc(0, &AdcForm::default()).await?;
    client.write_adc_action(0, 1, &AdcActionForm::default()).await?;
    client.write_thermostat(0, &ThermostatForm::default()).await?;
    Ok(())
}

/// The path as the reference writes it.
fn documented(path: &str) -> String {
    let mut words: Vec<String> = path.split('/').map(str::to_owned).collect();
    for word in &mut words {
        if word.parse::<u32>().is_ok() {
            "{i}".clone_into(word);
        } else if word.starts_with("relay_actions.") {
            "relay_actions.{r}".clone_into(word);
        }
    }
    words.join("/")
}

/// Paths and the parameters that methods and forms have for them.
async fn offered() -> BTreeMap<String, BTreeSet<String>> {
    let server = Server::with(answer).await;
    ask_for_everything(&server.client()).await.expect("everything is answered");
    let mut offered: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for target in server.asked() {
        let (path, query) = target.split_once('?').unwrap_or((&target, ""));
        let names = query.split('&').filter_map(|pair| pair.split_once('=')).map(|(name, _)| name.to_owned());
        offered.entry(documented(path)).or_default().extend(names);
    }
    let forms: &[(&str, &[&str])] = &[
        ("/settings", DeviceSettings::PARAMETERS),
        ("/settings", TimeSettings::PARAMETERS),
        ("/settings", DimmerSettings::PARAMETERS),
        ("/settings", ButtonSettings::PARAMETERS),
        ("/settings", AddonSettings::PARAMETERS),
        ("/settings", MqttSettings::PARAMETERS),
        ("/settings", CoiotSettings::PARAMETERS),
        ("/settings", RoamingSettings::PARAMETERS),
        ("/settings", SensorSettings::PARAMETERS),
        ("/settings", MotionSettings::PARAMETERS),
        ("/settings", ValveSettings::PARAMETERS),
        ("/settings/ap", AccessPointForm::PARAMETERS),
        ("/settings/sta", StationForm::PARAMETERS),
        ("/settings/sta1", StationForm::PARAMETERS),
        ("/settings/actions", ActionForm::PARAMETERS),
        ("/settings/relay/{i}", RelayForm::PARAMETERS),
        ("/settings/roller/{i}", RollerForm::PARAMETERS),
        ("/settings/favorites/{i}", FavoriteForm::PARAMETERS),
        ("/settings/light/{i}", LightForm::PARAMETERS),
        ("/settings/night_mode", NightModeForm::PARAMETERS),
        ("/settings/warm_up", WarmUpForm::PARAMETERS),
        ("/settings/input/{i}", InputForm::PARAMETERS),
        ("/settings/emeter/{i}", EmeterForm::PARAMETERS),
        ("/settings/ext_temperature/{i}", ExtTemperatureForm::PARAMETERS),
        ("/settings/ext_humidity/{i}", ExtHumidityForm::PARAMETERS),
        ("/settings/ext_switch/{i}", ExtSwitchForm::PARAMETERS),
        ("/settings/adc/{i}", AdcForm::PARAMETERS),
        ("/settings/adc/{i}/relay_actions.{r}", AdcActionForm::PARAMETERS),
        ("/settings/thermostats/{i}", ThermostatForm::PARAMETERS),
        ("/thermostats/{i}", ThermostatCommand::PARAMETERS),
    ];
    for (path, names) in forms {
        offered.entry((*path).to_owned()).or_default().extend(names.iter().map(|name| (*name).to_owned()));
    }
    offered
}

/// Paths without a method, each with its reason.
const LEFT_OUT: [(&str, &str); 4] = [
    ("/settings/external_power", "no own path: a member of /settings"),
    ("/reset", "not confirmed; the documented way is /settings?reset=1"),
    ("/cit/s", "CoAP only, see coiot::ask"),
    ("/", "the web page"),
];

/// The names that an entry of the reference stands for; some stand for several, or for a remark.
fn names(entry: &str) -> Vec<String> {
    if entry.starts_with("see ") || entry.starts_with("*_url") || entry == "fw_mode" {
        return Vec::new();
    }
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '[' | ']');
    let words = entry.split(|c| !is_part(c)).filter(|word| !word.is_empty() && !word.starts_with('_'));
    words.map(|word| word.replace("[N]", "[0]")).collect()
}

#[tokio::test]
async fn every_endpoint_and_parameter_has_a_place() {
    let Some(reference) = reference::reference("endpoints.json") else { return };
    let offered = offered().await;
    let mut missing = Vec::new();
    for endpoint in reference["endpoints"].as_array().expect("endpoints") {
        let path = endpoint["path"].as_str().expect("path");
        if LEFT_OUT.iter().any(|(left_out, _)| *left_out == path) {
            continue;
        }
        let Some(has) = offered.get(path) else {
            missing.push(path.to_owned());
            continue;
        };
        for entry in endpoint["params"].as_array().into_iter().flatten() {
            let entry = entry["name"].as_str().expect("name");
            missing.extend(
                names(entry).into_iter().filter(|name| !has.contains(name)).map(|name| format!("{path} {name}")),
            );
        }
    }
    assert!(missing.is_empty(), "no place for {missing:#?}");
}

/// A document that has only the field of this path, `[]` for elements and `#` for a number as key.
fn document(path: &str, sample: &Value) -> Value {
    let (head, rest) = path.split_once('.').map_or((path, None), |(head, rest)| (head, Some(rest)));
    let inner = rest.map_or_else(|| sample.clone(), |rest| document(rest, sample));
    let (name, inner) = match head.strip_suffix("[]") {
        Some(name) => (name, json!([inner])),
        None => (head, inner),
    };
    let (name, inner) = match name.strip_suffix("{}") {
        Some(name) => (name, json!({})),
        None => (name, inner),
    };
    json!({ if name == "#" { "0" } else { name }: inner })
}

fn sample(kind: &str) -> Value {
    match kind.split(['|', ' ']).next().unwrap_or_default() {
        "bool" => json!(true),
        "int" => json!(1),
        "number" | "float" => json!(1.5),
        "array[3]" => json!([1.5, 2.5, 3.5]),
        "array" => json!([]),
        "null" => Value::Null,
        "object" => json!({}),
        _ => json!("text"),
    }
}

/// Tells what a type does not understand.
type Reader = fn(&Value) -> Vec<String>;

fn unknown<T: Wire>(document: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let read = T::from_json(document.clone()).unwrap_or_else(|_| panic!("an object: {document}"));
    read.unknown("", &mut |path, value| found.push(format!("{path} = {value}")));
    found
}

#[test]
fn every_field_of_the_documents_has_a_type() {
    let Some(reference) = reference::reference("endpoints.json") else { return };
    let readers: [(&str, Reader); 3] =
        [("shelly", unknown::<Shelly>), ("settings", unknown::<Settings>), ("status", unknown::<Status>)];
    let mut missing = Vec::new();
    for (part, unknown) in readers {
        for (path, field) in reference["field_matrix"][part].as_object().expect("fields") {
            let sample = sample(field["type"].as_str().unwrap_or("text"));
            missing.extend(unknown(&document(path, &sample)).into_iter().map(|field| format!("{part} {field}")));
        }
    }
    assert!(missing.is_empty(), "no type for {missing:#?}");
}

#[test]
fn every_field_of_an_answer_has_a_type() {
    let Some(reference) = reference::reference("endpoints.json") else { return };
    let mut missing = Vec::new();
    for endpoint in reference["endpoints"].as_array().expect("endpoints") {
        let path = endpoint["path"].as_str().expect("path");
        let unknown = match path {
            "/shelly" => unknown::<Shelly>,
            "/settings/ap" => unknown::<settings::AccessPoint>,
            "/settings/sta" | "/settings/sta1" => unknown::<settings::Station>,
            "/settings/login" => unknown::<settings::Login>,
            "/settings/cloud" => unknown::<settings::Cloud>,
            "/settings/actions" => unknown::<settings::ActionList>,
            "/settings/ext_switch/{i}" => unknown::<settings::ExtSwitch>,
            "/settings/power/{i}" => unknown::<shelly_gen1::answer::ConstantPower>,
            "/relay/{i}" => unknown::<status::Relay>,
            "/meter/{i}" => unknown::<status::Meter>,
            "/input/{i}" => unknown::<status::Input>,
            "/roller/{i}" => unknown::<status::Roller>,
            "/light/{i}" | "/color/{i}" | "/white/{i}" => unknown::<status::Light>,
            "/emeter/{i}" => unknown::<status::Emeter>,
            "/reset_data" => unknown::<DataReset>,
            "/thermostats/{i}" => unknown::<status::Thermostat>,
            "/ota" => unknown::<status::Update>,
            "/ota/check" => unknown::<UpdateCheck>,
            "/wifiscan" => unknown::<WifiScan>,
            _ => {
                assert!(!endpoint["response"]["fields"].is_array(), "{path} is not read by this test");
                continue;
            }
        };
        for field in endpoint["response"]["fields"].as_array().into_iter().flatten() {
            let name = field["path"].as_str().expect("path").replace("<name>", "out_on_url");
            let sample = sample(field["type"].as_str().unwrap_or("text"));
            missing.extend(unknown(&document(&name, &sample)).into_iter().map(|field| format!("{path} {field}")));
        }
    }
    assert!(missing.is_empty(), "no type for {missing:#?}");
}

#[test]
fn every_action_of_a_model_is_listed() {
    let Some(reference) = reference::reference("endpoints.json") else { return };
    let all = reference["action_names"].as_object().expect("models");
    for (name, listed) in all {
        let (name, listed) =
            name.split_once(" (").map_or((name.as_str(), listed), |(model, _)| (model, &all["SHSW-1"]));
        let (model, mode) = name.split_once('/').map_or((name, None), |(model, mode)| (model, Some(mode)));
        let known: BTreeMap<&str, u32> =
            actions::of_model(model, mode).iter().map(|(action, number)| (action.as_str(), *number)).collect();
        assert_eq!(serde_json::to_value(known).expect("json"), *listed, "{name}");
    }
    assert!(actions::of_model("SHMOS-01", None).is_empty());
}

/// M1: the models that sleep are those of the reference.
#[test]
fn every_sleeper_is_known() {
    let Some(models) = reference::text("models.csv") else { return };
    let mut rows = models.lines().map(columns);
    let column = rows.next().expect("a header").iter().position(|name| name == "sleeping").expect("the column");
    for row in rows {
        assert_eq!(shelly_gen1::sleeps(&row[0]), row[column].starts_with("yes"), "{}", row[0]);
    }
}

/// The fields of a line of CSV, where quotes protect commas.
fn columns(line: &str) -> Vec<String> {
    let (mut fields, mut quoted) = (vec![String::new()], false);
    for c in line.chars() {
        match c {
            '"' => quoted = !quoted,
            ',' if !quoted => fields.push(String::new()),
            _ => fields.last_mut().expect("a field").push(c),
        }
    }
    fields
}

/// K6, C7, D10: what is written has the write names.
#[tokio::test]
async fn forms_use_the_write_names() {
    let server = Server::with(answer).await;
    let client = server.client();
    let station = StationForm {
        ssid: Some("net".into()),
        key: Some(Hidden("hunter2".into())),
        netmask: Some("255.255.255.0".into()),
        gateway: Some("10.0.0.1".into()),
        ..StationForm::default()
    };
    client.write_station(&station).await.unwrap();
    assert!(!format!("{station:?}").contains("hunter2"));
    let coiot = CoiotSettings { enable: Some(true), peer: Some("10.0.0.9:5683".into()), ..CoiotSettings::default() };
    let mqtt = MqttSettings { enable: Some(false), retain: Some(true), ..MqttSettings::default() };
    client.write_settings(&[&coiot, &mqtt]).await.unwrap();
    let rules: Vec<Rule> = ["0700-0123456-on", "0030bss-01-off"].iter().map(|rule| rule.parse().unwrap()).collect();
    let relay = RelayForm { schedule: Some(true), schedule_rules: Some(rules), ..RelayForm::default() };
    client.write_relay(1, &relay).await.unwrap();
    client.write_relay(1, &RelayForm { schedule_rules: Some(Vec::new()), ..RelayForm::default() }).await.unwrap();
    let timed = settings::ActionUrl::from_json(json!({"url": "http://b/?x=1", "int": "0800-2000"})).unwrap();
    let action = ActionForm {
        enabled: Some(true),
        urls: Some(vec![ActionUrl::Plain("http://a/".into()), timed]),
        over_power_url_threshold: Some(99.5),
        ..ActionForm::new(ActionName::OverPower, 2)
    };
    client.write_action(&action).await.unwrap();
    client.write_action(&ActionForm::clear(ActionName::OutOn, 0)).await.unwrap();
    client.login(&Login::Unprotected).await.unwrap();
    assert_eq!(
        server.asked(),
        [
            "/settings/sta?ssid=net&key=hunter2&netmask=255.255.255.0&gateway=10.0.0.1",
            "/settings?coiot_enable=1&coiot_peer=10.0.0.9%3A5683&mqtt_enable=0&mqtt_retain=1",
            "/settings/relay/1?schedule=1&schedule_rules=0700-0123456-on%2C0030bss-01-off",
            "/settings/relay/1?schedule_rules=",
            "/settings/actions?index=2&name=over_power_url&enabled=1&urls[]=http%3A%2F%2Fa%2F&\
             urls[1][url]=http%3A%2F%2Fb%2F%3Fx%3D1&urls[1][int]=0800-2000&over_power_url_threshold=99.5",
            "/settings/actions?index=0&name=out_on_url&enabled=0&urls[]=",
            "/settings/login?enabled=0&unprotected=1",
        ]
    );
}

#[tokio::test]
async fn refusals_of_orders_are_errors() {
    let server =
        Server::with(|path| if path == "/mute" { (401, "401 Unauthorized") } else { (404, "Not Found") }).await;
    let client = server.client();
    assert!(matches!(client.mute().await.unwrap_err(), Error::Unauthorized { credentials_given: false, .. }));
    assert!(matches!(client.self_test().await.unwrap_err(), Error::Refused { status: 404, .. }));
    assert!(matches!(client.log().await.unwrap_err(), Error::Refused { status: 404, .. }));
    assert!(matches!(client.factory_reset().await.unwrap_err(), Error::Refused { status: 404, .. }));
}
