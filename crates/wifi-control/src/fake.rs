//! A world of access points for tests, with things that happen in it.

use std::{
    collections::BTreeMap,
    fmt,
    net::{IpAddr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use secrets::Secret;

use crate::{AccessPoint, Error, Join, Joined, Remembered, Ssid, WifiControl};

/// What the fake was asked to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operation {
    /// [`WifiControl::scan`].
    Scan,
    /// [`WifiControl::remember`].
    Remember,
    /// [`WifiControl::join`].
    Join,
    /// [`WifiControl::is_joined`].
    Check,
    /// [`WifiControl::restore`].
    Restore,
}

/// Something that happens right before an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Happening {
    /// The access point is switched off. Whoever was there falls back to the network of the host.
    Vanishes(Ssid),
    /// The operation fails, as when the radio is busy.
    Fails,
    /// The machine restarts: the operation fails, and the host is in its network again, as its system brings it up.
    Reboot,
}

/// An access point of the world.
#[derive(Debug, Clone)]
pub struct FakeAccessPoint {
    /// What a scan shows.
    pub shown: AccessPoint,
    /// Its key.
    pub key: Option<Secret<String>>,
    /// Where the device behind it answers.
    pub device: SocketAddr,
}

/// Called before each operation with the world's access points: lets devices open and close theirs.
type Weather = Box<dyn FnMut(&mut BTreeMap<Ssid, FakeAccessPoint>) + Send>;

/// The WiFi of a machine that is not there. Clones are the same machine.
#[derive(Clone)]
pub struct FakeWifi {
    interface: String,
    world: Arc<Mutex<World>>,
}

struct World {
    points: BTreeMap<Ssid, FakeAccessPoint>,
    weather: Option<Weather>,
    /// The network of the host, and whether it is in range.
    home: Option<(Ssid, bool)>,
    connected: Option<Ssid>,
    /// What we joined ends with us.
    bound: bool,
    /// Our address at access points.
    own: Option<IpAddr>,
    script: Vec<(Operation, usize, Happening)>,
    log: Vec<Operation>,
}

impl fmt::Debug for FakeWifi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let world = self.world();
        f.debug_struct("FakeWifi").field("connected", &world.connected).field("log", &world.log).finish_non_exhaustive()
    }
}

impl FakeWifi {
    /// A machine whose radio is connected to its network, or to none.
    pub fn new(interface: &str, home: Option<Ssid>) -> Self {
        let world = World {
            points: BTreeMap::new(),
            weather: None,
            connected: home.clone(),
            home: home.map(|home| (home, true)),
            bound: true,
            own: None,
            script: Vec::new(),
            log: Vec::new(),
        };
        Self { interface: interface.to_owned(), world: Arc::new(Mutex::new(world)) }
    }

    /// The same where what was joined stays when we die, as with `wpa_supplicant`.
    #[must_use]
    pub fn unbound(self) -> Self {
        self.world().bound = false;
        self
    }

    /// The same with an address of its own at access points.
    #[must_use]
    pub fn with_address(self, own: IpAddr) -> Self {
        self.world().own = Some(own);
        self
    }

    /// Opens an access point.
    pub fn open(&self, point: FakeAccessPoint) {
        self.world().points.insert(point.shown.ssid.clone(), point);
    }

    /// Closes an access point. Whoever was there falls back to the network of the host.
    pub fn close(&self, ssid: &Ssid) {
        self.world().close(ssid);
    }

    /// Lets devices open and close access points before each operation.
    pub fn weather(&self, weather: impl FnMut(&mut BTreeMap<Ssid, FakeAccessPoint>) + Send + 'static) {
        self.world().weather = Some(Box::new(weather));
    }

    /// Lets something happen right before the operation that is the `nth` of its kind, from 1.
    pub fn script(&self, operation: Operation, nth: usize, happening: Happening) {
        self.world().script.push((operation, nth, happening));
    }

    /// Puts the network of the host in or out of range.
    pub fn home_in_range(&self, is_in_range: bool) {
        if let Some((_, in_range)) = &mut self.world().home {
            *in_range = is_in_range;
        }
    }

    /// What happens to the radio when the process that used it dies.
    pub fn agent_died(&self) {
        let mut world = self.world();
        if world.bound {
            world.fall_back();
        }
    }

    /// What the radio is connected to.
    pub fn connected(&self) -> Option<Ssid> {
        self.world().connected.clone()
    }

    /// Whether the radio is where it was in the beginning.
    pub fn is_home(&self) -> bool {
        let world = self.world();
        world.connected.as_ref() == world.home.as_ref().map(|(home, _)| home)
    }

    /// What was asked so far.
    pub fn log(&self) -> Vec<Operation> {
        self.world().log.clone()
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets time pass, and what the script says happen.
    fn begin(&self, operation: Operation) -> Result<MutexGuard<'_, World>, Error> {
        let mut world = self.world();
        world.log.push(operation);
        let nth = world.log.iter().filter(|done| **done == operation).count();
        if let Some(mut weather) = world.weather.take() {
            weather(&mut world.points);
            world.weather = Some(weather);
        }
        if world.connected.as_ref().is_some_and(|ssid| !world.is_there(ssid)) {
            world.fall_back();
        }
        let happenings: Vec<Happening> = world
            .script
            .iter()
            .filter(|(which, number, _)| (*which, *number) == (operation, nth))
            .map(|(.., happening)| happening.clone())
            .collect();
        let failed = |why: &str| {
            let source = std::io::Error::other(why.to_owned());
            Err(Error::io("use the radio", source))
        };
        for happening in happenings {
            match happening {
                Happening::Vanishes(ssid) => world.close(&ssid),
                Happening::Fails => return failed("it is busy"),
                Happening::Reboot => {
                    world.fall_back();
                    return failed("the machine restarts");
                }
            }
        }
        Ok(world)
    }
}

impl World {
    fn is_there(&self, ssid: &Ssid) -> bool {
        self.points.contains_key(ssid) || self.home.as_ref().is_some_and(|(home, in_range)| home == ssid && *in_range)
    }

    fn close(&mut self, ssid: &Ssid) {
        self.points.remove(ssid);
        if self.connected.as_ref() == Some(ssid) {
            self.fall_back();
        }
    }

    fn fall_back(&mut self) {
        self.connected = self.home.as_ref().filter(|(_, in_range)| *in_range).map(|(home, _)| home.clone());
    }
}

impl WifiControl for FakeWifi {
    fn interface(&self) -> &str {
        &self.interface
    }

    async fn scan(&self) -> Result<Vec<AccessPoint>, Error> {
        let world = self.begin(Operation::Scan)?;
        let mut found: Vec<AccessPoint> = world.points.values().map(|point| point.shown.clone()).collect();
        found.sort_by_key(|point| std::cmp::Reverse(point.signal_dbm));
        Ok(found)
    }

    async fn remember(&self) -> Result<Remembered, Error> {
        let world = self.begin(Operation::Remember)?;
        let home = world.home.as_ref().map(|(home, _)| home.clone());
        let at_home = world.connected.is_some() && world.connected == home;
        let ssid = if at_home { home } else { None };
        Ok(Remembered { connection: ssid.as_ref().map(ToString::to_string), ssid, ..Remembered::default() })
    }

    async fn join(&self, join: &Join) -> Result<Joined, Error> {
        let mut world = self.begin(Operation::Join)?;
        let point = world.points.get(&join.ssid).ok_or_else(|| Error::NotInRange { ssid: join.ssid.clone() })?.clone();
        let key = |key: &Option<Secret<String>>| key.as_ref().map(|key| key.expose().clone());
        if key(&point.key) != key(&join.key) {
            world.fall_back();
            return Err(Error::Refused { ssid: join.ssid.clone(), why: "the key is wrong".to_owned() });
        }
        world.connected = Some(join.ssid.clone());
        let ssid = join.ssid.clone();
        Ok(Joined { ssid, bssid: Some(point.shown.bssid), interface: None, address: world.own, device: point.device })
    }

    async fn is_joined(&self, joined: &Joined) -> Result<bool, Error> {
        let world = self.begin(Operation::Check)?;
        Ok(world.connected.as_ref() == Some(&joined.ssid))
    }

    async fn restore(&self, remembered: &Remembered) -> Result<(), Error> {
        let mut world = self.begin(Operation::Restore)?;
        match &remembered.ssid {
            None => world.connected = None,
            Some(ssid) if world.is_there(ssid) => world.connected = Some(ssid.clone()),
            Some(ssid) => {
                world.connected = None;
                return Err(Error::NotRestored {
                    interface: self.interface.clone(),
                    network: ssid.to_string(),
                    waited: std::time::Duration::ZERO,
                });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::Security;

    fn point(ssid: &str, key: Option<&str>) -> FakeAccessPoint {
        let shown = AccessPoint {
            ssid: ssid.parse().unwrap(),
            bssid: "02:00:00:00:00:01".parse().unwrap(),
            signal_dbm: -40,
            frequency_mhz: 2437,
            security: if key.is_some() { Security::Psk } else { Security::Open },
        };
        FakeAccessPoint { shown, key: key.map(Secret::from), device: "127.0.0.1:1".parse().unwrap() }
    }

    fn join(ssid: &str) -> Join {
        Join { ssid: ssid.parse().unwrap(), bssid: None, key: None, limit: Duration::from_secs(1) }
    }

    #[tokio::test]
    async fn the_host_falls_back_when_the_access_point_vanishes() {
        let wifi = FakeWifi::new("wlan0", Some("home".parse().unwrap()));
        wifi.open(point("shelly1-A4CF12F45678", None));
        wifi.script(Operation::Check, 2, Happening::Vanishes("shelly1-A4CF12F45678".parse().unwrap()));
        let remembered = wifi.remember().await.unwrap();
        let joined = wifi.join(&join("shelly1-A4CF12F45678")).await.unwrap();
        assert!(wifi.is_joined(&joined).await.unwrap() && !wifi.is_home());
        assert!(!wifi.is_joined(&joined).await.unwrap() && wifi.is_home());
        wifi.restore(&remembered).await.unwrap();
        assert!(matches!(wifi.join(&join("elsewhere")).await, Err(Error::NotInRange { .. })));
    }

    #[tokio::test]
    async fn what_was_joined_ends_with_us_or_stays() {
        for (wifi, is_home) in [
            (FakeWifi::new("wlan0", Some("home".parse().unwrap())), true),
            (FakeWifi::new("wlan0", Some("home".parse().unwrap())).unbound(), false),
        ] {
            wifi.open(point("shelly1-A4CF12F45678", None));
            let remembered = wifi.remember().await.unwrap();
            wifi.join(&join("shelly1-A4CF12F45678")).await.unwrap();
            wifi.agent_died();
            assert_eq!(wifi.is_home(), is_home);
            wifi.home_in_range(false);
            assert!(wifi.restore(&remembered).await.is_err());
            wifi.home_in_range(true);
            wifi.restore(&remembered).await.unwrap();
            assert!(wifi.is_home());
        }
    }
}
