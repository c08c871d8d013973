//! Dimmers, bulbs, white channels.

use super::{prelude::*, schedule::Timetable};

block! {
    /// Dimmer, bulb or white channel; colour channels of Gen1 too.
    pub struct Light {
        /// Name shown to people.
        name: String = text(64).nullable().both(),
        /// What the inputs do.
        in_mode: String = choice(&["follow", "flip", "activate", "detached", "dim", "dual_dim", "momentary"]).both().risk(Risk::Load),
        /// Control voltage of 0-10 V dimmers: 0 for 0 to 10 V, 1 for 1 to 10 V.
        op_mode: i64 = integer().range(0.0, 1.0).restart(AsToldByDevice),
        /// What the output does when power returns. `match_input` exists on Gen1 only.
        initial_state: String = choice(&["off", "on", "restore_last", "toggle", "match_input"]).both().risk(Risk::Load),
        /// Switch on again after a time.
        auto_on: bool = flag().both().risk(Risk::Load),
        /// Time after which it switches on again. On Gen1 it is kept only while `auto_on` is true.
        auto_on_delay: f64 = number().min(0.0).unit(Unit::Seconds).both().risk(Risk::Load),
        /// Switch off again after a time.
        auto_off: bool = flag().both().risk(Risk::Load),
        /// Time after which it switches off again. On Gen1 it is kept only while `auto_off` is true.
        auto_off_delay: f64 = number().min(0.0).unit(Unit::Seconds).both().risk(Risk::Load),
        /// Time of a change of brightness.
        transition_duration: f64 = number().min(0.0).unit(Unit::Seconds).both(),
        /// Least brightness when it is switched on.
        min_brightness_on_toggle: f64 = number().range(0.0, 100.0).unit(Unit::Percent).since(1, 4, 0),
        /// Dimmed at night.
        night_mode: LightNightMode,
        /// Speed of dimming by button, 1 slow to 5 fast.
        button_fade_rate: i64 = integer().range(1.0, 5.0).both(),
        /// Speed of dimming, 1 slow to 5 fast (bulbs and Pro Dimmer).
        fade_rate: i64 = integer().range(1.0, 5.0),
        /// What pushes of the button do.
        button_presets: LightPresets,
        /// Brightness that stands for 0 and for 100; null for the same.
        range_map: Vec<SettingValue> = list().nullable(),
        /// Greatest power; null for the greatest of the model.
        power_limit: f64 = number().min(0.0).unit(Unit::Watts).nullable().risk(Risk::Load),
        /// Greatest voltage; null for the default.
        voltage_limit: f64 = number().min(0.0).unit(Unit::Volts).nullable().risk(Risk::Load),
        /// Least voltage; 0 for none.
        undervoltage_limit: f64 = number().min(0.0).unit(Unit::Volts).nullable().risk(Risk::Load),
        /// Greatest current; null for the default.
        current_limit: f64 = number().min(0.0).unit(Unit::Amperes).nullable().risk(Risk::Load),
        /// Exponent of the dimming curve.
        gamma: f64 = number().range(0.4, 4.0),
        /// Boost when switching on at low brightness.
        warmup: LightWarmup,
        /// First brightness (old firmware).
        default: LightDefault,
        /// Least brightness of the dimmer.
        min_brightness: f64 = number().range(0.0, 50.0).unit(Unit::Percent).gen1(),
        /// Edge that is cut: 0 to 2, as the vendor numbers them.
        pulse_mode: i64 = integer().range(0.0, 2.0).gen1(),
        /// Filter of the zero crossing, 50 to 150.
        zcross_debounce: i64 = integer().range(50.0, 150.0).gen1(),
        /// Find out by itself what is connected.
        load_autodetect: i64 = integer().gen1().read_only(),
        /// The dimmer is bypassed.
        bypass: bool = flag().gen1().read_only(),
        /// Filter of the buttons.
        btn_debounce: i64 = integer().range(60.0, 200.0).unit(Unit::Milliseconds).gen1(),
        /// Swap the two inputs.
        swap_inputs: bool = flag().gen1().risk(Risk::Load),
        /// Colour effect, 0 for none.
        effect: i64 = integer().range(0.0, 6.0).gen1(),
        /// Weekly timetable.
        schedule: Timetable,
    }

    /// Dimmed at night.
    pub struct LightNightMode {
        /// Do so.
        enable: bool = flag().both(),
        /// Brightness at night.
        brightness: f64 = number().range(0.0, 100.0).unit(Unit::Percent).both(),
        /// Begin and end, `HH:MM`; empty for none.
        active_between: Vec<SettingValue> = list().both(),
    }

    /// What pushes of the button do.
    pub struct LightPresets {
        /// What a double push does.
        button_doublepush: LightPreset,
        /// Brightness that a double push sets (early Pro Dimmer).
        double_click: f64 = number().range(0.0, 100.0).unit(Unit::Percent),
        /// Brightness that a triple push sets (early Pro Dimmer).
        triple_click: f64 = number().range(0.0, 100.0).unit(Unit::Percent),
    }

    /// What a double push does.
    pub struct LightPreset {
        /// Brightness it sets; null for nothing.
        brightness: f64 = number().range(0.0, 100.0).unit(Unit::Percent).nullable(),
    }

    /// Boost when switching on at low brightness.
    pub struct LightWarmup {
        /// Do so.
        enable: bool = flag().both(),
        /// Brightness of the boost.
        brightness: f64 = number().range(10.0, 100.0).unit(Unit::Percent).both(),
        /// Length of the boost. Up to 200 on Gen1.
        time_ms: f64 = number().range(20.0, 1000.0).unit(Unit::Milliseconds).both(),
    }

    /// First brightness (old firmware).
    pub struct LightDefault {
        /// Brightness.
        brightness: f64 = number().range(0.0, 100.0).unit(Unit::Percent).removed_in(1, 4, 0),
        /// Time of the change.
        transition: f64 = number().min(0.0).unit(Unit::Seconds).removed_in(1, 4, 0),
    }
}
