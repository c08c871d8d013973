//! Where a broker listens, and whether it is spoken to over TLS.

use std::{fmt, str::FromStr};

use url::Url;

/// Address of a broker: `mqtt://host:1883` or `mqtts://host:8883`, the port optional.
///
/// User and password do not belong here, as addresses are shown to people; see [`Login`](crate::Login).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Address {
    host: String,
    port: u16,
    tls: bool,
}

/// The text is no address of a broker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an address of a broker is `mqtt://host:port` or `mqtts://host:port`, without user and path")]
pub struct ParseAddressError;

impl Address {
    /// A broker in the clear.
    pub fn plain(host: impl Into<String>, port: u16) -> Self {
        Self { host: host.into(), port, tls: false }
    }

    /// A broker over TLS.
    pub fn tls(host: impl Into<String>, port: u16) -> Self {
        Self { host: host.into(), port, tls: true }
    }

    /// Host name or address, IPv6 without brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// TCP port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Whether it is spoken to over TLS.
    pub fn is_tls(&self) -> bool {
        self.tls
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.tls { "mqtts" } else { "mqtt" };
        if self.host.contains(':') {
            write!(f, "{scheme}://[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{scheme}://{}:{}", self.host, self.port)
        }
    }
}

impl FromStr for Address {
    type Err = ParseAddressError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let url = Url::parse(text.trim()).map_err(|_| ParseAddressError)?;
        let (tls, default_port) = match url.scheme() {
            "mqtt" => (false, 1883),
            "mqtts" => (true, 8883),
            _ => return Err(ParseAddressError),
        };
        let extra = !url.username().is_empty()
            || url.password().is_some()
            || !matches!(url.path(), "" | "/")
            || url.query().is_some()
            || url.fragment().is_some();
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
        let port = url.port().unwrap_or(default_port);
        if extra || host.is_empty() || port == 0 {
            return Err(ParseAddressError);
        }
        Ok(Self { host: host.to_owned(), port, tls })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_and_printed() {
        for (text, printed) in [
            ("mqtt://broker", "mqtt://broker:1883"),
            ("mqtts://10.0.0.5/", "mqtts://10.0.0.5:8883"),
            (" mqtt://[fe80::1]:1884 ", "mqtt://[fe80::1]:1884"),
        ] {
            let address: Address = text.parse().unwrap();
            assert_eq!(address.to_string(), printed);
            assert_eq!(printed.parse(), Ok(address));
        }
    }

    #[test]
    fn other_texts_are_refused() {
        let texts =
            ["", "broker", "http://broker", "mqtt://", "mqtt://a:b@broker", "mqtt://broker/topic", "mqtt://a:0"];
        for text in texts {
            assert_eq!(text.parse::<Address>(), Err(ParseAddressError), "{text}");
        }
    }
}
