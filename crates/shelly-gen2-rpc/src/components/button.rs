//! Describes virtual buttons.

use serde_json::Value;
use shelly_types::wire_object;

wire_object! {
    /// Settings of a virtual button.
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

    /// State of a virtual button; empty.
    pub struct Status {}
}
