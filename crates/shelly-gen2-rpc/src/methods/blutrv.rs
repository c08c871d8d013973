//! `BluTrv`: BLU TRV radiator valves behind a gateway, and `Trv`, the methods of the valve itself.
//!
//! What goes to the valve travels over BLE and may take a minute.

use serde_json::Value;
use shelly_types::{wire_enum, wire_object};

use super::{Method, wire_params};
use crate::{Channel, Client, DeviceConfig, DeviceStatus, Error, components::trv};

/// The regulator inside a valve has this number.
const REGULATOR: u32 = 0;

wire_object! {
    /// Answer of `CheckForUpdates` of BLU devices.
    pub struct FirmwareId {
        /// Build id of the firmware on offer.
        pub fw_id: String,
    }

    /// Answer of `BluTrv.GetRemoteStatus`.
    pub struct RemoteStatus {
        /// Reading of each component of the valve: `trv:0`, `sys`, `temperature:0`.
        pub status: DeviceStatus,
    }

    /// Answer of `BluTrv.GetRemoteConfig`.
    pub struct RemoteConfig {
        /// Version of the document.
        pub version: u64 = "v",
        /// Settings of each component of the valve.
        pub config: DeviceConfig,
    }

    /// Answer of `BluTrv.GetRemoteDeviceInfo`.
    pub struct RemoteDeviceInfo {
        /// Who the valve is.
        pub device_info: Value,
    }

    /// Answer of `Trv.ListScheduleRules`.
    pub struct Rules {
        /// The rules; their members are not documented.
        pub rules: Vec<Value>,
    }
}

wire_enum! {
    /// An option of a valve.
    pub enum Flag {
        /// Floor heating.
        FloorHeating = "floor_heating",
        /// React faster.
        Accelerated = "accel",
        /// Calibrate by itself.
        AutoCalibrate = "auto_calibrate",
        /// Move now and then against seizing.
        AntiClog = "anticlog",
        /// Save power.
        PowerSave = "power_save",
        /// Move slowly and silently.
        Silent = "silent_mode",
    }
}

wire_params!(Flag, trv::Config);

options! {
    /// A rule of a valve's own schedule. For a new one hour, minute and target are needed.
    pub struct Rule {
        /// Hour, 0 to 23.
        pub hour: Option<u8>,
        /// Minute, 0 to 59.
        pub minute: Option<u8>,
        /// Days of the week, 0 for Sunday to 6.
        pub days: Option<Vec<u8>>,
        /// Target in degrees Celsius.
        pub target_c: Option<f64> = "target_C",
        /// It is in use.
        pub enable: Option<bool>,
    }
}

methods! {
    /// Removes a valve.
    fn blutrv_delete(id: u32) = "BluTrv.Delete";

    /// Updates the firmware of a valve, from the vendor or from an address.
    fn blutrv_update_firmware(id: u32; bootloader: bool, url: &str) = "BluTrv.UpdateFirmware";

    /// Firmware on offer for valves.
    fn blutrv_check_for_updates() -> FirmwareId = "BluTrv.CheckForUpdates";

    /// What a valve itself reads.
    fn blutrv_remote_status(id: u32) -> RemoteStatus = "BluTrv.GetRemoteStatus";

    /// The settings of a valve itself.
    fn blutrv_remote_config(id: u32) -> RemoteConfig = "BluTrv.GetRemoteConfig";

    /// Who a valve itself is.
    fn blutrv_remote_device_info(id: u32) -> RemoteDeviceInfo = "BluTrv.GetRemoteDeviceInfo";

    /// Calls a method of a valve itself.
    fn blutrv_call(id: u32, method: &str; params: &Value) -> Value = "BluTrv.Call";
}

/// Declares methods of the valve itself, which the gateway carries.
macro_rules! remote {
    ($(
        $(#[$doc:meta])*
        fn $name:ident(
            $($arg:ident : $type:ty $(= $wire:literal)?),*
            $(; $($opt:ident : $opt_type:ty $(= $opt_wire:literal)?),+)?
            $(; ..$more:ident : $more_type:ty)?
        ) $(-> $answer:ty)? = $method:literal;
    )*) => {
        impl<C: Channel> Client<C> {$(
            $(#[$doc])*
            pub async fn $name(
                &self,
                id: u32
                $(, $arg: $type)*
                $($(, $opt: Option<$opt_type>)+)?
                $(, $more: &$more_type)?
            ) -> Result<methods!(@answer $($answer)?), Error> {
                let params = {
                    let id = REGULATOR;
                    methods!(@params
                        [id $(, $arg $(= $wire)?)*] [$($($opt $(= $opt_wire)?),+)?] [$($more)?])
                };
                let answer = self.blutrv_call(id, $method, params.as_ref()).await?;
                remote!(@read self, answer $(, $answer)?)
            }
        )*}

        /// The methods of the valve itself.
        pub(super) const REMOTE: &[Method] = &[$(
            methods!(@method &[], $method, [id $(, $arg $(= $wire)?)*] [$($($opt $(= $opt_wire)?),+)?] [$($more_type)?]
                $(, $answer)?),
        )*];
    };
    (@read $client:ident, $answer:ident) => {{
        drop($answer);
        Ok(())
    }};
    (@read $client:ident, $answer:ident, $type:ty) => {
        $client.typed::<$type>("BluTrv.Call", "what the valve answers", $answer)
    };
}

remote! {
    /// What the regulator reads.
    fn trv_status() -> trv::Status = "Trv.GetStatus";

    /// Settings of the regulator.
    fn trv_config() -> trv::Config = "Trv.GetConfig";

    /// Writes some settings of the regulator.
    fn trv_set_config(config: &trv::Config) = "Trv.SetConfig";

    /// Sets the target of a valve in degrees Celsius, 4 to 30.
    fn trv_set_target(target_c: f64 = "target_C") = "Trv.SetTarget";

    /// Tells a valve the temperature of the room in degrees Celsius; none goes back to its own sensor.
    fn trv_set_external_temperature(; celsius: f64 = "t_C") = "Trv.SetExternalTemperature";

    /// Opens a valve to a percentage; needs regulation to be off.
    fn trv_set_position(pos: f64) = "Trv.SetPosition";

    /// Opens a valve wholly for some seconds.
    fn trv_set_boost(; duration_s: u32 = "duration") = "Trv.SetBoost";

    /// Ends a boost.
    fn trv_clear_boost() = "Trv.ClearBoost";

    /// Sets another target for some seconds.
    fn trv_set_override(target_c: f64 = "target_C", duration_s: u32 = "duration") = "Trv.SetOverride";

    /// Ends an override.
    fn trv_clear_override() = "Trv.ClearOverride";

    /// Finds the end stops of a valve.
    fn trv_calibrate() = "Trv.Calibrate";

    /// Sets an option.
    fn trv_set_flag(flag: &Flag) = "Trv.SetFlag";

    /// Clears an option.
    fn trv_clear_flag(flag: &Flag) = "Trv.ClearFlag";

    /// Shows one to ten characters on the display.
    fn trv_show_message(message: &str) = "Trv.ShowMessage";

    /// Tells a valve how pairing ended.
    fn trv_pairing_complete(success: bool) = "Trv.PairingComplete";

    /// The valve's own schedule.
    fn trv_list_rules() -> Rules = "Trv.ListScheduleRules";

    /// Adds a rule to the valve's own schedule.
    fn trv_add_rule(; ..rule: Rule) -> Value = "Trv.AddScheduleRule";

    /// Changes a rule of the valve's own schedule.
    fn trv_update_rule(rule_id: u32; ..rule: Rule) -> Value = "Trv.UpdateScheduleRule";

    /// Removes a rule from the valve's own schedule.
    fn trv_remove_rule(rule_id: u32) -> Value = "Trv.RemoveScheduleRule";
}
