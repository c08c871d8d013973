//! Weekly timetable of a channel on Gen1. Gen2 and later keep schedules as resources of the device.

use super::prelude::*;

block! {
    /// Weekly timetable of a channel on Gen1.
    pub struct Timetable {
        /// Follow it.
        enable: bool = flag().gen1().risk(Risk::Load),
        /// Rules `HHMM-DAYS-ACTION`, set as a whole.
        rules: Vec<SettingValue> = list().gen1().risk(Risk::Load),
    }
}
