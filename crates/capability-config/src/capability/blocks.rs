//! What every declared block can do, whatever its fields.

use schemars::{Schema, SchemaGenerator};
use serde_json::Value;

use super::{
    join,
    leaf::{Leaf, Managed, from_value, to_value},
    spec::Spec,
};
use crate::{SettingFacts, SettingValue, config::tree};

/// Receives a field and its value.
pub(crate) type Put<'a> = dyn FnMut(String, SettingValue) + 'a;
/// Is offered a value and answers whether it has the right type.
pub(crate) type Offer<'a> = dyn FnMut(&SettingValue) -> bool + 'a;
/// Offers the value of a field, if there is one.
pub(crate) type Take<'a> = dyn FnMut(&str, &mut Offer<'_>) + 'a;

/// A block of settings.
pub(crate) trait Block: Sized {
    /// Name of the type.
    const NAME: &'static str;
    /// What it is about.
    const HELP: &'static str;

    /// Its settings and the blocks within it.
    fn members() -> Vec<Member>;
    /// Hands each managed setting to `put`, with its field below `at`.
    fn put(&self, at: &str, put: &mut Put<'_>);
    /// Asks `take` for each setting.
    fn take(at: &str, take: &mut Take<'_>) -> Self;
}

/// A part of a block.
pub(crate) enum Member {
    /// A setting.
    Leaf { word: &'static str, help: &'static str, spec: Spec },
    /// A block within the block.
    Block { word: &'static str, members: fn() -> Vec<Member>, schema: fn(&mut SchemaGenerator) -> Schema },
}

/// Hands a managed setting to `put`.
pub(crate) fn put_leaf<T: Leaf>(value: Option<&Managed<T>>, at: &str, word: &str, put: &mut Put<'_>) {
    if let Some(value) = value {
        put(join(at, word), to_value(value));
    }
}

/// Takes a setting if it is there and of the right type.
pub(crate) fn take_leaf<T: Leaf>(at: &str, word: &str, take: &mut Take<'_>) -> Option<Managed<T>> {
    let mut taken = None;
    take(&join(at, word), &mut |value| {
        taken = from_value(value);
        taken.is_some()
    });
    taken
}

/// The facts of every setting among `members` and below. Called once in the life of a program, for the table of facts:
/// fields of blocks within blocks are put together there and stay for good.
pub(crate) fn facts_of(
    kind: &'static str,
    has_instances: bool,
    at: &str,
    members: Vec<Member>,
    rows: &mut Vec<SettingFacts>,
) {
    for member in members {
        match member {
            Member::Leaf { word, help, spec } => {
                let field = if at.is_empty() { word } else { join(at, word).leak() };
                rows.push(spec.row(kind, has_instances, field, help.trim()));
            }
            Member::Block { word, members, .. } => {
                facts_of(kind, has_instances, &join(at, word), members(), rows);
            }
        }
    }
}

/// A block as nested JSON, secrets hidden.
pub(crate) fn nested<B: Block>(block: &B) -> Value {
    let mut value = Value::Object(serde_json::Map::new());
    block.put("", &mut |field, setting| tree::insert(&mut value, &field, setting.to_json()));
    value
}

/// Reads a block from nested JSON.
pub(crate) fn read<B: Block>(value: &Value) -> Result<B, String> {
    let mut settings = tree::leaves(value)?;
    let block = B::take("", &mut |field, offer| {
        if settings.get(field).is_some_and(offer) {
            settings.remove(field);
        }
    });
    match settings.first_key_value() {
        None => Ok(block),
        Some((field, _)) => Err(format!("`{field}` is not a setting of {}, or its value is of another type", B::NAME)),
    }
}
