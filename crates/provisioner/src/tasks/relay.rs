//! Passes calls of the manager on to devices on the agent's own networks (B4, C4).
//!
//! The agent is no open proxy: it speaks to addresses of private networks only, and there only to the device that is meant.

use std::{net::IpAddr, time::Duration};

use ipnet::IpNet;
use shelly_driver::Class;
use shelly_http::{Endpoint, HeaderName, Limits, Method, Request, Response, exchange_with, header};
use shelly_types::Mac;
use tokio::time::Instant;

use super::probe::Lan;

/// A device that was seen counts as there for so long.
const LATELY: Duration = Duration::from_mins(1);

/// Longest time of one exchange.
const LONGEST: Duration = Duration::from_mins(1);

/// Private and link-local networks.
const PRIVATE: [&str; 6] = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "fc00::/7", "fe80::/10"];

/// What is to be asked of a device.
#[derive(Debug, Clone)]
pub struct Call {
    /// Where.
    pub endpoint: Endpoint,
    /// Of which device.
    pub mac: Mac,
    /// `GET` or `POST`.
    pub method: Method,
    /// Path and query.
    pub path: String,
    /// How the manager logs in.
    pub authorization: Option<String>,
    /// Type of the body.
    pub content_type: Option<String>,
    /// Body.
    pub body: Vec<u8>,
    /// How long it may take.
    pub limit: Duration,
    /// Longest body of the answer.
    pub max_body_bytes: usize,
}

/// Why nothing came back.
#[derive(Debug, thiserror::Error)]
pub enum NotPassedOn {
    /// It may not be passed on. Nothing was sent.
    #[error("{0}")]
    NotAllowed(String),
    /// Another device is there, or none. Nothing was sent to it but the question who it is.
    #[error("{endpoint} is not device {expected}")]
    WrongDevice {
        /// Where.
        endpoint: Endpoint,
        /// Who is meant.
        expected: Mac,
    },
    /// The device could not be asked who it is. Nothing else was sent.
    #[error("nobody answers at {0}")]
    Unreachable(Endpoint),
    /// The exchange failed.
    #[error(transparent)]
    Http(#[from] shelly_http::Error),
}

/// The networks that calls are passed on to as a rule: the private and link-local ones.
pub fn private_networks() -> Vec<IpNet> {
    PRIVATE.iter().filter_map(|network| network.parse().ok()).collect()
}

impl Lan {
    /// Passes a call on. Who is at the address is asked before, unless that is known; always with `doubtful`, as when the
    /// radio of the host is elsewhere.
    ///
    /// # Errors
    /// Why there is no answer.
    pub async fn pass_on(&self, call: &Call, doubtful: bool) -> Result<Response, NotPassedOn> {
        let Call { endpoint, mac, method, path, authorization, content_type, body, limit, max_body_bytes } = call;
        let began = Instant::now();
        self.allowed(endpoint, method)?;
        let limit = (*limit).min(LONGEST);
        if doubtful || self.seen_at(endpoint, LATELY) != Some(*mac) {
            self.make_sure(endpoint, *mac, limit).await?;
        }
        let limits = Limits {
            total: limit.saturating_sub(began.elapsed()),
            max_body_bytes: *max_body_bytes,
            ..self.options.limits.clone()
        };
        let headers: Vec<(HeaderName, String)> =
            authorization.iter().map(|value| (header::AUTHORIZATION, value.clone())).collect();
        let request = Request {
            method: method.clone(),
            path_and_query: path,
            headers: &headers,
            body: (!body.is_empty()).then(|| body.clone().into()),
            content_type: content_type.as_deref(),
        };
        let answer = exchange_with(endpoint, &request, &limits, self.options.tls.as_ref()).await;
        if answer.is_err() {
            self.doubt(endpoint);
        }
        Ok(answer?)
    }

    fn allowed(&self, endpoint: &Endpoint, method: &Method) -> Result<(), NotPassedOn> {
        let refused = |why: String| Err(NotPassedOn::NotAllowed(why));
        // A name could lead anywhere.
        let Ok(address) = endpoint.host().parse::<IpAddr>() else {
            return refused(format!("{endpoint} is no address"));
        };
        if !self.relay_to.iter().any(|network| network.contains(&address.to_canonical())) {
            return refused(format!("{address} is in no network that calls are passed on to"));
        }
        if !matches!(*method, Method::GET | Method::POST) {
            return refused(format!("{method} is not passed on"));
        }
        Ok(())
    }

    async fn make_sure(&self, endpoint: &Endpoint, expected: Mac, limit: Duration) -> Result<(), NotPassedOn> {
        self.doubt(endpoint);
        let limits = Limits { total: limit, ..self.options.limits.clone() };
        let found = shelly_driver::probe_with(endpoint, &limits, self.options.tls.as_ref()).await;
        let wrong = || NotPassedOn::WrongDevice { endpoint: endpoint.clone(), expected };
        match found {
            Ok(found) if found.identity.mac == expected => {
                self.note(endpoint.clone(), expected);
                Ok(())
            }
            Ok(_) => Err(wrong()),
            Err(error) => match error.class() {
                Class::Unreachable | Class::Interrupted => Err(NotPassedOn::Unreachable(endpoint.clone())),
                _ => Err(wrong()),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use shelly_driver::Options;

    use super::*;
    use crate::SystemClock;

    /// B4, C4: names and public addresses are refused, whatever is there.
    #[test]
    fn c4_only_private_addresses_are_spoken_to() {
        let mut lan = Lan::new(Options::default(), Arc::new(SystemClock));
        let may = |lan: &Lan, text: &str| lan.allowed(&text.parse().unwrap(), &Method::GET).is_ok();
        assert!(!may(&lan, "192.168.1.20"), "not without being told to");
        lan.relay_to = private_networks();
        for inside in ["10.0.0.7", "172.31.0.1:81", "192.168.1.20", "https://169.254.3.4", "[fe80::1]"] {
            assert!(may(&lan, inside), "{inside}");
        }
        for outside in ["8.8.8.8", "172.32.0.1", "127.0.0.1", "[::1]", "[::ffff:8.8.8.8]", "shelly.lan", "localhost"] {
            assert!(!may(&lan, outside), "{outside}");
        }
        assert!(lan.allowed(&"10.0.0.7".parse().unwrap(), &Method::DELETE).is_err());
    }
}
