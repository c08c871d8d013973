//! Keeps the nonce of a device and counts its uses.

use rand::random;
use serde_json::Value;
use shelly_types::Credentials;

use crate::digest::{Challenge, Form, Use, frame_auth, ha1, header};

/// Uses of one nonce before a new one is taken, below the 30 000 that firmware 2 allows (protocol 4.2).
const MOST_USES: u32 = 25_000;

/// What is known of the login at a device.
#[derive(Debug)]
pub(super) enum Session {
    /// Nothing was asked yet.
    Unknown,
    /// The device wants no password.
    Open,
    /// The device gave a nonce.
    Nonce { challenge: Challenge, user: String, ha1: String, uses: u32 },
}

/// One use of a nonce.
#[derive(Debug)]
pub(super) struct Authorisation {
    challenge: Challenge,
    user: String,
    ha1: String,
    count: u32,
    cnonce: String,
}

impl Session {
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
        let Self::Nonce { challenge, user, ha1, uses } = self else { return None };
        if *uses >= MOST_USES {
            *self = Self::Unknown;
            return None;
        }
        *uses += 1;
        Some(Authorisation {
            challenge: challenge.clone(),
            user: user.clone(),
            ha1: ha1.clone(),
            count: *uses,
            cnonce: format!("{:016x}", random::<u64>()),
        })
    }

    /// Takes the nonce of `challenge` and uses it for the first time.
    pub(super) fn begin(&mut self, challenge: Challenge, credentials: &Credentials) -> Authorisation {
        let ha1 = ha1(&credentials.user, &challenge.realm, credentials.expose_password());
        *self = Self::Nonce { challenge, user: credentials.user.clone(), ha1, uses: 0 };
        self.authorise().expect("the nonce was taken a line above and has not been used")
    }

    /// The next use after `refused`: of a nonce that another call has taken in the meantime, or of `challenge`.
    pub(super) fn renew(
        &mut self,
        refused: Option<&str>,
        challenge: Challenge,
        credentials: &Credentials,
    ) -> Authorisation {
        let replaced = match self {
            Self::Nonce { challenge, .. } => refused.is_some_and(|refused| refused != challenge.nonce),
            Self::Unknown | Self::Open => false,
        };
        match self.authorise() {
            Some(authorisation) if replaced => authorisation,
            _ => self.begin(challenge, credentials),
        }
    }

    /// Drops the nonce `refused`, so that the next call asks anew.
    pub(super) fn forget(&mut self, refused: Option<&str>) {
        let current = match self {
            Self::Nonce { challenge, .. } => Some(challenge.nonce.as_str()),
            Self::Unknown | Self::Open => None,
        };
        if current == refused {
            *self = Self::Unknown;
        }
    }
}

impl Authorisation {
    /// The nonce it uses.
    pub(super) fn nonce(&self) -> &str {
        &self.challenge.nonce
    }

    /// Whether the nonce was not used before.
    pub(super) fn is_first_use(&self) -> bool {
        self.count == 1
    }

    /// The value of the `Authorization` header, if the challenge came in a header.
    pub(super) fn for_header(&self, http_method: &str, uri: &str) -> Option<String> {
        (self.challenge.form == Form::Header).then(|| header(&self.once(), http_method, uri))
    }

    /// The member `auth` of the frame, if the challenge came in a frame.
    pub(super) fn for_frame(&self) -> Option<Value> {
        (self.challenge.form == Form::Frame).then(|| frame_auth(&self.once()))
    }

    fn once(&self) -> Use<'_> {
        Use { challenge: &self.challenge, ha1: &self.ha1, user: &self.user, count: self.count, cnonce: &self.cnonce }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn challenge(nonce: &str) -> Challenge {
        let form = Form::Header;
        Challenge { form, realm: "a".to_owned(), nonce: nonce.to_owned(), nonce_is_number: false, stale: false }
    }

    #[test]
    fn a_nonce_serves_many_calls() {
        let credentials = Credentials::new("admin", "secret");
        let mut session = Session::Unknown;
        assert!(session.authorise().is_none());
        assert!(session.begin(challenge("one"), &credentials).is_first_use());
        assert_eq!(session.authorise().unwrap().count, 2);
        let renewed = session.renew(Some("one"), challenge("two"), &credentials);
        assert_eq!((renewed.challenge.nonce.as_str(), renewed.count), ("two", 1));
        let shared = session.renew(Some("one"), challenge("three"), &credentials);
        assert_eq!((shared.challenge.nonce.as_str(), shared.count), ("two", 2));
    }

    #[test]
    fn a_used_up_nonce_is_dropped() {
        let mut session = Session::Unknown;
        session.begin(challenge("one"), &Credentials::new("admin", "secret"));
        for _ in 1..MOST_USES {
            assert!(session.authorise().is_some());
        }
        assert!(session.authorise().is_none());
        assert!(matches!(session, Session::Unknown));
    }
}
