//! API tokens as they are kept: a name and a permission, never the token.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Actor, Permission, TokenId};

/// An API token. Only its hash is stored, and the hash is not part of the record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TokenRecord {
    /// Id.
    pub id: TokenId,
    /// Name for people, unique.
    pub name: String,
    /// What it may do.
    pub permission: Permission,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was used last, to about a minute.
    pub last_used_at: Option<DateTime<Utc>>,
    /// When it ends; never when absent.
    pub expires_at: Option<DateTime<Utc>>,
}

impl TokenRecord {
    /// Whether it is worth something at `now`.
    pub fn is_valid(&self, now: DateTime<Utc>) -> bool {
        self.expires_at.is_none_or(|end| now < end)
    }

    /// Who acts with it.
    pub fn actor(&self) -> Actor {
        Actor::Token { id: self.id, name: self.name.clone(), permission: self.permission }
    }
}
