//! All devices, as far as one tells something about another: who answers in which network.

use std::{collections::HashMap, net::IpAddr};

use fleet_model::{DeviceRecord, DeviceState, OfflineReason};
use shelly_driver::{Class, Others};
use shelly_http::Endpoint;
use shelly_types::Mac;

/// How an endpoint ends that is no client of a range extender. Only IPv4 hosts and names have clients behind them.
const USUAL_PORT: &str = ":80";

/// A network, as wide as they usually are: /24 of IPv4, /64 of IPv6.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Place {
    V4([u8; 3]),
    V6([u16; 4]),
}

impl Place {
    pub(crate) fn of(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(address) => {
                let [a, b, c, _] = address.octets();
                Self::V4([a, b, c])
            }
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                Self::V6([a, b, c, d])
            }
        }
    }
}

/// What the last attempt with a device got from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sign {
    /// A reading.
    Reading,
    /// Some answer, so it is there.
    Life,
    /// Nothing.
    Silence,
}

impl Sign {
    /// What a failed attempt got.
    pub(crate) fn of(class: Class) -> Self {
        match class {
            Class::Unreachable | Class::Interrupted => Self::Silence,
            Class::Unauthorized
            | Class::LockedOut
            | Class::WrongDevice
            | Class::Refused
            | Class::Garbled
            | Class::Unsupported => Self::Life,
        }
    }

    /// What the last attempt got from a device that is in this state.
    fn at(state: DeviceState) -> Self {
        match state {
            DeviceState::Online => Self::Reading,
            DeviceState::Unauthorized | DeviceState::LockedOut => Self::Life,
            DeviceState::Offline | DeviceState::Asleep | DeviceState::WrongDevice => Self::Silence,
        }
    }
}

/// All devices at one time. Made in one pass, asked for each device in trouble.
#[derive(Debug, Clone, Default)]
pub(crate) struct Around<'a> {
    devices: HashMap<Mac, Device>,
    places: HashMap<Place, Others>,
    /// Who is at the usual port of a host, and may be a range extender for others.
    hosts: HashMap<&'a str, Mac>,
}

#[derive(Debug, Clone, Copy)]
struct Device {
    sign: Sign,
    counted_at: Option<Place>,
    offline_reason: Option<OfflineReason>,
}

impl<'a> Around<'a> {
    /// Looks at all devices. `newest` tells what the last attempt with one got; none when nothing was tried since the
    /// start, and the record has to do.
    pub(crate) fn of(records: &'a [DeviceRecord], newest: impl Fn(Mac) -> Option<Sign>) -> Self {
        let mut around = Self::default();
        for record in records {
            let endpoint: Option<Endpoint> = record.endpoint.parse().ok();
            let address = endpoint.as_ref().and_then(|endpoint| endpoint.host().parse().ok());
            let sign = newest(record.mac).unwrap_or_else(|| Sign::at(record.state));
            // Who sleeps, or has no power for a known reason, says nothing about the network.
            let counts = !record.sleeps && record.offline_reason != Some(OfflineReason::ParentOff);
            let counted_at = address.map(Place::of).filter(|_| counts);
            if let Some(place) = counted_at {
                let others = around.places.entry(place).or_insert(Others { answer: 0, all: 0 });
                others.all += 1;
                others.answer += usize::from(sign != Sign::Silence);
            }
            if let Some(host) = record.endpoint.strip_suffix(USUAL_PORT) {
                around.hosts.insert(host, record.mac);
            }
            around.devices.insert(record.mac, Device { sign, counted_at, offline_reason: record.offline_reason });
        }
        around
    }

    /// How it is with the others in a network; none when there are no others.
    pub(crate) fn others(&self, place: Place, but: Mac) -> Option<Others> {
        let mut others = *self.places.get(&place)?;
        if let Some(own) = self.devices.get(&but).filter(|device| device.counted_at == Some(place)) {
            others.all -= 1;
            others.answer -= usize::from(own.sign != Sign::Silence);
        }
        (others.all > 0).then_some(others)
    }

    /// What the last attempt with a device got; nothing from a device that is not ours.
    pub(crate) fn sign(&self, mac: Mac) -> Sign {
        self.devices.get(&mac).map_or(Sign::Silence, |device| device.sign)
    }

    /// Why a device does not answer, as it was last stored.
    pub(crate) fn offline_reason(&self, mac: Mac) -> Option<OfflineReason> {
        self.devices.get(&mac)?.offline_reason
    }

    /// The range extender that a device is reached through: the one at the usual port of the same host.
    pub(crate) fn extender_of(&self, mac: Mac, endpoint: &Endpoint) -> Option<Mac> {
        if has_usual_port(endpoint) {
            return None;
        }
        self.hosts.get(endpoint.host()).copied().filter(|extender| *extender != mac)
    }
}

/// Whether a device listens where devices do that are not behind a range extender.
pub(crate) fn has_usual_port(endpoint: &Endpoint) -> bool {
    [Endpoint::DEFAULT_PORT, Endpoint::DEFAULT_TLS_PORT].contains(&endpoint.port())
}
