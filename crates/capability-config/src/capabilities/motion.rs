//! Motion and contact sensors of Gen1.

use super::{prelude::*, schedule::ShownTimetable};

block! {
    /// Motion sensor of Gen1.
    pub struct Motion {
        /// Report motion.
        enable: bool = flag().gen1(),
        /// Sensitivity, 1 to 256, lower is more sensitive.
        sensitivity: i64 = integer().range(1.0, 256.0).gen1(),
        /// Time without motion before it is over.
        blind_time: i64 = integer().range(1.0, 1440.0).unit(Unit::Minutes).gen1(),
        /// Movements that count as motion.
        pulse_count: i64 = integer().range(1.0, 4.0).gen1(),
        /// When it reports: 0 always, 1 in the dark, 2 in twilight, 3 in bright light.
        operating_mode: i64 = integer().range(0.0, 3.0).gen1(),
        /// Sensitivity to being moved, 0 for none.
        tamper_sensitivity: i64 = integer().range(0.0, 127.0).gen1(),
        /// Pause of the detection that is under way.
        sleep_time: i64 = integer().gen1().read_only(),
        /// Time without motion before it is over (Sense).
        duration: f64 = number().min(0.0).unit(Unit::Seconds).gen1(),
        /// Show motion with a light (Sense).
        led: bool = flag().gen1(),
        /// Weekly timetable.
        schedule: ShownTimetable,
    }

    /// Door or window sensor of Gen1.
    pub struct Contact {
        /// Report the tilt.
        tilt_enable: bool = flag().gen1(),
        /// The tilt is calibrated.
        tilt_calibrated: bool = flag().gen1().read_only(),
        /// Report vibration.
        vibration_enable: bool = flag().gen1(),
        /// Sensitivity to vibration, 0 to 100.
        vibration_sensitivity: i64 = integer().range(0.0, 100.0).gen1(),
        /// Swap open and closed.
        reverse: bool = flag().gen1(),
    }
}
