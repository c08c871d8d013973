//! Speaks to one device: one request at a time, credentials sent at once, answers judged as the vendor's web page does.

mod configure;
mod operate;
mod state;
mod text;

pub use operate::{Infrared, Install};
pub use text::EmeterTable;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::Value;
use shelly_http::{Endpoint, HeaderName, Limits, Request, Response, exchange, header};
use shelly_types::{
    Credentials, Identity,
    wire::{AsSent, Wire},
};
use tokio::sync::Mutex;

use crate::{Error, Settings, Shelly, Status, endpoint::with_query};

/// Longest piece of a device's text that an error repeats.
const TEXT_SHOWN: usize = 120;

/// A client of one Gen1 device.
///
/// One request is in flight at a time: the devices bear few connections (reference/gen1/protocol.md 9). A read is
/// repeated once when the device closed the connection; a write never is.
#[derive(Debug)]
pub struct Client {
    endpoint: Endpoint,
    credentials: Option<Credentials>,
    limits: Limits,
    turn: Mutex<()>,
}

impl Client {
    /// A client of the device at `endpoint`, without credentials.
    pub fn new(endpoint: Endpoint) -> Self {
        Self { endpoint, credentials: None, limits: Limits::default(), turn: Mutex::new(()) }
    }

    /// The same client with these credentials.
    #[must_use]
    pub fn with_credentials(mut self, credentials: Option<Credentials>) -> Self {
        self.credentials = credentials;
        self
    }

    /// Sends these credentials from now on.
    pub fn set_credentials(&mut self, credentials: Option<Credentials>) {
        self.credentials = credentials;
    }

    /// The same client with these limits.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// How long a request may take and how much it may bring.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Where the device is.
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// Asks who the device is. Credentials are not sent, so whoever answers learns none.
    ///
    /// # Errors
    /// [`Error::NotGen1`] when something else answers; else why no answer came.
    pub async fn identity(&self) -> Result<Identity, Error> {
        self.shelly().await?.identity().ok_or_else(|| Error::NotGen1 { endpoint: self.endpoint.clone() })
    }

    /// Reads `/shelly` as sent. Credentials are not sent.
    pub async fn shelly(&self) -> Result<Shelly, Error> {
        self.document("/shelly").await
    }

    /// Reads all settings.
    pub async fn settings(&self) -> Result<Settings, Error> {
        self.document("/settings").await
    }

    /// The same in the words of the device, which is cheaper for those who need no types.
    pub async fn settings_as_sent(&self) -> Result<AsSent, Error> {
        self.document("/settings").await
    }

    /// Reads the state.
    pub async fn status(&self) -> Result<Status, Error> {
        self.document("/status").await
    }

    /// Reads `path`; repeated once when the device closed the connection.
    ///
    /// For requests that change nothing: the device may see it twice.
    pub async fn get(&self, path: &str, params: &[(&str, String)]) -> Result<Value, Error> {
        match self.ask(path, params).await {
            Err(Error::Http { source: shelly_http::Error::Closed { .. }, .. }) => self.ask(path, params).await,
            answer => answer,
        }
    }

    /// Sends a change to `path` and reads the answer, which is the changed object. Never repeated.
    ///
    /// Parameters have their write names, which differ from those read (reference/gen1/protocol.md 7); an unknown one is
    /// ignored with a success answer, so only reading again proves a write.
    pub async fn write(&self, path: &str, params: &[(&str, String)]) -> Result<Value, Error> {
        self.ask(path, params).await
    }

    pub(crate) async fn write_object<T: Wire>(&self, path: &str, params: &[(&str, String)]) -> Result<T, Error> {
        self.object(path, self.write(path, params).await?)
    }

    pub(crate) async fn document<T: Wire>(&self, path: &str) -> Result<T, Error> {
        self.object(path, self.get(path, &[]).await?)
    }

    fn object<T: Wire>(&self, path: &str, answer: Value) -> Result<T, Error> {
        T::from_json(answer).map_err(|_| self.not_an_object(path))
    }

    async fn ask(&self, path: &str, params: &[(&str, String)]) -> Result<Value, Error> {
        let response = self.exchange(path, params, &self.limits).await?;
        self.judge(path, &response)
    }

    async fn exchange(&self, path: &str, params: &[(&str, String)], limits: &Limits) -> Result<Response, Error> {
        let _turn = self.turn.lock().await;
        let url = with_query(path, params);
        let credentials = self.credentials_for(path);
        let headers: Vec<(HeaderName, String)> =
            credentials.map(|credentials| (header::AUTHORIZATION, basic(credentials))).into_iter().collect();
        let request = Request::get(&url).with_headers(&headers);
        exchange(&self.endpoint, &request, limits).await.map_err(|source| Error::Http {
            endpoint: self.endpoint.clone(),
            path: path.to_owned(),
            source,
        })
    }

    /// `/shelly` is open to all, so whoever answers there learns no password.
    fn credentials_for(&self, path: &str) -> Option<&Credentials> {
        self.credentials.as_ref().filter(|_| path != "/shelly")
    }

    /// Success is a body that begins with `{` or `[`; every other text is the device's way to say no
    /// (reference/gen1/protocol.md 1).
    fn judge(&self, path: &str, response: &Response) -> Result<Value, Error> {
        if !response.is_success() {
            return Err(self.refusal(path, response));
        }
        let (endpoint, path_owned) = (self.endpoint.clone(), path.to_owned());
        let text = String::from_utf8_lossy(&response.body);
        let body = text.trim();
        if body.starts_with(['{', '[']) {
            return parse(body).map_err(|source| {
                if source.is_eof() {
                    Error::Truncated { endpoint, path: path_owned, source }
                } else {
                    Error::Garbled { endpoint, path: path_owned, source }
                }
            });
        }
        if body.is_empty() || body.starts_with('<') {
            return Err(Error::NotJson { endpoint, path: path_owned, begins_with: shown(body) });
        }
        Err(self.refusal(path, response))
    }

    fn refusal(&self, path: &str, response: &Response) -> Error {
        let (endpoint, path) = (self.endpoint.clone(), path.to_owned());
        if response.status == 401 {
            let credentials_given = self.credentials_for(&path).is_some();
            return Error::Unauthorized { endpoint, path, credentials_given };
        }
        let text = shown(String::from_utf8_lossy(&response.body).trim());
        Error::Refused { endpoint, path, status: response.status, text }
    }

    fn not_an_object(&self, path: &str) -> Error {
        Error::NotAnObject { endpoint: self.endpoint.clone(), path: path.to_owned() }
    }
}

fn basic(credentials: &Credentials) -> String {
    let pair = format!("{}:{}", credentials.user, credentials.expose_password());
    format!("Basic {}", STANDARD.encode(pair))
}

/// Parses a body; raw control characters, which one valve firmware puts into texts, become spaces.
fn parse(body: &str) -> Result<Value, serde_json::Error> {
    serde_json::from_str(body).or_else(|error: serde_json::Error| {
        if error.is_eof() || !body.contains(char::is_control) {
            return Err(error);
        }
        serde_json::from_str(&body.replace(char::is_control, " "))
    })
}

fn shown(text: &str) -> String {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(TEXT_SHOWN + 1).collect();
    if line.chars().count() > TEXT_SHOWN { line.chars().take(TEXT_SHOWN).chain(['…']).collect() } else { line }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_do_not_spoil_a_document() {
        assert_eq!(parse("{\"name\":\"a\u{1}b\"}").unwrap(), serde_json::json!({"name": "a b"}));
        assert!(parse("{\"a\":1,,}").unwrap_err().is_syntax());
        assert!(parse("{\"a\":\"\u{1}").unwrap_err().is_eof() || parse("{\"a\":\"\u{1}").is_err());
    }

    #[test]
    fn long_texts_are_cut() {
        assert_eq!(shown("Not\ncalibrated!"), "Not calibrated!");
        assert_eq!(shown(&"ä".repeat(500)).chars().count(), TEXT_SHOWN + 1);
    }

    #[test]
    fn credentials_are_encoded() {
        assert_eq!(basic(&Credentials::new("Aladdin", "open sesame")), "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
    }
}
