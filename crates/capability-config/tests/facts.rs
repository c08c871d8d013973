//! The table of facts and the schema say the same.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking")]

use std::collections::{BTreeMap, BTreeSet};

use capability_config::{DeviceConfig, SettingFacts, ValueType, all_facts, facts};
use serde_json::{Map, Value};

/// The leaves of an object schema by dotted field.
fn leaves(schema: &Value, definitions: &Map<String, Value>, at: &str, found: &mut BTreeMap<String, Value>) {
    let target = schema.get("$ref").and_then(Value::as_str).and_then(|target| target.strip_prefix("#/$defs/"));
    let schema = target.map_or(schema, |target| &definitions[target]);
    match schema.get("properties").and_then(Value::as_object) {
        Some(properties) => {
            for (word, member) in properties {
                leaves(member, definitions, &format!("{at}.{word}"), found);
            }
        }
        None => assert!(found.insert(at.to_owned(), schema.clone()).is_none(), "{at} is there twice"),
    }
}

fn schema_leaves() -> BTreeMap<String, Value> {
    let schema: Value = schemars::schema_for!(DeviceConfig).into();
    let definitions = schema["$defs"].as_object().unwrap();
    let mut found = BTreeMap::new();
    for (kind, block) in schema["properties"].as_object().unwrap() {
        leaves(block, definitions, kind, &mut found);
    }
    for (pattern, block) in schema["patternProperties"].as_object().unwrap() {
        leaves(block, definitions, pattern, &mut found);
    }
    found
}

fn place(facts: &SettingFacts) -> String {
    let SettingFacts { kind, field, .. } = facts;
    if facts.has_instances { format!("^{kind}:[0-9]+$.{field}") } else { format!("{kind}.{field}") }
}

/// W3: every typed field is a setting of which everything is known.
#[test]
fn w3_every_leaf_of_the_schema_has_one_row_of_facts() {
    let rows: Vec<String> = all_facts().iter().map(place).collect();
    let unique: BTreeSet<String> = rows.iter().cloned().collect();
    assert_eq!(rows.len(), unique.len(), "a path has two rows");
    let leaves: BTreeSet<String> = schema_leaves().into_keys().collect();
    assert_eq!(unique, leaves);
}

#[test]
fn facts_are_found_and_fit_together() {
    let leaves = schema_leaves();
    for row in all_facts() {
        assert_eq!(facts(row.kind, row.field), Some(row));
        assert!(row.gen1 || row.rpc, "{} belongs to no device", place(row));
        assert!(row.help.ends_with('.') && !row.help.contains('\n'), "{}: {:?}", place(row), row.help);
        let is_number = matches!(row.value, ValueType::Number { .. } | ValueType::Integer { .. });
        assert!(row.unit.is_none() || is_number, "{} has a unit and is no number", place(row));
        assert!(!(row.read_only && row.write_only), "{}", place(row));
        assert_eq!(leaves[&place(row)]["description"], row.help);
        let selector = row.selector();
        assert_eq!(selector.to_string().parse(), Ok(selector), "{}", place(row));
    }
}

/// F8: a fact that both families have is one path of one type.
#[test]
fn facts_of_both_families_are_one_row() {
    for (kind, field) in [
        ("switch", "initial_state"),
        ("switch", "auto_off_delay"),
        ("switch", "power_limit"),
        ("cover", "maxtime_open"),
        ("light", "transition_duration"),
        ("mqtt", "server"),
        ("sys", "location.tz"),
        ("sys", "sntp.server"),
        ("wifi", "sta.ip"),
        ("auth", "password"),
    ] {
        assert!(facts(kind, field).is_some_and(|row| row.gen1 && row.rpc), "{kind}.{field}");
    }
}
