//! `BTHome`, `BTHomeDevice`, `BTHomeControl`: BLU and other BTHome devices that a device hears (A8).

use serde_json::Value;
use shelly_types::{ComponentKey, wire_enum, wire_object};

use super::{
    common::{Added, Created},
    wire_params,
};
use crate::components::{bthomedevice, bthomesensor};

wire_object! {
    /// One page of `BTHome.GetObjectInfos`.
    pub struct ObjectPage {
        /// Place of the first object of this page.
        pub offset: u64,
        /// Objects on this page.
        pub count: u64,
        /// Objects in all.
        pub total: u64,
        /// The objects.
        pub objects: Vec<ObjectInfo>,
    }

    /// What a BTHome object means.
    pub struct ObjectInfo {
        /// BTHome object id.
        pub obj_id: u64,
        /// Name, such as `temperature`.
        pub obj_name: String,
        /// Kind.
        pub kind: ObjectKind = "type",
        /// Unit; empty for none.
        pub unit: String,
    }

    /// Answer of `BTHomeDevice.GetKnownObjects`.
    pub struct KnownObjects {
        /// Instance number.
        pub id: u32,
        /// What the device sends.
        pub objects: Vec<KnownObject>,
    }

    /// What a device sends.
    pub struct KnownObject {
        /// BTHome object id.
        pub obj_id: u64,
        /// Number among several objects of one kind.
        pub idx: u64,
        /// Component that shows it; null for none.
        pub component: String,
    }

    /// One page of `BTHomeControl.List`.
    pub struct ControlPage {
        /// Instance number.
        pub id: u32,
        /// Place of the first input of this page.
        pub offset: u64,
        /// Inputs in all.
        pub total: u64,
        /// Component that is controlled.
        pub output: String,
        /// What controls it; the members are not documented.
        pub inputs: Vec<Value>,
    }
}

wire_enum! {
    /// Kind of a BTHome object.
    pub enum ObjectKind {
        /// Button.
        Button = "button",
        /// Not known.
        Unknown = "unknown",
        /// Sensor with a number.
        Sensor = "sensor",
        /// Sensor with yes or no.
        BinarySensor = "binary_sensor",
        /// Dimmer.
        Dimmer = "dimmer",
        /// Bytes.
        RawSensor = "raw_sensor",
        /// Something else.
        Else = "other",
    }
}

wire_params!(bthomedevice::Config, bthomesensor::Config);

methods! {
    /// Adds a device by its address; answers its key. A number of 200 to 299 can be asked for.
    fn bthome_add_device(config: &bthomedevice::Config; id: u32) -> Added = "BTHome.AddDevice";

    /// Removes a device with its sensors.
    fn bthome_delete_device(id: u32) = "BTHome.DeleteDevice";

    /// Adds a sensor of a device by address and BTHome object; answers its key.
    fn bthome_add_sensor(config: &bthomesensor::Config; id: u32) -> Added = "BTHome.AddSensor";

    /// Removes a sensor.
    fn bthome_delete_sensor(id: u32) = "BTHome.DeleteSensor";

    /// Searches devices for some seconds, 30 by default; they come as events `device_discovered`.
    fn bthome_start_discovery(; duration_s: u32 = "duration") = "BTHome.StartDeviceDiscovery";

    /// What BTHome objects mean.
    fn bthome_object_infos(obj_ids: &[u64]; offset: u64) -> ObjectPage = "BTHome.GetObjectInfos";

    /// Resets the counter of encrypted messages.
    fn bthome_reset_encryption_counter() = "BTHome.ResetEncryptionCounter";

    /// What a device sends.
    fn bthome_known_objects(id: u32) -> KnownObjects = "BTHomeDevice.GetKnownObjects";

    /// Learns a remote for an input or a component.
    fn bthome_start_learning(; input_id: u32, component_key: &ComponentKey) = "BTHomeControl.StartLearning";

    /// Ends learning.
    fn bthome_stop_learning() = "BTHomeControl.StopLearning";

    /// Removes all remotes, or those of one component.
    fn bthome_control_delete_all(; id: u32) = "BTHomeControl.DeleteAll";

    /// What controls a component.
    fn bthome_control_list(id: u32; offset: u64) -> ControlPage = "BTHomeControl.List";

    /// Makes remotes control a component.
    fn bthome_control_create(output: &ComponentKey, inputs: &[Value]) -> Created = "BTHomeControl.Create";

    /// Changes what controls a component.
    fn bthome_control_update(id: u32, output: &ComponentKey, inputs: &[Value]) = "BTHomeControl.Update";

    /// All remotes; the members are not documented.
    fn bthome_control_enumerate() -> Value = "BTHomeControl.Enumerate";
}
