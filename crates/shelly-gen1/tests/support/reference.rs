//! Reads the pages of the Gen1 reference.

use std::fs;

use serde_json::Value;

use crate::folder::folder;

/// The text of a page of the Gen1 reference.
pub(crate) fn text(page: &str) -> Option<String> {
    let path = folder("SHELLY_REFERENCE", "../shared/reference", "gen1")?.join(page);
    Some(fs::read_to_string(path).expect("readable page"))
}

/// A JSON page of the Gen1 reference.
pub(crate) fn reference(page: &str) -> Option<Value> {
    let text = text(page)?;
    Some(serde_json::from_str(&text).expect("page is JSON"))
}
