//! Describes Cury scent diffusers.

use shelly_types::{wire_enum, wire_object};

wire_object! {
    /// Settings of a scent diffuser.
    pub struct Config {
        /// Instance number.
        pub id: u32,
        /// Name the owner gave; null when there is none.
        pub name: String,
        /// Length of a boost in seconds.
        pub boost_time: f64,
        /// Display.
        pub ui: Ui,
        /// Light around the device.
        pub ambient: Ambient,
        /// State of both sides after power returns.
        pub initial_state: InitialStates,
        /// Timers of both sides.
        pub timer: Timers,
        /// Heat when a vial is put in.
        pub auto_heating_on: bool,
    }

    /// Display.
    pub struct Ui {
        /// What the display shows.
        pub mode: UiMode,
        /// Brightness in percent.
        pub brightness: f64,
    }

    /// Light around the device.
    pub struct Ambient {
        /// Light it.
        pub enable: bool,
        /// Take the colour of the vial.
        pub use_vial_color: bool,
        /// Red, green, blue.
        pub color: Vec<f64>,
        /// Brightness in percent.
        pub brightness: f64,
    }

    /// State of both sides after power returns.
    pub struct InitialStates {
        /// Left side.
        pub left: InitialState,
        /// Right side.
        pub right: InitialState,
    }

    /// Timers of both sides.
    pub struct Timers {
        /// Left side.
        pub left: Timer,
        /// Right side.
        pub right: Timer,
    }

    /// Switching by itself.
    pub struct Timer {
        /// Switch on again by itself after `auto_on_delay`.
        pub auto_on: bool,
        /// Delay of `auto_on` in seconds.
        pub auto_on_delay: f64,
        /// Switch off by itself after `auto_off_delay`.
        pub auto_off: bool,
        /// Delay of `auto_off` in seconds.
        pub auto_off_delay: f64,
    }

    /// Reading of a scent diffuser.
    pub struct Status {
        /// Instance number.
        pub id: u32,
        /// Places for vials.
        pub slots: Slots,
        /// Room it stands in.
        pub mode: Room,
        /// Nobody is at home.
        pub away_mode: bool,
        /// What is wrong; absent when nothing is.
        pub errors: Vec<String>,
    }

    /// Places for vials.
    pub struct Slots {
        /// Left side.
        pub left: Slot,
        /// Right side.
        pub right: Slot,
    }

    /// A place for a vial.
    pub struct Slot {
        /// Intensity in percent.
        pub intensity: f64,
        /// It heats.
        pub on: bool,
        /// Boost, while it runs.
        pub boost: Boost,
        /// Timer, while it runs.
        pub timer: RunningTimer,
        /// The vial in it.
        pub vial: Vial,
    }

    /// A boost.
    pub struct Boost {
        /// Length in seconds.
        pub duration: f64,
        /// Begin in Unix seconds.
        pub started_at: f64,
    }

    /// A timer that runs.
    pub struct RunningTimer {
        /// Begin of the timer in Unix seconds; only while it runs.
        pub timer_started_at: f64,
        /// Length of the timer in seconds; only while it runs.
        pub timer_duration: f64,
    }

    /// A vial.
    pub struct Vial {
        /// Filling in percent.
        pub level: f64,
        /// Serial number.
        pub serial: String,
        /// Scent.
        pub name: String,
        /// What is wrong with the vial.
        pub vial_fault: VialFault,
    }
}

wire_enum! {
    /// What the display shows.
    pub enum UiMode {
        /// Off.
        Off = "off",
        /// Filling.
        Level = "level",
        /// Intensity.
        Intensity = "intensity",
    }

    /// State after power returns.
    pub enum InitialState {
        /// Off.
        Off = "off",
        /// On.
        On = "on",
        /// As before.
        RestoreLast = "restore_last",
    }

    /// What is wrong with a vial.
    pub enum VialFault {
        /// It is not genuine.
        NonGenuine = "non_genuine",
        /// Its tag cannot be read.
        TagError = "tag_error",
        /// It is out of date.
        Expired = "expired",
        /// It is empty.
        Empty = "empty",
    }

    /// Room it stands in.
    pub enum Room {
        /// Bedroom.
        Bedroom = "bedroom",
        /// Living room.
        LivingRoom = "living_room",
        /// Bathroom.
        LavatoryRoom = "lavatory_room",
        /// Reception.
        Reception = "reception",
        /// Hall.
        Hall = "hall",
        /// Workplace.
        Workplace = "workplace",
    }
}
