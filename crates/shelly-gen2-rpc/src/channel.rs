//! Carries calls to a device, whatever the transport.

mod http;

use serde_json::Value;
use shelly_http::Endpoint;

use crate::Error;

pub use self::http::HttpChannel;

/// A way to call methods of one device.
pub trait Channel: Send + Sync {
    /// Calls `method` and waits for its result.
    fn call(&self, method: &str, params: Option<Value>) -> impl Future<Output = Result<Value, Error>> + Send;

    /// Who is asked.
    fn endpoint(&self) -> &Endpoint;

    /// Asks the device who it is, in the way of this transport that never needs a password.
    fn who(&self) -> impl Future<Output = Result<Value, Error>> + Send {
        self.call("Shelly.GetDeviceInfo", None)
    }
}
