//! The device at the end of a channel, and how its answers are read.

use serde_json::{Map, Value};
use shelly_types::{Identity, wire::Wire};

use crate::{Channel, Error, components::shelly::DeviceInfo};

/// A device of Gen2 or later. Its methods are described in [`methods`](crate::methods).
#[derive(Debug)]
pub struct Client<C> {
    channel: C,
}

impl<C: Channel> Client<C> {
    /// The device at the end of `channel`.
    pub fn new(channel: C) -> Self {
        Self { channel }
    }

    /// The way to the device.
    pub fn channel(&self) -> &C {
        &self.channel
    }

    /// Calls any method.
    pub async fn call(&self, method: &str, params: Option<Value>) -> Result<Value, Error> {
        self.channel.call(method, params).await
    }

    /// Who the device is; needs no password.
    pub async fn identity(&self) -> Result<Identity, Error> {
        const WHO: &str = "device info";
        let info: DeviceInfo = self.typed(WHO, "an object", self.channel.who().await?)?;
        info.identity().map_err(|source| Error::NotGen2 {
            endpoint: self.channel.endpoint().clone(),
            method: WHO.to_owned(),
            source,
        })
    }

    /// Calls a method that answers nothing of interest.
    pub(crate) async fn command(&self, method: &str, params: Option<Value>) -> Result<(), Error> {
        self.call(method, params).await.map(drop)
    }

    /// Calls a method with a typed answer. Null is an answer without members: firmware differs in which it gives.
    pub(crate) async fn ask<T: Wire>(&self, method: &str, params: Option<Value>) -> Result<T, Error> {
        match self.call(method, params).await? {
            Value::Null => T::from_json(Value::Object(Map::new()))
                .map_err(|_| self.unexpected(method, "what is documented", &Value::Null)),
            answer => self.typed(method, "what is documented", answer),
        }
    }

    /// Reads an answer.
    pub(crate) fn typed<T: Wire>(&self, method: &str, expected: &'static str, answer: Value) -> Result<T, Error> {
        T::from_json(answer).map_err(|odd| self.unexpected(method, expected, &odd))
    }

    /// The error for an answer of another shape.
    pub(crate) fn unexpected(&self, method: &str, expected: &'static str, odd: &Value) -> Error {
        Error::Unexpected {
            endpoint: self.channel.endpoint().clone(),
            method: method.to_owned(),
            expected,
            begins_with: odd.to_string().chars().take(80).collect(),
        }
    }
}
