//! Power, energy, voltage and supply.

readings! {
    /// Power and energy of one circuit.
    pub struct MeterReading {
        /// Active power in watts; negative when fed in.
        pub power_w: Option<f64>,
        /// Apparent power in volt-amperes.
        pub apparent_power_va: Option<f64>,
        /// Reactive power in volt-amperes reactive.
        pub reactive_power_var: Option<f64>,
        /// Volts.
        pub voltage_v: Option<f64>,
        /// Amperes.
        pub current_a: Option<f64>,
        /// Power factor, -1 to 1.
        pub power_factor: Option<f64>,
        /// Hertz.
        pub frequency_hz: Option<f64>,
        /// Energy taken, in watt-hours. Gen1 relay meters restart at 0 with the device.
        pub energy_wh: Option<f64>,
        /// Energy fed in, in watt-hours.
        pub returned_energy_wh: Option<f64>,
        /// Remarks in the vendor's words: `count_disabled`, ...
        pub flags: Vec<String>,
        /// Faults in the vendor's words.
        pub errors: Vec<String>,
    }

    /// Three-phase meter.
    pub struct EnergyMeterStatus {
        /// Phases A, B, C.
        pub phases: Vec<MeterReading>,
        /// Sum of the phases.
        pub total: MeterReading,
        /// Current in the neutral conductor, amperes.
        pub neutral_current_a: Option<f64>,
        /// Faults in the vendor's words.
        pub errors: Vec<String>,
    }

    /// Voltmeter.
    pub struct VoltmeterStatus {
        /// Volts.
        pub voltage_v: Option<f64>,
        /// The voltage as the device converts it.
        pub converted: Option<f64>,
        /// Faults in the vendor's words.
        pub errors: Vec<String>,
    }

    /// Battery or external supply.
    pub struct BatteryStatus {
        /// Charge in percent.
        pub percent: Option<f64>,
        /// Volts.
        pub voltage_v: Option<f64>,
        /// An external supply is connected.
        pub external_power: Option<bool>,
        /// Faults in the vendor's words.
        pub errors: Vec<String>,
    }

    /// Monitor of a battery pack.
    pub struct BatteryMonitorStatus {
        /// Volts.
        pub voltage_v: Option<f64>,
        /// Amperes; negative while discharging.
        pub current_a: Option<f64>,
        /// Watts; negative while discharging.
        pub power_w: Option<f64>,
        /// Energy charged, in watt-hours.
        pub charged_wh: Option<f64>,
        /// Energy discharged, in watt-hours.
        pub discharged_wh: Option<f64>,
        /// Charge in percent.
        pub percent: Option<f64>,
        /// Health in percent.
        pub health_percent: Option<f64>,
        /// Time until it is empty, in the vendor's unit.
        pub remaining_time: Option<f64>,
        /// Inner resistance in milliohms.
        pub resistance_mohm: Option<f64>,
        /// Cycles so far.
        pub cycles: Option<f64>,
        /// Volts of each battery of the pack.
        pub batteries_v: Vec<f64>,
        /// Degrees Celsius of each battery of the pack.
        pub batteries_c: Vec<f64>,
        /// Faults in the vendor's words, those of single batteries too.
        pub errors: Vec<String>,
    }
}
