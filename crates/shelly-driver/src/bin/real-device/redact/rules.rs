//! Says by the name of a member whether its value is private, and of what kind.

/// What a private text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// A name that somebody gave.
    Name,
    /// A wireless network.
    Network,
    /// A password, key or code.
    Secret,
    /// A user.
    User,
    /// A computer, perhaps with a port.
    Host,
    /// A web address.
    Url,
    /// An id, which is the vendor's or somebody's.
    Id,
    /// A time zone, which tells the country.
    Zone,
    /// Any other text that somebody wrote.
    Text,
}

impl Kind {
    /// What stands for the `count`th text of this kind.
    pub(crate) fn mask(self, count: usize, text: &str) -> String {
        match self {
            Self::Name => format!("name-{count}"),
            Self::Network => format!("network-{count}"),
            Self::Secret => format!("secret-{count}"),
            Self::User => format!("user-{count}"),
            Self::Host => match text.rsplit_once(':') {
                Some((_, port)) if port.parse::<u16>().is_ok() => format!("host-{count}.example:{port}"),
                _ => format!("host-{count}.example"),
            },
            Self::Url => {
                let scheme = text.split("://").next().unwrap_or("http");
                format!("{scheme}://host-{count}.example/")
            }
            Self::Id => format!("id-{count}"),
            Self::Zone => "Etc/UTC".to_owned(),
            Self::Text => format!("text-{count}"),
        }
    }
}

/// How much of what stands somewhere is private.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// What the names of members say is private.
    Usual,
    /// Words of the vendor: only addresses are private.
    Vendor,
    /// A list of components, each with its key.
    Components,
    /// Written by people: every text that is not of a known form is private.
    People,
}

/// Endpoints that list what the vendor offers.
const OF_VENDOR: [&str; 3] = ["Shelly.ListMethods", "Webhook.ListSupported", "/cit/d"];

/// Endpoints that list what people wrote.
const OF_PEOPLE: [&str; 5] = ["Schedule.List", "Webhook.List", "Script.List", "KVS.List", "/settings/actions"];

/// Members below which people write what they like.
const HOLD_TEXTS: [&str; 12] = [
    "ui_data",
    "data",
    "titles",
    "images",
    "options",
    "params",
    "urls",
    "attrs",
    "value",
    "default_value",
    "schedule_profile_names",
    "actions_names",
];

/// Members of what people wrote that have a form, and say what the device does rather than for whom.
const FORMS: [&str; 12] =
    ["timespec", "method", "event", "key", "etag", "view", "origin", "owner", "fw_id", "model", "type", "component"];

impl Place {
    /// Of a whole endpoint.
    pub(crate) fn of_endpoint(name: &str) -> Self {
        if OF_VENDOR.contains(&name) || name.starts_with("coap:") {
            Self::Vendor
        } else if OF_PEOPLE.contains(&name) {
            Self::People
        } else if name == "Shelly.GetComponents" {
            Self::Components
        } else {
            Self::Usual
        }
    }

    /// Of what a member holds.
    pub(crate) fn below(self, key: &str) -> Self {
        match self {
            Self::Components if matches!(key, "config" | "status") => Self::Usual,
            Self::Usual if HOLD_TEXTS.contains(&key) => Self::People,
            other => other,
        }
    }

    /// Whether people choose the names of the members in the object `key`.
    pub(crate) fn names_are_private(self, key: &str) -> bool {
        self != Self::Vendor && holds_private_names(key)
    }
}

/// Whether people choose the names of the members in the object `key`.
pub(crate) fn holds_private_names(key: &str) -> bool {
    matches!(key, "keys" | "titles" | "images" | "data")
}

/// Whether a number tells where the device is, or is a code.
pub(crate) fn is_private_number(key: &str) -> bool {
    matches!(
        key,
        "lat" | "lon" | "lng" | "latitude" | "longitude" | "tz_utc_offset" | "utc_offset" | "pin" | "pin_code"
    )
}

/// The kind of a private text; none when only the addresses in it are private.
pub(crate) fn kind(place: Place, key: &str, text: &str) -> Option<Kind> {
    if place == Place::Vendor {
        return None;
    }
    let key = key.to_ascii_lowercase();
    if text.contains("://") {
        return Some(Kind::Text).filter(|_| text.contains(char::is_whitespace));
    }
    let kind = match key.as_str() {
        "key" if place == Place::Components => None,
        "user" | "username" | "user_name" => (text != "admin").then_some(Kind::User),
        "ssid" | "sta_ssid" | "ap_ssid" => Some(Kind::Network),
        "name" | "local_name" | "device_name" | "room" | "label" | "title" | "alias" | "owner_name" => Some(Kind::Name),
        "tz" | "timezone" => Some(Kind::Zone),
        "server" | "host" | "hosts" | "peer" | "addr" | "dst_addr" | "broker" | "nameserver" | "domain" => {
            Some(Kind::Host)
        }
        "id" | "src" | "dst" | "hostname" | "auth_domain" | "realm" | "topic_prefix" | "client_id" | "topic" => {
            Some(Kind::Id)
        }
        "serial" | "sn" | "jwt" | "batch" | "manual_code" | "qr_code" | "nonce" => Some(Kind::Secret),
        "value" | "text" | "desc" | "description" | "comment" | "note" | "code" => Some(Kind::Text),
        key if key.ends_with("url") => Some(Kind::Host),
        key if is_secret(key) => Some(Kind::Secret),
        _ => None,
    };
    let kind = kind.or_else(|| (place == Place::People && !FORMS.contains(&key.as_str())).then_some(Kind::Text));
    kind.filter(|kind| !(matches!(kind, Kind::Id | Kind::Text) && is_component(text)))
}

/// Whether the name of a member is that of a password, key or code.
fn is_secret(key: &str) -> bool {
    let parts = ["pass", "pwd", "secret", "token", "psk", "credential", "ha1", "private"];
    key == "key"
        || key == "pin"
        || key.ends_with("_key")
        || key.ends_with("_code")
        || key.ends_with("_pin")
        || parts.iter().any(|part| key.contains(part))
}

/// Whether a text names a component, such as `switch:0` or `boolean:200`.
pub(crate) fn is_component(text: &str) -> bool {
    let Some((kind, number)) = text.split_once(':') else { return false };
    let is_kind = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    kind.starts_with(|first: char| first.is_ascii_lowercase())
        && kind.bytes().all(is_kind)
        && matches!(number.len(), 1..=3)
        && number.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_members_tell() {
        let usual = |key, text| kind(Place::Usual, key, text);
        assert_eq!(usual("wifi_key", "x"), Some(Kind::Secret));
        assert_eq!(usual("ap_password", "x"), Some(Kind::Secret));
        assert_eq!(kind(Place::Components, "key", "boolean:200"), None);
        assert_eq!(usual("key", "aabbcc"), Some(Kind::Secret));
        assert_eq!(usual("in_mode", "follow"), None);
        assert_eq!(usual("src", "shelly1"), Some(Kind::Id));
        assert_eq!(kind(Place::Vendor, "name", "state"), None);
        assert_eq!(kind(Place::People, "condition", "ev.tC > 3"), Some(Kind::Text));
        assert_eq!(kind(Place::People, "timespec", "0 0 7 * * *"), None);
    }

    #[test]
    fn a_component_is_not_a_computer() {
        assert!(is_component("switch:0") && is_component("em1data:0"));
        assert!(!is_component("broker:1883") && !is_component("kitchen") && !is_component("Lamp:0"));
    }
}
