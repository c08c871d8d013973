//! Every setting of every simulated model is written and proven by reading again.
//!
//! The simulator knows the vendor's names by itself, so a wrong one shows: it is ignored with a success answer.

use capability_config::{SettingFacts, SettingPath, SettingValue, Settings, ValueType, facts};
use shelly_gen1::Client;
use shelly_http::Limits;
use shelly_sim::{FleetPlan, SimDevice, SimFleet, SimHandle};
use shelly_types::{Identity, Mac};
use sync_engine::Observed;

use crate::{Error, family::Family, gen1::Gen1};

/// What changes the connection, other settings or the mode, and is tested apart.
fn is_apart(path: &SettingPath) -> bool {
    // The simulator shows the effect that runs, and starts none by a setting.
    path.field() == "effect"
        || ["wifi", "auth", "cloud"].contains(&path.component().kind())
        || ["mqtt.enable", "sys.device.eco_mode", "sys.location.tz_autodetect"].contains(&path.to_string().as_str())
}

/// Other values of a setting, the likely ones first.
fn others(facts: &SettingFacts, now: &SettingValue) -> Vec<SettingValue> {
    let number = |min: Option<f64>, max: Option<f64>| {
        let now = now.as_number().unwrap_or(10.0);
        let fits = |value: &f64| min.is_none_or(|min| *value >= min) && max.is_none_or(|max| *value <= max);
        [now + 1.0, now - 1.0, now + 3600.0, 30.0, 12.0].into_iter().filter(fits).map(SettingValue::from).collect()
    };
    let all: Vec<SettingValue> = match facts.value {
        ValueType::Bool => vec![true.into(), false.into()],
        ValueType::Number { min, max } | ValueType::Integer { min, max } => number(min, max),
        ValueType::Text { .. } | ValueType::Plain => vec!["other".into(), "220v".into()],
        ValueType::Choice { words } => words.iter().map(|word| (*word).into()).collect(),
        ValueType::List => vec![
            SettingValue::from(vec!["22:00".into(), "06:00".into()]),
            SettingValue::from(vec!["0700-0123456-on".into(), "2200-01234-off".into()]),
        ],
    };
    all.into_iter().filter(|value| value != now).collect()
}

/// What has to be changed together with a setting.
fn together(path: &SettingPath, value: &SettingValue) -> Settings {
    let mut changes = Settings::from([(path.clone(), value.clone())]);
    let mut also = |field: &str, value: SettingValue| {
        changes.insert(SettingPath::new(path.component().clone(), field), value);
    };
    match (path.field(), value.as_bool()) {
        (field @ ("auto_on" | "auto_off"), Some(true)) => also(&format!("{field}_delay"), 5.0.into()),
        (field @ ("obstruction_detection.enable" | "safety_switch.enable"), Some(true)) => {
            also(&field.replace("enable", "direction"), "both".into());
        }
        _ => {}
    }
    changes
}

struct Bench {
    gen1: Gen1,
    identity: Identity,
}

impl Bench {
    async fn at(handle: &SimHandle) -> Self {
        let client = Client::new(handle.endpoint().into());
        let identity = client.identity().await.expect("identity");
        Self { gen1: Gen1::new(handle.endpoint().into(), None, Limits::default()), identity }
    }

    async fn observe(&self) -> Observed {
        self.gen1.read(&self.identity).await.expect("configuration").1.configuration.observed
    }

    async fn write(&self, path: &SettingPath, changes: &Settings, shown: &Settings) -> Result<(), Error> {
        for write in self.gen1.writes(&self.identity, path.component(), changes, shown)? {
            self.gen1.send(&write).await?;
        }
        Ok(())
    }

    /// Tries other values until one is taken; says which setting takes none.
    async fn prove(&self, path: &SettingPath, now: &SettingValue, shown: &Settings) -> Option<String> {
        let facts = facts(path.component().kind(), path.field()).expect("a setting of the catalogue");
        let mut trouble = Vec::new();
        for value in others(facts, now) {
            match self.write(path, &together(path, &value), shown).await {
                Ok(()) => {
                    let again = self.observe().await;
                    if again.settings.get(path).is_some_and(|got| sync_engine::same(got, &value)) {
                        return None;
                    }
                    trouble.push(format!("{value} gives {:?}", again.settings.get(path)));
                }
                Err(error) => trouble.push(error.chain()),
            }
        }
        Some(format!("{path}: {}", trouble.join("; ")))
    }
}

fn simulated() -> Vec<SimDevice> {
    let gen1 = shelly_sim::catalogue().iter().filter(|spec| spec.generation.is_gen1());
    (1..)
        .zip(gen1)
        .map(|(number, spec)| {
            let mac = Mac::new([0xC4, 0x5B, 0xBE, 0, 0, number]);
            SimDevice::of_model(spec.model.code(), mac).expect("a model of the catalogue").robust()
        })
        .collect()
}

/// A1, A15
#[tokio::test]
async fn every_setting_is_written_and_proven() {
    let fleet = SimFleet::start(FleetPlan::new(simulated())).await.expect("a fleet");
    let mut unproven = Vec::new();
    let mut proven = 0;
    for handle in fleet.devices() {
        let bench = Bench::at(handle).await;
        let automatic: SettingPath = "sys.location.tz_autodetect".parse().expect("a path");
        let off = Settings::from([(automatic.clone(), false.into())]);
        bench.write(&automatic, &off, &Settings::new()).await.expect("place by hand");
        let observed = bench.observe().await;
        for (path, now) in &observed.settings {
            let support = observed.support.of(path, &observed.settings);
            if is_apart(path) || support != capability_config::Supported::Yes {
                continue;
            }
            let shown = bench.observe().await.settings;
            match bench.prove(path, now, &shown).await {
                None => proven += 1,
                Some(trouble) => unproven.push(format!("{} {trouble}", handle.model())),
            }
        }
    }
    fleet.shutdown().await;
    assert!(proven > 300, "{proven}");
    assert_eq!(unproven, Vec::<String>::new());
}

/// D10: the login is set and cleared, and the client follows.
#[tokio::test]
async fn the_login_is_set_and_cleared() {
    let mac = Mac::new([0xC4, 0x5B, 0xBE, 0, 1, 0]);
    let device = SimDevice::of_model("SHSW-1", mac).expect("a model of the catalogue");
    let fleet = SimFleet::start(FleetPlan::new(vec![device])).await.expect("a fleet");
    let mut bench = Bench::at(&fleet.devices()[0]).await;
    let path = |field: &str| -> SettingPath { format!("auth.{field}").parse().expect("a path") };
    let secret = SettingValue::Secret(capability_config::SecretText::new("correct horse"));
    let set = Settings::from([(path("enable"), true.into()), (path("password"), secret)]);
    let clear = Settings::from([(path("enable"), false.into())]);
    for changes in [set, clear] {
        let shown = bench.observe().await.settings;
        let component = "auth".parse().expect("a component");
        let writes = bench.gen1.writes(&bench.identity, &component, &changes, &shown).expect("writes");
        for write in writes {
            bench.gen1.send(&write).await.expect("is taken");
            if changes[&path("enable")] == true.into() {
                assert!(bench.gen1.status().await.is_err(), "a password is asked for");
            }
            bench.gen1.set_credentials(match write.login.expect("another login") {
                crate::family::Login::Open => None,
                crate::family::Login::With(credentials) => Some(credentials),
            });
        }
        assert_eq!(bench.observe().await.settings[&path("enable")], changes[&path("enable")]);
    }
    fleet.shutdown().await;
}

/// A1: relays, rollers and lights do what they are told.
#[tokio::test]
async fn commands_are_carried_out() {
    use shelly_types::ComponentStatus;

    use crate::{Command, CoverAction, LightChange, SwitchAction};

    let device = |model, last| SimDevice::of_model(model, Mac::new([0xC4, 0x5B, 0xBE, 0, 2, last])).expect("a model");
    let plan =
        FleetPlan::new(vec![device("SHSW-1", 1), device("SHDM-2", 2), device("SHSW-25", 3).with_profile("roller")]);
    let fleet = SimFleet::start(plan).await.expect("a fleet");
    let bench = |index: usize| Bench::at(&fleet.devices()[index]);
    let relay = bench(0).await.gen1;
    relay.command(&Command::Switch { id: 0, action: SwitchAction::On }).await.expect("on");
    let status = relay.status().await.expect("status");
    let on = |status: &ComponentStatus| match status {
        ComponentStatus::Switch(relay) => relay.output,
        ComponentStatus::Light(light) => light.output,
        _ => None,
    };
    assert_eq!(on(&status.components[&"switch:0".parse().expect("a key")]), Some(true));

    let dimmer = bench(1).await.gen1;
    let change = LightChange { action: Some(SwitchAction::On), brightness_percent: Some(37), ..LightChange::default() };
    let light = "light:0".parse().expect("a key");
    dimmer.command(&Command::Light { component: light, change: change.clone() }).await.expect("light");
    let status = dimmer.status().await.expect("status");
    let ComponentStatus::Light(light) = &status.components[&"light:0".parse().expect("a key")] else {
        panic!("no light")
    };
    assert_eq!((light.output, light.brightness_percent), (Some(true), Some(37.0)));
    let other = Command::Light { component: "rgb:0".parse().expect("a key"), change };
    assert!(matches!(dimmer.command(&other).await, Err(Error::Unsupported { .. })));

    let roller = bench(2).await.gen1;
    roller.command(&Command::Cover { id: 0, action: CoverAction::Open }).await.expect("open");
    roller.command(&Command::Cover { id: 0, action: CoverAction::Stop }).await.expect("stop");
    roller.command(&Command::Restart).await.expect("restart");
    fleet.shutdown().await;
}
