//! Settings survive the typed form and back.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking")]

use capability_config::{
    DeviceConfig, SecretText, SettingFacts, SettingPath, SettingValue, Settings, ValueType, all_facts,
};
use proptest::{prelude::*, test_runner::FileFailurePersistence};
use shelly_types::ComponentKey;

fn value(facts: &'static SettingFacts) -> BoxedStrategy<SettingValue> {
    let within = |min: Option<f64>, max: Option<f64>| {
        let least = min.unwrap_or(-1000.0);
        least..=max.unwrap_or(least + 2000.0)
    };
    let plain = match facts.value {
        ValueType::Bool => any::<bool>().prop_map(SettingValue::Bool).boxed(),
        ValueType::Number { min, max } => within(min, max).prop_map(SettingValue::Number).boxed(),
        ValueType::Integer { min, max } => {
            within(min, max).prop_map(|number| SettingValue::Number(number.trunc())).boxed()
        }
        ValueType::Text { .. } if facts.sensitive => {
            "[a-z]{8,12}".prop_map(|text| SettingValue::Secret(SecretText::new(text))).boxed()
        }
        ValueType::Text { .. } if facts.is_document => {
            "[a-z]{1,8}".prop_map(|word| SettingValue::from(format!("{{\"ui\":{{\"view\":\"{word}\"}}}}"))).boxed()
        }
        ValueType::Text { .. } | ValueType::Plain => "[ -~]{0,15}".prop_map(SettingValue::from).boxed(),
        ValueType::Choice { words } => prop::sample::select(words).prop_map(SettingValue::from).boxed(),
        ValueType::List => prop::collection::vec((0.0..100.0).prop_map(SettingValue::Number), 0..4)
            .prop_map(SettingValue::from)
            .boxed(),
    };
    let special = match (facts.nullable, facts.sensitive) {
        (true, _) => Just(SettingValue::Null).boxed(),
        (false, true) => Just(SettingValue::Hidden).boxed(),
        (false, false) => plain.clone(),
    };
    prop_oneof![4 => plain, 1 => special].boxed()
}

fn settings() -> impl Strategy<Value = Settings> {
    let setting = (prop::sample::select(all_facts()), 0..3_u32).prop_flat_map(|(facts, id)| {
        let component =
            if facts.has_instances { ComponentKey::instance(facts.kind, id) } else { ComponentKey::single(facts.kind) };
        (Just(SettingPath::new(component, facts.field)), value(facts_of(&facts)))
    });
    prop::collection::vec(setting, 0..40).prop_map(|pairs| pairs.into_iter().collect())
}

/// The row itself instead of the sampled copy.
fn facts_of(facts: &SettingFacts) -> &'static SettingFacts {
    capability_config::facts(facts.kind, facts.field).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: Some(Box::new(FileFailurePersistence::Off)),
        ..ProptestConfig::default()
    })]

    /// W3: typed structs and the map of settings say the same.
    #[test]
    fn w3_the_typed_form_loses_nothing(settings in settings()) {
        let (config, rest) = DeviceConfig::from_settings(&settings);
        prop_assert_eq!(rest, Settings::new());
        prop_assert_eq!(config.to_settings(), settings);
    }

    #[test]
    fn the_json_form_loses_only_secrets(settings in settings()) {
        let (config, _) = DeviceConfig::from_settings(&settings);
        let text = serde_json::to_string(&config).unwrap();
        let read: DeviceConfig = serde_json::from_str(&text).unwrap();
        let mut expected = settings;
        for value in expected.values_mut().filter(|value| matches!(value, SettingValue::Secret(_))) {
            *value = SettingValue::Hidden;
        }
        prop_assert_eq!(read.to_settings(), expected);
    }
}

#[test]
fn what_has_no_place_is_given_back() {
    let settings: Settings = [
        ("switch:0.auto_off", SettingValue::Bool(true)),
        ("switch:0.auto_off_delay", "soon".into()),
        ("toaster.crispness", 7.0.into()),
    ]
    .map(|(path, value)| (path.parse().unwrap(), value))
    .into_iter()
    .collect();
    let (config, rest) = DeviceConfig::from_settings(&settings);
    assert_eq!(config.to_settings().len(), 1);
    assert_eq!(rest.len(), 2);
}

#[test]
fn a_broken_document_names_its_fault() {
    let read = |text: &str| serde_json::from_str::<DeviceConfig>(text).unwrap_err().to_string();
    assert!(read(r#"{"switch:0": {"auto_of": true}}"#).contains("did you mean `switch:0.auto_off`?"));
    assert!(read(r#"{"switch:0": {"auto_off": 1}}"#).contains("expected true or false"));
    assert!(read(r#"{"switch:0": 1}"#).contains("expected an object of settings"));
    assert!(read(r#"{"wifi": {"sta": {"ip": [{}]}}}"#).contains("wifi"));
}
