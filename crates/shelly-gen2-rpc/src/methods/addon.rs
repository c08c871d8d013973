//! `AddOn`, `SensorAddon`, `ProOutputAddon`: boards that are plugged in, and what is connected to them (A10).

use std::collections::BTreeMap;

use serde_json::Value;
use shelly_types::{ComponentKey, wire_enum, wire_object};

use super::wire_params;
use crate::components::sys::Release;

wire_object! {
    /// Answer of `AddOn.GetInfo`.
    pub struct Board {
        /// Kind of board; null when there is none.
        pub kind: String = "type",
        /// Version of the hardware.
        pub hw_ver: String,
        /// Version of the firmware.
        pub fw_ver: String,
    }

    /// Answer of `AddOn.CheckForUpdate`.
    pub struct BoardUpdates {
        /// Kind of board.
        pub kind: String = "type",
        /// Beta release.
        pub beta: Release,
        /// Stable release.
        pub stable: Release,
        /// Test release.
        pub test: Release,
    }

    /// Facts of something that is connected to an add-on.
    pub struct PeripheralAttributes {
        /// Number of its component, 100 to 199; the next free one when absent.
        pub cid: u32,
        /// Address on the 1-Wire bus; only `ds18b20` has one.
        pub addr: String,
    }

    /// Answer of `SensorAddon.GetPeripherals`: components by key, for each kind.
    pub struct Peripherals {
        /// Thermometers on the 1-Wire bus.
        pub ds18b20: BTreeMap<String, PeripheralAttributes>,
        /// A thermometer and hygrometer.
        pub dht22: BTreeMap<String, PeripheralAttributes>,
        /// Analogue inputs.
        pub analog_in: BTreeMap<String, PeripheralAttributes>,
        /// Digital inputs.
        pub digital_in: BTreeMap<String, PeripheralAttributes>,
        /// Voltmeters.
        pub voltmeter: BTreeMap<String, PeripheralAttributes>,
    }

    /// Answer of `SensorAddon.OneWireScan`.
    pub struct OneWireDevices {
        /// What answers on the bus.
        pub devices: Vec<OneWireDevice>,
    }

    /// A device on the 1-Wire bus.
    pub struct OneWireDevice {
        /// Kind.
        pub kind: OneWireKind = "type",
        /// Address.
        pub addr: String,
        /// Component it is used by; null for none.
        pub component: String,
    }

    /// Answer of `ProOutputAddon.GetPeripherals`.
    pub struct Outputs {
        /// Outputs by the key of their component.
        pub digital_out: BTreeMap<String, PeripheralAttributes>,
    }
}

wire_enum! {
    /// What can be connected to a sensor add-on.
    pub enum Peripheral {
        /// Thermometer on the 1-Wire bus.
        Ds18b20 = "ds18b20",
        /// Thermometer and hygrometer.
        Dht22 = "dht22",
        /// Digital input.
        DigitalIn = "digital_in",
        /// Analogue input.
        AnalogIn = "analog_in",
        /// Voltmeter.
        Voltmeter = "voltmeter",
    }

    /// What can be connected to an output add-on.
    pub enum OutputPeripheral {
        /// Relay.
        DigitalOut = "digital_out",
    }

    /// Kind of a device on the 1-Wire bus.
    pub enum OneWireKind {
        /// Not known.
        Unknown = "unknown",
        /// Thermometer.
        Ds18b20 = "ds18b20",
    }
}

wire_params!(Peripheral, OutputPeripheral, PeripheralAttributes);

/// Components by key, as an add-on answers what it made.
pub type Made = BTreeMap<String, Value>;

methods! {
    /// What board is plugged in.
    fn addon_info() -> Board = "AddOn.GetInfo";

    /// Firmware on offer for the board.
    fn addon_check_for_update() -> BoardUpdates = "AddOn.CheckForUpdate";

    /// Updates the board, from the vendor or from an address.
    fn addon_update(; timeout: f64, url: &str) = "AddOn.Update";

    /// Adds something to a sensor add-on. Its component appears after a restart, numbered 100 to 199.
    fn sensor_addon_add(kind: &Peripheral = "type"; attrs: &PeripheralAttributes) -> Made = "SensorAddon.AddPeripheral";

    /// What is connected to a sensor add-on.
    fn sensor_addon_peripherals() -> Peripherals = "SensorAddon.GetPeripherals";

    /// Removes something from a sensor add-on; takes effect after a restart.
    fn sensor_addon_remove(component: &ComponentKey) = "SensorAddon.RemovePeripheral";

    /// Gives a thermometer on the 1-Wire bus another address.
    fn sensor_addon_update(component: &ComponentKey, attrs: &PeripheralAttributes) = "SensorAddon.UpdatePeripheral";

    /// Searches the 1-Wire bus.
    fn one_wire_scan() -> OneWireDevices = "SensorAddon.OneWireScan";

    /// Adds an output to an output add-on. Its component appears after a restart, numbered 100 to 199.
    fn output_addon_add(kind: &OutputPeripheral = "type"; attrs: &PeripheralAttributes) -> Made =
        "ProOutputAddon.AddPeripheral";

    /// What is connected to an output add-on.
    fn output_addon_peripherals() -> Outputs = "ProOutputAddon.GetPeripherals";

    /// Removes an output from an output add-on; takes effect after a restart.
    fn output_addon_remove(component: &ComponentKey) = "ProOutputAddon.RemovePeripheral";
}
