//! Describes BTHome sensors.

use serde_json::Value;
use shelly_types::wire_object;

wire_object! {
    /// Settings of a BTHome sensor.
    pub struct Config {
        /// Instance number.
        pub id: u32,
        /// Name the owner gave; null when there is none.
        pub name: String,
        /// BTHome object id.
        pub obj_id: u64,
        /// Number among several objects of one kind.
        pub idx: u64,
        /// MAC address of the device it belongs to.
        pub addr: String,
        /// Notes of the web page, app and cloud; free in form.
        pub meta: Value,
    }

    /// Reading of a BTHome sensor.
    pub struct Status {
        /// Instance number.
        pub id: u32,
        /// Value: number, boolean or text by kind of object; null when unknown.
        pub value: Value,
        /// Last message in Unix seconds; null for never.
        pub last_updated_ts: u64,
    }
}
