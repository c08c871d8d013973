//! `DALI`: the bus of DALI control gear.

use serde_json::Value;

options! {
    /// What a DALI group is set to.
    pub struct DaliChange {
        /// On or off.
        pub on: Option<bool>,
        /// Brightness in percent.
        pub brightness: Option<f64>,
        /// Length of the fade in seconds.
        pub transition_s: Option<f64> = "transition",
    }
}

methods! {
    /// Searches control gear; ends with the event `scan_complete`.
    fn dali_start_scan() = "DALI.StartScan";

    /// Asks which control gear is there; ends with the event `ping_complete`.
    fn dali_ping() = "DALI.PingKnownDevices";

    /// Sets a DALI group; not confirmed.
    fn dali_group_set(id: u32; ..change: DaliChange) -> Value = "Group.Set";
}
