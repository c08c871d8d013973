//! All virtual components (A10).

use crate::{Channel, Client, ComponentEntry, Error, Include};

/// Kinds of virtual components.
const KINDS: [&str; 7] = ["boolean", "number", "text", "enum", "object", "button", "group"];

impl<C: Channel> Client<C> {
    /// All virtual components with settings, reading and owner.
    pub async fn virtual_components(&self) -> Result<Vec<ComponentEntry>, Error> {
        let is_virtual =
            |entry: &ComponentEntry| entry.key.split_once(':').is_some_and(|(kind, _)| KINDS.contains(&kind));
        let all = self.all_components(Include::DYNAMIC).await?;
        Ok(all.into_iter().filter(is_virtual).collect())
    }
}
