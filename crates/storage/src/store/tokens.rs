//! API tokens and the code of the first sign-in, by their hashes.

use chrono::{DateTime, Utc};
use fleet_model::{NewEvent, TokenId, TokenRecord};
use secrets::{IssuedCode, OneTimeCode, TokenHash};

use super::{Committed, Result, Store, read, write, write_with_events};

impl Store {
    /// Stores a token by its hash. `Conflict` when the name is taken.
    pub async fn token_insert(
        &self,
        token: TokenRecord,
        hash: TokenHash,
        events: Vec<NewEvent>,
    ) -> Result<Committed<TokenRecord>> {
        write_with_events!(self, "store a token", events, tokens::insert(&token, hash.as_str()))
    }

    /// The token with this hash, ended or not.
    pub async fn token_by_hash(&self, hash: TokenHash) -> Result<Option<TokenRecord>> {
        read!(self, "look a token up", tokens::by_hash(hash.as_str()))
    }

    /// Every token, oldest first.
    pub async fn tokens_all(&self) -> Result<Vec<TokenRecord>> {
        read!(self, "list tokens", tokens::all())
    }

    /// Notes that a token was used.
    pub async fn token_touch(&self, id: TokenId, at: DateTime<Utc>) -> Result<()> {
        write!(self, "note the use of a token", tokens::touch(id, at))
    }

    /// Revokes a token. `NotFound` when there is none.
    pub async fn token_delete(&self, id: TokenId, events: Vec<NewEvent>) -> Result<Committed<()>> {
        write_with_events!(self, "revoke a token", events, tokens::delete(id))
    }

    /// Keeps the code of the first sign-in. The one before it is worth nothing from now on.
    pub async fn sign_in_code_set(&self, code: IssuedCode) -> Result<()> {
        write!(self, "store a sign-in code", tokens::set_code(&code))
    }

    /// Whether `code` was given out and is not used or ended. It can be taken only once.
    pub async fn sign_in_code_take(&self, code: OneTimeCode, now: DateTime<Utc>) -> Result<bool> {
        write!(self, "take a sign-in code", tokens::take_code(&code, now))
    }
}
