//! Controls Bluetooth through BlueZ, the service of Linux, over D-Bus.
//!
//! Nothing is paired, and what was met is forgotten by the service afterwards. A connection outlives this process, so that
//! [`Bluetooth::release`] ends those of a former life.

mod bus;

#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, HashMap},
    time::Duration,
};

use tokio::time::{Instant, sleep};
use zbus::zvariant::{OwnedObjectPath, OwnedValue, Value};

use self::bus::{ADAPTER, Bus, CHARACTERISTIC, DEVICE, GATT_SERVICE, LIMIT, Objects, Properties, is_true, property};
use crate::{Advertised, Answer, Bluetooth, Characteristic, Error, Gatt, SERVICE, SHELLY, Seen};

/// Time between two looks whether a device has shown its services.
const LOOK: Duration = Duration::from_millis(200);
/// How long one value may take to be read or written.
const VALUE_LIMIT: Duration = Duration::from_secs(15);
/// Bytes that one write takes where the service does not tell: the least that every connection carries.
const SMALLEST_WRITE: usize = 20;
/// Bytes of a packet that are not for the value.
const OVERHEAD: u16 = 3;
/// Longest value of a characteristic (Bluetooth Core, Vol 3 Part F 3.2.9).
const LONGEST_VALUE: usize = 512;

/// One adapter of BlueZ.
#[derive(Debug)]
pub struct BlueZ {
    bus: Bus,
    name: String,
    path: String,
}

/// How the Bluetooth of this machine is, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    /// The adapters, and whether each is switched on.
    pub adapters: Vec<(String, bool)>,
}

impl BlueZ {
    /// An adapter of this machine: the one that is wanted, else the first that is switched on.
    ///
    /// # Errors
    /// When the service does not run, or there is no adapter that is switched on.
    pub async fn open(wanted: Option<&str>) -> Result<Self, Error> {
        Self::on(Bus::system().await?, wanted).await
    }

    /// Which adapters this machine has.
    ///
    /// # Errors
    /// When the service does not run, or does not tell.
    pub async fn health() -> Result<Health, Error> {
        Ok(Health { adapters: adapters(&Bus::system().await?.objects().await?).into_iter().collect() })
    }

    async fn on(bus: Bus, wanted: Option<&str>) -> Result<Self, Error> {
        let adapters = adapters(&bus.objects().await?);
        let fits = |name: &&String| wanted.is_none_or(|wanted| *wanted == **name);
        let on = adapters.iter().filter(|(_, is_on)| **is_on).map(|(name, _)| name).find(fits);
        match (on, adapters.keys().find(fits)) {
            (Some(name), _) => Ok(Self { bus, path: format!("/org/bluez/{name}"), name: name.clone() }),
            (None, Some(adapter)) => Err(Error::PoweredOff { adapter: adapter.clone() }),
            (None, None) => Err(Error::NoAdapter { wanted: wanted.unwrap_or_default().to_owned() }),
        }
    }

    /// Calls a method of the adapter that answers nothing.
    async fn order(
        &self,
        method: &str,
        attempt: &'static str,
        arguments: &(impl serde::Serialize + zbus::zvariant::DynamicType + Sync),
    ) -> Result<(), Error> {
        self.bus.call(&self.path, (ADAPTER, method), attempt, LIMIT, arguments).await
    }

    /// The devices of this adapter.
    async fn devices(&self) -> Result<Vec<(OwnedObjectPath, Properties)>, Error> {
        let ours = format!("{}/", self.path);
        let objects = self.bus.objects().await?.into_iter();
        Ok(objects
            .filter(|(path, _)| path.as_str().starts_with(&ours))
            .filter_map(|(path, mut interfaces)| Some((path, interfaces.remove(DEVICE)?)))
            .collect())
    }

    async fn listen(&self, listen: Duration) -> Result<Vec<Seen>, Error> {
        let filter = HashMap::from([("Transport", Value::from("le"))]);
        self.order("SetDiscoveryFilter", "choose what to listen to", &(filter,)).await?;
        self.order("StartDiscovery", "listen for devices", &()).await?;
        sleep(listen).await;
        let devices = self.devices().await;
        // Also when nothing was told: the radio is not ours alone.
        if let Err(error) = self.order("StopDiscovery", "stop to listen", &()).await {
            tracing::debug!(%error, "the adapter listens on");
        }
        let mut found: Vec<Seen> = devices?.iter().filter_map(|(_, shown)| seen(shown)).collect();
        found.sort_by_key(|seen| std::cmp::Reverse(seen.signal_dbm.unwrap_or(i16::MIN)));
        Ok(found)
    }

    async fn connect_with(&self, seen: &Seen, limit: Duration) -> Result<Box<dyn Gatt>, Error> {
        let name = || seen.name.clone();
        let devices = self.devices().await?;
        let has_address =
            |shown: &Properties| property::<String>(shown, "Address").is_some_and(|address| address == seen.address);
        let Some((path, _)) = devices.into_iter().find(|(_, shown)| has_address(shown)) else {
            return Err(Error::NotInRange { name: name() });
        };
        match self.bus.call(path.as_str(), (DEVICE, "Connect"), "connect with the device", limit, &()).await {
            Ok(()) => {}
            Err(Error::Answer { answer, .. }) if answer.contains("lready") => {}
            Err(error) => {
                self.hang_up(&path).await;
                return Err(error);
            }
        }
        match self.characteristics(&path, &name(), limit).await {
            Ok((characteristics, longest_write)) => {
                Ok(Box::new(Connected { bus: self.bus.clone(), path, characteristics, longest_write }))
            }
            Err(error) => {
                self.hang_up(&path).await;
                Err(error)
            }
        }
    }

    /// The paths of the characteristics for RPC, once the device has shown what it has, and most bytes of one write.
    async fn characteristics(
        &self,
        device: &OwnedObjectPath,
        name: &str,
        limit: Duration,
    ) -> Result<([OwnedObjectPath; 3], usize), Error> {
        let until = Instant::now() + limit;
        loop {
            let shown = self.bus.device(device).await?;
            let Some(shown) = shown.filter(|shown| is_true(shown, "Connected")) else {
                return Err(Error::Ended { why: format!("{name} hung up") });
            };
            if is_true(&shown, "ServicesResolved") {
                break;
            }
            if Instant::now() >= until {
                return Err(Error::Timeout { attempt: "learn what the device offers", waited: limit });
            }
            sleep(LOOK).await;
        }
        let objects = self.bus.objects().await?;
        found(&objects, device).ok_or_else(|| Error::NoRpc { name: name.to_owned() })
    }

    /// Ends a connection, as far as there is one, and forgets the device.
    async fn hang_up(&self, device: &OwnedObjectPath) {
        let attempt = "end the connection";
        if let Err(error) = self.bus.call::<()>(device.as_str(), (DEVICE, "Disconnect"), attempt, LIMIT, &()).await {
            tracing::debug!(%error, "the connection was not ended");
        }
        if let Err(error) = self.order("RemoveDevice", "forget the device", &(device,)).await {
            tracing::debug!(%error, "the device was not forgotten");
        }
    }

    async fn let_go(&self, name: &str) -> Result<(), Error> {
        for (path, shown) in self.devices().await? {
            if property::<String>(&shown, "Name").is_some_and(|known| known.eq_ignore_ascii_case(name))
                && is_true(&shown, "Connected")
            {
                self.hang_up(&path).await;
            }
        }
        Ok(())
    }
}

impl Bluetooth for BlueZ {
    fn adapter(&self) -> &str {
        &self.name
    }

    fn scan(&self, listen: Duration) -> Answer<'_, Vec<Seen>> {
        Box::pin(self.listen(listen))
    }

    fn connect<'a>(&'a self, seen: &'a Seen, limit: Duration) -> Answer<'a, Box<dyn Gatt>> {
        Box::pin(self.connect_with(seen, limit))
    }

    fn release<'a>(&'a self, name: &'a str) -> Answer<'a, ()> {
        Box::pin(self.let_go(name))
    }
}

/// The adapters by name, and whether each is switched on.
fn adapters(objects: &Objects) -> BTreeMap<String, bool> {
    let name = |path: &OwnedObjectPath| path.as_str().rsplit('/').next().unwrap_or_default().to_owned();
    objects
        .iter()
        .filter_map(|(path, interfaces)| Some((name(path), is_true(interfaces.get(ADAPTER)?, "Powered"))))
        .collect()
}

/// A device of ours that is in range: only then there is a signal.
fn seen(shown: &Properties) -> Option<Seen> {
    let signal_dbm = property::<i16>(shown, "RSSI")?;
    let name: String = property(shown, "Name")?;
    let data: HashMap<u16, OwnedValue> = property(shown, "ManufacturerData").unwrap_or_default();
    let ours = data.get(&SHELLY).and_then(|value| Vec::<u8>::try_from(value.try_clone().ok()?).ok());
    if !Seen::is_shelly(&name, ours.is_some()) {
        return None;
    }
    let advertised = ours.map(|data| Advertised::read(&data)).unwrap_or_default();
    Some(Seen { name, address: property(shown, "Address")?, signal_dbm: Some(signal_dbm), advertised })
}

/// The characteristics for RPC of a device, and most bytes of one write.
fn found(objects: &Objects, device: &OwnedObjectPath) -> Option<([OwnedObjectPath; 3], usize)> {
    let has_uuid = |shown: &Properties, uuid: &str| {
        property::<String>(shown, "UUID").is_some_and(|shown| shown.eq_ignore_ascii_case(uuid))
    };
    let under = |path: &OwnedObjectPath, parent: &OwnedObjectPath| {
        path.as_str().strip_prefix(parent.as_str()).is_some_and(|rest| rest.starts_with('/'))
    };
    let (service, _) = objects.iter().find(|(path, interfaces)| {
        under(path, device) && interfaces.get(GATT_SERVICE).is_some_and(|shown| has_uuid(shown, SERVICE))
    })?;
    let mut mtu = None;
    let mut find = |which: Characteristic| {
        objects.iter().find_map(|(path, interfaces)| {
            let shown = interfaces.get(CHARACTERISTIC).filter(|_| under(path, service))?;
            if !has_uuid(shown, which.uuid()) {
                return None;
            }
            mtu = mtu.or_else(|| property::<u16>(shown, "MTU"));
            Some(path.clone())
        })
    };
    let paths = [find(Characteristic::Data)?, find(Characteristic::Announce)?, find(Characteristic::Pending)?];
    let longest = mtu.map_or(SMALLEST_WRITE, |mtu| usize::from(mtu.saturating_sub(OVERHEAD)));
    Some((paths, longest.clamp(SMALLEST_WRITE, LONGEST_VALUE)))
}

/// A connection with a device.
struct Connected {
    bus: Bus,
    path: OwnedObjectPath,
    /// In the order of [`Characteristic::ALL`].
    characteristics: [OwnedObjectPath; 3],
    longest_write: usize,
}

impl Connected {
    fn path(&self, which: Characteristic) -> &str {
        let [data, announce, pending] = &self.characteristics;
        match which {
            Characteristic::Data => data.as_str(),
            Characteristic::Announce => announce.as_str(),
            Characteristic::Pending => pending.as_str(),
        }
    }
}

impl Gatt for Connected {
    fn longest_write(&self) -> usize {
        self.longest_write
    }

    fn write<'a>(&'a self, to: Characteristic, value: &'a [u8]) -> Answer<'a, ()> {
        Box::pin(async move {
            // With an answer of the device, so that none is lost.
            let options = HashMap::from([("type", Value::from("request"))]);
            let method = (CHARACTERISTIC, "WriteValue");
            self.bus.call(self.path(to), method, "write a value", VALUE_LIMIT, &(value, options)).await
        })
    }

    fn read(&self, from: Characteristic) -> Answer<'_, Vec<u8>> {
        Box::pin(async move {
            let options: HashMap<&str, Value<'_>> = HashMap::new();
            let method = (CHARACTERISTIC, "ReadValue");
            self.bus.call(self.path(from), method, "read a value", VALUE_LIMIT, &(options,)).await
        })
    }

    fn close(&self) -> Answer<'_, ()> {
        Box::pin(async move {
            self.bus.call(self.path.as_str(), (DEVICE, "Disconnect"), "end the connection", LIMIT, &()).await
        })
    }
}
