//! `Switch`: relays.

use super::common::{Counter, Counters, Results, WasOn};
use crate::{Channel, Client, Error};

options! {
    /// What a change of a relay can be told.
    pub struct SwitchOptions {
        /// Seconds after which the relay is toggled back.
        pub toggle_after_s: Option<f64> = "toggle_after",
        /// Mark that the reading then shows (firmware 2.0 and later).
        pub tag: Option<String>,
    }
}

methods! {
    /// Switches a relay.
    fn switch_set_with(id: u32, on: bool; ..options: SwitchOptions) -> WasOn = "Switch.Set";

    /// Toggles a relay.
    fn switch_toggle_with(id: u32; tag: &str) -> WasOn = "Switch.Toggle";

    /// Switches all relays (firmware 2.0 and later).
    fn switch_set_all(on: bool; ..options: SwitchOptions) -> Results = "Switch.SetAll";

    /// Switches several relays (firmware 2.0 and later).
    fn switch_set_many(ids: &[u32], on: bool; ..options: SwitchOptions) -> Results = "Switch.SetMany";

    /// Resets counters, all or some; answers what they stood at.
    fn switch_reset_counters(id: u32; counters: &[Counter] = "type") -> Counters = "Switch.ResetCounters";
}

impl<C: Channel> Client<C> {
    /// Switches a relay; answers whether it was on.
    pub async fn switch_set(&self, id: u32, on: bool) -> Result<Option<bool>, Error> {
        Ok(self.switch_set_with(id, on, &SwitchOptions::default()).await?.was_on.copied())
    }

    /// Toggles a relay; answers whether it was on.
    pub async fn switch_toggle(&self, id: u32) -> Result<Option<bool>, Error> {
        Ok(self.switch_toggle_with(id, None).await?.was_on.copied())
    }
}
