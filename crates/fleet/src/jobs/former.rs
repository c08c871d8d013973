//! Remembers what a device had before it was moved, and says why one must not be moved.

use capability_config::{SettingValue, Settings};
use fleet_model::{JournalEntry, JournalPhase};
use serde::{Deserialize, Serialize};
use sync_engine::{NetworkSlot, Observed};

/// Why a device with a static address is not moved to another network.
pub(super) const STATIC: &str = "it has or gets a static address, with which it could be out of reach in the new network, \
    and would not come back: have its address leased (`wifi.sta.ipv4mode`) and give it another one afterwards";

/// What a device had before it was moved, as the journal keeps it. Holds no secret.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Former {
    pub(super) first: Settings,
    pub(super) second: Settings,
    pub(super) is_open: bool,
}

impl Former {
    pub(super) fn of(observed: &Observed) -> Self {
        let is_open = observed.get(&NetworkSlot::First.path("is_open")) == Some(&true.into());
        Self { first: NetworkSlot::First.shown(observed), second: NetworkSlot::Second.shown(observed), is_open }
    }

    pub(super) fn noted(entries: &[JournalEntry]) -> Option<Self> {
        let moving = entries.iter().rev().find(|entry| entry.phase == JournalPhase::Moving)?;
        serde_json::from_str(moving.detail.as_deref()?).ok()
    }

    pub(super) fn ssid(&self) -> Option<&str> {
        text(&self.first, NetworkSlot::First, "ssid")
    }

    /// The network in its second slot.
    pub(super) fn second_ssid(&self) -> Option<&str> {
        text(&self.second, NetworkSlot::Second, "ssid")
    }

    /// Whether the device was in its first network.
    pub(super) fn is_used(&self) -> bool {
        self.first.get(&NetworkSlot::First.path("enable")) == Some(&true.into()) && self.ssid().is_some()
    }
}

fn text<'a>(settings: &'a Settings, slot: NetworkSlot, field: &str) -> Option<&'a str> {
    settings.get(&slot.path(field)).and_then(SettingValue::as_text).filter(|text| !text.is_empty())
}

/// The way back is not known.
pub(super) fn unknown_key(ssid: &str) -> String {
    format!(
        "it could not come back: the key of the network `{ssid}`, in which it is, is not known; store it \
         (`networks set`), or wish that network as the second one"
    )
}

/// There is no way back.
pub(super) fn no_second_slot() -> String {
    "it could not come back: it has no second network".to_owned()
}
