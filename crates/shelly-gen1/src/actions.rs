//! The named actions of Gen1 devices: which event calls a URL, and which model knows which (K6).
//!
//! Facts: reference/gen1/endpoints.json, `action_names`; the number is that of the channels, inputs or sensors an action has.

mod models;

pub use models::of_model;

use shelly_types::wire_enum;

wire_enum! {
    /// Event that calls URLs.
    pub enum ActionName {
        /// The input turned on.
        BtnOn = "btn_on_url",
        /// The input turned off.
        BtnOff = "btn_off_url",
        /// A long push.
        Longpush = "longpush_url",
        /// A short push.
        Shortpush = "shortpush_url",
        /// The output turned on.
        OutOn = "out_on_url",
        /// The output turned off.
        OutOff = "out_off_url",
        /// A long push while the output is on.
        LpOn = "lp_on_url",
        /// A long push while the output is off.
        LpOff = "lp_off_url",
        /// Readings are reported; the values are appended as parameters.
        Report = "report_url",
        /// An add-on temperature rose above its threshold.
        ExtTempOver = "ext_temp_over_url",
        /// An add-on temperature fell below its threshold.
        ExtTempUnder = "ext_temp_under_url",
        /// The add-on humidity rose above its threshold.
        ExtHumOver = "ext_hum_over_url",
        /// The add-on humidity fell below its threshold.
        ExtHumUnder = "ext_hum_under_url",
        /// The first input turned on.
        Btn1On = "btn1_on_url",
        /// The first input turned off.
        Btn1Off = "btn1_off_url",
        /// A long push of the first input.
        Btn1Longpush = "btn1_longpush_url",
        /// A short push of the first input.
        Btn1Shortpush = "btn1_shortpush_url",
        /// The second input turned on.
        Btn2On = "btn2_on_url",
        /// The second input turned off.
        Btn2Off = "btn2_off_url",
        /// A long push of the second input.
        Btn2Longpush = "btn2_longpush_url",
        /// A short push of the second input.
        Btn2Shortpush = "btn2_shortpush_url",
        /// Two short pushes.
        DoubleShortpush = "double_shortpush_url",
        /// Three short pushes.
        TripleShortpush = "triple_shortpush_url",
        /// It became dark.
        Dark = "dark_url",
        /// It became twilight.
        Twilight = "twilight_url",
        /// Door or window opened.
        Open = "open_url",
        /// Door or window closed.
        Close = "close_url",
        /// The device was shaken.
        Vibration = "vibration_url",
        /// The temperature rose above its threshold.
        TempOver = "temp_over_url",
        /// The temperature fell below its threshold.
        TempUnder = "temp_under_url",
        /// The power rose above its threshold.
        OverPower = "over_power_url",
        /// The power fell below its threshold.
        UnderPower = "under_power_url",
        /// Current of the neutral conductor and of the phases differ.
        NMismatch = "n_mismatch_url",
        /// There is water.
        FloodDetected = "flood_detected_url",
        /// The water is gone.
        FloodGone = "flood_gone_url",
        /// The gas alarm ended.
        AlarmOff = "alarm_off_url",
        /// A mild gas alarm.
        AlarmMild = "alarm_mild_url",
        /// A heavy gas alarm.
        AlarmHeavy = "alarm_heavy_url",
        /// The humidity rose above its threshold.
        HumOver = "hum_over_url",
        /// The humidity fell below its threshold.
        HumUnder = "hum_under_url",
        /// A short, then a long push.
        ShortpushLongpush = "shortpush_longpush_url",
        /// A long, then a short push.
        LongpushShortpush = "longpush_shortpush_url",
        /// The roller opened.
        RollerOpen = "roller_open_url",
        /// The roller closed.
        RollerClose = "roller_close_url",
        /// The roller stopped.
        RollerStop = "roller_stop_url",
        /// The voltage of the analog input rose above its threshold.
        AdcOver = "adc_over_url",
        /// The voltage of the analog input fell below its threshold.
        AdcUnder = "adc_under_url",
    }
}
