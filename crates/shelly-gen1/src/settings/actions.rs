//! Action URLs: the summary in `/settings` and the list of `/settings/actions`.

use std::collections::BTreeMap;

use serde_json::Value;
use shelly_types::{wire::Wire, wire_object};

use crate::scalar::Flag;

wire_object! {
    /// Which actions the model knows.
    pub struct ActionSummary {
        /// Whether any is in use.
        pub active: Flag,
        /// Names of the actions.
        pub names: Vec<String>,
    }

    /// The answer of `/settings/actions` (firmware 1.8 and later).
    pub struct ActionList {
        /// Actions by name, one for each channel.
        pub actions: BTreeMap<String, Vec<Action>>,
    }

    /// URLs that are called on an event of a channel.
    pub struct Action {
        /// Channel.
        pub index: u32,
        /// Up to five URLs.
        pub urls: Vec<ActionUrl>,
        /// Whether they are called.
        pub enabled: Flag,
        /// Power above which they are called, W.
        pub over_power_url_threshold: f64,
        /// Power below which they are called, W.
        pub under_power_url_threshold: f64,
        /// Temperature above which they are called.
        pub temp_over_value: f64,
        /// Whether once, until the value came back.
        pub temp_over_onetime: Flag,
        /// Temperature below which they are called.
        pub temp_under_value: f64,
        /// Whether once, until the value came back.
        pub temp_under_onetime: Flag,
        /// Humidity above which they are called, %.
        pub hum_over_value: f64,
        /// Whether once, until the value came back.
        pub hum_over_onetime: Flag,
        /// Humidity below which they are called, %.
        pub hum_under_value: f64,
        /// Whether once, until the value came back.
        pub hum_under_onetime: Flag,
        /// Add-on temperature above which they are called.
        pub ext_temp_over_value: f64,
        /// Whether once, until the value came back.
        pub ext_temp_over_onetime: Flag,
        /// Add-on temperature below which they are called.
        pub ext_temp_under_value: f64,
        /// Whether once, until the value came back.
        pub ext_temp_under_onetime: Flag,
        /// Add-on humidity above which they are called, %.
        pub ext_hum_over_value: f64,
        /// Whether once, until the value came back.
        pub ext_hum_over_onetime: Flag,
        /// Add-on humidity below which they are called, %.
        pub ext_hum_under_value: f64,
        /// Whether once, until the value came back.
        pub ext_hum_under_onetime: Flag,
        /// Brightness below which it is dark, lux.
        pub dark_threshold: f64,
        /// Brightness below which it is twilight, lux.
        pub twilight_threshold: f64,
    }

    /// A URL that is called in a part of the day only.
    pub struct TimedUrl {
        /// URL.
        pub url: String,
        /// Part of the day, `HHMM-HHMM`.
        pub interval: String = "int",
    }
}

/// A URL of an action.
#[derive(Debug, Clone, PartialEq)]
pub enum ActionUrl {
    /// Called at any time.
    Plain(String),
    /// Called in a part of the day only.
    Timed(Box<TimedUrl>),
}

impl Wire for ActionUrl {
    fn from_json(value: Value) -> Result<Self, Value> {
        match value {
            Value::String(url) => Ok(Self::Plain(url)),
            other => TimedUrl::from_json(other).map(|timed| Self::Timed(Box::new(timed))),
        }
    }

    fn to_json(&self) -> Value {
        match self {
            Self::Plain(url) => url.clone().into(),
            Self::Timed(timed) => timed.to_json(),
        }
    }

    fn unknown(&self, at: &str, found: &mut dyn FnMut(&str, &Value)) {
        match self {
            Self::Plain(_) => {}
            Self::Timed(timed) => timed.unknown(at, found),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn both_forms_of_urls_are_read() {
        let sent = json!({"actions": {
            "out_on_url": [{"index": 0, "urls": ["http://a/"], "enabled": true}],
            "motion_on": [{"index": 0, "urls": [{"url": "http://b/", "int": "0000-0000"}], "enabled": 1}],
        }});
        let read = ActionList::from_json(sent.clone()).unwrap();
        assert_eq!(read.to_json(), sent);
        read.unknown("", &mut |path, value| panic!("{path}: {value}"));
    }
}
