//! Outputs and inputs.

use chrono::{DateTime, Utc};

use super::{BluetoothDeviceStatus, MeterReading};

readings! {
    /// Relay.
    pub struct SwitchStatus {
        /// The contact is closed.
        pub output: Option<bool>,
        /// What changed it last, in the vendor's words.
        pub source: Option<String>,
        /// It switches back then.
        pub timer_ends_at: Option<DateTime<Utc>>,
        /// Its meter.
        pub meter: MeterReading,
        /// Temperature in degrees Celsius.
        pub temperature_c: Option<f64>,
        /// Times it was switched on.
        pub times_on: Option<u64>,
        /// Faults in the vendor's words: `overpower`, `overtemp`, ...
        pub errors: Vec<String>,
    }

    /// Roller or blind.
    pub struct CoverStatus {
        /// `open`, `closed`, `opening`, `closing`, `stopped`, `calibrating`.
        pub state: Option<String>,
        /// 0 closed to 100 open; absent when not calibrated.
        pub position_percent: Option<f64>,
        /// Where it moves to.
        pub target_percent: Option<f64>,
        /// Position of the slats.
        pub slat_percent: Option<f64>,
        /// It is calibrated, so that it can be moved to a position.
        pub calibrated: Option<bool>,
        /// Direction of the last movement: `open`, `close`.
        pub last_direction: Option<String>,
        /// What moved it last, in the vendor's words.
        pub source: Option<String>,
        /// Its meter.
        pub meter: MeterReading,
        /// Temperature in degrees Celsius.
        pub temperature_c: Option<f64>,
        /// Faults in the vendor's words.
        pub errors: Vec<String>,
    }

    /// Dimmer, bulb, white or colour channel, light strip.
    pub struct LightStatus {
        /// The light is on.
        pub output: Option<bool>,
        /// What changed it last, in the vendor's words.
        pub source: Option<String>,
        /// It switches back then.
        pub timer_ends_at: Option<DateTime<Utc>>,
        /// What shines on a lamp that can do both: `rgb`, `cct`.
        pub mode: Option<String>,
        /// Brightness (or gain of a colour) in percent.
        pub brightness_percent: Option<f64>,
        /// Red, green, blue, 0 to 255.
        pub rgb: Option<[u8; 3]>,
        /// White channel, 0 to 255.
        pub white: Option<u8>,
        /// Colour temperature in kelvin.
        pub color_temperature_k: Option<u32>,
        /// Effect in the vendor's words or numbers; absent when none runs.
        pub effect: Option<String>,
        /// The dimmer is calibrated.
        pub calibrated: Option<bool>,
        /// Progress of a calibration in percent, while it runs.
        pub calibration_percent: Option<f64>,
        /// Remarks in the vendor's words: `uncalibrated`, ...
        pub flags: Vec<String>,
        /// Its meter.
        pub meter: MeterReading,
        /// Temperature in degrees Celsius.
        pub temperature_c: Option<f64>,
        /// Faults in the vendor's words.
        pub errors: Vec<String>,
    }

    /// Fan.
    pub struct FanStatus {
        /// It runs.
        pub output: Option<bool>,
        /// Speed in the vendor's unit.
        pub speed: Option<f64>,
        /// `manual` or `auto`.
        pub mode: Option<String>,
        /// It runs slower for the night.
        pub night: Option<bool>,
        /// What changed it last, in the vendor's words.
        pub source: Option<String>,
        /// Its meter.
        pub meter: MeterReading,
        /// Faults in the vendor's words.
        pub errors: Vec<String>,
    }

    /// Circuit breaker.
    pub struct BreakerStatus {
        /// The contact is closed.
        pub output: Option<bool>,
        /// What changed it last, in the vendor's words.
        pub source: Option<String>,
        /// Times it moved.
        pub cycles: Option<u64>,
        /// It is locked against switching on.
        pub safety: Option<bool>,
        /// Its meter.
        pub meter: MeterReading,
        /// Temperature in degrees Celsius.
        pub temperature_c: Option<f64>,
        /// How it is reached, when that is Bluetooth.
        pub radio: Option<Box<BluetoothDeviceStatus>>,
        /// Faults in the vendor's words.
        pub errors: Vec<String>,
    }

    /// Electric heater by pilot wire.
    pub struct PilotWireStatus {
        /// `off`, `comfort`, `eco`, `frost_protect`, `comfort-1`, `comfort-2`.
        pub mode: Option<String>,
        /// Its meter.
        pub meter: MeterReading,
        /// Temperature in degrees Celsius.
        pub temperature_c: Option<f64>,
        /// Faults in the vendor's words.
        pub errors: Vec<String>,
    }

    /// Input terminal or button.
    pub struct InputStatus {
        /// State of a switch input; absent for buttons.
        pub on: Option<bool>,
        /// Value of an analogue input.
        pub percent: Option<f64>,
        /// That value as the device converts it.
        pub converted: Option<f64>,
        /// Pulses counted.
        pub count: Option<u64>,
        /// Pulses as the device converts them.
        pub converted_count: Option<f64>,
        /// Frequency of the pulses in hertz.
        pub frequency_hz: Option<f64>,
        /// Frequency as the device converts it.
        pub converted_frequency: Option<f64>,
        /// Last event in the words of Gen2+ (`single_push`, `long_push`, ...), where the device remembers it.
        pub last_event: Option<String>,
        /// Events since boot, where the device counts them.
        pub events: Option<u64>,
        /// Faults in the vendor's words.
        pub errors: Vec<String>,
    }
}
