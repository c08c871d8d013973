//! Sensors of the room and of the house.

use chrono::{DateTime, Utc};

readings! {
    /// Thermometer.
    pub struct TemperatureStatus {
        /// Degrees Celsius.
        pub celsius: Option<f64>,
        /// Faults in the vendor's words.
        pub errors: Vec<String>,
    }

    /// Hygrometer.
    pub struct HumidityStatus {
        /// Relative humidity in percent.
        pub percent: Option<f64>,
        /// Faults in the vendor's words.
        pub errors: Vec<String>,
    }

    /// Light meter.
    pub struct IlluminanceStatus {
        /// Lux.
        pub lux: Option<f64>,
        /// `dark`, `twilight`, `bright`, by the limits that are set.
        pub level: Option<String>,
        /// Faults in the vendor's words.
        pub errors: Vec<String>,
    }

    /// Smoke detector or flood sensor.
    pub struct AlarmStatus {
        /// There is smoke, or water.
        pub alarm: Option<bool>,
        /// The siren is muted.
        pub muted: Option<bool>,
        /// Faults in the vendor's words.
        pub errors: Vec<String>,
    }

    /// Gas detector.
    pub struct GasStatus {
        /// There is gas.
        pub alarm: Option<bool>,
        /// `none`, `mild`, `heavy`, `test`, `unknown`.
        pub level: Option<String>,
        /// Concentration in parts per million.
        pub ppm: Option<f64>,
        /// State of the sensor: `normal`, `warmup`, `fault`, `unknown`.
        pub state: Option<String>,
        /// State of the self test.
        pub self_test: Option<String>,
        /// What each valve does, in the vendor's words.
        pub valves: Vec<String>,
    }

    /// Motion sensor.
    pub struct MotionStatus {
        /// Something moves.
        pub motion: Option<bool>,
        /// The sensor itself is moved.
        pub vibration: Option<bool>,
        /// It looks for motion, no pause is under way.
        pub active: Option<bool>,
        /// Last motion.
        pub seen_at: Option<DateTime<Utc>>,
    }

    /// Door or window contact.
    pub struct ContactStatus {
        /// It is open.
        pub open: Option<bool>,
        /// Tilt in degrees.
        pub tilt_degrees: Option<f64>,
        /// The sensor itself is moved.
        pub vibration: Option<bool>,
    }

    /// Presence of somebody in a room or zone.
    pub struct OccupancyStatus {
        /// Somebody is there.
        pub occupied: Option<bool>,
        /// How many are there.
        pub objects: Option<u64>,
        /// Faults in the vendor's words.
        pub errors: Vec<String>,
    }

    /// Radar of a presence sensor.
    pub struct PresenceStatus {
        /// Firmware of the radar.
        pub firmware: Option<String>,
        /// It shows where everybody is until then.
        pub tracking_until: Option<DateTime<Utc>>,
    }
}
