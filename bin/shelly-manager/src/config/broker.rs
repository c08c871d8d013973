//! The broker: where it is, who we are there, and whom to trust.

use std::path::PathBuf;

use percent_encoding::percent_decode_str;
use serde::Deserialize;
use shelly_mqtt::{Address, Login, Options};
use url::Url;

use super::{ConfigError, trust};
use crate::args::ServeArgs;

/// The table `[mqtt]` of the settings file.
#[derive(Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct BrokerFile {
    broker: Option<String>,
    user: Option<String>,
    password: Option<String>,
    ca: Option<PathBuf>,
}

impl std::fmt::Debug for BrokerFile {
    /// Without what may hold a password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BrokerFile").field("user", &self.user).field("ca", &self.ca).finish_non_exhaustive()
    }
}

/// How to connect to the broker; none when there is none.
///
/// # Errors
/// When the address is none, or whom to trust cannot be read.
pub(super) fn broker(serve: &ServeArgs, file: BrokerFile) -> Result<Option<Options>, ConfigError> {
    let given = serve.mqtt.as_deref().or(file.broker.as_deref());
    let Some(text) = given.filter(|text| *text != "off") else { return Ok(None) };
    let (address, login) = parse(text).ok_or(ConfigError::Broker)?;
    // Where the address comes from the command line and the login is not in it, that of the file belongs to it too.
    let of_file = file.user.map(|user| Login { user, password: file.password.unwrap_or_default() });
    let ca = serve.mqtt_ca.clone().or(file.ca).filter(|_| address.is_tls());
    let tls = ca.map(|ca| trust::authority(&ca)).transpose()?.map(|tls| tls.client_config());
    Ok(Some(Options { login: login.or(of_file), tls, ..Options::new(address) }))
}

/// `mqtt://[user[:password]@]host[:port]` or `mqtts://...`, with user and password as in URLs.
fn parse(text: &str) -> Option<(Address, Option<Login>)> {
    let mut url = Url::parse(text.trim()).ok()?;
    let decoded = |text: &str| percent_decode_str(text).decode_utf8().ok().map(String::from);
    let (user, password) = (decoded(url.username())?, decoded(url.password().unwrap_or_default())?);
    if !url.username().is_empty() || url.password().is_some() {
        url.set_password(None).ok()?;
        url.set_username("").ok()?;
    }
    let login = (!user.is_empty()).then_some(Login { user, password });
    Some((url.as_str().parse().ok()?, login))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a6_an_address_may_hold_the_login() {
        let parsed = |text| parse(text).map(|(address, login)| (address.to_string(), login));
        let login = |user: &str, password: &str| Some(Login { user: user.to_owned(), password: password.to_owned() });
        assert_eq!(parsed("mqtt://broker"), Some(("mqtt://broker:1883".to_owned(), None)));
        assert_eq!(parsed("mqtts://a@broker"), Some(("mqtts://broker:8883".to_owned(), login("a", ""))));
        assert_eq!(
            parsed("mqtt://a:b%40c+%C3%A9@10.0.0.5:7"),
            Some(("mqtt://10.0.0.5:7".to_owned(), login("a", "b@c+é")))
        );
        for text in ["broker", "http://broker", "mqtt://", "mqtt://broker/topic", ""] {
            assert_eq!(parsed(text), None, "{text}");
        }
    }
}
