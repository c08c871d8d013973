//! Describes virtual choices.

use serde_json::Value;
use shelly_types::wire_object;

wire_object! {
    /// Settings of a virtual choice.
    pub struct Config {
        /// Instance number.
        pub id: u32,
        /// Name the owner gave; null when there is none.
        pub name: String,
        /// Keep the value over a restart.
        pub persisted: bool,
        /// Values it can have.
        pub options: Vec<String>,
        /// Value after a start when the value is not kept.
        pub default_value: String,
        /// Notes of the web page, app and cloud; free in form.
        pub meta: Value,
        /// Service that created it, such as `service:0`; empty when a person did.
        pub owner: String,
        /// What may be done with it, as letters such as `crw`, or `*`.
        pub access: String,
        /// What it means to its service.
        pub role: String,
    }

    /// Reading of a virtual choice.
    pub struct Status {
        /// Value.
        pub value: String,
        /// Last change in Unix seconds; 0 for never.
        pub last_update_ts: u64,
        /// What changed it last: `init`, `WS_in`, `HTTP_in`, `SHC`, `timer`, ...
        pub source: String,
    }
}
