//! A device in memory that answers what a test says, and remembers what it was asked.

use std::sync::Mutex;

use serde_json::Value;
use shelly_gen2_rpc::{Channel, ChannelKind, Client, Error};
use shelly_http::Endpoint;

pub(crate) type Answer = Box<dyn Fn(&str, &Value) -> Result<Value, Error> + Send + Sync>;

/// A device that answers what a test says, and remembers what it was asked.
pub(crate) struct Fake {
    endpoint: Endpoint,
    answer: Answer,
    asked: Mutex<Vec<(String, Value)>>,
}

impl Channel for Fake {
    async fn call(&self, method: &str, params: Option<Value>) -> Result<Value, Error> {
        let params = params.unwrap_or_default();
        self.asked.lock().unwrap().push((method.to_owned(), params.clone()));
        (self.answer)(method, &params)
    }

    fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    fn kind(&self) -> ChannelKind {
        ChannelKind::Http
    }
}

pub(crate) fn endpoint() -> Endpoint {
    "192.0.2.1".parse().unwrap()
}

pub(crate) fn device(answer: impl Fn(&str, &Value) -> Result<Value, Error> + Send + Sync + 'static) -> Client<Fake> {
    Client::new(Fake { endpoint: endpoint(), answer: Box::new(answer), asked: Mutex::default() })
}

pub(crate) fn asked(client: &Client<Fake>) -> Vec<(String, Value)> {
    client.channel().asked.lock().unwrap().clone()
}

pub(crate) fn methods(client: &Client<Fake>) -> Vec<String> {
    asked(client).into_iter().map(|(method, _)| method).collect()
}

pub(crate) fn refused(method: &str, code: i64) -> Error {
    Error::Rpc { endpoint: endpoint(), method: method.to_owned(), code, message: "no".to_owned() }
}

pub(crate) fn number(params: &Value, name: &str) -> usize {
    usize::try_from(params[name].as_u64().unwrap()).unwrap()
}
