//! Whole webhooks (K6), and the events that can have one.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{MOST_PAGES, members_without};
use crate::{
    Channel, Client, Error,
    components::webhook::Hook,
    methods::{
        common::{Created, Revision},
        webhook::SupportedEvent,
    },
};

/// What a device leaves out of a list when it is not set; left out of a change it would stay.
const CLEARED: [&str; 4] = ["active_between", "condition", "name", "ssl_ca"];

impl<C: Channel> Client<C> {
    /// All hooks.
    pub async fn webhooks(&self) -> Result<Vec<Hook>, Error> {
        Ok(self.webhook_list().await?.hooks.into_option().unwrap_or_default())
    }

    /// Writes a hook: a new one when it has no number, otherwise over the one with its number. Answers the number.
    pub async fn write_webhook(&self, hook: &Hook) -> Result<u32, Error> {
        let mut params = members_without(hook, &["id"]);
        if let Some(id) = hook.id.copied() {
            params.insert("id".to_owned(), id.into());
            for name in CLEARED {
                params.entry(name).or_insert(Value::Null);
            }
            self.ask::<Revision>("Webhook.Update", Some(Value::Object(params))).await?;
            return Ok(id);
        }
        let method = "Webhook.Create";
        let made: Created = self.ask(method, Some(Value::Object(params))).await?;
        made.id.copied().ok_or_else(|| self.unexpected(method, "the number of a hook", &Value::Null))
    }

    /// Events that can have hooks on this device, with what is told about each. Asks in the way of firmware 2.0, and in
    /// the older one where that is not known.
    pub async fn webhook_events(&self) -> Result<BTreeMap<String, SupportedEvent>, Error> {
        let mut events = BTreeMap::new();
        for _ in 0..MOST_PAGES {
            let page = match self.webhook_supported_page(Some(events.len())).await {
                Err(error) if error.is_no_such_method() && events.is_empty() => self.webhook_supported().await?,
                page => page?,
            };
            let before = events.len();
            let names = page.hook_types.into_option().unwrap_or_default();
            events.extend(names.into_iter().map(|name| (name, SupportedEvent::default())));
            events.extend(page.types.into_option().unwrap_or_default());
            let total = page.total.copied().and_then(|total| usize::try_from(total).ok());
            if events.len() == before || total.is_none_or(|total| events.len() >= total) {
                break;
            }
        }
        Ok(events)
    }
}
