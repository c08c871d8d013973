//! Devices that are heard at the broker and do not answer at an address: who they are, and how they are adopted.

use discovery::{About, SourceKind, fact};
use fleet_model::{AddressIs, SightingRecord, SightingSource, SightingState};
use shelly_driver::{Class, Device, Found, Link, Manners, Options};
use shelly_http::Endpoint;
use shelly_types::{ComponentStatus, DeviceStatus, Firmware, Generation, Identity, Mac};

use crate::{
    DeviceTrouble, Error, ErrorKind, Fleet,
    connect::endpoint,
    discovery::Opened,
    sightings::{Clue, SeenBy},
};

/// What a device lets know of itself at the broker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum AtBroker {
    /// It publishes below this topic and may be called there: Gen2 and later.
    Callable { mac: Mac, topic: String },
    /// It announced itself, and that is all: Gen1 has no way to ask it something there.
    Announced(Box<Identity>),
}

impl AtBroker {
    /// What was heard at the broker of a device with this hardware address; none when nothing useful was.
    pub(crate) fn of(mac: Mac, about: &About) -> Option<Self> {
        if !about.sources.contains_key(&SourceKind::Mqtt) {
            return None;
        }
        let fact = |word| about.facts.get(word).map(str::to_owned);
        if about.generation != Some(Generation::GEN1) {
            let topic = fact(fact::TOPIC).or_else(|| about.id.clone())?;
            return Some(Self::Callable { mac, topic });
        }
        Some(Self::Announced(Box::new(Identity {
            mac,
            generation: Generation::GEN1,
            model: about.model.clone()?,
            firmware: Firmware::new(fact(fact::FIRMWARE)?),
            host_name: about.id.clone(),
            app: None,
            name: about.name.clone(),
            profile: fact(fact::PROFILE),
            auth_required: false,
        })))
    }

    pub(crate) fn mac(&self) -> Mac {
        match self {
            Self::Callable { mac, .. } => *mac,
            Self::Announced(identity) => identity.mac,
        }
    }

    /// What stands for the address of a device that nobody knows: the name that it has in its own network.
    pub(crate) fn place(&self) -> Endpoint {
        match self {
            Self::Callable { mac, topic } => by_name(topic.rsplit('/').next(), *mac),
            Self::Announced(identity) => by_name(identity.host_name.as_deref(), identity.mac),
        }
    }
}

fn by_name(host_name: Option<&str>, mac: Mac) -> Endpoint {
    let is_name = |name: &&str| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let name = host_name.filter(is_name).map_or_else(|| mac.to_string(), str::to_owned);
    Endpoint::new(format!("{}.local", name.to_lowercase()), Endpoint::DEFAULT_PORT)
}

/// Whether nobody can be talked to at an address, or somebody else is there: the device may be somewhere else.
pub(crate) fn is_elsewhere(class: Class) -> bool {
    matches!(class, Class::Unreachable | Class::Interrupted | Class::WrongDevice | Class::Garbled)
}

impl Fleet {
    /// Finds out over the broker who was heard there, and keeps it; its address is where it listens, as far as it says so.
    pub(crate) async fn broker_follow(&self, heard: &AtBroker, at: Option<Endpoint>, by: SeenBy) -> Result<Mac, Error> {
        let mac = heard.mac();
        if self.store().device_get(mac).await?.is_some() {
            self.store().sighting_seen(mac, self.now(), by).await?;
            return Ok(mac);
        }
        let (identity, told) = match heard {
            AtBroker::Callable { topic, .. } => self.ask_over_broker(mac, topic).await?,
            AtBroker::Announced(identity) => (Identity::clone(identity), None),
        };
        let (endpoint, address) = told.unwrap_or_else(|| {
            let named = || by_name(identity.host_name.as_deref(), mac);
            (at.unwrap_or_else(named), AddressIs::Told)
        });
        self.sighting_decide_by_rule(endpoint, address, identity, by).await
    }

    /// Asks a device of any owner at the broker who it is and where it listens.
    async fn ask_over_broker(&self, mac: Mac, topic: &str) -> Result<(Identity, Option<(Endpoint, AddressIs)>), Error> {
        let options = Options { manners: Manners::default(), links: None, ..self.options().driver.clone() };
        let device = Device::over(self.link_at(mac, topic)?, mac, options).await?;
        let identity = device.identity().clone();
        let Some(address) = device.status().await.ok().as_ref().and_then(own_address) else {
            return Ok((identity, None));
        };
        // It may be reachable there, and nobody knew its address.
        let found = self.options().driver.probe(&address).await.ok().filter(|found| found.identity.mac == mac);
        let proven = found.map(|Found { endpoint, .. }| (endpoint, AddressIs::Proven));
        Ok((identity, Some(proven.unwrap_or((address, AddressIs::Told)))))
    }

    /// The way to call what publishes below a topic.
    fn link_at(&self, mac: Mac, topic: &str) -> Result<Link, Error> {
        let link = self.broker_links().link_to(topic);
        link.ok_or_else(|| Error::not_found(format!("topic `{topic}` of device {mac} at a broker that can be used")))
    }

    /// Talks to a found device at the broker, after its address gave `error`; that error again when it was not heard there.
    pub(crate) async fn open_at_broker(
        &self,
        sighting: &SightingRecord,
        options: Options,
        error: Error,
    ) -> Result<Opened, Error> {
        let mac = sighting.identity.mac;
        if !sighting.sources.contains_key(&SightingSource::Mqtt) || !self.is_away(sighting, &error).await? {
            return Err(error);
        }
        let refused = |why: String| Error::new(why, ErrorKind::Device(DeviceTrouble::Unreachable));
        let at = &sighting.endpoint;
        if sighting.identity.generation.is_gen1() {
            return Err(refused(format!(
                "device {mac} is heard at the broker and does not answer at {at}. A Gen1 device is set up over HTTP \
                 alone, MQTT carries only its readings and commands: make {at} reachable from the manager, then adopt \
                 it again"
            )));
        }
        let Some(topic) = self.broker_links().topic(mac) else {
            return Err(refused(format!(
                "device {mac} does not answer at {at}, and it is not heard at the broker now: see that it is connected \
                 there, then adopt it again"
            )));
        };
        let over = async {
            let link = self.link_at(mac, &topic)?;
            let mut device = Device::over(link.clone(), mac, options).await?;
            let reading = device.read().await?;
            device.learn_name(&reading.configuration.observed);
            Ok::<_, Error>((device, reading, link))
        };
        match over.await {
            Ok((device, reading, link)) => {
                tracing::info!(device.mac = %mac, topic, error = error.chain(), "a device is adopted over the broker");
                self.broker_links().arrived(mac, Some(link));
                // The broker has let it in, and it asks for no password there (gen2 protocol 4).
                Ok(Opened { device, reading, credential: None })
            }
            Err(other) => Err(refused(format!(
                "device {mac} does not answer at {at}, and not over the broker either: see that `mqtt.enable_rpc` is on. \
                 {}",
                other.chain()
            ))),
        }
    }

    /// Whether a found device is not at its address. An error that does not tell, as when no password is known to try, is
    /// no sign of it.
    pub(crate) async fn is_away(&self, sighting: &SightingRecord, error: &Error) -> Result<bool, Error> {
        if let Some(class) = error.device_class() {
            return Ok(is_elsewhere(class));
        }
        let answer = self.options().driver.probe(&endpoint(&sighting.endpoint)?).await;
        Ok(match answer {
            Ok(found) => found.identity.mac != sighting.identity.mac,
            Err(error) => is_elsewhere(error.class()),
        })
    }

    /// Follows a clue to the broker, when nobody who is meant answers at the address.
    pub(crate) async fn clue_at_broker(&self, clue: &Clue, error: Error) -> Result<Mac, Error> {
        match &clue.at_broker {
            Some(heard) if error.device_class().is_some_and(is_elsewhere) => {
                let by = clue.by.clone();
                self.broker_follow(heard, Some(clue.endpoint.clone()), by).await
            }
            _ => Err(error),
        }
    }

    /// Keeps who was found, and adopts it when that is done without being asked for.
    pub(crate) async fn sighting_decide_by_rule(
        &self,
        at: Endpoint,
        address: AddressIs,
        identity: Identity,
        by: SeenBy,
    ) -> Result<Mac, Error> {
        let mac = identity.mac;
        let state = self.sighting_keep(at.to_string(), address, identity, by).await?;
        if state == SightingState::New
            && self.options().auto_adopt
            && let Err(error) = self.adopt_one(&fleet_model::Actor::System, mac).await
        {
            tracing::info!(device.mac = %mac, error = error.chain(), "not adopted");
        }
        Ok(mac)
    }
}

/// Where a device says that it listens. Behind the access point of another device (192.168.33.0/24) nobody else is.
fn own_address(status: &DeviceStatus) -> Option<Endpoint> {
    let ips = status.components.values().filter_map(|reading| match reading {
        ComponentStatus::Ethernet(ethernet) => ethernet.ip.as_deref(),
        ComponentStatus::Wifi(wifi) => wifi.ip.as_deref(),
        _ => None,
    });
    let is_usable = |ip: &std::net::Ipv4Addr| !ip.is_unspecified() && ip.octets()[..3] != [192, 168, 33];
    let ip = ips.filter_map(|ip| ip.parse().ok()).find(is_usable)?;
    Some(Endpoint::new(ip.to_string(), Endpoint::DEFAULT_PORT))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A6: what stands for an address is the name of the device, whatever topic its owner chose.
    #[test]
    fn a_device_without_an_address_has_a_place() {
        let mac = Mac::new([0xA8, 3, 0x2A, 1, 2, 3]);
        for (topic, place) in [
            ("ShellyPlus1-a8032a010203", "shellyplus1-a8032a010203.local:80"),
            ("house/plug", "plug.local:80"),
            ("house/a plug", "a8032a010203.local:80"),
        ] {
            let heard = AtBroker::Callable { mac, topic: topic.to_owned() };
            assert_eq!(heard.place().to_string(), place);
        }
    }
}
