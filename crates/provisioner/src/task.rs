//! What is to be done, and how far it is.

use std::{fmt, net::Ipv4Addr, str::FromStr, time::Duration};

use secrets::Secret;
use serde::{Deserialize, Serialize};
use shelly_types::{Credentials, Mac};
use wifi_control::{ShellyName, Ssid};

use crate::{FirmwareFile, Known};

/// Names a task: the manager's id, or one of our own.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TaskId(String);

impl TaskId {
    /// The id with this text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TaskId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A network to join. Its key is printed nowhere.
#[derive(Debug, Clone)]
pub struct Network {
    /// Name.
    pub ssid: Ssid,
    /// Key; none for an open network.
    pub key: Option<Secret<String>>,
}

/// Where the address of a device comes from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Addressing {
    /// From the network.
    #[default]
    Dhcp,
    /// Always the same.
    Static {
        /// Own address.
        ip: Ipv4Addr,
        /// Netmask.
        netmask: Ipv4Addr,
        /// Gateway.
        gateway: Option<Ipv4Addr>,
        /// Name server.
        nameserver: Option<Ipv4Addr>,
    },
}

/// The hardware address that a device has to have, or its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Expected(String);

/// The text is no hardware address and no end of one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no hardware address of a device: expected 12 hex digits, or the last 6")]
pub struct ParseExpectedError(String);

impl Expected {
    /// What the name of an access point says.
    pub fn of(name: &ShellyName) -> Self {
        Self(name.ending.digits().to_owned())
    }

    /// Whether a device is the one.
    pub fn is(&self, mac: Mac) -> bool {
        mac.to_string().ends_with(&self.0)
    }

    /// The hardware address, where all of it is given.
    pub fn mac(&self) -> Option<Mac> {
        self.0.parse().ok().filter(|_| self.0.len() == 12)
    }
}

impl FromStr for Expected {
    type Err = ParseExpectedError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits: String = text.chars().filter(|c| !matches!(c, ':' | '-')).collect::<String>().to_ascii_uppercase();
        let fits = matches!(digits.len(), 6 | 12) && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        if fits { Ok(Self(digits)) } else { Err(ParseExpectedError(text.chars().take(40).collect())) }
    }
}

impl TryFrom<String> for Expected {
    type Error = ParseExpectedError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Expected> for String {
    fn from(expected: Expected) -> Self {
        expected.0
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How a device is reached before it is in a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// At its access point, with the WiFi of the host.
    #[default]
    AccessPoint,
    /// Over Bluetooth LE (Gen2 and later). The WiFi of the host stays as it is.
    Bluetooth,
}

/// Bring one device from its own access point into a network.
#[derive(Debug, Clone)]
pub struct Provision {
    /// How it is reached.
    pub by: Way,
    /// Name of the device's access point, which is its name over Bluetooth too.
    pub ssid: Ssid,
    /// The device; by the name of its access point when absent.
    pub expected: Option<Expected>,
    /// Key of the device's access point, when it has one.
    pub access_point_key: Option<Secret<String>>,
    /// Login of the device, when it has one.
    pub credentials: Option<Credentials>,
    /// The network.
    pub network: Network,
    /// A second network, for when the first is out of reach. Gen1 gets it later, from the manager.
    pub fallback: Option<Network>,
    /// Where its address comes from.
    pub address: Addressing,
    /// Its name. Gen1 gets it later, from the manager: at the access point only the station is written to it.
    pub name: Option<String>,
    /// Firmware that it gets first, when it has another one; from the agent's own folder when absent. A device for which
    /// it is not is left untouched.
    pub firmware: Option<FirmwareFile>,
    /// How long it is looked for in the network; the agent's own measure when absent.
    pub find: Option<Duration>,
}

impl Provision {
    /// Whom to expect at the access point; none when neither the task nor the name of the access point says.
    pub fn expected(&self) -> Option<Expected> {
        self.expected.clone().or_else(|| ShellyName::of(&self.ssid).map(|name| Expected::of(&name)))
    }
}

/// What an agent is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// In the journal; waits for the radio.
    Accepted,
    /// Remembers the network of the host, looks for the access point.
    Preparing,
    /// Joins the access point.
    Joining,
    /// Asks the device who it is.
    Identifying,
    /// Gives the device other firmware.
    Updating,
    /// Writes the network and what else there is.
    Writing,
    /// Leaves; the network of the host comes back.
    Leaving,
    /// Looks for the device in the network.
    Finding,
    /// Takes back what was done.
    RollingBack,
    /// Something else than provisioning.
    Working,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Accepted => "accepted",
            Self::Preparing => "preparing",
            Self::Joining => "joining",
            Self::Identifying => "identifying",
            Self::Updating => "updating",
            Self::Writing => "writing",
            Self::Leaving => "leaving",
            Self::Finding => "finding",
            Self::RollingBack => "rolling back",
            Self::Working => "working",
        })
    }
}

/// A step was begun.
#[derive(Debug, Clone, PartialEq)]
pub struct Progress {
    /// Of which task.
    pub task: TaskId,
    /// Which.
    pub step: Step,
    /// For people.
    pub detail: String,
    /// Time until the device closes its setup window, where it has one.
    pub window_left: Option<Duration>,
    /// The device, once it has said who it is.
    pub device: Option<Known>,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// L4: the end of a hardware address means the device that has it.
    #[test]
    fn l4_a_device_is_expected_by_its_address_or_its_end() {
        let mac: Mac = "A8032AB12345".parse().unwrap();
        for text in ["A8032AB12345", "a8:03:2a:b1:23:45", "B12345", "b12345"] {
            let expected: Expected = text.parse().unwrap();
            assert!(expected.is(mac) && !expected.is("A8032AB12346".parse().unwrap()), "{text}");
        }
        assert_eq!("B12345".parse::<Expected>().unwrap().mac(), None);
        assert_eq!("a8032ab12345".parse::<Expected>().unwrap().mac(), Some(mac));
        for text in ["", "12345", "A8032AB1234", "A8032AB1234Z"] {
            assert!(text.parse::<Expected>().is_err(), "{text}");
        }
    }
}
