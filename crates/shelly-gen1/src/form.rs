//! What can be written, under the write names, which differ from those read (reference/gen1/protocol.md 7).
//!
//! A field that is none is not sent and stays as it is on the device. An unknown parameter is ignored by the device with
//! a success answer, so only the echoed settings prove a write.

pub mod action;
pub mod addon;
pub mod channel;
pub mod device;
pub mod network;
pub mod sensor;
pub mod thermostat;

use std::fmt;

use crate::{
    schedule::Rule,
    settings::{
        InputMode, InputType, Ipv4Method, LightDefault, LightInput, Mode, Movement, ObstacleAction, OutputAction,
        RelayDefault, RelayInput, RollerDefault, RollerInput, SafetyAction, SafetyAllowed, TemperatureUnit,
    },
};

pub use action::ActionForm;
pub use addon::{AdcActionForm, AdcForm, ExtHumidityForm, ExtSwitchForm, ExtTemperatureForm};
pub use channel::{EmeterForm, FavoriteForm, InputForm, LightForm, NightModeForm, RelayForm, RollerForm, WarmUpForm};
pub use device::{AddonSettings, ButtonSettings, DeviceSettings, DimmerSettings, TimeSettings};
pub use network::{AccessPointForm, CoiotSettings, MqttSettings, RoamingSettings, StationForm};
pub use sensor::{MotionSettings, SensorSettings};
pub use thermostat::{ThermostatCommand, ThermostatForm, ValveSettings};

/// Parameters of a request.
pub type Params = Vec<(&'static str, String)>;

/// Something that is written as parameters.
pub trait Form {
    /// The parameters that are sent.
    fn params(&self) -> Params;
}

/// A form for `/settings` as a whole; several can go in one request, see
/// [`Client::write_settings`](crate::Client::write_settings).
pub trait SettingsForm: Form {}

/// Text that must not be shown: a password or a key.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Hidden(pub String);

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

/// How a value is spelt in a parameter.
pub(crate) trait Written {
    fn written(&self) -> String;
}

impl Written for bool {
    fn written(&self) -> String {
        u8::from(*self).to_string()
    }
}

impl Written for String {
    fn written(&self) -> String {
        self.clone()
    }
}

impl Written for Hidden {
    fn written(&self) -> String {
        self.0.clone()
    }
}

/// The whole set, joined by commas: the form that the vendor's own page sends. An empty set clears.
impl Written for Vec<Rule> {
    fn written(&self) -> String {
        self.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
    }
}

macro_rules! written {
    (numbers: $($number:ty),*; words: $($word:ty),* $(,)?) => {
        $(impl Written for $number {
            fn written(&self) -> String {
                self.to_string()
            }
        })*
        $(impl Written for $word {
            fn written(&self) -> String {
                self.as_str().to_owned()
            }
        })*
    };
}

written! {
    numbers: f64, u8, u16, u32, i32;
    words: InputMode, InputType, Ipv4Method, LightDefault, LightInput, Mode, Movement, ObstacleAction, OutputAction,
        RelayDefault, RelayInput, RollerDefault, RollerInput, SafetyAction, SafetyAllowed, TemperatureUnit,
}

/// Declares a form: each field an [`Option`], sent under its own name or the one given.
macro_rules! form {
    ($(
        $(#[$meta:meta])*
        pub struct $name:ident $(: $kind:ident)? {
            $($(#[$field_meta:meta])* pub $field:ident : $type:ty $(= $wire:literal)?),* $(,)?
        }
    )*) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Default, PartialEq)]
        pub struct $name {
            $($(#[$field_meta])* pub $field: Option<$type>,)*
        }

        impl $name {
            /// Names of all parameters.
            pub const PARAMETERS: &'static [&'static str] = &[$($crate::form::form!(@name $field $($wire)?)),*];
        }

        impl $crate::form::Form for $name {
            fn params(&self) -> $crate::form::Params {
                let mut params = $crate::form::Params::new();
                $(if let Some(value) = &self.$field {
                    params.push((
                        $crate::form::form!(@name $field $($wire)?),
                        $crate::form::Written::written(value),
                    ));
                })*
                params
            }
        }

        $(impl $crate::form::$kind for $name {})?
    )*};
    (@name $field:ident) => { stringify!($field) };
    (@name $field:ident $wire:literal) => { $wire };
}

pub(crate) use form;
