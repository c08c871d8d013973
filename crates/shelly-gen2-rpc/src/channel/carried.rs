//! Calls a device over whatever carries whole frames to it and back, such as Bluetooth (protocol 3.8).

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use futures::future::BoxFuture;
use serde_json::Value;
use shelly_http::Endpoint;
use shelly_types::Credentials;

use super::{
    Channel, ChannelKind, SOURCE, WHO,
    login::{Authorisation, Carry, Login},
    reply::{Place, Reply, number},
};
use crate::{
    Error,
    frame::{Frame, Request},
};

/// Carries frames to one device and its answers back, one exchange after the other, within limits of its own.
pub trait CarryFrames: fmt::Debug + Send + Sync {
    /// Sends a frame and returns the one that answers it.
    fn exchange<'a>(&'a self, frame: &'a str) -> BoxFuture<'a, Result<Vec<u8>, NotCarried>>;

    /// Whether nothing can be carried any more.
    fn is_closed(&self) -> bool;
}

/// A frame was not carried, or its answer not back.
#[derive(Debug, thiserror::Error)]
#[error("{why}")]
pub struct NotCarried {
    /// What went wrong, with its causes.
    pub why: String,
    /// Whether the frame may have reached the device.
    pub sent: bool,
}

/// A transport of frames as the way to a device.
///
/// Whether a device asks for its password there is not known for certain (gaps 13): where it does, it is proven in the
/// frame, as over a WebSocket.
#[derive(Debug)]
pub struct CarriedChannel {
    carrier: Arc<dyn CarryFrames>,
    kind: ChannelKind,
    endpoint: Endpoint,
    login: Login,
    next_id: AtomicU64,
}

impl CarriedChannel {
    /// Bluetooth as the way to the device that is called `name`.
    pub fn bluetooth(carrier: Arc<dyn CarryFrames>, name: &str, credentials: Option<Credentials>) -> Self {
        Self {
            carrier,
            kind: ChannelKind::Bluetooth,
            endpoint: Endpoint::new(format!("{name}.bluetooth"), Endpoint::DEFAULT_PORT),
            login: Login::new(credentials),
            next_id: AtomicU64::new(1),
        }
    }

    /// Whether it has ended.
    pub fn is_closed(&self) -> bool {
        self.carrier.is_closed()
    }

    fn request(&self, method: &str, params: Option<Value>) -> Request {
        let id = self.next_id.fetch_add(1, Ordering::Relaxed);
        Request { id, src: SOURCE.to_owned(), method: method.to_owned(), params, auth: None }
    }

    async fn ask(&self, request: &Request) -> Result<Reply, Error> {
        let (endpoint, method) = (|| self.endpoint.clone(), || request.method.clone());
        let answer = self.carrier.exchange(&request.to_text()).await;
        let bytes = answer.map_err(|source| Error::NotCarried { endpoint: endpoint(), method: method(), source })?;
        let begins_with = || String::from_utf8_lossy(&bytes[..bytes.len().min(240)]).chars().take(80).collect();
        let not_json = || Error::NotJson { endpoint: endpoint(), method: method(), begins_with: begins_with() };
        let Frame::Answer(answer) = Frame::parse(&bytes).map_err(|_| not_json())? else { return Err(not_json()) };
        if number(&answer.id) != Some(request.id) {
            let (expected, received) = (request.id, answer.id.to_string());
            return Err(Error::OtherRequest { endpoint: endpoint(), method: method(), expected, received });
        }
        Place { endpoint: &self.endpoint, method: &request.method }.outcome(answer.outcome, None)
    }
}

impl Channel for CarriedChannel {
    async fn call(&self, method: &str, params: Option<Value>) -> Result<Value, Error> {
        self.login.call(self, &mut self.request(method, params)).await
    }

    fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    fn kind(&self) -> ChannelKind {
        self.kind
    }

    async fn who(&self) -> Result<Value, Error> {
        match self.ask(&self.request(WHO, None)).await? {
            Reply::Result(result) => Ok(result),
            Reply::Challenge(_) => Err(Place { endpoint: &self.endpoint, method: WHO }.unauthorized(false)),
        }
    }
}

impl Carry for CarriedChannel {
    async fn carry(&self, request: &mut Request, authorisation: Option<&Authorisation>) -> Result<Reply, Error> {
        request.auth = authorisation.and_then(Authorisation::for_frame);
        self.ask(request).await
    }

    fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    /// Answers what it is told, and keeps what it was asked.
    #[derive(Debug, Default)]
    struct Played {
        answers: Mutex<Vec<Result<Vec<u8>, bool>>>,
        asked: Mutex<Vec<Value>>,
    }

    impl CarryFrames for Played {
        fn exchange<'a>(&'a self, frame: &'a str) -> BoxFuture<'a, Result<Vec<u8>, NotCarried>> {
            Box::pin(async move {
                let asked: Value = serde_json::from_str(frame).unwrap();
                let answer = self.answers.lock().unwrap().remove(0);
                let id = asked["id"].to_string();
                self.asked.lock().unwrap().push(asked);
                let answer = answer.map_err(|sent| NotCarried { why: "it broke".to_owned(), sent })?;
                Ok(String::from_utf8_lossy(&answer).replace("$ID", &id).into_bytes())
            })
        }

        fn is_closed(&self) -> bool {
            self.answers.lock().unwrap().is_empty()
        }
    }

    fn channel(answers: Vec<Result<&str, bool>>, password: Option<&str>) -> (Arc<Played>, CarriedChannel) {
        let answers = answers.into_iter().map(|answer| answer.map(|text| text.as_bytes().to_vec())).collect();
        let played = Arc::new(Played { answers: Mutex::new(answers), ..Played::default() });
        let credentials = password.map(|password| Credentials::new("admin", password));
        let carrier: Arc<dyn CarryFrames> = Arc::<Played>::clone(&played);
        (played, CarriedChannel::bluetooth(carrier, "ShellyPlus1-A8032AB12345", credentials))
    }

    const DONE: &str = r#"{"id":$ID,"src":"a","result":{"done":true}}"#;
    const CHALLENGE: &str = r#"{"id":$ID,"src":"a","error":{"code":401,"message":"{\"auth_type\":\"digest\",\"nonce\":1625038762,\"nc\":1,\"realm\":\"a\",\"algorithm\":\"SHA-256\"}"}}"#;

    /// A7: calls go as frames, and are answered or refused by frames.
    #[tokio::test]
    async fn a7_calls_go_as_frames() {
        let refused = r#"{"id":$ID,"error":{"code":-103,"message":"no"}}"#;
        let (played, channel) = channel(vec![Ok(DONE), Ok(refused)], None);
        assert_eq!(channel.call("Sys.GetStatus", Some(json!({"a": 1}))).await.unwrap(), json!({"done": true}));
        assert!(matches!(channel.call("Sys.SetConfig", None).await, Err(Error::Rpc { code: -103, .. })));
        assert!(channel.is_closed() && channel.kind().to_string() == "Bluetooth");
        let asked = played.asked.lock().unwrap();
        assert_eq!((&asked[0]["method"], &asked[0]["params"]["a"]), (&json!("Sys.GetStatus"), &json!(1)));
        assert_ne!(asked[0]["id"], asked[1]["id"]);
    }

    /// A7: a device that asks for its password gets the proof in the frame; without one, nothing is tried.
    #[tokio::test]
    async fn a7_a_password_is_proven_in_the_frame() {
        let (played, with) = channel(vec![Ok(CHALLENGE), Ok(DONE)], Some("hunter22"));
        with.call("Sys.GetStatus", None).await.unwrap();
        assert_eq!(played.asked.lock().unwrap()[1]["auth"]["username"], "admin");
        let (_, without) = channel(vec![Ok(CHALLENGE)], None);
        let error = without.call("Sys.GetStatus", None).await.unwrap_err();
        assert!(matches!(error, Error::Unauthorized { credentials_given: false, .. }), "{error}");
    }

    /// What was not sent may be sent again; what may have arrived is never taken for not sent.
    #[tokio::test]
    async fn a7_it_is_known_whether_a_frame_may_have_arrived() {
        for (answer, arrived) in
            [(Err(true), true), (Err(false), false), (Ok("{"), true), (Ok(r#"{"id":99,"result":1}"#), true)]
        {
            let (_, channel) = channel(vec![answer], None);
            let error = channel.call("Wifi.SetConfig", None).await.unwrap_err();
            assert_eq!(error.may_have_arrived(), arrived, "{error}");
            assert_eq!(error.is_unreachable(), answer.is_err(), "{error}");
        }
    }

    proptest! {
        #[test]
        fn a7_no_answer_breaks_the_channel(bytes in proptest::collection::vec(any::<u8>(), 0..120)) {
            let text = String::from_utf8_lossy(&bytes).into_owned();
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let (_, channel) = channel(vec![Ok(&text)], None);
            prop_assert!(runtime.block_on(channel.call("Sys.GetStatus", None)).is_err());
        }
    }
}
