//! Signing in, API tokens, and the credential sets that are tried on devices.

use chrono::TimeDelta;
use fleet_model::{Actor, CredentialId, CredentialRecord, FleetEvent, NewEvent, Permission, TokenId, TokenRecord};
use secrets::{ApiToken, OneTimeCode, Secret};

use crate::{Error, ErrorKind, Fleet, groups::checked_name};

/// How long the one-time code of the server's output is good.
const CODE_LIFETIME: TimeDelta = TimeDelta::minutes(30);

/// How long a session of a browser lasts.
const SESSION_DAYS: u32 = 30;

/// The last use of a token is stored this often.
const TOUCH_INTERVAL: TimeDelta = TimeDelta::minutes(1);

/// Name of the credential set that a set-up script gives by the environment.
const FROM_ENVIRONMENT: &str = "environment";

/// A sign-in that worked.
pub struct SignedIn {
    /// Who it is.
    pub actor: Actor,
    /// The token for the session cookie.
    pub token: String,
}

impl Fleet {
    /// Whether nobody can sign in yet: there is no token.
    pub async fn is_first_start(&self) -> Result<bool, Error> {
        Ok(self.store().tokens_all().await?.is_empty())
    }

    /// A new one-time code; an older one is worth nothing any more.
    pub async fn one_time_code(&self) -> Result<String, Error> {
        let code = OneTimeCode::generate(&mut rand::rng());
        self.store().sign_in_code_set(code.issue(self.now(), CODE_LIFETIME)).await?;
        Ok(code.expose())
    }

    /// Signs in with a one-time code or an API token.
    pub async fn sign_in(&self, secret: &str) -> Result<SignedIn, Error> {
        let secret = secret.trim();
        if secret.parse::<ApiToken>().is_ok() {
            let actor = self.token_authenticate(secret).await?;
            return Ok(SignedIn { actor, token: secret.to_owned() });
        }
        let now = self.now();
        let accepted = match secret.parse::<OneTimeCode>() {
            Ok(code) => self.store().sign_in_code_take(code, now).await?,
            Err(_) => false,
        };
        if !accepted {
            return Err(Error::new("this is neither a valid token nor the one-time code", ErrorKind::NotSignedIn));
        }
        let name = format!("browser {}", now.format("%F %T"));
        let (token, record) = self.token_insert(&Actor::System, &name, Permission::Admin, Some(SESSION_DAYS)).await?;
        Ok(SignedIn { actor: record.actor(), token })
    }

    /// Ends the session of a browser. A token that was made by name stays.
    pub async fn sign_out(&self, token: &str) -> Result<(), Error> {
        let Actor::Token { id, name, .. } = self.token_authenticate(token).await? else { return Ok(()) };
        if !name.starts_with("browser ") {
            return Ok(());
        }
        let event = FleetEvent::TokenRevoked { id, name };
        let event = NewEvent::new(self.now(), &Actor::System, event);
        self.publish(self.store().token_delete(id, vec![event]).await?.events);
        Ok(())
    }

    /// Who the owner of a token is.
    pub async fn token_authenticate(&self, token: &str) -> Result<Actor, Error> {
        let refused = || Error::new("the token is not valid, or it has ended", ErrorKind::NotSignedIn);
        let token: ApiToken = token.parse().map_err(|_| refused())?;
        let now = self.now();
        let record = self.store().token_by_hash(token.hash()).await?;
        let record = record.filter(|record| record.is_valid(now)).ok_or_else(refused)?;
        if record.last_used_at.is_none_or(|used| now - used > TOUCH_INTERVAL) {
            self.store().token_touch(record.id, now).await?;
        }
        Ok(record.actor())
    }

    /// All tokens.
    pub async fn tokens(&self, actor: &Actor) -> Result<Vec<TokenRecord>, Error> {
        Self::authorize(actor, Permission::Admin)?;
        Ok(self.store().tokens_all().await?)
    }

    /// Makes a token; its text is known only to the one who asked.
    pub async fn token_create(
        &self,
        actor: &Actor,
        name: &str,
        permission: Permission,
        expires_in_days: Option<u32>,
    ) -> Result<(String, TokenRecord), Error> {
        Self::authorize(actor, Permission::Admin)?;
        let name = checked_name("token", name)?;
        if expires_in_days.is_some_and(|days| !(1..=3650).contains(&days)) {
            return Err(Error::invalid("a token ends in 1 to 3650 days, or never"));
        }
        self.token_insert(actor, &name, permission, expires_in_days).await
    }

    async fn token_insert(
        &self,
        actor: &Actor,
        name: &str,
        permission: Permission,
        expires_in_days: Option<u32>,
    ) -> Result<(String, TokenRecord), Error> {
        let token = ApiToken::generate(&mut rand::rng());
        let now = self.now();
        let record = TokenRecord {
            id: TokenId::new(self.ids()),
            name: name.to_owned(),
            permission,
            created_at: now,
            last_used_at: None,
            expires_at: expires_in_days.map(|days| now + TimeDelta::days(days.into())),
        };
        let event = FleetEvent::TokenCreated { id: record.id, name: record.name.clone(), permission };
        let event = NewEvent::new(now, actor, event);
        let committed = self.store().token_insert(record, token.hash(), vec![event]).await?;
        self.publish(committed.events);
        Ok((token.expose().to_owned(), committed.value))
    }

    /// Ends a token.
    pub async fn token_delete(&self, actor: &Actor, id: TokenId) -> Result<(), Error> {
        Self::authorize(actor, Permission::Admin)?;
        let tokens = self.store().tokens_all().await?;
        let token = tokens.into_iter().find(|token| token.id == id).ok_or_else(|| Error::not_found("such token"))?;
        let event = FleetEvent::TokenRevoked { id, name: token.name };
        let event = NewEvent::new(self.now(), actor, event);
        self.publish(self.store().token_delete(id, vec![event]).await?.events);
        Ok(())
    }

    /// Credential sets in the order in which they are tried.
    pub async fn credentials(&self, actor: &Actor) -> Result<Vec<CredentialRecord>, Error> {
        Self::authorize(actor, Permission::Admin)?;
        Ok(self.store().credentials_all().await?)
    }

    /// Adds a credential set at the end of the order.
    pub async fn credential_create(
        &self,
        actor: &Actor,
        label: &str,
        user: &str,
        password: &str,
    ) -> Result<CredentialRecord, Error> {
        Self::authorize(actor, Permission::Admin)?;
        let label = checked_name("credential set", label)?;
        if user.is_empty() || password.is_empty() {
            return Err(Error::invalid("a credential set needs a user and a password"));
        }
        let sets = self.store().credentials_all().await?;
        let record = CredentialRecord {
            id: CredentialId::new(self.ids()),
            label,
            user: user.to_owned(),
            position: sets.iter().map(|set| set.position + 1).max().unwrap_or(0),
            created_at: self.now(),
        };
        let event = self.credential_event(actor, &record.label, "created");
        let secret = Secret::new(password.to_owned());
        let committed = self.store().credential_insert(record, secret, vec![event]).await?;
        self.publish(committed.events);
        Ok(committed.value)
    }

    /// Keeps the password that a set-up script gives, in place of the one given before.
    pub async fn credential_from_environment(&self, password: &str) -> Result<(), Error> {
        let sets = self.store().credentials_all().await?;
        if let Some(set) = sets.iter().find(|set| set.label == FROM_ENVIRONMENT) {
            self.credential_delete(&Actor::Local, set.id).await?;
        }
        self.credential_create(&Actor::Local, FROM_ENVIRONMENT, "admin", password).await.map(drop)
    }

    /// Removes a credential set; devices that use it keep their password.
    pub async fn credential_delete(&self, actor: &Actor, id: CredentialId) -> Result<(), Error> {
        Self::authorize(actor, Permission::Admin)?;
        let sets = self.store().credentials_all().await?;
        let set = sets.iter().find(|set| set.id == id).ok_or_else(|| Error::not_found("such credential set"))?;
        let event = self.credential_event(actor, &set.label, "removed");
        self.publish(self.store().credential_delete(id, vec![event]).await?.events);
        Ok(())
    }

    fn credential_event(&self, actor: &Actor, label: &str, action: &str) -> NewEvent {
        let event = FleetEvent::CredentialsChanged { label: label.to_owned(), action: action.to_owned() };
        NewEvent::new(self.now(), actor, event)
    }
}
