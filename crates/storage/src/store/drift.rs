//! What is known of drift, and what is let be.

use capability_config::SettingPath;
use fleet_model::{DriftItem, DriftWaiver, NewEvent, WaiverId};
use shelly_types::Mac;

use super::{Committed, Result, Store, read, write, write_with_events};

impl Store {
    /// What is known of the drift of these devices, by device and setting. Others may be told as well.
    pub async fn drift_items(&self, macs: Vec<Mac>) -> Result<Vec<DriftItem>> {
        read!(self, "read what is known of drift", drift::items(&macs))
    }

    /// Takes away what is as wished again and adds what is not; what is known already stays as it is. A power
    /// cut may lose it; the next comparison finds it again.
    pub async fn drift_items_change(&self, mac: Mac, add: Vec<DriftItem>, remove: Vec<SettingPath>) -> Result<()> {
        write!(relaxed self, "store what is known of drift", drift::change_items(mac, &add, &remove))
    }

    /// Every waiver of drift, oldest first, also those that have ended.
    pub async fn drift_waivers(&self) -> Result<Vec<DriftWaiver>> {
        read!(self, "read what is let be", drift::waivers())
    }

    /// Lets settings be. `NotFound` when a device does not exist.
    pub async fn drift_waivers_insert(
        &self,
        waivers: Vec<DriftWaiver>,
        events: Vec<NewEvent>,
    ) -> Result<Committed<()>> {
        write_with_events!(self, "store what is let be", events, drift::insert_waivers(&waivers))
    }

    /// Takes a waiver back. `NotFound` when there is none.
    pub async fn drift_waiver_delete(&self, id: WaiverId, events: Vec<NewEvent>) -> Result<Committed<()>> {
        write_with_events!(self, "take a waiver back", events, drift::delete_waiver(id))
    }
}
