//! Reads the pages of the Gen1 reference.

use std::fs;

use serde_json::Value;

use crate::folder::folder;

/// A page of the Gen1 reference.
pub(crate) fn reference(page: &str) -> Option<Value> {
    let path = folder("SHELLY_REFERENCE", "../shared/reference", "gen1")?.join(page);
    let text = fs::read_to_string(path).expect("readable page");
    Some(serde_json::from_str(&text).expect("page is JSON"))
}
