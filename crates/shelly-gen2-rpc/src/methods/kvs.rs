//! `KVS`: the key-value store (K8).

use std::collections::BTreeMap;

use serde_json::Value;
use shelly_types::{wire::Wire, wire_object};

use super::common::Revision;
use crate::components::kvs::{Entry, List};

wire_object! {
    /// Answer of `KVS.Set`.
    pub struct Written {
        /// Changes with the value.
        pub etag: String,
        /// New revision of the store.
        pub rev: u64,
    }

    /// One page of `KVS.GetMany`.
    pub struct EntryPage {
        /// The entries.
        pub items: Entries,
        /// Place of the first entry of this page.
        pub offset: u64,
        /// Entries in all.
        pub total: u64,
    }
}

/// Entries of a page: a list, or by key on older firmware (gaps 8).
#[derive(Debug, Clone, PartialEq)]
pub enum Entries {
    /// A list; each entry has its key.
    List(Vec<Entry>),
    /// By key.
    Map(BTreeMap<String, Entry>),
}

impl Wire for Entries {
    fn from_json(value: Value) -> Result<Self, Value> {
        if value.is_array() { Vec::from_json(value).map(Self::List) } else { BTreeMap::from_json(value).map(Self::Map) }
    }

    fn to_json(&self) -> Value {
        match self {
            Self::List(entries) => entries.to_json(),
            Self::Map(entries) => entries.to_json(),
        }
    }

    fn unknown(&self, at: &str, found: &mut dyn FnMut(&str, &Value)) {
        match self {
            Self::List(entries) => entries.unknown(at, found),
            Self::Map(entries) => entries.unknown(at, found),
        }
    }
}

impl Entries {
    /// The entries, each with its key.
    pub fn into_list(self) -> Vec<Entry> {
        match self {
            Self::List(entries) => entries,
            Self::Map(entries) => {
                let with_key = |(key, entry): (String, Entry)| Entry { key: key.into(), ..entry };
                entries.into_iter().map(with_key).collect()
            }
        }
    }
}

methods! {
    /// Writes a value, any JSON of about 253 bytes, under a key of at most 42 characters. With `etag` only if the value
    /// there still has it.
    fn kvs_set(key: &str, value: &Value; etag: &str) -> Written = "KVS.Set";

    /// Reads a value.
    fn kvs_get(key: &str) -> Entry = "KVS.Get";

    /// Keys that match a pattern such as `light*`, all without one.
    fn kvs_list(; pattern: &str = "match") -> List = "KVS.List";

    /// Removes a key. With `etag` only if the value there still has it.
    fn kvs_delete(key: &str; etag: &str) -> Revision = "KVS.Delete";

    /// One page of entries whose keys match a pattern.
    fn kvs_get_many(; pattern: &str = "match", offset: u64) -> EntryPage = "KVS.GetMany";
}
