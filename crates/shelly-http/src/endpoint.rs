//! Where a device listens: host, port, and whether it wants TLS.

use std::{fmt, net::SocketAddr, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Host (name or address) and TCP port of a device, and how it is spoken to there.
///
/// Reads `host`, `host:port`, `[v6]` and `[v6]:port`; without a port it is 80. With `https://` before it the device is
/// spoken to over TLS, and the port is 443 unless given. Prints `host:port` or `https://host:port`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Endpoint {
    host: String,
    port: u16,
    security: Security,
}

/// How a device is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Security {
    /// In the clear.
    #[default]
    Plain,
    /// Encrypted, which firmware 2.0 offers with a server certificate (gen2 protocol 3.2).
    Tls,
}

/// What stands before an endpoint over TLS.
const TLS_SCHEME: &str = "https://";

/// The text is not an endpoint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not an address: expected `host`, `host:port` or `https://host:port`, an IPv6 host in brackets")]
pub struct ParseEndpointError {
    text: String,
}

impl Endpoint {
    /// The port devices listen on unless a range extender gave them another.
    pub const DEFAULT_PORT: u16 = 80;
    /// The port of TLS.
    pub const DEFAULT_TLS_PORT: u16 = 443;

    /// The endpoint in the clear at `host` and `port`; an IPv6 host is given without brackets.
    pub fn new(host: impl Into<String>, port: u16) -> Self {
        Self { host: host.into(), port, security: Security::Plain }
    }

    /// The endpoint over TLS at `host` and `port`; an IPv6 host is given without brackets.
    pub fn tls(host: impl Into<String>, port: u16) -> Self {
        Self { host: host.into(), port, security: Security::Tls }
    }

    /// Where a redirect to `location`, an `https` address, leads from here.
    ///
    /// The host stays: it is the one that answered, while `location` may hold a name that nobody resolves or, in the
    /// answer of an attacker, another machine. None when it is no `https` address.
    pub fn redirected(&self, location: &str) -> Option<Self> {
        let rest = location.strip_prefix(TLS_SCHEME)?;
        let authority = &rest[..rest.find(['/', '?', '#']).unwrap_or(rest.len())];
        let target: Self = format!("{TLS_SCHEME}{authority}").parse().ok()?;
        Some(Self::tls(self.host.clone(), target.port))
    }

    /// Host name or address, IPv6 without brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// TCP port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// How it is spoken to.
    pub fn security(&self) -> Security {
        self.security
    }

    /// Host and port as the `Host` header and a URL have them: the port only where it is not the usual one.
    pub fn authority(&self) -> String {
        if self.port == Self::default_port(self.security) {
            self.bracketed()
        } else {
            format!("{}:{}", self.bracketed(), self.port)
        }
    }

    fn default_port(security: Security) -> u16 {
        match security {
            Security::Plain => Self::DEFAULT_PORT,
            Security::Tls => Self::DEFAULT_TLS_PORT,
        }
    }

    fn bracketed(&self) -> String {
        if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() }
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = match self.security {
            Security::Plain => "",
            Security::Tls => TLS_SCHEME,
        };
        write!(f, "{scheme}{}:{}", self.bracketed(), self.port)
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
        let (trimmed, security) = match trimmed.strip_prefix(TLS_SCHEME) {
            Some(rest) => (rest.strip_suffix('/').unwrap_or(rest), Security::Tls),
            None => (trimmed, Security::Plain),
        };
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
            None => Self::default_port(security),
            Some(port) => port.parse().ok().filter(|port| *port != 0).ok_or_else(error)?,
        };
        let fits = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | ':' | '%');
        if host.is_empty() || host.len() > 255 || !host.chars().all(fits) {
            return Err(error());
        }
        Ok(Self { host: host.to_owned(), port, security })
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
            ("https://10.0.0.7", "https://10.0.0.7:443", "10.0.0.7"),
            ("https://10.0.0.7:8443/", "https://10.0.0.7:8443", "10.0.0.7:8443"),
            ("https://[fe80::1]:80", "https://[fe80::1]:80", "[fe80::1]:80"),
        ] {
            let endpoint: Endpoint = text.parse().unwrap();
            assert_eq!(endpoint.to_string(), printed);
            assert_eq!(endpoint.authority(), authority);
            assert_eq!(endpoint.to_string().parse::<Endpoint>().unwrap(), endpoint);
        }
    }

    #[test]
    fn what_is_no_endpoint_is_refused() {
        for text in [
            "",
            ":80",
            "host:",
            "host:0",
            "host:70000",
            "http://host",
            "a b",
            "user@host",
            "[::1",
            "[::1]80",
            "https://",
            "https://a/b",
        ] {
            assert!(text.parse::<Endpoint>().is_err(), "{text}");
        }
    }

    /// D6: a redirect changes how a device is spoken to, never which device.
    #[test]
    fn a_redirect_keeps_the_host() {
        let asked = Endpoint::new("10.0.0.7", 80);
        for (location, expected) in [
            ("https://10.0.0.7/rpc", Some("https://10.0.0.7:443")),
            ("https://shellyplus1-aabbccddeeff.local:8443/rpc?a=1", Some("https://10.0.0.7:8443")),
            ("https://evil.example", Some("https://10.0.0.7:443")),
            ("http://10.0.0.7/", None),
            ("https://", None),
        ] {
            assert_eq!(asked.redirected(location).map(|target| target.to_string()).as_deref(), expected, "{location}");
        }
    }
}
