//! A service that answers as `wpa_supplicant` does, and what we make of it.

use std::sync::{Arc, Mutex};

use secrets::Secret;
use tempfile::TempDir;
use tokio::net::UnixDatagram;

use super::*;

/// A network of the service: name, quoted values, whether it is enabled.
#[derive(Debug, Clone, Default)]
struct Known {
    ssid: String,
    mark: String,
    psk: Option<String>,
    disabled: bool,
    refused: bool,
}

/// What the service knows; the number of a network is its place.
#[derive(Debug, Default)]
struct Service {
    networks: Vec<Option<Known>>,
    current: Option<usize>,
    /// The right key of the access point of this name.
    key: Option<(&'static str, &'static str)>,
    saved: bool,
}

impl Service {
    fn listed(&self) -> impl Iterator<Item = (usize, &Known)> {
        self.networks.iter().enumerate().filter_map(|(id, known)| Some((id, known.as_ref()?)))
    }

    fn select(&mut self, id: usize) {
        for (number, known) in self.networks.iter_mut().enumerate() {
            if let Some(known) = known {
                known.disabled = number != id;
            }
        }
        self.settle();
    }

    /// Connects to the first enabled network that lets it in.
    fn settle(&mut self) {
        let key = self.key;
        for known in self.networks.iter_mut().flatten() {
            let right = key.is_none_or(|(ssid, right)| known.ssid != ssid || known.psk.as_deref() == Some(right));
            known.refused = !known.disabled && !right;
        }
        let first = self.listed().find(|(_, known)| !known.disabled && !known.refused).map(|(id, _)| id);
        self.current = first;
    }

    fn answer(&mut self, command: &str) -> String {
        let words: Vec<&str> = command.splitn(4, ' ').collect();
        let id = words.get(1).and_then(|id| id.parse::<usize>().ok());
        let slot = id.filter(|id| self.networks.get(*id).is_some_and(Option::is_some));
        match (words[0], slot) {
            ("PING", _) => "PONG\n".into(),
            ("ATTACH" | "DETACH" | "SCAN", _) => "OK\n".into(),
            ("SAVE_CONFIG", _) => {
                self.saved = true;
                "OK\n".into()
            }
            ("SCAN_RESULTS", _) => "bssid / frequency / signal level / flags / ssid\n\
                 02:00:00:00:00:00\t2437\t-70\t[WPA2-PSK-CCMP][ESS]\thome-iot\n\
                 02:00:00:00:01:00\t2437\t-30\t[ESS]\tshellyplus1-a8032ab12345\n"
                .into(),
            ("STATUS", _) => match self.current.and_then(|id| Some((id, self.networks[id].as_ref()?))) {
                Some((id, known)) => {
                    format!("bssid=02:00:00:00:01:00\nssid={}\nid={id}\nwpa_state=COMPLETED\n", known.ssid)
                }
                None => "wpa_state=DISCONNECTED\n".into(),
            },
            ("LIST_NETWORKS", _) => {
                let line = |(id, known): (usize, &Known)| {
                    let flags = match (self.current == Some(id), known.disabled, known.refused) {
                        (true, ..) => "[CURRENT]",
                        (_, true, _) => "[DISABLED]",
                        (_, _, true) => "[TEMP-DISABLED]",
                        _ => "",
                    };
                    format!("{id}\t{}\tany\t{flags}\n", known.ssid)
                };
                let lines: String = self.listed().map(line).collect();
                format!("network id / ssid / bssid / flags\n{lines}")
            }
            ("ADD_NETWORK", _) => {
                self.networks.push(Some(Known { disabled: true, ..Known::default() }));
                format!("{}\n", self.networks.len() - 1)
            }
            ("SET_NETWORK", Some(id)) => {
                let (name, value) = (words[2], words[3].trim_matches('"').to_owned());
                if let Some(known) = &mut self.networks[id] {
                    match name {
                        "ssid" => known.ssid = value,
                        "id_str" => known.mark = value,
                        "psk" => known.psk = Some(value),
                        _ => {}
                    }
                }
                "OK\n".into()
            }
            ("GET_NETWORK", Some(id)) => match &self.networks[id] {
                Some(known) if !known.mark.is_empty() => format!("\"{}\"", known.mark),
                _ => "FAIL\n".into(),
            },
            ("SELECT_NETWORK", Some(id)) => {
                self.select(id);
                "OK\n".into()
            }
            ("ENABLE_NETWORK", Some(id)) => {
                if let Some(known) = &mut self.networks[id] {
                    known.disabled = false;
                }
                "OK\n".into()
            }
            ("REMOVE_NETWORK", Some(id)) => {
                self.networks[id] = None;
                self.settle();
                "OK\n".into()
            }
            _ => "FAIL\n".into(),
        }
    }
}

struct Running {
    folder: TempDir,
    service: Arc<Mutex<Service>>,
}

impl Running {
    /// A service at home: connected to the first of two networks, a third one is off.
    fn at_home() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let network = |ssid: &str, disabled| {
            Some(Known { ssid: ssid.into(), psk: Some("home key".into()), disabled, ..Known::default() })
        };
        let networks = vec![network("home-iot", false), network("home-5", false), network("guest", true)];
        let service = Service { networks, current: Some(0), ..Service::default() };
        let service = Arc::new(Mutex::new(service));
        let socket = UnixDatagram::bind(folder.path().join("wlan9")).unwrap();
        let shared = Arc::clone(&service);
        tokio::spawn(async move {
            let mut buffer = vec![0; 4096];
            while let Ok((length, from)) = socket.recv_from(&mut buffer).await {
                let command = String::from_utf8_lossy(&buffer[..length]).into_owned();
                let answer = shared.lock().unwrap().answer(&command);
                let Some(path) = from.as_pathname() else { continue };
                let _ = socket.send_to(b"<3>CTRL-EVENT-NOISE something", path).await;
                let _ = socket.send_to(answer.as_bytes(), path).await;
                if command == "SCAN" {
                    let _ = socket.send_to(b"<3>CTRL-EVENT-SCAN-RESULTS ", path).await;
                }
            }
        });
        Self { folder, service }
    }

    async fn wifi(&self) -> WpaSupplicant {
        WpaSupplicant::open_at("no-such-interface", self.folder.path().join("wlan9")).await.unwrap()
    }

    fn networks(&self) -> Vec<(String, bool)> {
        self.service.lock().unwrap().listed().map(|(_, known)| (known.ssid.clone(), known.disabled)).collect()
    }
}

fn join(ssid: &str, key: Option<&str>) -> Join {
    let key = key.map(Secret::from);
    Join { ssid: ssid.parse().unwrap(), bssid: None, key, limit: Duration::from_secs(5) }
}

fn at_home() -> Vec<(String, bool)> {
    vec![("home-iot".into(), false), ("home-5".into(), false), ("guest".into(), true)]
}

/// L6: the host's WiFi is as it was, networks that were off stay off, and nothing is saved.
#[tokio::test]
async fn l6_what_was_before_comes_back() {
    let running = Running::at_home();
    let wifi = running.wifi().await;
    let found = wifi.scan().await.unwrap();
    assert_eq!((found[0].ssid.as_str(), found[0].signal_dbm), ("shellyplus1-a8032ab12345", -30));
    let remembered = wifi.remember().await.unwrap();
    assert_eq!(remembered.connection.as_deref(), Some("0"));
    assert_eq!(remembered.enabled, ["0", "1"]);

    let joined = wifi.join(&join("shellyplus1-a8032ab12345", None)).await.unwrap();
    assert!(wifi.is_joined(&joined).await.unwrap());
    // What we joined is not what is remembered, also not by the next life of this process.
    assert_eq!(running.wifi().await.remember().await.unwrap().connection, None);

    for _ in 0..2 {
        running.wifi().await.restore(&remembered).await.unwrap();
        assert_eq!(running.networks(), at_home());
        assert_eq!(running.service.lock().unwrap().current, Some(0));
    }
    assert!(!wifi.is_joined(&joined).await.unwrap());
    assert!(!running.service.lock().unwrap().saved);
}

#[tokio::test]
async fn a_wrong_key_is_told_apart_from_no_access_point() {
    let running = Running::at_home();
    running.service.lock().unwrap().key = Some(("shelly1-A4CF12F45678", "right key"));
    let wifi = running.wifi().await;
    let remembered = wifi.remember().await.unwrap();
    let error = wifi.join(&join("shelly1-A4CF12F45678", Some("wrong key"))).await.unwrap_err();
    assert!(matches!(error, Error::Refused { .. }), "{error:?}");
    wifi.join(&join("shelly1-A4CF12F45678", Some("right key"))).await.unwrap();
    wifi.restore(&remembered).await.unwrap();
    assert_eq!(running.networks(), at_home());
}

#[tokio::test]
async fn a_missing_service_is_an_error_that_names_the_socket() {
    let folder = tempfile::tempdir().unwrap();
    let error = WpaSupplicant::open_at("wlan9", folder.path().join("wlan9")).await.unwrap_err();
    assert!(error.to_string().contains("wlan9"), "{error}");
}

#[test]
fn an_address_at_an_access_point_is_none_of_the_former_network() {
    let (home, there) = (Ipv4Addr::new(10, 77, 0, 10), Ipv4Addr::new(192, 168, 33, 2));
    assert!(is_addressed(&[home]));
    assert!(!is_addressed(&[]) && !is_addressed(&[there]) && !is_addressed(&[home, there]));
}
