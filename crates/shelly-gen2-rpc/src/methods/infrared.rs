//! `IR`, `IRDevice`, `IRCode`: devices that are controlled by infrared, and the codes they know.

use super::{common::Created, wire_params};
use crate::components::irdevice;

wire_params!(irdevice::Config);

options! {
    /// How a code is sent.
    pub struct Emission {
        /// How often it is repeated.
        pub repeats: Option<f64>,
        /// Delay.
        pub after: Option<f64>,
    }
}

methods! {
    /// Adds a device by its name.
    fn ir_add_device(config: &irdevice::Config; id: u32) -> Created = "IR.AddDevice";

    /// Removes a device with its codes.
    fn ir_delete_device(id: u32) = "IR.DeleteDevice";

    /// Sends a code.
    fn ir_emit(id: u32; ..emission: Emission) = "IRCode.Emit";

    /// Learns a code for a device, for some seconds.
    fn ir_learn_code(id: u32, name: &str; timeout_s: f64 = "timeout") = "IRDevice.LearnCode";

    /// Removes a code of a device.
    fn ir_delete_code(id: u32, name: &str) = "IRDevice.DeleteCode";
}
