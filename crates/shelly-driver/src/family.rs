//! What both families of devices do, each in its own way.
//!
//! [`crate::gen1::Gen1`] and [`crate::gen2::Gen2`] implement [`Family`] over their client. They hold the conversions
//! between the vendor's words and ours, as functions without I/O beside it, which [`crate::captures`] uses too:
//!
//! * `observe(identity, configuration) -> Observed`: every setting, component and what is kept;
//! * `status(status document) -> DeviceStatus`;
//! * `writes(identity, component, changes, shown) -> Vec<Write>`: the requests that bring changes about.
//!
//! Everything about when to send, whether the right device listens, and waiting is done by the caller.

use std::{future::Future, time::Duration};

use capability_config::Settings;
use serde_json::Value;
use shelly_types::{ComponentKey, Credentials, DeviceStatus, Identity, Mac};
use sync_engine::WriteAnswer;

use crate::{Command, Configuration, Error};

/// A device of one family, reached through its client.
pub(crate) trait Family: Send + Sync {
    /// The reading of every component, in our words.
    fn status(&self) -> impl Future<Output = Result<DeviceStatus, Error>> + Send;

    /// Both the reading of every component and the whole configuration.
    fn read(&self, identity: &Identity) -> impl Future<Output = Result<(DeviceStatus, Shown), Error>> + Send;

    /// The whole configuration, with as few requests as it takes. Who the device is, is believed for `trusted`.
    fn configuration(
        &self,
        identity: &Identity,
        trusted: Duration,
    ) -> impl Future<Output = Result<Shown, Error>> + Send;

    /// The requests that bring `changes` of `component` about, in order. `shown` are all settings the device showed
    /// last, for requests that need more than what changes.
    ///
    /// A change that this family cannot express is an [`Error::Unsupported`]; nothing is left out silently.
    fn writes(
        &self,
        identity: &Identity,
        component: &ComponentKey,
        changes: &Settings,
        shown: &Settings,
    ) -> Result<Vec<Write>, Error>;

    /// Sends one such request.
    fn send(&self, write: &Write) -> impl Future<Output = Result<WriteAnswer, Error>> + Send;

    /// Carries out a command. [`Command::Restart`] returns when the device has answered, not when it is back.
    fn command(&self, command: &Command) -> impl Future<Output = Result<(), Error>> + Send;

    /// The same device with other credentials.
    fn set_credentials(&mut self, credentials: Option<Credentials>);
}

/// A configuration, and who showed it.
pub(crate) struct Shown {
    /// The device, when it said so along with it.
    pub(crate) by: Option<Mac>,
    /// What it showed.
    pub(crate) configuration: Configuration,
}

/// A request that changes something. It may hold a secret, so it cannot be printed.
#[derive(Clone, PartialEq)]
pub(crate) struct Write {
    /// What is sent.
    pub(crate) request: Request,
    /// The login that is valid once it was carried out, when it changes the login.
    pub(crate) login: Option<Login>,
}

/// What is sent to change something.
#[derive(Clone, PartialEq)]
pub(crate) enum Request {
    /// Gen1: parameters to a path.
    Gen1 {
        /// Path: `/settings/relay/0`.
        path: String,
        /// Names and values in the device's words for writing.
        parameters: Vec<(String, String)>,
    },
    /// Gen2 and later: a call.
    Rpc {
        /// Method: `Switch.SetConfig`.
        method: String,
        /// Its parameters.
        params: Value,
    },
}

/// How one logs in to a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Login {
    /// Without a password.
    Open,
    /// With these.
    With(Credentials),
}

impl Write {
    /// A request to Gen1.
    pub(crate) fn gen1(path: impl Into<String>, parameters: Vec<(String, String)>) -> Self {
        Self { request: Request::Gen1 { path: path.into(), parameters }, login: None }
    }

    /// A call to Gen2 and later.
    pub(crate) fn rpc(method: impl Into<String>, params: Value) -> Self {
        Self { request: Request::Rpc { method: method.into(), params }, login: None }
    }

    /// The same, after which this login is valid.
    pub(crate) fn then(mut self, login: Login) -> Self {
        self.login = Some(login);
        self
    }
}
