//! `BluMCB`: BLU circuit breakers behind a gateway.

use super::blutrv::FirmwareId;

methods! {
    /// Removes a circuit breaker.
    fn blumcb_delete(id: u32) = "BluMCB.Delete";

    /// Opens the contact. It is closed by hand.
    fn blumcb_switch_off(id: u32) = "BluMCB.SwitchOff";

    /// Sets the current above which it opens, in amperes.
    fn blumcb_set_current_limit(id: u32, current_limit: f64) = "BluMCB.SetCurrentLimit";

    /// Sets the voltage above which it opens, in volts.
    fn blumcb_set_voltage_limit(id: u32, voltage_limit: f64) = "BluMCB.SetVoltageLimit";

    /// Sets the power above which it opens, in watts.
    fn blumcb_set_power_limit(id: u32, power_limit: f64) = "BluMCB.SetPowerLimit";

    /// Updates the firmware, from the vendor or from an address.
    fn blumcb_update_firmware(id: u32; url: &str) = "BluMCB.UpdateFirmware";

    /// Firmware on offer.
    fn blumcb_check_for_updates() -> FirmwareId = "BluMCB.CheckForUpdates";
}
