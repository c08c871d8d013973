//! Device, typed, wire, device: for every model of the catalogue, whatever is set.

use std::collections::BTreeMap;

use capability_config::{
    DeviceConfig, Restart, Risk, SettingFacts, SettingPath, SettingSelector, SettingValue, Settings, ValueType, check,
    facts,
};
use futures::{StreamExt, stream};
use proptest::{
    prelude::*,
    test_runner::{FileFailurePersistence, RngSeed},
};
use serde_json::Value;
use shelly_driver::Device;
use shelly_sim::SimHandle;
use shelly_types::{ComponentKey, Generation};
use sync_engine::{Observed, Step, Target, TargetError, WriteAnswer};

use crate::support::{connect, model, start, step};

/// Models that are tried at the same time: they restart, and take their time.
const AT_ONCE: usize = 12;

/// A sequence of numbers that looks random and is the same for the same seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }
}

/// Another value of a setting within its facts; none where random values say nothing.
fn another(facts: &SettingFacts, current: &SettingValue, dice: &mut Dice) -> Option<SettingValue> {
    let within = |min: Option<f64>, max: Option<f64>, dice: &mut Dice| {
        let least = min.unwrap_or(1.0).max(-100.0);
        let greatest = max.unwrap_or(least + 100.0).min(least + 200.0);
        least + (greatest - least) * dice.roll(101) as f64 / 100.0
    };
    Some(match facts.value {
        ValueType::Bool => SettingValue::Bool(current.as_bool() != Some(true)),
        ValueType::Number { min, max } => SettingValue::Number((within(min, max, dice) * 10.0).round() / 10.0),
        ValueType::Integer { min, max } => SettingValue::Number(within(min, max, dice).round()),
        ValueType::Choice { words } => SettingValue::from(words[dice.roll(words.len())]),
        ValueType::Text { .. } if facts.field.ends_with("name") => {
            SettingValue::from(format!("Name {}", dice.roll(99)))
        }
        ValueType::Text { .. } | ValueType::List | ValueType::Plain => return None,
    })
}

/// What can be set and is shown, by component. Network and login are left out: another test is about them.
fn settable(settings: &Settings, generation: Generation) -> BTreeMap<ComponentKey, Settings> {
    let mut by_component: BTreeMap<ComponentKey, Settings> = BTreeMap::new();
    for (path, value) in settings {
        let harmless = facts(path.component().kind(), path.field()).is_some_and(|facts| {
            facts.risk < Risk::Access && facts.restart != Restart::ByItself && !facts.is_read_only_on(generation)
        });
        if harmless && check(&SettingSelector::from(path), value.clone()).is_ok() {
            by_component.entry(path.component().clone()).or_default().insert(path.clone(), value.clone());
        }
    }
    by_component
}

/// The configuration without what counts or remembers.
fn document(handle: &SimHandle) -> Value {
    let mut document = handle.config_json();
    // Gen1 shows among the settings what its outputs do; a restart lets them fall to their power-on state.
    for channels in ["/relays", "/lights", "/rollers"] {
        for channel in document.pointer_mut(channels).and_then(Value::as_array_mut).into_iter().flatten() {
            if let Some(channel) = channel.as_object_mut() {
                channel.remove("ison");
            }
        }
    }
    for pointer in ["/time", "/unixtime", "/sys/cfg_rev"] {
        if let Some(value) = document.pointer_mut(pointer) {
            *value = Value::Null;
        }
    }
    document
}

/// Writes as a plan does: when a restart cuts the answer off, the device is read, which waits for it, and asked again.
async fn write(device: &mut Device, step: &Step) -> Result<WriteAnswer, TargetError> {
    for _ in 0..4 {
        match device.write(step).await {
            Err(error) if error.class.leaves_doubt() => drop(device.observe().await),
            answer => return answer,
        }
    }
    device.write(step).await
}

/// Reads, again when a restart cuts the answer off.
async fn read(device: &mut Device) -> Observed {
    for _ in 0..4 {
        match device.observe().await {
            Err(error) if error.class.leaves_doubt() => {}
            answer => return answer.unwrap(),
        }
    }
    device.observe().await.unwrap()
}

/// Sets some settings at random. What the device takes must be shown, or be a value of its own; returns how many were
/// shown as wished.
async fn shake(device: &mut Device, dice: &mut Dice) -> usize {
    let mut exact = 0;
    let mut restart = false;
    let shown = device.observe().await.unwrap().settings;
    let all: Vec<(SettingPath, SettingValue)> =
        settable(&shown, device.identity().generation).into_values().flatten().collect();
    for _ in 0..6 {
        let (path, current) = &all[dice.roll(all.len())];
        let facts = facts(path.component().kind(), path.field()).unwrap();
        let Some(wish) = another(facts, current, dice) else { continue };
        let answer = match write(device, &step(&[(path.clone(), wish.clone())])).await {
            Ok(answer) => answer,
            Err(error) if error.class.is_refusal() => continue,
            Err(error) => panic!("{path} to {wish}: {error}"),
        };
        restart |= answer.restart_required;
        let shown = read(device).await.settings;
        let now = shown.get(path);
        if now.is_some_and(|now| sync_engine::same(&wish, now)) {
            exact += 1;
        } else if matches!(facts.value, ValueType::Bool) && !finds_out_itself(path, &shown) {
            panic!("{path} was set to {wish} and is {now:?}");
        }
    }
    if restart {
        device.restart_and_wait().await.unwrap();
    }
    exact
}

/// The device overwrites its place and time zone.
fn finds_out_itself(path: &SettingPath, shown: &Settings) -> bool {
    let by_itself = shown.get(&crate::support::path("sys.location.tz_autodetect"));
    path.field().starts_with("location.") && by_itself.and_then(SettingValue::as_bool) == Some(true)
}

async fn identity(code: &str, seed: u64) -> usize {
    let (fleet, handle) = start(model(code)).await;
    let mut device = connect(&handle).await.unwrap();
    let exact = shake(&mut device, &mut Dice(seed)).await;

    let before = read(&mut device).await;
    let document_before = document(&handle);
    let (typed, rest) = DeviceConfig::from_settings(&before.settings);
    assert_eq!(rest, Settings::new(), "{code}: settings without a typed place");
    for settings in settable(&typed.to_settings(), device.identity().generation).into_values() {
        // What is not set cannot be set to nothing everywhere, so that is not tried.
        let is_set = |(_, value): &(SettingPath, SettingValue)| *value != SettingValue::Null;
        let settings: Vec<_> = settings.into_iter().filter(is_set).collect();
        if settings.is_empty() {
            continue;
        }
        if let Err(error) = write(&mut device, &step(&settings)).await {
            panic!("{code}: {}: {error}", settings[0].0.component());
        }
    }
    handle.until_up().await;
    let after = read(&mut device).await;
    assert_eq!(before.settings, after.settings, "{code}");
    assert_eq!(document_before, document(&handle), "{code}");
    fleet.shutdown().await;
    exact
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 3,
        // The same three every time: what a random one finds becomes a case of its own.
        rng_seed: RngSeed::Fixed(20_261_124),
        failure_persistence: Some(Box::new(FileFailurePersistence::Off)),
        max_shrink_iters: 0,
        ..ProptestConfig::default()
    })]

    /// A1, A2, F2: what is read from a device and written back as it is changes nothing, in any state of any model.
    #[test]
    fn reading_and_writing_back_is_the_identity(seed in any::<u64>()) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let models = stream::iter(shelly_sim::catalogue()).map(|spec| identity(spec.model.code(), seed));
        let exact: usize = runtime.block_on(models.buffer_unordered(AT_ONCE).fold(0, async |sum, exact| sum + exact));
        prop_assert!(exact > 40, "only {exact} random values were taken as wished");
    }
}

/// A1, A2: every model is read in the same words, and most of what it shows is understood.
#[tokio::test]
async fn every_model_is_read() {
    for spec in shelly_sim::catalogue() {
        let (fleet, handle) = start(model(spec.model.code())).await;
        let device = connect(&handle).await.unwrap();
        assert_eq!((device.identity().mac, &device.identity().model), (handle.mac(), &spec.model));
        let reading = device.read().await.unwrap();
        let observed = &reading.configuration.observed;
        assert!(observed.components.contains(&ComponentKey::single("sys")), "{}", spec.model);
        assert!(observed.components.contains(&ComponentKey::single("wifi")), "{}", spec.model);
        assert!(observed.settings.len() > 15, "{}: {} settings", spec.model, observed.settings.len());
        for (path, value) in &observed.settings {
            let facts = facts(path.component().kind(), path.field());
            assert!(facts.is_some_and(|facts| facts.has_type(value)), "{}: {path} is {value}", spec.model);
        }
        assert!(!reading.status.components.is_empty(), "{}", spec.model);
        fleet.shutdown().await;
    }
}

/// F2: the same fact has the same path, type and value on both families.
#[tokio::test]
async fn one_fact_is_one_setting_on_both_families() {
    let mut readings = Vec::new();
    for code in ["SHSW-1", "SNSW-001X16EU"] {
        let (fleet, handle) = start(model(code)).await;
        let mut device = connect(&handle).await.unwrap();
        let wishes = [
            ("switch:0.auto_off", true.into()),
            ("switch:0.auto_off_delay", 90.0.into()),
            ("switch:0.initial_state", "restore_last".into()),
            ("switch:0.name", "Pump".into()),
            ("mqtt.server", "10.0.0.2:1883".into()),
            ("sys.location.tz", "Europe/Sofia".into()),
            ("sys.sntp.server", "time.example.org".into()),
            ("sys.device.name", "Cellar".into()),
        ]
        .map(|(path, value): (&str, SettingValue)| (path.parse::<SettingPath>().unwrap(), value));
        let mut by_component: BTreeMap<ComponentKey, Vec<(SettingPath, SettingValue)>> = BTreeMap::new();
        for (path, value) in wishes.clone() {
            by_component.entry(path.component().clone()).or_default().push((path, value));
        }
        for settings in by_component.values() {
            device.write(&step(settings)).await.unwrap();
        }
        let shown = device.observe().await.unwrap().settings;
        readings.push(wishes.map(|(path, _)| (path.clone(), shown.get(&path).cloned())));
        assert!(wishes_of(&readings[readings.len() - 1]), "{code}: {readings:?}");
        fleet.shutdown().await;
    }
    assert_eq!(readings[0], readings[1]);
}

fn wishes_of(shown: &[(SettingPath, Option<SettingValue>)]) -> bool {
    shown.iter().all(|(_, value)| value.is_some())
}
