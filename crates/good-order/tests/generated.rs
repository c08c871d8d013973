//! The committed reference is what the table says. With `UPDATE=1` it is written anew.

use std::{env, fmt::Write as _, fs, path::Path};

use good_order::{Severity, all};

#[test]
fn the_reference_is_fresh() {
    let points = Severity::ALL.map(|severity| format!("{severity} {}", severity.points())).join(", ");
    let mut text = format!(
        "# Rules of good order\n\n\
         Generated from `good-order`. Each rule that finds something on a device takes points from 100, once: {points}.\n\
         *Sets*: the settings with which one click sets it right; without any, a person has to. What is not known of a\n\
         device is never a finding.\n",
    );
    for rule in all() {
        let sets: Vec<String> = rule.sets.iter().map(|selector| format!("`{selector}`")).collect();
        let sets = if sets.is_empty() { "nothing".to_owned() } else { sets.join(", ") };
        let (id, title, severity, applies_to) = (rule.id, rule.title, rule.severity, rule.applies_to);
        let compares = if rule.is_of_fleet() { ", compared with each other" } else { "" };
        write!(
            text,
            "\n## {title}\n\n`{id}`, {severity}, devices: {applies_to}{compares}. Sets: {sets}.\n\n{}\n\n{}\n",
            rule.why, rule.remedy
        )
        .unwrap();
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/rules.md");
    if env::var_os("UPDATE").is_some_and(|value| value == "1") {
        fs::write(&path, &text).unwrap();
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == text, "rules.md is stale: run the tests of good-order with UPDATE=1");
}
