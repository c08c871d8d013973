//! Capabilities of single products: breaker, fan, pilot wire, presence sensor, diffuser, Pill.

use super::prelude::*;

block! {
    /// Circuit breaker.
    pub struct Breaker {
        /// Name shown to people.
        name: String = text(64).nullable(),
        /// Least voltage; 0 for none.
        undervoltage_limit: f64 = number().min(0.0).unit(Unit::Volts).risk(Risk::Load),
        /// Greatest voltage; null for the default.
        voltage_limit: f64 = number().min(0.0).unit(Unit::Volts).nullable().risk(Risk::Load),
        /// Time before it acts, in the unit of the vendor.
        reaction_delay: f64 = number().min(0.0).risk(Risk::Load),
    }

    /// Fan.
    pub struct Fan {
        /// Name shown to people.
        name: String = text(64).nullable(),
        /// What it does when power returns.
        initial_state: String = choice(&["off", "on", "restore_last"]).risk(Risk::Load),
        /// Slower at night.
        night_mode: FanNightMode,
    }

    /// Slower at night.
    pub struct FanNightMode {
        /// Do so.
        enable: bool = flag(),
        /// Greatest speed at night.
        limit: f64 = number(),
        /// Begin and end, `HH:MM`; empty for none.
        active_between: Vec<SettingValue> = list(),
    }

    /// Electric heater by pilot wire.
    pub struct PilotWire {
        /// Name shown to people.
        name: String = text(64).nullable(),
        /// Mode when power returns.
        initial_mode: String = choice(&["off", "restore_last", "comfort", "eco", "frost_protect", "comfort-1", "comfort-2"]).risk(Risk::Load),
        /// Greatest power; null for the greatest of the model.
        power_limit: f64 = number().min(0.0).unit(Unit::Watts).nullable().risk(Risk::Load),
        /// Greatest voltage; null for the default.
        voltage_limit: f64 = number().min(0.0).unit(Unit::Volts).nullable().risk(Risk::Load),
        /// Least voltage; 0 for none.
        undervoltage_limit: f64 = number().min(0.0).unit(Unit::Volts).nullable().risk(Risk::Load),
        /// Greatest current; null for the default.
        current_limit: f64 = number().min(0.0).unit(Unit::Amperes).nullable().risk(Risk::Load),
    }

    /// Presence sensor.
    pub struct Presence {
        /// Use it.
        enable: bool = flag(),
        /// Least height that counts; null for none.
        zmin: f64 = number().unit(Unit::Metres).nullable(),
        /// Greatest height that counts; null for none.
        zmax: f64 = number().unit(Unit::Metres).nullable(),
        /// Radar.
        sensor: PresenceSensor,
        /// Web page.
        ui: PresenceUi,
        /// Places that do not count.
        blind: Vec<SettingValue> = list(),
        /// Lights.
        leds: PresenceLeds,
        /// Zone that stands for the whole.
        main_zone: String = text(0).read_only(),
    }

    /// Radar of the presence sensor.
    pub struct PresenceSensor {
        /// Mounted upside down.
        flipped: bool = flag(),
        /// Height above the floor.
        height: f64 = number().min(0.0).unit(Unit::Metres),
        /// Tilt.
        tilt: f64 = number().unit(Unit::Degrees),
        /// Points that make a person.
        points: f64 = number().range(10.0, 100.0),
        /// Least speed that counts.
        velocity: f64 = number().range(0.01, 1.0).unit(Unit::MetresPerSecond),
        /// Least strength of the echo.
        snr: f64 = number().range(10.0, 100.0),
        /// Greatest speed that counts.
        max_velocity: f64 = number().range(1.0, 50.0).unit(Unit::MetresPerSecond),
        /// Place at the wall.
        position: String = choice(&["left", "center", "right"]),
        /// Power of the radar.
        power: String = choice(&["low", "medium", "high"]),
        /// Sensitivity.
        sensitivity: String = choice(&["low", "medium", "high", "custom"]),
        /// How long persons are kept.
        state: PresenceState,
    }

    /// How long persons are kept.
    pub struct PresenceState {
        /// Seen before they count.
        det_act_thr: f64 = number().range(1.0, 100.0).unit(Unit::Frames),
        /// Lost before they count.
        det_free_thr: f64 = number().range(1.0, 100.0).unit(Unit::Frames),
        /// Lost while moving.
        act_free_thr: f64 = number().range(1.0, 1000.0).unit(Unit::Frames),
        /// Lost while standing.
        stat_free_thr: f64 = number().range(1.0, 1000.0).unit(Unit::Frames),
        /// Lost while asleep.
        sleep_free_thr: f64 = number().range(1.0, 65535.0).unit(Unit::Frames),
    }

    /// Web page of the presence sensor.
    pub struct PresenceUi {
        /// Show feet instead of metres.
        imperial: bool = flag(),
    }

    /// Lights of the presence sensor.
    pub struct PresenceLeds {
        /// Brightness.
        brightness: f64 = number().range(0.0, 100.0).unit(Unit::Percent),
        /// Dimmed at night.
        night_mode: super::plug_ui::PlugNightMode,
    }

    /// Zone of a presence sensor.
    pub struct PresenceZone {
        /// Name shown to people.
        name: String = text(64).nullable(),
        /// Use it.
        enable: bool = flag(),
        /// Colour on the web page.
        color: Vec<SettingValue> = list(),
        /// Its places.
        area: Vec<SettingValue> = list(),
        /// Lower edge.
        zmin: f64 = number().unit(Unit::Metres).nullable(),
        /// Upper edge.
        zmax: f64 = number().unit(Unit::Metres).nullable(),
        /// Time before presence counts; null for none.
        presence_delay: f64 = number().min(0.0).unit(Unit::Seconds).nullable(),
        /// Time before absence counts; null for none.
        absence_delay: f64 = number().min(0.0).unit(Unit::Seconds).nullable(),
        /// Time before presence counts (early firmware).
        presence_thr: f64 = number().min(0.0).unit(Unit::Seconds),
        /// Time before absence counts (early firmware).
        absence_thr: f64 = number().min(0.0).unit(Unit::Seconds),
    }

    /// Presence in a room.
    pub struct Occupancy {
        /// Wake the screen.
        wake_screen: bool = flag(),
    }

    /// Pins of The Pill.
    pub struct Pill {
        /// What is connected; other components appear.
        mode: String = choice(&["serial", "onewire", "dht22", "analog_in", "ssr", "digital_io"]).restart(AsToldByDevice),
        /// First pin.
        pin0_mode: String = choice(&["none", "reserved", "digital_in", "digital_out"]).restart(AsToldByDevice),
        /// Second pin.
        pin1_mode: String = choice(&["none", "reserved", "digital_in", "digital_out"]).restart(AsToldByDevice),
        /// Third pin.
        pin2_mode: String = choice(&["none", "reserved", "digital_in", "digital_out"]).restart(AsToldByDevice),
    }

    /// Diffuser.
    pub struct Cury {
        /// Name shown to people.
        name: String = text(64).nullable(),
        /// Length of a boost, in the unit of the vendor.
        boost_time: f64 = number().min(0.0),
        /// Light of the device.
        ui: CuryUi,
        /// Light of the room.
        ambient: CuryAmbient,
        /// What each side does when power returns.
        initial_state: CuryInitial,
        /// Timers of each side.
        timer: CuryTimers,
        /// Warm up by itself.
        auto_heating_on: bool = flag(),
    }

    /// Light of the device.
    pub struct CuryUi {
        /// What it shows.
        mode: String = choice(&["off", "level", "intensity"]),
        /// Brightness.
        brightness: f64 = number().range(0.0, 100.0).unit(Unit::Percent),
    }

    /// Light of the room.
    pub struct CuryAmbient {
        /// Light it.
        enable: bool = flag(),
        /// Take the colour of the vial.
        use_vial_color: bool = flag(),
        /// Red, green, blue.
        color: Vec<SettingValue> = list(),
        /// Brightness.
        brightness: f64 = number().range(0.0, 100.0).unit(Unit::Percent),
    }

    /// What each side does when power returns.
    pub struct CuryInitial {
        /// Left side.
        left: String = choice(&["off", "on", "restore_last"]),
        /// Right side.
        right: String = choice(&["off", "on", "restore_last"]),
    }

    /// Timers of each side.
    pub struct CuryTimers {
        /// Left side.
        left: CuryTimer,
        /// Right side.
        right: CuryTimer,
    }

    /// Timers of a side.
    pub struct CuryTimer {
        /// Switch on again after a time.
        auto_on: bool = flag(),
        /// Time after which it switches on again.
        auto_on_delay: f64 = number().min(0.0).unit(Unit::Seconds),
        /// Switch off again after a time.
        auto_off: bool = flag(),
        /// Time after which it switches off again.
        auto_off_delay: f64 = number().min(0.0).unit(Unit::Seconds),
    }

    /// Light strip with single lamps.
    pub struct LedStrip {
        /// Name shown to people.
        name: String = text(64).nullable(),
        /// Protocol of the strip.
        protocol: String = text(0),
        /// Number of lamps.
        num_leds: i64 = integer().min(0.0),
        /// Effects on offer.
        effects: Vec<SettingValue> = list(),
    }
}
