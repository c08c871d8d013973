//! Inputs that belong to no channel (i3, Button).

use shelly_types::{wire_enum, wire_object};

use crate::scalar::Flag;

wire_enum! {
    /// What is wired to an input.
    pub enum InputType {
        /// A push button.
        Momentary = "momentary",
        /// A switch.
        Toggle = "toggle",
    }
}

wire_object! {
    /// An input.
    pub struct Input {
        /// Name.
        pub name: String,
        /// What is wired to it.
        pub btn_type: InputType,
        /// Whether it is inverted.
        pub btn_reverse: Flag,
        /// Called when it turns on, firmware before 1.8.
        pub btn_on_url: String,
        /// Called when it turns off, firmware before 1.8.
        pub btn_off_url: String,
        /// Called on a short push, firmware before 1.8.
        pub shortpush_url: String,
        /// Called on a long push, firmware before 1.8.
        pub longpush_url: String,
        /// Called on two short pushes, firmware before 1.8.
        pub double_shortpush_url: String,
        /// Called on three short pushes, firmware before 1.8.
        pub triple_shortpush_url: String,
        /// Called on a short, then a long push, firmware before 1.8.
        pub shortpush_longpush_url: String,
        /// Called on a long, then a short push, firmware before 1.8.
        pub longpush_shortpush_url: String,
    }

    /// Bounds of a duration, ms.
    pub struct Span {
        /// Lower bound.
        pub min: f64,
        /// Upper bound.
        pub max: f64,
    }
}
