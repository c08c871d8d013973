//! Describes services of partner products.

use serde_json::Value;
use shelly_types::{wire_enum, wire_object};

wire_object! {
    /// Settings of a service; the set depends on the product.
    pub struct Config {
        /// Sharing of the supply with an energy meter.
        pub auto_balance: AutoBalance,
        /// Begin to charge when a car is connected.
        pub auto_charge: bool,
        /// Energy of one charge in kilowatt-hours.
        pub global_charge_limit: f64,
        /// Time of one charge in minutes.
        pub global_time_limit: f64,
        /// Instance number.
        pub id: u32,
        /// What the valve does without power.
        pub on_power_loss: PowerLossAction,
        /// What the valve does when power returns.
        pub on_power_restore: PowerRestoreAction,
        /// Position when power returns, in percent.
        pub power_restored_pos: f64,
        /// Position without power in percent.
        pub power_loss_pos: f64,
        /// Name the owner gave.
        pub name: String,
        /// Least and greatest target in degrees Celsius.
        pub temp_range: Vec<f64>,
        /// Hysteresis in degrees Celsius.
        pub temp_hysteresis: f64,
        /// Remember the state over a power cut.
        pub power_down_memory: bool,
        /// Temperature that is kept against frost, degrees Celsius.
        pub temp_anti_freeze: f64,
        /// Correction of the temperature.
        pub temp_offset: f64,
        /// Correction of the humidity in percent.
        pub humidity_offset: f64,
        /// Temperature without adjustment, degrees Celsius.
        pub base_temp: f64,
        /// Adjustment of watering times.
        pub duration_offset: f64,
        /// Zones that water at a time.
        pub limit_zones: u64,
        /// Revision of the sequences.
        pub seq_rev: u64,
        /// Let the weather decide.
        pub weather_api: bool,
        /// Zones.
        pub zones: Value,
        /// Unit of temperatures: `C` or `F`.
        pub temp_unit: String,
        /// Mode of the thermostat.
        pub thermostat_mode: String,
    }

    /// Sharing of the supply with an energy meter.
    pub struct AutoBalance {
        /// Share.
        pub enable: bool,
        /// Address of the energy meter.
        pub em_ip: String,
        /// Greatest current in amperes.
        pub max_current: f64,
        /// Leave out the own current.
        pub exclude_self_current: bool,
    }

    /// State of a service.
    pub struct Status {
        /// Changes with the content.
        pub etag: String,
        /// State.
        pub state: State,
        /// Resources in use.
        pub stats: Stats,
        /// Last error in words.
        pub error_msg: String,
        /// What is wrong; absent when nothing is.
        pub errors: Vec<String>,
        /// States that hold now; absent when none does.
        pub flags: Vec<String>,
    }

    /// Resources in use.
    pub struct Stats {
        /// Memory in use in bytes.
        pub mem: f64,
        /// Greatest memory in use in bytes.
        pub mem_peak: u64,
    }
}

wire_enum! {
    /// What a valve does without power.
    pub enum PowerLossAction {
        /// Close.
        Close = "close",
        /// Open.
        Open = "open",
        /// Nothing.
        None = "none",
        /// Move to a set position.
        SetPosition = "set_position",
    }

    /// What a valve does when power returns.
    pub enum PowerRestoreAction {
        /// Close.
        Close = "close",
        /// Open.
        Open = "open",
        /// Nothing.
        None = "none",
        /// Move to a set position.
        SetPosition = "set_position",
        /// As before.
        RestoreLast = "restore_last",
    }

    /// State of a service.
    pub enum State {
        /// It starts.
        Init = "init",
        /// It runs.
        Running = "running",
        /// It restarts.
        Restarting = "restarting",
        /// It ended.
        Terminated = "terminated",
        /// Off.
        Disabled = "disabled",
    }
}
