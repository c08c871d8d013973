//! Meters of one and of three phases.

use super::prelude::*;

block! {
    /// Single-phase meter without an output.
    pub struct Pm1 {
        /// Name shown to people.
        name: String = text(64).nullable(),
        /// Reverse the direction.
        reverse: bool = flag().since(1, 4, 0).restart(Always),
        /// Alarms.
        alarms: MeterAlarms,
    }

    /// Single-phase meter with a current clamp.
    pub struct Em1 {
        /// Name shown to people.
        name: String = text(64).nullable().both(),
        /// Reverse the direction.
        reverse: bool = flag().restart(Always),
        /// Current clamp.
        ct_type: String = choice(&["50A", "80A", "3x63A", "3EMG3", "120A", "400A", "2000A", "50AEMG3"]).both().restart(AsToldByDevice),
        /// Alarms.
        alarms: MeterAlarms,
        /// What it feeds, as the vendor's app shows it.
        appliance_type: String = text(0).gen1(),
        /// Power above which the contactor opens; 0 for none.
        max_power: f64 = number().min(0.0).unit(Unit::Watts).gen1().risk(Risk::Load),
        /// Factor of a transformer before the clamp.
        range_extender: i64 = integer().gen1(),
    }

    /// Three-phase meter.
    pub struct Em {
        /// Name shown to people.
        name: String = text(64).nullable(),
        /// What the light of the meter shows.
        blink_mode_selector: String = choice(&["active_energy", "apparent_energy"]),
        /// Phases the light of the meter shows.
        phase_selector: String = choice(&["a", "b", "c", "all"]),
        /// Watch the order of the phases.
        monitor_phase_sequence: bool = flag(),
        /// Reverse the direction of a phase.
        reverse: EmReverse,
        /// Current clamps.
        ct_type: String = choice(&["50A", "80A", "3x63A", "3EMG3", "120A", "400A", "2000A", "50AEMG3"]).restart(AsToldByDevice),
        /// Alarms of each phase.
        alarms: EmAlarms,
        /// Neutral conductor.
        neutral: EmNeutral,
        /// What the pulse output counts.
        cf_output: i64 = integer().gen1().read_only(),
    }

    /// Reverse the direction of a phase.
    pub struct EmReverse {
        /// Phase A.
        a: bool = flag().restart(Always).shown_when_set(),
        /// Phase B.
        b: bool = flag().restart(Always).shown_when_set(),
        /// Phase C.
        c: bool = flag().restart(Always).shown_when_set(),
    }

    /// Alarms of each phase.
    pub struct EmAlarms {
        /// Phase A.
        a: MeterAlarms,
        /// Phase B.
        b: MeterAlarms,
        /// Phase C.
        c: MeterAlarms,
    }

    /// Alarms: least and greatest value, null for none.
    pub struct MeterAlarms {
        /// Volts.
        voltage: Vec<SettingValue> = list().nullable().since(2, 0, 0),
        /// Amperes.
        current: Vec<SettingValue> = list().nullable().since(2, 0, 0),
        /// Watts.
        power: Vec<SettingValue> = list().nullable().since(2, 0, 0),
    }

    /// Neutral conductor of the Gen1 three-phase meter.
    pub struct EmNeutral {
        /// Difference to the sum of the phases that is reported.
        mismatch_threshold: f64 = number().unit(Unit::Amperes).gen1().read_only(),
        /// Factor of a transformer before the clamp.
        range_extender: i64 = integer().gen1().read_only(),
    }
}
