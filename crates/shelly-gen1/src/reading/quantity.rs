//! Lists what can be told about a part of a device, and in which units.

use std::fmt;

/// Declares a copyable set of words.
macro_rules! words {
    ($(#[$meta:meta])* pub enum $name:ident { $($(#[$variant_meta:meta])* $variant:ident = $word:literal),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$variant_meta])* $variant,)*
        }

        impl $name {
            /// A short name in lower case.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

words! {
    /// What a reading tells (reference/gen1/coiot.json, reference/gen1/mqtt.json).
    pub enum Quantity {
        /// Whether the output is on; over MQTT also the word `overpower`.
        Output = "output",
        /// State of an input.
        Input = "input",
        /// Last push of an input: S, L, SS, SSS, SL, LS.
        InputEvent = "input_event",
        /// Number of pushes so far; a change of it is a push.
        InputEventCount = "input_event_count",
        /// Whether an input is held (MQTT).
        LongPush = "longpush",
        /// Active power; negative for returned.
        Power = "power",
        /// Reactive power.
        ReactivePower = "reactive_power",
        /// Energy: watt-minutes since the start on relays, rollers and lights, watt-hours on energy meters.
        Energy = "energy",
        /// Returned energy.
        EnergyReturned = "energy_returned",
        /// Energy meters over MQTT: energy in watt-minutes since the last reset.
        EnergySinceReset = "energy_since_reset",
        /// Energy meters over MQTT: returned energy in watt-minutes since the last reset.
        EnergyReturnedSinceReset = "energy_returned_since_reset",
        /// Energy of the last whole minute (`CoIoT` v1).
        EnergyMinute1 = "energy_minute_1",
        /// Energy of the minute before that one (`CoIoT` v1).
        EnergyMinute2 = "energy_minute_2",
        /// Energy of the third last minute (`CoIoT` v1).
        EnergyMinute3 = "energy_minute_3",
        /// Voltage.
        Voltage = "voltage",
        /// Current.
        Current = "current",
        /// Power factor, signed.
        PowerFactor = "power_factor",
        /// Whether too much power was drawn.
        Overpower = "overpower",
        /// Power that tripped the limit, 0 for none.
        OverpowerValue = "overpower_value",
        /// Temperature inside a mains-powered device.
        DeviceTemperature = "device_temperature",
        /// Whether it is too hot inside.
        Overtemperature = "overtemperature",
        /// How hot it is inside: Normal, High, Very High.
        TemperatureStatus = "temperature_status",
        /// Temperature of a sensor: the own one of a sensor device, or one at the add-on.
        Temperature = "temperature",
        /// Relative humidity.
        Humidity = "humidity",
        /// Switch input of the add-on.
        ExternalInput = "external_input",
        /// Movement of a roller: open, close, stop.
        Movement = "movement",
        /// Position of a roller, 0 is closed.
        Position = "position",
        /// Why a roller stopped: normal, `safety_switch`, obstacle, overpower.
        StopReason = "stop_reason",
        /// Last direction of a roller: open, close.
        LastDirection = "last_direction",
        /// Brightness.
        Brightness = "brightness",
        /// Brightness of the colours.
        Gain = "gain",
        /// Colour temperature.
        ColorTemperature = "color_temperature",
        /// Share of cold white.
        WhiteLevel = "white_level",
        /// Red, 0 to 255.
        Red = "red",
        /// Green, 0 to 255.
        Green = "green",
        /// Blue, 0 to 255.
        Blue = "blue",
        /// White channel, 0 to 255.
        White = "white",
        /// Moving effect, 0 for none.
        Effect = "effect",
        /// Whether the load does not fit the dimmer.
        LoadError = "load_error",
        /// Which channels are active: relay, roller, color, white.
        Mode = "mode",
        /// Changes of settings since the start; after a change `/settings` is worth reading again.
        ConfigChanges = "config_changes",
        /// Why the device woke up: battery, button, periodic, poweron, sensor, alarm, `ext_power`, unknown.
        WakeReasons = "wake_reasons",
        /// Charge of the battery.
        Battery = "battery",
        /// Whether the battery is charged.
        Charger = "charger",
        /// Whether a sensor is broken.
        SensorError = "sensor_error",
        /// Whether there is water.
        Flood = "flood",
        /// Whether there is smoke.
        Smoke = "smoke",
        /// Whether motion is seen.
        Motion = "motion",
        /// Whether motion detection is on.
        MotionActive = "motion_active",
        /// Time of the last motion, seconds since 1970.
        MotionTime = "motion_time",
        /// Whether the device is shaken.
        Vibration = "vibration",
        /// Tilt.
        Tilt = "tilt",
        /// Brightness of the room.
        Illuminance = "illuminance",
        /// Brightness of the room as a word: dark, twilight, bright.
        Illumination = "illumination",
        /// Whether door or window is open.
        Open = "open",
        /// Whether door or window was just opened or closed.
        OpenChanged = "open_changed",
        /// Gas alarm: none, mild, heavy, test.
        GasAlarm = "gas_alarm",
        /// Gas concentration.
        GasConcentration = "gas_concentration",
        /// Operation of the gas sensor: warmup, normal, fault.
        GasOperation = "gas_operation",
        /// Self test of the gas sensor: `not_completed`, completed, running, pending.
        SelfTest = "self_test",
        /// State of the valve that closes on an alarm.
        ValveState = "valve_state",
        /// Opening of a radiator valve.
        ValvePosition = "valve_position",
        /// Whether a radiator valve is stuck.
        ValveError = "valve_error",
        /// Target temperature.
        TargetTemperature = "target_temperature",
        /// Mode of a radiator valve, 0 to 5; the meaning of the numbers is not documented.
        ThermostatMode = "thermostat_mode",
        /// State of a radiator valve, 0 or 1; the meaning is not documented.
        ThermostatStatus = "thermostat_status",
        /// Minutes of full heat that remain.
        BoostMinutes = "boost_minutes",
        /// Hours of work (Air).
        TotalWorkTime = "total_work_time",
    }
}

words! {
    /// Unit of a number.
    pub enum Unit {
        /// Watt.
        Watt = "W",
        /// Reactive volt-ampere.
        Var = "var",
        /// Watt-minute, a sixtieth of a watt-hour.
        WattMinute = "Wmin",
        /// Watt-hour.
        WattHour = "Wh",
        /// Volt.
        Volt = "V",
        /// Ampere.
        Ampere = "A",
        /// Degree Celsius.
        Celsius = "C",
        /// Degree Fahrenheit.
        Fahrenheit = "F",
        /// Kelvin.
        Kelvin = "K",
        /// Degree of an angle.
        Degree = "deg",
        /// Lux.
        Lux = "lux",
        /// Parts per million.
        PartsPerMillion = "ppm",
        /// Second.
        Second = "s",
        /// Minute.
        Minute = "min",
        /// Percent.
        Percent = "%",
    }
}

impl Quantity {
    /// Whether it is a plain yes or no.
    pub fn is_flag(self) -> bool {
        matches!(
            self,
            Self::Output
                | Self::Input
                | Self::LongPush
                | Self::Overpower
                | Self::Overtemperature
                | Self::ExternalInput
                | Self::LoadError
                | Self::Charger
                | Self::SensorError
                | Self::Flood
                | Self::Smoke
                | Self::Motion
                | Self::MotionActive
                | Self::Vibration
                | Self::Open
                | Self::OpenChanged
                | Self::ValveError
        )
    }

    /// The unit when the device tells none.
    pub(crate) fn own_unit(self) -> Option<Unit> {
        Some(match self {
            Self::Power | Self::OverpowerValue => Unit::Watt,
            Self::ReactivePower => Unit::Var,
            Self::Energy
            | Self::EnergySinceReset
            | Self::EnergyReturnedSinceReset
            | Self::EnergyMinute1
            | Self::EnergyMinute2
            | Self::EnergyMinute3 => Unit::WattMinute,
            Self::EnergyReturned => Unit::WattHour,
            Self::Voltage => Unit::Volt,
            Self::Current => Unit::Ampere,
            Self::DeviceTemperature | Self::Temperature | Self::TargetTemperature => Unit::Celsius,
            Self::ColorTemperature => Unit::Kelvin,
            Self::Humidity
            | Self::Position
            | Self::Brightness
            | Self::Gain
            | Self::WhiteLevel
            | Self::Battery
            | Self::ValvePosition => Unit::Percent,
            Self::Tilt => Unit::Degree,
            Self::Illuminance => Unit::Lux,
            Self::GasConcentration => Unit::PartsPerMillion,
            Self::MotionTime => Unit::Second,
            Self::BoostMinutes => Unit::Minute,
            _ => return None,
        })
    }
}

impl Unit {
    /// The unit that a device names; none for a name that is not known.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "W" => Self::Watt,
            "Wmin" => Self::WattMinute,
            "Wh" => Self::WattHour,
            "V" => Self::Volt,
            "A" => Self::Ampere,
            "C" => Self::Celsius,
            "F" => Self::Fahrenheit,
            "K" => Self::Kelvin,
            "deg" => Self::Degree,
            "lux" => Self::Lux,
            "ppm" => Self::PartsPerMillion,
            "s" => Self::Second,
            "%" => Self::Percent,
            _ => return None,
        })
    }
}
