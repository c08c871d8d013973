//! Tells what of a device is of this one device alone.

use capability_config::{Resource, SettingPath, SettingValue};
use sync_engine::NetworkSlot;

use super::{MakeOptions, WhyNotMade, text::names_itself};

/// Number of the first component that somebody made on a device, or that stands for another device.
const FIRST_MADE: u32 = 200;

/// What a device is called in its own settings: the same there on two devices would be wrong.
const NAMES: [(&str, &str); 6] = [
    ("mqtt", "client_id"),
    ("mqtt", "topic_prefix"),
    ("wifi", "ap.ssid"),
    ("wifi", "sta.hostname"),
    ("wifi", "sta1.hostname"),
    ("lnm", "addr"),
];

/// Why a setting is of this one device.
pub(super) fn own(path: &SettingPath, value: &SettingValue, options: &MakeOptions) -> Option<WhyNotMade> {
    let (component, field) = (path.component(), path.field());
    let kind = component.kind();
    if Resource::of(path).is_some() {
        return None;
    }
    if kind == "auth" {
        return Some(WhyNotMade::Login);
    }
    if component.id().is_some_and(|id| id >= FIRST_MADE) {
        return Some(WhyNotMade::MadeHere);
    }
    let is_of_cable = kind == "eth" && field != "server_mode";
    if is_of_cable || NetworkSlot::First.has(path) || NetworkSlot::Second.has(path) {
        return Some(WhyNotMade::Network);
    }
    let text = value.as_text();
    let is_noted = kind == "sys" && matches!(field, "ui_data.cover" | "ui_data.cover1");
    let is_given = !NAMES.contains(&(kind, field))
        || text.is_some_and(|text| {
            !text.is_empty()
                && !names_itself(text, &options.names)
                && !options.names.iter().any(|name| name.text == text)
        });
    if is_noted || (is_name(path) && is_given) {
        return Some(WhyNotMade::Identity);
    }
    let is_measured = ["offset", "offset_C", "maxtime_open", "maxtime_close", "ct_type"].contains(&field)
        || (field.ends_with("_offset") && field != "location.tz_utc_offset")
        || field == "device.power_correction";
    if is_measured {
        return Some(WhyNotMade::Calibration);
    }
    let is_certificate =
        (field == "ssl_ca" && text == Some("user_ca.pem")) || (field == "use_client_cert" && *value == true.into());
    is_certificate.then_some(WhyNotMade::Certificate)
}

/// Whether a setting says how a device or a part of it is called.
pub(super) fn is_name(path: &SettingPath) -> bool {
    let (kind, field) = (path.component().kind(), path.field());
    field == "name" || field == "device.name" || (kind == "knx" && field == "ia") || NAMES.contains(&(kind, field))
}
