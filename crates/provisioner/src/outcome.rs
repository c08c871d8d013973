//! How a task ends.

use std::fmt;

use serde::{Deserialize, Serialize};
use shelly_http::Endpoint;

use crate::{FoundBy, Known, Step};

/// How a task ends: in exactly one of two ways.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// The device answers in the network.
    Done(Provisioned),
    /// It does not.
    Failed(Failure),
}

/// The device answers in the network, with its hardware address.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Provisioned {
    /// Who it is.
    pub device: Known,
    /// Where it answers.
    #[serde(with = "text")]
    pub endpoint: Endpoint,
    /// What found it.
    pub found_by: FoundBy,
}

/// The device is not in the network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// Why.
    pub kind: FailureKind,
    /// Why, for people: what failed and what to do. Holds no secret.
    pub text: String,
    /// What was being done.
    pub step: Step,
    /// The host has the network that it had before.
    pub is_host_restored: bool,
    /// Where the device is.
    pub place: DevicePlace,
}

/// Why a task failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureKind {
    /// This cannot be done here.
    Unsupported,
    /// The radio could not be used.
    Radio,
    /// The access point is not there.
    NoAccessPoint,
    /// The access point refused the key.
    AccessPointKey,
    /// It is another device.
    WrongDevice,
    /// The device asks for a password that was not given, or refused it.
    DevicePassword,
    /// The device refused what was written, or does not answer.
    Device,
    /// The firmware is for another device, or the device did not take it.
    Firmware,
    /// The device could not join the network.
    Network,
    /// The device was not found in the network.
    NotFound,
    /// The setup window of the device is closed, or too short.
    WindowClosed,
    /// Somebody called it off.
    Cancelled,
    /// It took too long.
    TimedOut,
    /// The agent was ended in the middle.
    Interrupted,
    /// Anything else.
    Internal,
}

/// Where the device is after a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DevicePlace {
    /// Nothing was written to it.
    Untouched,
    /// Back in its access point, without the network that was written.
    AccessPoint,
    /// It answers nowhere: it lost its power, or is out of range.
    Unknown,
}

impl FailureKind {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Unsupported => "unsupported",
            Self::Radio => "radio",
            Self::NoAccessPoint => "no_access_point",
            Self::AccessPointKey => "access_point_key",
            Self::WrongDevice => "wrong_device",
            Self::DevicePassword => "device_password",
            Self::Device => "device",
            Self::Firmware => "firmware",
            Self::Network => "network",
            Self::NotFound => "not_found",
            Self::WindowClosed => "window_closed",
            Self::Cancelled => "cancelled",
            Self::TimedOut => "timed_out",
            Self::Interrupted => "interrupted",
            Self::Internal => "internal",
        }
    }
}

impl fmt::Display for DevicePlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Untouched => "the device was not touched",
            Self::AccessPoint => "the device is back in its access point",
            Self::Unknown => "the device answers nowhere; switch it off and on, and look for it again",
        })
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "failed while {}: {}; {}", self.step, self.text, self.place)?;
        if !self.is_host_restored {
            f.write_str("; the WiFi of this host is NOT back")?;
        }
        Ok(())
    }
}

/// An endpoint as text.
pub(crate) mod text {
    use serde::{Deserialize, Deserializer, Serializer, de};
    use shelly_http::Endpoint;

    pub(crate) fn serialize<S: Serializer>(endpoint: &Endpoint, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(endpoint)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Endpoint, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}
