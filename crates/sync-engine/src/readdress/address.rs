//! The address of a server, as people name it.

use std::{fmt, str::FromStr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Longest host name (RFC 1035).
const LONGEST: usize = 253;

/// A server: its host, a name or an IPv4 address, and where it was named its port.
///
/// ```
/// use sync_engine::ServerAddress;
///
/// let address: ServerAddress = "http://Hub.lan:8123".parse().unwrap();
/// assert_eq!(address.to_string(), "hub.lan:8123");
/// assert!("http://hub.lan/path".parse::<ServerAddress>().is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct ServerAddress {
    host: String,
    port: Option<u16>,
}

/// One server's address in the place of another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Readdress {
    from: ServerAddress,
    to: ServerAddress,
}

/// What is wrong with an address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ServerAddressError {
    /// It is no host with or without a port.
    #[error("expected a host with or without a port, such as 10.0.0.5, hub.lan:8123 or http://hub.lan")]
    NoAddress,
    /// It says more than where the server is.
    #[error("name the host and the port alone: path, query and login stay as they are in each place")]
    TooMuch,
    /// Both are the same.
    #[error("both addresses are the same")]
    Same,
    /// Only the new one has a port.
    #[error("the new address names a port and the old one does not: name the old port too, or neither")]
    OnlyNewPort,
}

impl ServerAddress {
    /// The host, in small letters.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port, where it was named.
    pub fn port(&self) -> Option<u16> {
        self.port
    }

    /// Whether the host is an IPv4 address, which nothing else looks like.
    pub(super) fn is_number(&self) -> bool {
        self.host.parse::<std::net::Ipv4Addr>().is_ok()
    }
}

/// The port that goes without saying.
pub(super) fn port_of_scheme(scheme: &str) -> Option<u16> {
    Some(match scheme.to_ascii_lowercase().as_str() {
        "http" | "ws" => 80,
        "https" | "wss" => 443,
        "mqtt" => 1883,
        "mqtts" => 8883,
        _ => return None,
    })
}

impl FromStr for ServerAddress {
    type Err = ServerAddressError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let (scheme, rest) = text.split_once("://").map_or((None, text), |(scheme, rest)| (Some(scheme), rest));
        let authority = rest.strip_suffix('/').unwrap_or(rest);
        if authority.contains(['/', '?', '#', '@']) {
            return Err(ServerAddressError::TooMuch);
        }
        let (host, port) = match authority.split_once(':') {
            Some((host, port)) => (host, Some(port.parse().map_err(|_| ServerAddressError::NoAddress)?)),
            None => (authority, None),
        };
        let is_label = |label: &str| {
            let is_letter = |letter: char| letter.is_ascii_alphanumeric() || letter == '-' || letter == '_';
            !label.is_empty() && label.chars().all(is_letter)
        };
        let host = host.to_ascii_lowercase();
        if host.len() > LONGEST || !host.split('.').all(is_label) || port == Some(0) {
            return Err(ServerAddressError::NoAddress);
        }
        Ok(Self { host, port: port.or_else(|| scheme.and_then(port_of_scheme)) })
    }
}

impl TryFrom<String> for ServerAddress {
    type Error = ServerAddressError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<ServerAddress> for String {
    fn from(address: ServerAddress) -> Self {
        address.to_string()
    }
}

impl fmt::Display for ServerAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.host)?;
        self.port.map_or(Ok(()), |port| write!(f, ":{port}"))
    }
}

impl Readdress {
    /// `to` in the place of `from`. Without ports every port stays as it is.
    pub fn new(from: ServerAddress, to: ServerAddress) -> Result<Self, ServerAddressError> {
        if from.port.is_none() && to.port.is_some() {
            return Err(ServerAddressError::OnlyNewPort);
        }
        if from.host == to.host && to.port.is_none_or(|port| from.port == Some(port)) {
            return Err(ServerAddressError::Same);
        }
        Ok(Self { from, to })
    }

    /// The address that goes.
    pub fn from(&self) -> &ServerAddress {
        &self.from
    }

    /// The address that comes.
    pub fn to(&self) -> &ServerAddress {
        &self.to
    }

    /// The way back.
    #[must_use]
    pub fn reversed(&self) -> Self {
        let to = self.from.clone();
        Self { from: ServerAddress { host: self.to.host.clone(), port: self.to.port.or(to.port) }, to }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> Result<ServerAddress, ServerAddressError> {
        text.parse()
    }

    #[test]
    fn addresses_are_read_as_people_write_them() {
        for (text, shown) in [
            ("10.0.0.5", "10.0.0.5"),
            (" Broker ", "broker"),
            ("http://old-host:8123/", "old-host:8123"),
            ("https://hub.lan", "hub.lan:443"),
            ("gopher://hub.lan", "hub.lan"),
        ] {
            assert_eq!(address(text).unwrap().to_string(), shown);
        }
        for text in ["", "a b", "hub..lan", "hub:x", "hub:0", "hub:70000", "[fd00::5]", "fd00::5", "hü.lan"] {
            assert_eq!(address(text), Err(ServerAddressError::NoAddress), "{text}");
        }
        for text in ["http://hub/x", "me:pw@hub", "hub?x"] {
            assert_eq!(address(text), Err(ServerAddressError::TooMuch), "{text}");
        }
    }

    #[test]
    fn a_change_makes_sense() {
        let change = |from: &str, to: &str| Readdress::new(address(from).unwrap(), address(to).unwrap());
        assert_eq!(change("hub", "HUB").unwrap_err(), ServerAddressError::Same);
        assert_eq!(change("hub:80", "hub").unwrap_err(), ServerAddressError::Same);
        assert_eq!(change("hub", "new:80").unwrap_err(), ServerAddressError::OnlyNewPort);
        assert!(change("hub:80", "hub:81").is_ok());
        let back = change("hub:80", "new").unwrap().reversed();
        assert_eq!((back.from().to_string(), back.to().to_string()), ("new:80".to_owned(), "hub:80".to_owned()));
    }
}
