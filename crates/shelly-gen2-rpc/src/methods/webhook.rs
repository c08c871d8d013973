//! `Webhook`: addresses that are called when something happens (K6).

use std::collections::BTreeMap;

use shelly_types::wire_object;

use super::common::{Created, Revision};
use crate::components::webhook::{Hook, List};

wire_object! {
    /// Answer of `Webhook.ListSupported`, and a page of `Webhook.ListAllSupported`.
    pub struct Supported {
        /// Events with what is told about them.
        pub types: BTreeMap<String, SupportedEvent>,
        /// Events by name alone (firmware before 1.0).
        pub hook_types: Vec<String>,
        /// Place of the first event of this page.
        pub offset: u64,
        /// Events in all.
        pub total: u64,
    }

    /// What is told about an event.
    pub struct SupportedEvent {
        /// Values that `${ev...}` can stand for.
        pub attrs: Vec<Attribute>,
    }

    /// A value that `${ev...}` can stand for.
    pub struct Attribute {
        /// Name.
        pub name: String,
        /// Type, in the device's words.
        pub kind: String = "type",
        /// Description for people.
        pub desc: String,
    }
}

options! {
    /// A hook. For a new one instance, event and addresses are needed; what is none stays as it is.
    pub struct HookChange {
        /// Instance of the component.
        pub cid: Option<u32>,
        /// It is in use.
        pub enable: Option<bool>,
        /// What happens, such as `switch.on`: see [`webhooks`](crate::webhooks).
        pub event: Option<String>,
        /// Name; null for none.
        pub name: Option<Option<String>>,
        /// Certificates that are trusted: `ca.pem`, `user_ca.pem`, `*` for any; null for no check.
        pub ssl_ca: Option<Option<String>>,
        /// Addresses, at most five of 300 characters; `${...}` is computed, `$${` is written.
        pub urls: Option<Vec<String>>,
        /// Begin and end of the time of day, `HH:MM`; null for always.
        pub active_between: Option<Option<Vec<String>>>,
        /// Expression that must hold; null for none.
        pub condition: Option<Option<String>>,
        /// Seconds between calls while the condition holds; 0 each time, negative once.
        pub repeat_period: Option<i64>,
    }
}

impl From<&Hook> for HookChange {
    /// The whole hook: what the device left out becomes null, so that an older value does not stay.
    fn from(hook: &Hook) -> Self {
        Self {
            cid: hook.cid.copied(),
            enable: hook.enable.copied(),
            event: hook.event.get().cloned(),
            name: Some(hook.name.get().cloned()),
            ssl_ca: Some(hook.ssl_ca.get().cloned()),
            urls: hook.urls.get().cloned(),
            active_between: Some(hook.active_between.get().filter(|times| !times.is_empty()).cloned()),
            condition: Some(hook.condition.get().cloned()),
            repeat_period: hook.repeat_period.copied(),
        }
    }
}

methods! {
    /// All hooks, at most 20; 10 on battery devices.
    fn webhook_list() -> List = "Webhook.List";

    /// Adds a hook.
    fn webhook_create(; ..hook: HookChange) -> Created = "Webhook.Create";

    /// Changes a hook.
    fn webhook_update(id: u32; ..hook: HookChange) -> Revision = "Webhook.Update";

    /// Removes a hook.
    fn webhook_delete(id: u32) -> Revision = "Webhook.Delete";

    /// Removes all hooks.
    fn webhook_delete_all() -> Revision = "Webhook.DeleteAll";

    /// Events that can have hooks; given up by the vendor in firmware 2.0.
    fn webhook_supported() -> Supported = "Webhook.ListSupported";

    /// One page of events that can have hooks (firmware 2.0 and later).
    fn webhook_supported_page(; offset: usize) -> Supported = "Webhook.ListAllSupported";
}
