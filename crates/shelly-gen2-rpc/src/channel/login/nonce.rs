//! Keeps the nonce of a device and counts its uses.

use std::sync::Arc;

use rand::random;
use serde_json::Value;
use shelly_types::Credentials;

use crate::digest::{Challenge, Form, Use, frame_auth, ha1, header};

/// Uses of one nonce before a new one is taken, below the 30 000 that firmware 2 allows (protocol 4.2).
const MOST_USES: u32 = 25_000;

/// What is known of the login at a device.
#[derive(Debug)]
pub(super) enum Nonce {
    /// Nothing was asked yet.
    Unknown,
    /// The device wants no password.
    Open,
    /// The device gave a nonce.
    Given { login: Arc<Given>, uses: u32 },
}

/// A nonce, and who answers it.
#[derive(Debug)]
pub(in crate::channel) struct Given {
    challenge: Challenge,
    user: String,
    ha1: String,
}

/// One use of a nonce.
#[derive(Debug)]
pub(in crate::channel) struct Authorisation {
    login: Arc<Given>,
    count: u32,
    cnonce: String,
}

impl Nonce {
    /// Whether the device answered without a password.
    pub(super) fn is_open(&self) -> bool {
        matches!(self, Self::Open)
    }

    /// The device answered without a password.
    pub(super) fn open(&mut self) {
        *self = Self::Open;
    }

    /// The next use of the nonce, if there is one that is not used up.
    pub(super) fn authorise(&mut self) -> Option<Authorisation> {
        let Self::Given { login, uses } = self else { return None };
        if *uses >= MOST_USES {
            *self = Self::Unknown;
            return None;
        }
        *uses += 1;
        Some(Authorisation { login: Arc::clone(login), count: *uses, cnonce: format!("{:016x}", random::<u64>()) })
    }

    /// Takes the nonce of `challenge` and uses it for the first time.
    pub(super) fn begin(&mut self, challenge: Challenge, credentials: &Credentials) -> Authorisation {
        let ha1 = ha1(&credentials.user, &challenge.realm, credentials.expose_password());
        let login = Arc::new(Given { challenge, user: credentials.user.clone(), ha1 });
        *self = Self::Given { login, uses: 0 };
        self.authorise().expect("the nonce was taken a line above and has not been used")
    }

    /// The next use, if the nonce is another than `refused`: another call has taken it in the meantime.
    pub(super) fn after(&mut self, refused: Option<&str>) -> Option<Authorisation> {
        match self {
            Self::Given { login, .. } if refused != Some(login.challenge.nonce.as_str()) => self.authorise(),
            Self::Unknown | Self::Open | Self::Given { .. } => None,
        }
    }
}

impl Authorisation {
    /// The nonce it uses.
    pub(in crate::channel) fn nonce(&self) -> &str {
        &self.login.challenge.nonce
    }

    /// The value of the `Authorization` header, if the challenge came in a header.
    pub(in crate::channel) fn for_header(&self, http_method: &str, uri: &str) -> Option<String> {
        (self.login.challenge.form == Form::Header).then(|| header(&self.once(), http_method, uri))
    }

    /// The member `auth` of the frame, if the challenge came in a frame.
    pub(in crate::channel) fn for_frame(&self) -> Option<Value> {
        (self.login.challenge.form == Form::Frame).then(|| frame_auth(&self.once()))
    }

    fn once(&self) -> Use<'_> {
        let Given { challenge, user, ha1 } = &*self.login;
        Use { challenge, ha1, user, count: self.count, cnonce: &self.cnonce }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn challenge(nonce: &str) -> Challenge {
        let form = Form::Header;
        Challenge {
            form,
            realm: "a".to_owned(),
            nonce: nonce.to_owned(),
            nonce_is_number: false,
            nc_is_text: false,
            stale: false,
        }
    }

    #[test]
    fn a_nonce_serves_many_calls() {
        let credentials = Credentials::new("admin", "secret");
        let mut nonce = Nonce::Unknown;
        assert!(nonce.authorise().is_none());
        assert_eq!(nonce.begin(challenge("one"), &credentials).count, 1);
        assert_eq!(nonce.authorise().unwrap().count, 2);
        assert!(nonce.after(Some("one")).is_none());
        nonce.begin(challenge("two"), &credentials);
        let shared = nonce.after(Some("one")).unwrap();
        assert_eq!((shared.nonce(), shared.count), ("two", 2));
    }

    #[test]
    fn a_used_up_nonce_is_dropped() {
        let mut nonce = Nonce::Unknown;
        nonce.begin(challenge("one"), &Credentials::new("admin", "secret"));
        for _ in 1..MOST_USES {
            assert!(nonce.authorise().is_some());
        }
        assert!(nonce.authorise().is_none());
        assert!(matches!(nonce, Nonce::Unknown));
    }
}
