//! Loads first configuration and status of the kinds of components that have no behaviour of their own.

use std::{collections::BTreeMap, sync::LazyLock};

use serde::Deserialize;
use serde_json::{Value, json};

/// One kind, as `catalogue/components.json` states it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kind {
    config: Value,
    status: Value,
}

static KINDS: LazyLock<BTreeMap<String, Kind>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../catalogue/components.json")).expect("the file is read by a test")
});

/// The first configuration of a component; none of an unknown kind. `id` is none for what exists once.
pub(crate) fn config(kind: &str, id: Option<u32>) -> Option<Value> {
    KINDS.get(kind).map(|known| with_id(known.config.clone(), id))
}

/// The first status of a component.
pub(crate) fn status(kind: &str, id: Option<u32>) -> Option<Value> {
    KINDS.get(kind).map(|known| with_id(known.status.clone(), id))
}

fn with_id(mut value: Value, id: Option<u32>) -> Value {
    if let (Some(id), Some(members)) = (id, value.as_object_mut()) {
        members.insert("id".into(), json!(id));
    }
    value
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::catalogue::catalogue;

    /// Each kind of the file is in at least one model, and its documents are objects.
    #[test]
    fn every_kind_is_in_a_model() {
        let mut used: BTreeSet<&str> = BTreeSet::from(["trv"]);
        for spec in catalogue() {
            let parts = spec.profiles.iter().flat_map(|profile| &profile.components);
            for key in parts.chain(&spec.singles).chain(&spec.dynamic) {
                used.insert(key.split(':').next().unwrap_or(key));
            }
        }
        for (kind, known) in KINDS.iter() {
            assert!(known.config.is_object() && known.status.is_object(), "{kind}");
            assert!(used.contains(kind.as_str()), "no model has a {kind}");
        }
    }
}
