//! The whole key-value store (K8).

use std::collections::BTreeMap;

use super::MOST_PAGES;
use crate::{Channel, Client, Error, components::kvs::Entry};

impl<C: Channel> Client<C> {
    /// All values by key, page by page until one brings nothing new; `total` is not trusted.
    ///
    /// Older firmware knows no pages and gives everything at once.
    pub async fn values(&self) -> Result<BTreeMap<String, Entry>, Error> {
        let mut all = BTreeMap::new();
        for _ in 0..MOST_PAGES {
            let offset = u64::try_from(all.len()).ok().filter(|offset| *offset > 0);
            let page = self.kvs_get_many(None, offset).await?;
            let before = all.len();
            let entries = page.items.into_option().map(crate::methods::kvs::Entries::into_list).unwrap_or_default();
            for entry in entries {
                if let Some(key) = entry.key.as_str() {
                    all.insert(key.to_owned(), entry);
                }
            }
            if all.len() == before {
                break;
            }
        }
        Ok(all)
    }
}
