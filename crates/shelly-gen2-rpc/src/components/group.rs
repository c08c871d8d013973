//! Describes groups of virtual components.

use serde_json::Value;
use shelly_types::wire_object;

wire_object! {
    /// Settings of a group.
    pub struct Config {
        /// Instance number.
        pub id: u32,
        /// Name the owner gave; null when there is none.
        pub name: String,
        /// Notes of the web page, app and cloud; free in form.
        pub meta: Value,
        /// Service that created it, such as `service:0`; empty when a person did.
        pub owner: String,
        /// What may be done with it, as letters such as `crw`, or `*`.
        pub access: String,
        /// What it means to its service.
        pub role: String,
    }

    /// Members of a group.
    pub struct Status {
        /// What changed it last: `init`, `WS_in`, `HTTP_in`, `SHC`, `timer`, ...
        pub source: String,
        /// Keys of its members.
        pub value: Vec<String>,
        /// Last change in Unix seconds; 0 for never.
        pub last_update_ts: u64,
    }
}
