//! `GATTC`: connections to BLE devices. The answers are not documented, but for the number of a connection.

use serde_json::Value;
use shelly_types::{wire_enum, wire_object};

use super::wire_params;

wire_object! {
    /// Answer of `GATTC.Connect`.
    pub struct Connection {
        /// Number of the connection, one of five.
        pub conn_id: u32,
    }
}

wire_enum! {
    /// What a characteristic tells by itself.
    pub enum Notify {
        /// Nothing.
        None = "none",
        /// Changes.
        Notify = "notify",
        /// Changes, which are acknowledged.
        Indicate = "indicate",
    }
}

wire_params!(Notify);

options! {
    /// How a search listens.
    pub struct GattScan {
        /// Ask devices for more.
        pub active: Option<bool>,
        /// Length in milliseconds, 1 to 30000.
        pub duration_ms: Option<u32>,
        /// Window in milliseconds, 2.5 to 10240.
        pub window_ms: Option<f64>,
        /// Interval in milliseconds, 2.5 to 10240.
        pub interval_ms: Option<f64>,
        /// Weakest signal in dBm, -100 to 0.
        pub rssi_thr: Option<i64>,
    }

    /// A connection, by its number or the address of the device.
    pub struct GattPeer {
        /// Number of the connection.
        pub conn_id: Option<u32>,
        /// MAC address.
        pub addr: Option<String>,
    }

    /// A characteristic, by handle or UUIDs.
    pub struct Characteristic {
        /// Handle.
        pub handle: Option<u32>,
        /// UUID of the service.
        pub svc: Option<String>,
        /// UUID of the characteristic.
        pub chr: Option<String>,
    }
}

methods! {
    /// Searches BLE devices.
    fn gatt_scan(; ..scan: GattScan) -> Value = "GATTC.Scan";

    /// Connects to a device.
    fn gatt_connect(addr: &str; timeout_ms: u32) -> Connection = "GATTC.Connect";

    /// Ends a connection.
    fn gatt_disconnect(; ..peer: GattPeer) -> Value = "GATTC.Disconnect";

    /// What a device offers.
    fn gatt_discover(; ..peer: GattPeer) -> Value = "GATTC.Discover";

    /// Reads a characteristic.
    fn gatt_read(conn_id: u32; ..characteristic: Characteristic) -> Value = "GATTC.Read";

    /// Writes hexadecimal data to a characteristic.
    fn gatt_write(conn_id: u32, data: &str; response: bool; ..characteristic: Characteristic) -> Value = "GATTC.Write";

    /// Sets what a characteristic tells by itself.
    fn gatt_set_notify(conn_id: u32, mode: &Notify; ..characteristic: Characteristic) -> Value = "GATTC.SetNotify";

    /// Calls a method of a BLU device.
    fn gatt_call(addr: &str, method: &str; params: &Value) -> Value = "GATTC.Call";

    /// Allows bonds.
    fn gatt_allow_bonds(enable: bool) -> Value = "GATTC.BondEn";

    /// Whether there is a bond with a device.
    fn gatt_has_bond(addr: &str) -> Value = "GATTC.HaveBond";

    /// Removes a bond.
    fn gatt_delete_bond(addr: &str) -> Value = "GATTC.DeleteBond";
}
