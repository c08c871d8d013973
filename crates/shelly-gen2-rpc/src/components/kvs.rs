//! Describes the key-value store.

use std::collections::BTreeMap;

use serde_json::Value;
use shelly_types::wire_object;

wire_object! {
    /// Answer of `KVS.List`.
    pub struct List {
        /// The keys, at most 50.
        pub keys: BTreeMap<String, Tag>,
        /// Revision of the store.
        pub rev: u64,
    }

    /// What is told of a key without its value.
    pub struct Tag {
        /// Changes with the value.
        pub etag: String,
    }

    /// Answer of `KVS.Get`, and an entry of `KVS.GetMany`.
    pub struct Entry {
        /// The key; only in a list.
        pub key: String,
        /// The value, any JSON.
        pub value: Value,
        /// Changes with the value.
        pub etag: String,
    }
}
