//! Devices in range, and a connection with one of them.

use std::time::Duration;

use futures::future::BoxFuture;
use serde::Serialize;

use crate::{Advertised, Error};

/// What is asked of the radio, on its way.
pub type Answer<'a, T> = BoxFuture<'a, Result<T, Error>>;

/// The service in which devices take RPC (gen2 protocol 3.8).
pub const SERVICE: &str = "5f6d4f53-5f52-5043-5f53-56435f49445f";

/// A characteristic of that service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Characteristic {
    /// Pieces of a frame, either way.
    Data,
    /// The length of the frame that we are about to write.
    Announce,
    /// The length of the frame that the device has for us.
    Pending,
}

impl Characteristic {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Data, Self::Announce, Self::Pending];

    /// Its UUID (gen2 protocol 3.8: data, tx control, rx control).
    pub fn uuid(self) -> &'static str {
        match self {
            Self::Data => "5f6d4f53-5f52-5043-5f64-6174615f5f5f",
            Self::Announce => "5f6d4f53-5f52-5043-5f74-785f63746c5f",
            Self::Pending => "5f6d4f53-5f52-5043-5f72-785f63746c5f",
        }
    }
}

/// A device that was seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Seen {
    /// Its name: `ShellyPlus1-A8032AB12345`.
    pub name: String,
    /// Its address on the air, which is not its hardware address in the network.
    pub address: String,
    /// Signal in dBm, where it was told.
    pub signal_dbm: Option<i16>,
    /// What it says of itself.
    pub advertised: Advertised,
}

impl Seen {
    /// The hardware address in the network, 12 digits in upper case: as the name says, else as it is advertised.
    pub fn mac(&self) -> Option<String> {
        let named = self.name.rsplit_once('-').map(|(_, digits)| digits.to_ascii_uppercase());
        let named = named.filter(|digits| digits.len() == 12 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        named.or_else(|| self.advertised.mac.clone())
    }

    /// Whether it is a device of ours, by what it advertises or its name.
    pub(crate) fn is_shelly(name: &str, company: bool) -> bool {
        company || name.get(..6).is_some_and(|begin| begin.eq_ignore_ascii_case("shelly") && name.contains('-'))
    }
}

/// Control over one Bluetooth adapter.
pub trait Bluetooth: Send + Sync {
    /// Name of the adapter: `hci0`.
    fn adapter(&self) -> &str;

    /// The devices that were seen within `listen`, strongest first.
    fn scan(&self, listen: Duration) -> Answer<'_, Vec<Seen>>;

    /// Connects with a device that was seen and takes RPC. Nothing is paired.
    ///
    /// # Errors
    /// [`Error::NoRpc`] when it does not take RPC over Bluetooth; else why it did not come about.
    fn connect<'a>(&'a self, seen: &'a Seen, limit: Duration) -> Answer<'a, Box<dyn Gatt>>;

    /// Ends whatever connection there is with devices of this name, also one of a former life of this process, and forgets
    /// them. Doing it twice is the same as once.
    fn release<'a>(&'a self, name: &'a str) -> Answer<'a, ()>;
}

/// A connection with a device.
pub trait Gatt: Send + Sync {
    /// Most bytes of one write.
    fn longest_write(&self) -> usize;

    /// Writes a value, and returns when the device has taken it.
    fn write<'a>(&'a self, to: Characteristic, value: &'a [u8]) -> Answer<'a, ()>;

    /// Reads a value.
    fn read(&self, from: Characteristic) -> Answer<'_, Vec<u8>>;

    /// Ends the connection.
    fn close(&self) -> Answer<'_, ()>;
}
