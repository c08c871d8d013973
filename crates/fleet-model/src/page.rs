//! Pages of a list, and the cursor that leads to the next one.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Page<T> {
    /// The items, in the order of the list.
    pub items: Vec<T>,
    /// Where the next page begins; none on the last one.
    pub next: Option<Cursor>,
}

/// Where a page begins. Opaque to callers: it holds the sort key of the last item before it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Cursor(String);

/// Which page is wanted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PageRequest {
    /// Where it begins; the first page when absent.
    pub cursor: Option<Cursor>,
    /// Items on it, see [`PageRequest::limit`].
    pub limit: Option<u32>,
}

/// The cursor was not made for this list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the cursor does not belong to this list; begin again without one")]
pub struct BadCursor;

impl Cursor {
    /// A cursor as a caller gave it back.
    pub fn from_text(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The cursor as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The cursor behind the item with this sort key.
    ///
    /// # Panics
    ///
    /// When the key cannot be JSON: a map with keys that are no text. Sort keys are plain tuples.
    pub fn after<K: Serialize>(key: &K) -> Self {
        let json = serde_json::to_vec(key).expect("sort keys are plain tuples");
        Self(BASE64.encode(json))
    }

    /// The sort key it was made from.
    pub fn key<K: DeserializeOwned>(&self) -> Result<K, BadCursor> {
        let json = BASE64.decode(&self.0).map_err(|_| BadCursor)?;
        serde_json::from_slice(&json).map_err(|_| BadCursor)
    }
}

impl PageRequest {
    /// Items on a page when nothing is said.
    pub const DEFAULT_LIMIT: u32 = 100;
    /// Most items on a page.
    pub const MAX_LIMIT: u32 = 500;

    /// The first page with `limit` items.
    pub fn first(limit: u32) -> Self {
        Self { cursor: None, limit: Some(limit) }
    }

    /// Items on the page: 1 to 500, 100 when absent.
    pub fn limit(&self) -> u32 {
        self.limit.unwrap_or(Self::DEFAULT_LIMIT).clamp(1, Self::MAX_LIMIT)
    }
}

impl<T> Page<T> {
    /// The page of `items`, of which there is one more than `limit` when another page follows.
    pub fn cut<K: Serialize>(mut items: Vec<T>, limit: u32, key: impl FnOnce(&T) -> K) -> Self {
        let limit = limit as usize;
        let more = items.len() > limit;
        items.truncate(limit);
        let next = items.last().filter(|_| more).map(|last| Cursor::after(&key(last)));
        Self { items, next }
    }

    /// The page with each item changed by `change`.
    pub fn map<U>(self, change: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(change).collect(), next: self.next }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_leads_to_the_next_one() {
        let page = Page::cut(vec!["a", "b", "c"], 2, |item| (item.to_string(), 7));
        assert_eq!(page.items, ["a", "b"]);
        let cursor = Cursor::from_text(page.next.unwrap().as_str());
        assert_eq!(cursor.key::<(String, i32)>(), Ok(("b".to_owned(), 7)));
        assert_eq!(Page::cut(vec!["c"], 2, ToString::to_string).next, None);
        assert_eq!(Cursor::from_text("?").key::<String>(), Err(BadCursor));
        assert_eq!(Cursor::after(&1).key::<String>(), Err(BadCursor));
        assert_eq!(PageRequest::first(9999).limit(), 500);
    }
}
