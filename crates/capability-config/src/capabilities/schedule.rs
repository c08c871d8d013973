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

block! {
    /// Weekly timetable of a radiator valve, whose rules are only shown.
    pub struct ValveTimetable {
        /// Follow it.
        enable: bool = flag().gen1().risk(Risk::Load),
        /// Rules, as a list.
        rules: Vec<SettingValue> = list().gen1().read_only(),
    }
}

block! {
    /// Weekly timetable that is only shown: how it is written is not documented.
    pub struct ShownTimetable {
        /// Whether it is followed.
        enable: bool = flag().gen1().read_only(),
        /// Rules, as a list.
        rules: Vec<SettingValue> = list().gen1().read_only(),
    }
}
