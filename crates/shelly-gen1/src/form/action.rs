//! Action URLs (`/settings/actions`, firmware 1.8 and later).

use super::{Form, Params, Written};
use crate::{actions::ActionName, settings::ActionUrl};

/// URLs of an action at most.
pub const MAX_URLS: usize = 5;

/// Names of the parameters of URLs that are called in a part of the day only.
const TIMED: [[&str; 2]; MAX_URLS] = [
    ["urls[0][url]", "urls[0][int]"],
    ["urls[1][url]", "urls[1][int]"],
    ["urls[2][url]", "urls[2][int]"],
    ["urls[3][url]", "urls[3][int]"],
    ["urls[4][url]", "urls[4][int]"],
];

/// Declares the thresholds, which have their own names as parameters.
macro_rules! thresholds {
    ($($(#[$meta:meta])* $field:ident : $type:ty),* $(,)?) => {
        /// Changes the URLs that are called on an event of a channel. The device sends a plain GET and ignores the answer.
        #[derive(Debug, Clone, PartialEq)]
        pub struct ActionForm {
            /// Which event.
            pub name: ActionName,
            /// Channel, input or sensor.
            pub index: u32,
            /// Whether the URLs are called.
            pub enabled: Option<bool>,
            /// All URLs, at most [`MAX_URLS`] of 256 characters; more are not sent. An empty list clears.
            pub urls: Option<Vec<ActionUrl>>,
            $($(#[$meta])* pub $field: Option<$type>,)*
        }

        impl ActionForm {
            /// Changes nothing yet.
            pub fn new(name: ActionName, index: u32) -> Self {
                Self { name, index, enabled: None, urls: None, $($field: None,)* }
            }

            /// Names of all parameters, those of URLs for the first one.
            pub const PARAMETERS: &'static [&'static str] = &[
                "index", "name", "enabled", "urls[]", "urls[0][url]", "urls[0][int]", $(stringify!($field)),*
            ];

            fn thresholds(&self, params: &mut Params) {
                $(if let Some(value) = &self.$field {
                    params.push((stringify!($field), value.written()));
                })*
            }
        }
    };
}

thresholds! {
    /// Power above which they are called, W.
    over_power_url_threshold: f64,
    /// Power below which they are called, W.
    under_power_url_threshold: f64,
    /// Temperature above which they are called.
    temp_over_value: f64,
    /// Whether once, until the value came back.
    temp_over_onetime: bool,
    /// Temperature below which they are called.
    temp_under_value: f64,
    /// Whether once, until the value came back.
    temp_under_onetime: bool,
    /// Humidity above which they are called, %.
    hum_over_value: f64,
    /// Whether once, until the value came back.
    hum_over_onetime: bool,
    /// Humidity below which they are called, %.
    hum_under_value: f64,
    /// Whether once, until the value came back.
    hum_under_onetime: bool,
    /// Add-on temperature above which they are called.
    ext_temp_over_value: f64,
    /// Whether once, until the value came back.
    ext_temp_over_onetime: bool,
    /// Add-on temperature below which they are called.
    ext_temp_under_value: f64,
    /// Whether once, until the value came back.
    ext_temp_under_onetime: bool,
    /// Add-on humidity above which they are called, %.
    ext_hum_over_value: f64,
    /// Whether once, until the value came back.
    ext_hum_over_onetime: bool,
    /// Add-on humidity below which they are called, %.
    ext_hum_under_value: f64,
    /// Whether once, until the value came back.
    ext_hum_under_onetime: bool,
    /// Brightness below which it is dark, lux.
    dark_threshold: u32,
    /// Brightness below which it is twilight, lux.
    twilight_threshold: u32,
}

impl ActionForm {
    /// Takes all URLs away and turns the action off.
    pub fn clear(name: ActionName, index: u32) -> Self {
        Self { enabled: Some(false), urls: Some(Vec::new()), ..Self::new(name, index) }
    }
}

impl Form for ActionForm {
    fn params(&self) -> Params {
        let mut params = vec![("index", self.index.to_string()), ("name", self.name.as_str().to_owned())];
        params.extend(self.enabled.map(|enabled| ("enabled", enabled.written())));
        if let Some(urls) = &self.urls {
            if urls.is_empty() {
                params.push(("urls[]", String::new()));
            }
            for (url, [url_name, interval_name]) in urls.iter().zip(TIMED) {
                match url {
                    ActionUrl::Plain(url) => params.push(("urls[]", url.clone())),
                    ActionUrl::Timed(timed) => {
                        params.push((url_name, timed.url.as_str().unwrap_or_default().to_owned()));
                        params.push((interval_name, timed.interval.as_str().unwrap_or_default().to_owned()));
                    }
                }
            }
        }
        self.thresholds(&mut params);
        params
    }
}
