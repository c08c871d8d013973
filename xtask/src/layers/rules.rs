//! Says which crate owns a heavy library, and what some crates must never see.

use std::path::Path;

use anyhow::{Context, Result};

use crate::layers::graph::Graph;
use crate::workspace;

/// A library, or a crate of ours, and the only crates that may depend on it. Tests may.
const OWNERS: &[(&str, &[&str])] = &[
    ("aide", &["rest-api"]),
    ("axum", &["rest-api", "shelly-manager"]),
    ("cel", &["good-order"]),
    ("clap", &["shelly-manager", "shelly-provisioner", "shelly-sim", "shelly-driver", "testkit"]),
    ("diesel", &["storage"]),
    ("diesel-async", &["storage"]),
    ("diesel_migrations", &["storage"]),
    ("hyper", &["shelly-http", "shelly-sim", "testkit"]),
    ("libsqlite3-sys", &["storage"]),
    ("reqwest", &["api-client"]),
    ("prost", &["agent-proto"]),
    ("rust-embed", &["web-ui"]),
    ("mdns-sd", &["discovery", "shelly-sim"]),
    ("test-broker", &[]),
    ("test-db", &[]),
    ("rumqttc-v4-next", &["shelly-mqtt", "shelly-sim"]),
    ("shelly-gen1", &["discovery", "shelly-driver", "testkit"]),
    ("shelly-gen2-rpc", &["discovery", "shelly-driver", "testkit"]),
    ("tonic", &["agent-proto", "agent-gateway", "provisioner"]),
    ("tonic-prost", &["agent-proto"]),
    ("rustix", &["testkit", "wifi-control"]),
    ("x509-parser", &["agent-gateway"]),
    ("tokio-tungstenite", &["shelly-gen2-rpc", "shelly-sim", "testkit"]),
    ("zbus", &["bluetooth-control", "wifi-control"]),
];

/// A crate, what it must not depend on, and why. `true`: not even in its tests.
const FORBIDDEN: &[(&str, &[&str], bool, &str)] = &[
    (
        "shelly-sim",
        &["shelly-gen1", "shelly-gen2-rpc", "shelly-driver", "shelly-http"],
        true,
        "an error shared with the clients would cancel itself out",
    ),
    ("api-types", &["fleet", "storage"], false, "a client of the API has neither"),
    ("rest-api", &["storage"], false, "permission is decided in fleet, so everything goes through it"),
    ("agent-gateway", &["storage"], false, "who may come in, and what they do, is decided in fleet"),
    ("device-gateway", &["storage"], false, "who may come in is decided in fleet"),
    (
        "good-order",
        &["tokio", "diesel", "diesel-async", "reqwest", "hyper", "rand", "uuid"],
        false,
        "it finds from values alone: no runtime, no clock, no chance, no I/O",
    ),
    (
        "sync-engine",
        &["tokio", "diesel", "diesel-async", "reqwest", "hyper", "rand", "uuid"],
        false,
        "it decides from values alone: no runtime, no clock, no chance, no I/O",
    ),
    (
        "rollout",
        &["tokio", "diesel", "diesel-async", "reqwest", "hyper", "rand", "uuid"],
        false,
        "it decides from values alone: no runtime, no clock, no chance, no I/O",
    ),
    (
        "fleet-query",
        &["tokio", "diesel", "diesel-async", "fleet-model", "rand"],
        false,
        "it says what a query means: no database, no clock, no I/O",
    ),
];

/// The crates that bring a program of their own; only those programs may read a command line.
const WITH_PROGRAMS: [&str; 2] = ["shelly-sim", "shelly-driver"];

/// Every edge that a rule forbids.
pub(crate) fn findings(graph: &Graph) -> Vec<String> {
    let mut found = Vec::new();
    for (name, entry) in &graph.crates {
        for need in &entry.needs {
            let owners = OWNERS.iter().find(|(library, _)| *library == need.name);
            if let Some((library, owners)) = owners
                && !need.only_for_tests
                && !owners.contains(&name.as_str())
            {
                let whose = if owners.is_empty() { "tests alone".to_owned() } else { owners.join(", ") };
                found.push(format!("{name} depends on {library}, which belongs to {whose}"));
            }
            for (_, list, even_in_tests, why) in FORBIDDEN.iter().filter(|(subject, ..)| subject == name) {
                if list.contains(&need.name.as_str()) && (*even_in_tests || !need.only_for_tests) {
                    found.push(format!("{name} must not depend on {}: {why}", need.name));
                }
            }
        }
    }
    found
}

/// Every file of a library that uses clap although only the crate's programs may.
pub(crate) fn clap_outside_programs(root: &Path) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for name in WITH_PROGRAMS {
        let source = root.join("crates").join(name).join("src");
        for file in workspace::files(&source)? {
            if file.starts_with(source.join("bin")) {
                continue;
            }
            let text = std::fs::read_to_string(&file).with_context(|| format!("read {}", file.display()))?;
            if text.contains("clap::") {
                found.push(format!("{} uses clap; only src/bin may", file.display()));
            }
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::layers::graph::{Crate, Need};

    fn found(name: &str, need: &str, only_for_tests: bool) -> Vec<String> {
        let needs = vec![Need { name: need.to_owned(), only_for_tests }];
        let crates = BTreeMap::from([(name.to_owned(), Crate { layer: Some(1), needs })]);
        findings(&Graph { crates })
    }

    #[test]
    fn a_library_stays_with_its_owner() {
        assert!(found("storage", "diesel", false).is_empty());
        assert!(found("fleet", "diesel", true).is_empty());
        assert_eq!(found("fleet", "diesel", false), ["fleet depends on diesel, which belongs to storage"]);
        assert!(found("fleet", "test-broker", true).is_empty());
        assert_eq!(
            found("fleet", "test-broker", false),
            ["fleet depends on test-broker, which belongs to tests alone"]
        );
    }

    #[test]
    fn the_engine_stays_pure_while_its_tests_may_run_async() {
        assert_eq!(found("sync-engine", "tokio", false).len(), 1);
        assert!(found("sync-engine", "tokio", true).is_empty());
    }

    #[test]
    fn the_simulator_never_sees_a_client_not_even_in_tests() {
        assert!(!found("shelly-sim", "shelly-gen1", true).is_empty());
        assert!(found("shelly-sim", "shelly-types", false).is_empty());
    }
}
