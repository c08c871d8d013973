//! Where a device listens: host and port.

use std::{fmt, net::SocketAddr, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Host (name or address) and TCP port of a device.
///
/// Reads `host`, `host:port`, `[v6]` and `[v6]:port`; without a port it is 80. Prints `host:port`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Endpoint {
    host: String,
    port: u16,
}

/// The text is not an endpoint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not an address: expected `host` or `host:port`, an IPv6 host in brackets")]
pub struct ParseEndpointError {
    text: String,
}

impl Endpoint {
    /// The port devices listen on unless a range extender gave them another.
    pub const DEFAULT_PORT: u16 = 80;

    /// The endpoint at `host` and `port`; an IPv6 host is given without brackets.
    pub fn new(host: impl Into<String>, port: u16) -> Self {
        Self { host: host.into(), port }
    }

    /// Host name or address, IPv6 without brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// TCP port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The value of the `Host` header: the port only where it is not the usual one.
    pub(crate) fn authority(&self) -> String {
        if self.port == Self::DEFAULT_PORT { self.bracketed() } else { self.to_string() }
    }

    fn bracketed(&self) -> String {
        if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() }
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.bracketed(), self.port)
    }
}

impl From<SocketAddr> for Endpoint {
    fn from(address: SocketAddr) -> Self {
        Self::new(address.ip().to_string(), address.port())
    }
}

impl FromStr for Endpoint {
    type Err = ParseEndpointError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = || ParseEndpointError { text: text.chars().take(128).collect() };
        let trimmed = text.trim();
        let (host, port) = if let Some(rest) = trimmed.strip_prefix('[') {
            let (host, port) = rest.split_once(']').ok_or_else(error)?;
            let port = if port.is_empty() { None } else { Some(port.strip_prefix(':').ok_or_else(error)?) };
            (host, port)
        } else if trimmed.matches(':').count() > 1 {
            (trimmed, None)
        } else {
            trimmed.split_once(':').map_or((trimmed, None), |(host, port)| (host, Some(port)))
        };
        let port = match port {
            None => Self::DEFAULT_PORT,
            Some(port) => port.parse().ok().filter(|port| *port != 0).ok_or_else(error)?,
        };
        let fits = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | ':' | '%');
        if host.is_empty() || host.len() > 255 || !host.chars().all(fits) {
            return Err(error());
        }
        Ok(Self::new(host, port))
    }
}

impl Serialize for Endpoint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Endpoint {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_is_one_endpoint() {
        for (text, printed, authority) in [
            ("192.168.1.20", "192.168.1.20:80", "192.168.1.20"),
            (" shelly.local:8080 ", "shelly.local:8080", "shelly.local:8080"),
            ("[fe80::1]", "[fe80::1]:80", "[fe80::1]"),
            ("[fe80::1]:81", "[fe80::1]:81", "[fe80::1]:81"),
            ("fe80::1", "[fe80::1]:80", "[fe80::1]"),
        ] {
            let endpoint: Endpoint = text.parse().unwrap();
            assert_eq!(endpoint.to_string(), printed);
            assert_eq!(endpoint.authority(), authority);
            assert_eq!(endpoint.to_string().parse::<Endpoint>().unwrap(), endpoint);
        }
    }

    #[test]
    fn what_is_no_endpoint_is_refused() {
        for text in ["", ":80", "host:", "host:0", "host:70000", "http://host", "a b", "user@host", "[::1", "[::1]80"] {
            assert!(text.parse::<Endpoint>().is_err(), "{text}");
        }
    }
}
