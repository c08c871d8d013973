//! Reads what `cargo metadata` says and checks that each edge goes to a lower layer.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use serde::Deserialize;

/// The crates of the workspace by name. The chores are left out: nothing depends on them.
#[derive(Debug)]
pub(crate) struct Graph {
    pub(crate) crates: BTreeMap<String, Crate>,
}

/// One crate of the workspace.
#[derive(Debug)]
pub(crate) struct Crate {
    /// From `[package.metadata]`; absent when it was forgotten.
    pub(crate) layer: Option<u64>,
    /// Everything it names as a dependency, of this workspace or not.
    pub(crate) needs: Vec<Need>,
}

/// One entry of a dependency table.
#[derive(Debug)]
pub(crate) struct Need {
    /// The package.
    pub(crate) name: String,
    /// Only tests, examples and benchmarks see it.
    pub(crate) only_for_tests: bool,
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    #[serde(default)]
    metadata: Option<Placement>,
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Placement {
    layer: Option<u64>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    kind: Option<String>,
}

impl Graph {
    /// From the JSON of `cargo metadata --no-deps`.
    pub(crate) fn read(metadata: &str) -> Result<Self> {
        let metadata: Metadata = serde_json::from_str(metadata).context("read the answer of cargo metadata")?;
        let crates = metadata
            .packages
            .into_iter()
            .filter(|package| package.name != "xtask")
            .map(|package| {
                let needs = package.dependencies.into_iter().map(|dependency| Need {
                    only_for_tests: dependency.kind.as_deref() == Some("dev"),
                    name: dependency.name,
                });
                let layer = package.metadata.and_then(|placement| placement.layer);
                let needs = needs.collect();
                (package.name, Crate { layer, needs })
            })
            .collect();
        Ok(Self { crates })
    }

    /// How many edges there are inside the workspace, those of tests left out.
    pub(crate) fn edges(&self) -> usize {
        self.crates.values().map(|entry| self.inner(entry).count()).sum()
    }

    /// Every crate without a layer, and every edge that does not go down.
    pub(crate) fn findings(&self) -> Vec<String> {
        let mut found = Vec::new();
        for (name, entry) in &self.crates {
            let Some(layer) = entry.layer else {
                found.push(format!("{name} states no layer; add [package.metadata] layer = N"));
                continue;
            };
            for (need, below) in self.inner(entry) {
                if below.is_some_and(|below| below >= layer) {
                    let below = below.unwrap_or_default();
                    found.push(format!("{name} (layer {layer}) depends on {need} (layer {below}); edges go down"));
                }
            }
        }
        found
    }

    /// The crates of this workspace that a crate needs to build, with their layers.
    fn inner<'a>(&'a self, entry: &'a Crate) -> impl Iterator<Item = (&'a str, Option<u64>)> {
        entry
            .needs
            .iter()
            .filter(|need| !need.only_for_tests)
            .filter_map(|need| Some((need.name.as_str(), self.crates.get(&need.name)?.layer)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, layer: &str, needs: &[(&str, &str)]) -> String {
        let needs: Vec<String> =
            needs.iter().map(|(name, kind)| format!(r#"{{"name":"{name}","kind":{kind}}}"#)).collect();
        format!(r#"{{"name":"{name}","metadata":{layer},"dependencies":[{}]}}"#, needs.join(","))
    }

    fn findings(packages: &[String]) -> Vec<String> {
        let text = format!(r#"{{"packages":[{}]}}"#, packages.join(","));
        Graph::read(&text).unwrap().findings()
    }

    #[test]
    fn an_edge_down_is_fine_and_tests_may_look_up() {
        let found = findings(&[
            package("low", r#"{"layer":0}"#, &[("high", r#""dev""#), ("serde", "null")]),
            package("high", r#"{"layer":1}"#, &[("low", "null")]),
        ]);
        assert_eq!(found, Vec::<String>::new());
    }

    #[test]
    fn an_edge_to_the_same_layer_or_up_is_found() {
        let found = findings(&[
            package("a", r#"{"layer":1}"#, &[("b", "null"), ("c", r#""build""#)]),
            package("b", r#"{"layer":1}"#, &[]),
            package("c", r#"{"layer":2}"#, &[]),
        ]);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].contains("a (layer 1) depends on b (layer 1)"), "{found:?}");
    }

    #[test]
    fn a_forgotten_layer_is_found() {
        assert_eq!(findings(&[package("a", "null", &[])]).len(), 1);
        assert_eq!(findings(&[package("a", "{}", &[])]).len(), 1);
    }

    #[test]
    fn the_chores_stand_outside() {
        assert!(findings(&[package("xtask", "null", &[])]).is_empty());
    }
}
