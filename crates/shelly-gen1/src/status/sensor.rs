//! Sensors, inside and outside, and their power supply.

use shelly_types::wire_object;

use crate::{scalar::Flag, settings::TemperatureUnit};

wire_object! {
    /// A temperature: inside on mains-powered models, of the room on sensors.
    pub struct Temperature {
        /// In the unit of the device.
        pub value: f64,
        /// Unit of `value`.
        pub units: TemperatureUnit,
        /// Degrees Celsius.
        pub celsius: f64 = "tC",
        /// Degrees Fahrenheit.
        pub fahrenheit: f64 = "tF",
        /// Whether it is valid.
        pub is_valid: Flag,
    }

    /// Humidity.
    pub struct Humidity {
        /// Relative humidity, %.
        pub value: f64,
        /// Whether it is valid.
        pub is_valid: Flag,
    }

    /// Battery.
    pub struct Battery {
        /// Charge, %.
        pub value: f64,
        /// Voltage, V.
        pub voltage: f64,
    }

    /// Brightness of the room.
    pub struct Illuminance {
        /// Brightness, lux.
        pub value: f64,
        /// dark, twilight or bright.
        pub illumination: String,
        /// Whether it is valid.
        pub is_valid: Flag,
    }

    /// Door contact (state) or motion (the rest).
    pub struct ContactOrMotion {
        /// open, close or unknown.
        pub state: String,
        /// Whether motion is seen.
        pub motion: Flag,
        /// Whether the device itself is shaken.
        pub vibration: Flag,
        /// Last motion, seconds since 1970.
        pub timestamp: u64,
        /// Whether detection is on.
        pub active: Flag,
        /// Whether it is valid.
        pub is_valid: Flag,
    }

    /// Movement of the device itself.
    pub struct Acceleration {
        /// Tilt, degrees; -1 when unknown.
        pub tilt: f64,
        /// Whether it is shaken; -1 when unknown.
        pub vibration: f64,
    }

    /// Gas alarm.
    pub struct GasSensor {
        /// normal, fault, warmup, unknown.
        pub sensor_state: String,
        /// State of the self test.
        pub self_test_state: String,
        /// none, mild, heavy, test.
        pub alarm_state: String,
    }

    /// Gas concentration.
    pub struct Concentration {
        /// Parts per million.
        pub ppm: f64,
        /// Whether it is valid.
        pub is_valid: Flag,
    }

    /// A valve that closes on an alarm.
    pub struct Valve {
        /// State, `not_connected` when there is none.
        pub state: String,
    }

    /// A temperature sensor of the add-on.
    pub struct ExtTemperature {
        /// Hardware id of the sensor.
        pub hardware_id: String = "hwID",
        /// Degrees Celsius.
        pub celsius: f64 = "tC",
        /// Degrees Fahrenheit.
        pub fahrenheit: f64 = "tF",
    }

    /// A humidity sensor of the add-on.
    pub struct ExtHumidity {
        /// Hardware id of the sensor.
        pub hardware_id: String = "hwID",
        /// Relative humidity, %.
        pub humidity: f64 = "hum",
    }

    /// A switch input of the add-on.
    pub struct ExtSwitch {
        /// State.
        pub input: Flag,
    }

    /// An analog input.
    pub struct Adc {
        /// Voltage, V.
        pub voltage: f64,
    }
}
