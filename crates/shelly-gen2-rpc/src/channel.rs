//! Carries calls to a device, whatever the transport.

mod carried;
mod http;
mod login;
#[cfg(feature = "mqtt")]
mod mqtt;
mod news;
mod reply;
mod udp;
mod waiting;
mod websocket;

use std::fmt;

use serde_json::Value;
use shelly_http::Endpoint;

use crate::Error;

#[cfg(feature = "mqtt")]
pub use self::mqtt::{Announcements, MqttChannel, MqttLink, MqttNews, MqttOptions, Sighted};
pub use self::{
    carried::{CarriedChannel, CarryFrames, NotCarried},
    http::HttpChannel,
    news::{News, Notifications},
    udp::{UdpChannel, UdpNews, UdpOptions, UdpPort},
    websocket::{Arrival, Closed, Upgrade, WebSocketChannel, WebSocketOptions, accept, accept_upgraded},
};

/// Who asks, unless told otherwise.
const SOURCE: &str = "shelly-gen2-rpc";

/// The method that every device answers without a password (protocol 4).
const WHO: &str = "Shelly.GetDeviceInfo";

/// A way to call methods of one device.
pub trait Channel: Send + Sync {
    /// Calls `method` and waits for its result.
    fn call(&self, method: &str, params: Option<Value>) -> impl Future<Output = Result<Value, Error>> + Send;

    /// Who is asked: the device, or over MQTT the broker.
    fn endpoint(&self) -> &Endpoint;

    /// What carries the calls.
    fn kind(&self) -> ChannelKind;

    /// Asks the device who it is, in the way of this transport that never needs a password.
    fn who(&self) -> impl Future<Output = Result<Value, Error>> + Send {
        self.call(WHO, None)
    }
}

/// What carries calls (protocol 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ChannelKind {
    /// HTTP in the clear, a connection for each call.
    Http,
    /// HTTP over TLS, a connection for each call.
    Https,
    /// A WebSocket that we opened, in the clear or over TLS.
    WebSocket,
    /// A WebSocket that the device opened.
    OutboundWebSocket,
    /// A broker between us and the device.
    Mqtt,
    /// Datagrams.
    Udp,
    /// Bluetooth LE.
    Bluetooth,
}

impl fmt::Display for ChannelKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Http => "HTTP",
            Self::Https => "HTTPS",
            Self::WebSocket => "WebSocket",
            Self::OutboundWebSocket => "outbound WebSocket",
            Self::Mqtt => "MQTT",
            Self::Udp => "UDP",
            Self::Bluetooth => "Bluetooth",
        })
    }
}

/// Whether a method only reads, so that asking twice does no harm.
fn is_read(method: &str) -> bool {
    let Some((_, name)) = method.rsplit_once('.') else { return false };
    let name = name.to_ascii_lowercase();
    name.starts_with("get") || name.starts_with("list")
}

#[cfg(test)]
mod tests {
    use super::is_read;

    #[test]
    fn only_reads_are_repeated() {
        for method in ["Shelly.GetStatus", "shelly.getconfig", "Schedule.List", "Shelly.ListMethods", "KVS.GetMany"] {
            assert!(is_read(method), "{method}");
        }
        for method in ["Switch.Set", "Switch.Toggle", "Shelly.Reboot", "Get", "Wifi.SetConfig"] {
            assert!(!is_read(method), "{method}");
        }
    }
}
