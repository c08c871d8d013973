//! Reads the address of a server and connects to it, over TLS where the address says so.

use std::time::Duration;

use http::Uri;
use tokio::time::timeout;
use tokio_rustls::rustls::pki_types::ServerName;

use crate::{
    device::Device,
    link::{Dials, connect, is_loopback},
    tls::{self, Trust},
    wire::Wire,
};

/// How long a handshake may take.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// Schemes of a protocol: plain, and over TLS; twice the same where there is no TLS.
pub(crate) type Schemes = [&'static str; 2];

/// Where to connect to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Dial {
    pub(crate) host: String,
    pub(crate) port: u16,
    /// Path and query.
    pub(crate) target: String,
    /// Whom to trust; none without TLS.
    trust: Option<Trust>,
}

impl Dial {
    /// Reads `scheme://host[:port]/path`; none for anything else.
    pub(crate) fn new(url: &str, [plain, secure]: Schemes, trust: Trust) -> Option<Self> {
        let uri: Uri = url.parse().ok()?;
        let scheme = uri.scheme_str()?;
        if scheme != plain && scheme != secure {
            return None;
        }
        let is_secure = scheme != plain;
        Some(Self {
            host: uri.host()?.to_owned(),
            port: uri.port_u16().unwrap_or(if is_secure { 443 } else { 80 }),
            target: uri.path_and_query().map_or("/", |target| target.as_str()).to_owned(),
            trust: is_secure.then_some(trust),
        })
    }

    /// Whether devices may dial it at all.
    pub(crate) fn is_allowed(&self, dials: Dials) -> bool {
        dials == Dials::Anywhere || is_loopback(&self.host)
    }

    /// Connects; none when there is nobody, or nobody who is trusted.
    pub(crate) async fn open(&self, device: &Device) -> Option<Wire> {
        let stream = connect(device, &self.host, self.port).await?;
        let _ = stream.set_nodelay(true);
        let Some(trust) = &self.trust else { return Some(Wire::Plain(stream)) };
        let connector = tls::connector(trust)?;
        let name = ServerName::try_from(self.host.trim_matches(['[', ']']).to_owned()).ok()?;
        let stream = timeout(HANDSHAKE, connector.connect(name, stream)).await.ok()?.ok()?;
        Some(Wire::Tls(Box::new(stream.into())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_servers_are_read() {
        let read = |url| Dial::new(url, ["ws", "wss"], Trust::Everyone);
        let dial = read("wss://manager.local/api/ws?x=1").expect("an address");
        assert_eq!((dial.host.as_str(), dial.port, dial.target.as_str()), ("manager.local", 443, "/api/ws?x=1"));
        assert!(dial.trust.is_some());
        assert_eq!(read("ws://10.0.0.2:9000").map(|dial| dial.port), Some(9000));
        assert!(read("http://10.0.0.2/").is_none());
        assert!(read("").is_none());
    }
}
