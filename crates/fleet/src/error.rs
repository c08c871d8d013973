//! What can go wrong in a use case, and what kind of trouble it is.

use std::fmt;

use shelly_driver::Class;
use shelly_types::Mac;

/// A use case failed.
#[derive(Debug, thiserror::Error)]
#[error("{doing}")]
pub struct Error {
    doing: String,
    kind: ErrorKind,
    #[source]
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// What kind of trouble it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ErrorKind {
    /// The request makes no sense.
    Invalid {
        /// The trouble is with a setting.
        setting: Option<SettingTrouble>,
        /// Which parts are wrong, and what is allowed.
        fields: Vec<(String, String)>,
    },
    /// The text is not a query; this part of it is wrong.
    Query(fleet_query::Position),
    /// Nobody is signed in, or with a token that is not valid.
    NotSignedIn,
    /// The one who asks may not do this.
    Forbidden,
    /// The thing does not exist.
    NotFound,
    /// The thing exists already or was changed meanwhile.
    Conflict,
    /// Several devices are at the address of the device.
    AddressConflict,
    /// The plan cannot be confirmed any more.
    StalePlan,
    /// The device.
    Device(DeviceTrouble),
    /// The database is busy or gone.
    Unavailable,
    /// A fault of the program or of stored data.
    Internal,
}

/// What is wrong with a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SettingTrouble {
    /// Its path does not exist.
    Unknown,
    /// Its value is not allowed.
    Value,
}

/// What is wrong with a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeviceTrouble {
    /// It does not answer.
    Unreachable,
    /// It took the request and gave no whole answer.
    Interrupted,
    /// It sleeps.
    Asleep,
    /// It refuses our password.
    Unauthorized,
    /// It refuses logins for a while.
    LockedOut,
    /// Another device answers.
    WrongDevice,
    /// It refuses the request.
    Refused,
    /// Its answer cannot be understood.
    Garbled,
    /// It cannot do this.
    Unsupported,
}

impl Error {
    /// An error without a cause of its own.
    pub(crate) fn new(doing: impl Into<String>, kind: ErrorKind) -> Self {
        Self { doing: doing.into(), kind, source: None }
    }

    /// A request that makes no sense.
    pub(crate) fn invalid(doing: impl Into<String>) -> Self {
        Self::new(doing, ErrorKind::Invalid { setting: None, fields: Vec::new() })
    }

    /// A thing that does not exist.
    pub(crate) fn not_found(what: impl fmt::Display) -> Self {
        Self::new(format!("there is no {what}"), ErrorKind::NotFound)
    }

    /// A fault of the program.
    pub(crate) fn internal(
        doing: impl Into<String>,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self { doing: doing.into(), kind: ErrorKind::Internal, source: Some(source.into()) }
    }

    /// The kind of trouble.
    pub fn kind(&self) -> &ErrorKind {
        &self.kind
    }

    /// The class of the trouble with a device, if it is one.
    pub(crate) fn device_class(&self) -> Option<Class> {
        self.of_device().map(shelly_driver::Error::class)
    }

    /// The device speaks TLS, and we do not trust it.
    pub(crate) fn is_about_trust(&self) -> bool {
        self.of_device().is_some_and(shelly_driver::Error::is_about_trust)
    }

    /// The device was not asked, because it updates its firmware.
    pub(crate) fn is_left_to_update(&self) -> bool {
        self.of_device().is_some_and(shelly_driver::Error::is_left_to_update)
    }

    fn of_device(&self) -> Option<&shelly_driver::Error> {
        self.source.as_ref()?.downcast_ref()
    }

    /// The device that answered in place of the one that was meant.
    pub(crate) fn other_device(&self) -> Option<Mac> {
        match self.source.as_ref()?.downcast_ref()? {
            shelly_driver::Error::WrongDevice { found, .. } => Some(*found),
            _ => None,
        }
    }

    /// The error and its causes on one line.
    pub fn chain(&self) -> String {
        let mut text = chain(self);
        if self.of_device().is_some_and(shelly_driver::Error::lacks_authority) {
            text.push_str("; name the file of its authority with --device-ca, and the manager trusts it");
        }
        text
    }
}

/// An error and its causes on one line. What says no more than the one before is left out.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    for cause in std::iter::successors(error.source(), |cause| cause.source()) {
        let line = cause.to_string();
        if !text.ends_with(&line) {
            text.push_str(": ");
            text.push_str(&line);
        }
    }
    text
}

impl From<storage::Error> for Error {
    fn from(error: storage::Error) -> Self {
        use storage::Kind;
        let kind = match error.kind() {
            Kind::NotFound => ErrorKind::NotFound,
            Kind::Conflict => ErrorKind::Conflict,
            Kind::Busy | Kind::Backend(_) => ErrorKind::Unavailable,
            Kind::Invalid { .. } => ErrorKind::Invalid { setting: None, fields: Vec::new() },
            Kind::Corrupt { .. } | Kind::NewerSchema { .. } => ErrorKind::Internal,
        };
        Self { doing: error.to_string(), kind, source: Some(Box::new(error)) }
    }
}

impl From<fleet_query::ParseError> for Error {
    fn from(error: fleet_query::ParseError) -> Self {
        Self::new(error.to_string(), ErrorKind::Query(error.position))
    }
}

impl From<shelly_driver::Error> for Error {
    fn from(error: shelly_driver::Error) -> Self {
        Self {
            doing: error.to_string(),
            kind: ErrorKind::Device(trouble(error.class())),
            source: Some(Box::new(error)),
        }
    }
}

/// The trouble behind a driver's error.
pub(crate) fn trouble(class: Class) -> DeviceTrouble {
    match class {
        Class::Unreachable => DeviceTrouble::Unreachable,
        Class::Interrupted => DeviceTrouble::Interrupted,
        Class::Unauthorized => DeviceTrouble::Unauthorized,
        Class::LockedOut => DeviceTrouble::LockedOut,
        Class::WrongDevice => DeviceTrouble::WrongDevice,
        Class::Refused => DeviceTrouble::Refused,
        Class::Garbled => DeviceTrouble::Garbled,
        Class::Unsupported => DeviceTrouble::Unsupported,
    }
}
