//! The committed references are what the code says. With `UPDATE=1` they are written anew.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking")]

use std::{env, fmt::Write as _, fs, path::Path};

use capability_config::{DeviceConfig, Restart, Risk, SettingFacts, ValueType, all_facts};

fn compare(name: &str, content: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference").join(name);
    if env::var_os("UPDATE").is_some_and(|value| value == "1") {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == content, "{name} is stale: run the tests of capability-config with UPDATE=1");
}

#[test]
fn the_schema_is_fresh() {
    let schema = schemars::schema_for!(DeviceConfig);
    compare("device-config.schema.json", &format!("{}\n", serde_json::to_string_pretty(&schema).unwrap()));
}

#[test]
fn the_reference_is_fresh() {
    let mut text = String::from(
        "# Settings\n\n\
         Generated from `capability-config`. Every setting by component, in one set of words and units for all\n\
         generations. *Who*: `1` Gen1, `2+` Gen2 and later. *Risk*: what a wrong value may cost.\n",
    );
    let mut kind = "";
    for facts in all_facts() {
        if facts.kind != kind {
            kind = facts.kind;
            let number = if facts.has_instances { ":N" } else { "" };
            write!(text, "\n## {kind}{number}\n\n").unwrap();
            text.push_str("| setting | value | who | meaning | notes |\n|---|---|---|---|---|\n");
        }
        let SettingFacts { field, help, .. } = facts;
        writeln!(text, "| `{field}` | {} | {} | {help} | {} |", value(facts), who(facts), notes(facts)).unwrap();
    }
    compare("capabilities.md", &text);
}

fn value(facts: &SettingFacts) -> String {
    let limits = |min: Option<f64>, max: Option<f64>| match (min, max) {
        (Some(min), Some(max)) => format!(" {min} to {max}"),
        (Some(min), None) => format!(" from {min}"),
        (None, Some(max)) => format!(" up to {max}"),
        (None, None) => String::new(),
    };
    let mut text = match facts.value {
        ValueType::Bool => "true, false".to_owned(),
        ValueType::Number { min, max } => format!("number{}", limits(min, max)),
        ValueType::Integer { min, max } => format!("whole number{}", limits(min, max)),
        ValueType::Text { .. } if facts.is_document => "JSON of an object or list".to_owned(),
        ValueType::Text { max_length: Some(max) } => format!("text, {max} characters"),
        ValueType::Text { max_length: None } => "text".to_owned(),
        ValueType::Choice { words } => words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", "),
        ValueType::List => "list".to_owned(),
        ValueType::Plain => "text, number, true, false".to_owned(),
    };
    if let Some(unit) = facts.unit {
        write!(text, " {}", unit.sign()).unwrap();
    }
    if facts.nullable {
        text.push_str(", null");
    }
    text
}

fn who(facts: &SettingFacts) -> &'static str {
    match (facts.gen1, facts.rpc) {
        (true, true) => "all",
        (true, false) => "1",
        (false, _) => "2+",
    }
}

fn notes(facts: &SettingFacts) -> String {
    let mut notes = Vec::new();
    let mut note = |holds: bool, text: &str| {
        if holds {
            notes.push(text.to_owned());
        }
    };
    note(facts.read_only, "read only");
    note(facts.read_only_on_gen1, "read only on Gen1");
    note(facts.read_only_on_rpc, "read only from Gen2 on");
    note(facts.sensitive, "secret");
    note(facts.write_only, "never shown");
    note(facts.restart == Restart::Always, "needs a restart");
    note(facts.restart == Restart::AsToldByDevice, "may need a restart");
    note(facts.restart == Restart::ByItself, "restarts the device");
    note(facts.risk == Risk::Load, "risk: load");
    note(facts.risk == Risk::Integration, "risk: integration");
    note(facts.risk == Risk::Access, "risk: access");
    note(facts.risk == Risk::Connectivity, "risk: connectivity");
    if let Some(since) = facts.since {
        notes.push(format!("since {since}"));
    }
    if let Some(removed) = facts.removed_in {
        notes.push(format!("gone in {removed}"));
    }
    notes.join(", ")
}
