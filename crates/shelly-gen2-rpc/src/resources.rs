//! Reads and writes whole lists of what a device holds: scripts, schedules, webhooks, values, virtual components.
//!
//! Members that are not known here are kept, and written again where the method takes them.

mod kvs;
mod schedules;
mod scripts;
mod virtuals;
mod webhooks;

use serde_json::{Map, Value};
use shelly_types::wire::Wire;

pub use self::scripts::Script;

/// Pages of a list that are read at most.
const MOST_PAGES: usize = 100;

/// The members of an entry without those that a method does not take.
fn members_without<T: Wire>(entry: &T, left_out: &[&str]) -> Map<String, Value> {
    let Value::Object(mut members) = entry.to_json() else { return Map::new() };
    for name in left_out {
        members.remove(*name);
    }
    members
}
