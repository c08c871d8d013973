//! A service that answers as NetworkManager does, on a connection of its own, and what we make of it.

#![expect(
    clippy::unused_self,
    clippy::needless_pass_by_value,
    clippy::used_underscore_binding,
    reason = "methods and arguments are those of the interface"
)]

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use secrets::Secret;
use tokio::net::UnixStream;
use zbus::{fdo, interface, zvariant::ObjectPath};

use super::*;

const DEVICE_PATH: &str = "/org/freedesktop/NetworkManager/Devices/1";
const HOME: &str = "11111111-2222-3333-4444-555555555555";

#[derive(Debug, Default)]
struct State {
    /// Name and UUID of what the device is connected to.
    active: Option<(String, String)>,
    /// What was asked of it that changes something.
    calls: Vec<String>,
    scans: i64,
    forbidden: bool,
    /// The last joined profile fails with this reason.
    fails_with: Option<u32>,
    reason: u32,
    checkpoints: u32,
    options: HashMap<String, String>,
    never_default: Option<bool>,
    psk: Option<String>,
}

type Shared = Arc<Mutex<State>>;

fn path(text: &str) -> OwnedObjectPath {
    OwnedObjectPath::try_from(text).unwrap()
}

struct Manager(Shared);
struct Device(Shared);
struct Wireless(Shared);
struct Point(&'static str, &'static str, u8, u32, u32);
struct Connected(Shared, bool);
struct Config;
struct Settings;

#[interface(name = "org.freedesktop.NetworkManager")]
impl Manager {
    fn get_device_by_ip_iface(&self, name: &str) -> fdo::Result<OwnedObjectPath> {
        if name == "wlan2" { Ok(path(DEVICE_PATH)) } else { Err(fdo::Error::Failed("no such device".into())) }
    }

    fn add_and_activate_connection2(
        &self,
        profile: HashMap<String, HashMap<String, OwnedValue>>,
        _device: ObjectPath<'_>,
        _point: ObjectPath<'_>,
        options: HashMap<String, OwnedValue>,
    ) -> fdo::Result<(OwnedObjectPath, OwnedObjectPath, HashMap<String, OwnedValue>)> {
        let mut state = self.0.lock().unwrap();
        if state.forbidden {
            return Err(fdo::Error::AccessDenied("not you".into()));
        }
        let text = |section: &str, name: &str| {
            profile.get(section)?.get(name)?.try_clone().ok().and_then(|value| String::try_from(value).ok())
        };
        state.calls.push("add".into());
        state.psk = text("802-11-wireless-security", "psk");
        state.never_default = profile["ipv4"]["never-default"].try_clone().ok().and_then(|value| value.try_into().ok());
        state.options =
            options.into_iter().filter_map(|(name, value)| Some((name, String::try_from(value).ok()?))).collect();
        state.reason = state.fails_with.unwrap_or(0);
        state.active = if state.fails_with.is_some() {
            Some(("home-iot".into(), HOME.into()))
        } else {
            Some((text("connection", "id").unwrap(), "ours".into()))
        };
        let active = if state.fails_with.is_some() { "/gone" } else { "/active/ours" };
        Ok((path("/profile/ours"), path(active), HashMap::new()))
    }

    fn activate_connection(
        &self,
        profile: OwnedObjectPath,
        _device: ObjectPath<'_>,
        _point: ObjectPath<'_>,
    ) -> OwnedObjectPath {
        let mut state = self.0.lock().unwrap();
        state.calls.push(format!("activate {}", profile.as_str()));
        state.active = Some(("home-iot".into(), HOME.into()));
        path("/active/home")
    }

    fn deactivate_connection(&self, active: OwnedObjectPath) {
        let mut state = self.0.lock().unwrap();
        state.calls.push(format!("deactivate {}", active.as_str()));
        state.active = None;
    }

    fn checkpoint_create(&self, _devices: Vec<OwnedObjectPath>, seconds: u32, flags: u32) -> OwnedObjectPath {
        assert!(seconds > 0 && flags == 0);
        self.0.lock().unwrap().checkpoints += 1;
        path("/checkpoint/1")
    }

    fn checkpoint_destroy(&self, _checkpoint: OwnedObjectPath) {
        let mut state = self.0.lock().unwrap();
        state.checkpoints = state.checkpoints.saturating_sub(1);
    }

    fn get_permissions(&self) -> HashMap<String, String> {
        let granted = if self.0.lock().unwrap().forbidden { "auth" } else { "yes" };
        let name = |word: &str| (format!("org.freedesktop.NetworkManager.{word}"), granted.to_owned());
        ["wifi.scan", "network-control", "settings.modify.system"].into_iter().map(name).collect()
    }
}

#[interface(name = "org.freedesktop.NetworkManager.Device")]
impl Device {
    #[zbus(property)]
    fn device_type(&self) -> u32 {
        WIFI
    }

    #[zbus(property)]
    fn state(&self) -> u32 {
        100
    }

    #[zbus(property)]
    fn state_reason(&self) -> (u32, u32) {
        (100, self.0.lock().unwrap().reason)
    }

    #[zbus(property)]
    fn active_connection(&self) -> OwnedObjectPath {
        match &self.0.lock().unwrap().active {
            Some((_, uuid)) if uuid == HOME => path("/active/home"),
            Some(_) => path("/active/ours"),
            None => path("/"),
        }
    }

    #[zbus(property)]
    fn ip4_config(&self) -> OwnedObjectPath {
        path("/ip4")
    }
}

#[interface(name = "org.freedesktop.NetworkManager.Device.Wireless")]
impl Wireless {
    fn request_scan(&self, _options: HashMap<String, OwnedValue>) -> fdo::Result<()> {
        let mut state = self.0.lock().unwrap();
        if state.forbidden {
            return Err(fdo::Error::AccessDenied("not you".into()));
        }
        state.scans += 1;
        Ok(())
    }

    fn get_all_access_points(&self) -> Vec<OwnedObjectPath> {
        vec![path("/point/home"), path("/point/shelly"), path("/point/gone")]
    }

    #[zbus(property)]
    fn last_scan(&self) -> i64 {
        self.0.lock().unwrap().scans
    }

    #[zbus(property)]
    fn active_access_point(&self) -> OwnedObjectPath {
        match &self.0.lock().unwrap().active {
            Some((_, uuid)) if uuid == HOME => path("/point/home"),
            Some(_) => path("/point/shelly"),
            None => path("/"),
        }
    }
}

#[interface(name = "org.freedesktop.NetworkManager.AccessPoint")]
impl Point {
    #[zbus(property)]
    fn ssid(&self) -> Vec<u8> {
        self.0.as_bytes().to_vec()
    }

    #[zbus(property)]
    fn hw_address(&self) -> String {
        self.1.to_owned()
    }

    #[zbus(property)]
    fn strength(&self) -> u8 {
        self.2
    }

    #[zbus(property)]
    fn frequency(&self) -> u32 {
        2437
    }

    #[zbus(property)]
    fn flags(&self) -> u32 {
        self.3
    }

    #[zbus(property)]
    fn wpa_flags(&self) -> u32 {
        0
    }

    #[zbus(property)]
    fn rsn_flags(&self) -> u32 {
        self.4
    }
}

#[interface(name = "org.freedesktop.NetworkManager.Connection.Active")]
impl Connected {
    #[zbus(property)]
    fn uuid(&self) -> String {
        if self.1 { HOME.to_owned() } else { "ours".to_owned() }
    }

    #[zbus(property)]
    fn id(&self) -> String {
        self.0.lock().unwrap().active.clone().map(|(id, _)| id).unwrap_or_default()
    }

    #[zbus(property)]
    fn state(&self) -> u32 {
        ACTIVATED
    }
}

#[interface(name = "org.freedesktop.NetworkManager.IP4Config")]
impl Config {
    #[zbus(property)]
    fn address_data(&self) -> Vec<HashMap<String, OwnedValue>> {
        let address = zbus::zvariant::Value::from("192.168.33.2").try_to_owned().unwrap();
        vec![HashMap::from([("address".to_owned(), address)])]
    }
}

#[interface(name = "org.freedesktop.NetworkManager.Settings")]
impl Settings {
    fn get_connection_by_uuid(&self, uuid: &str) -> fdo::Result<OwnedObjectPath> {
        if uuid == HOME { Ok(path("/profile/home")) } else { Err(fdo::Error::Failed("no such profile".into())) }
    }
}

/// A service at home, and us connected to it.
async fn at_home() -> (Shared, NetworkManager, zbus::Connection) {
    let state: Shared = Arc::default();
    state.lock().unwrap().active = Some(("home-iot".into(), HOME.into()));
    let (here, there) = UnixStream::pair().unwrap();
    let build = async {
        let shared = || Arc::clone(&state);
        zbus::connection::Builder::unix_stream(there)
            .server(zbus::Guid::generate())?
            .p2p()
            .serve_at("/org/freedesktop/NetworkManager", Manager(shared()))?
            .serve_at("/org/freedesktop/NetworkManager/Settings", Settings)?
            .serve_at(DEVICE_PATH, Device(shared()))?
            .serve_at(DEVICE_PATH, Wireless(shared()))?
            .serve_at("/point/home", Point("home-iot", "02:00:00:00:00:01", 60, 1, 0x100))?
            .serve_at("/point/shelly", Point("shellyplus1pm-a8032ab12345", "02:00:00:00:00:02", 90, 0, 0))?
            .serve_at("/active/home", Connected(shared(), true))?
            .serve_at("/active/ours", Connected(shared(), false))?
            .serve_at("/ip4", Config)?
            .build()
            .await
    };
    let (server, client) = tokio::join!(build, zbus::connection::Builder::unix_stream(here).p2p().build());
    let wifi = NetworkManager::on("wlan2", Bus::straight(client.unwrap())).await.unwrap();
    (state, wifi, server.unwrap())
}

fn join(key: Option<&str>) -> Join {
    let ssid = "shellyplus1pm-a8032ab12345".parse().unwrap();
    Join { ssid, bssid: None, key: key.map(Secret::from), limit: Duration::from_secs(5) }
}

/// W20, W21, L6: what is joined is bound to us and takes no route; what was before comes back, and no checkpoint stays.
#[tokio::test]
async fn w21_l6_what_is_joined_is_bound_to_us() {
    let (state, wifi, _server) = at_home().await;
    let found = wifi.scan().await.unwrap();
    let shown: Vec<_> = found.iter().map(|point| (point.ssid.as_str(), point.signal_dbm, point.security)).collect();
    assert_eq!(
        shown,
        [("shellyplus1pm-a8032ab12345", -46, Security::Open), ("home-iot", -64, Security::Psk)],
        "one that went out of range is left out"
    );
    let remembered = wifi.remember().await.unwrap();
    assert_eq!((remembered.connection.as_deref(), state.lock().unwrap().checkpoints), (Some(HOME), 1));
    let joined = wifi.join(&join(Some("shelly key"))).await.unwrap();
    assert_eq!(joined.address, Some("192.168.33.2".parse().unwrap()));
    assert!(wifi.is_joined(&joined).await.unwrap());
    {
        let state = state.lock().unwrap();
        assert_eq!(
            (state.options["persist"].as_str(), state.options["bind-activation"].as_str()),
            ("volatile", "dbus-client")
        );
        assert_eq!((state.never_default, state.psk.as_deref()), (Some(true), Some("shelly key")));
    }
    assert_eq!(wifi.remember().await.unwrap().connection, None, "what we joined is not what was before");
    for _ in 0..2 {
        wifi.restore(&remembered).await.unwrap();
        assert!(!wifi.is_joined(&joined).await.unwrap());
    }
    let state = state.lock().unwrap();
    assert_eq!(
        (state.calls.as_slice(), state.checkpoints),
        (["add".to_owned(), "activate /profile/home".into()].as_slice(), 0)
    );
}

#[tokio::test]
async fn a_failure_says_what_it_was() {
    let (state, wifi, _server) = at_home().await;
    for (reason, words) in [(7, "key"), (53, "in range"), (15, "no address"), (36, "reason 36")] {
        state.lock().unwrap().fails_with = Some(reason);
        let error = wifi.join(&join(None)).await.unwrap_err().to_string();
        assert!(error.contains(words), "{reason}: {error}");
    }
    state.lock().unwrap().forbidden = true;
    let error = wifi.join(&join(None)).await.unwrap_err();
    assert!(error.is_permission() && error.to_string().contains("polkit"), "{error}");
    assert!(wifi.scan().await.unwrap_err().is_permission());
    assert_eq!(wifi.missing_permissions().await.unwrap().len(), 3);
}

#[tokio::test]
async fn a_radio_without_a_network_is_left_without_one() {
    let (state, wifi, _server) = at_home().await;
    state.lock().unwrap().active = None;
    let remembered = wifi.remember().await.unwrap();
    assert_eq!(remembered, Remembered::default());
    wifi.join(&join(None)).await.unwrap();
    wifi.restore(&remembered).await.unwrap();
    assert_eq!(state.lock().unwrap().active, None);
}
