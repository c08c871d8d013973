//! A service that answers as BlueZ does, on a connection of its own, and what we make of it.

#![expect(
    clippy::needless_pass_by_value,
    clippy::used_underscore_binding,
    reason = "methods and arguments are those of the interface"
)]

use std::sync::{Arc, Mutex};

use tokio::net::UnixStream;
use zbus::{fdo, interface};

use super::*;
use crate::{Limits, RpcOverGatt};

const PLUS: &str = "/org/bluez/hci0/dev_A8_03_2A_B1_23_46";
const QUIET: &str = "/org/bluez/hci0/dev_01";

#[derive(Debug, Default)]
struct State {
    calls: Vec<String>,
    is_off: bool,
    forbidden: bool,
    connected: bool,
    /// Looks until the services are there.
    resolves_after: u32,
    has_rpc: bool,
    /// What the device was sent, and what it has to say.
    expected: usize,
    taken: Vec<u8>,
    answer: Vec<u8>,
}

type Shared = Arc<Mutex<State>>;

fn path(text: &str) -> OwnedObjectPath {
    OwnedObjectPath::try_from(text).unwrap()
}

fn value<'a>(value: impl Into<Value<'a>>) -> OwnedValue {
    value.into().try_to_owned().unwrap()
}

fn properties(list: Vec<(&str, OwnedValue)>) -> Properties {
    list.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

struct Root(Shared);
struct Adapter(Shared);
struct Device(Shared);
struct Value1(Shared, Characteristic);

#[interface(name = "org.freedesktop.DBus.ObjectManager")]
impl Root {
    fn get_managed_objects(&self) -> Objects {
        let mut state = self.0.lock().unwrap();
        let mut objects = Objects::new();
        let mut add = |at: &str, interface: &str, shown: Vec<(&str, OwnedValue)>| {
            objects.entry(path(at)).or_default().insert(interface.to_owned(), properties(shown));
        };
        add("/org/bluez/hci0", ADAPTER, vec![("Powered", value(!state.is_off))]);
        add("/org/bluez/hci1", ADAPTER, vec![("Powered", value(false))]);
        let data = HashMap::from([(SHELLY, Value::from(vec![0x01_u8, 0x05, 0x00, 0x0B, 0x00, 0x10]))]);
        let resolved = state.connected && state.resolves_after == 0;
        state.resolves_after = state.resolves_after.saturating_sub(u32::from(state.connected));
        add(
            PLUS,
            DEVICE,
            vec![
                ("Name", value("ShellyPlus1-A8032AB12345")),
                ("Address", value("A8:03:2A:B1:23:46")),
                ("RSSI", value(-60_i16)),
                ("ManufacturerData", value(data)),
                ("Connected", value(state.connected)),
                ("ServicesResolved", value(resolved)),
            ],
        );
        // One that is known from earlier and not in range, one that is nearer and not ours, one with another name.
        add(QUIET, DEVICE, vec![("Name", value("ShellyPro1-A8032AB12300")), ("Address", value("A8:03:2A:B1:23:01"))]);
        let other = vec![("Name", value("Keyboard")), ("Address", value("1")), ("RSSI", value(-30_i16))];
        add("/org/bluez/hci0/dev_02", DEVICE, other);
        let named =
            vec![("Name", value("Shelly1PMG4-A8032AB12399")), ("Address", value("3")), ("RSSI", value(-50_i16))];
        add("/org/bluez/hci0/dev_03", DEVICE, named);
        if state.has_rpc && resolved {
            add(&format!("{PLUS}/service1"), GATT_SERVICE, vec![("UUID", value(SERVICE.to_uppercase()))]);
            for (number, which) in Characteristic::ALL.into_iter().enumerate() {
                let at = format!("{PLUS}/service1/char{number}");
                add(&at, CHARACTERISTIC, vec![("UUID", value(which.uuid())), ("MTU", value(43_u16))]);
            }
        }
        objects
    }
}

#[interface(name = "org.bluez.Adapter1")]
impl Adapter {
    fn set_discovery_filter(&self, filter: HashMap<String, OwnedValue>) {
        let transport = property::<String>(&filter, "Transport").unwrap_or_default();
        self.0.lock().unwrap().calls.push(format!("filter {transport}"));
    }

    fn start_discovery(&self) -> fdo::Result<()> {
        let mut state = self.0.lock().unwrap();
        if state.forbidden {
            return Err(fdo::Error::AccessDenied("not you".into()));
        }
        state.calls.push("start".into());
        Ok(())
    }

    fn stop_discovery(&self) {
        self.0.lock().unwrap().calls.push("stop".into());
    }

    fn remove_device(&self, device: OwnedObjectPath) {
        self.0.lock().unwrap().calls.push(format!("forget {}", device.as_str()));
    }
}

#[interface(name = "org.bluez.Device1")]
impl Device {
    fn connect(&self) {
        let mut state = self.0.lock().unwrap();
        state.calls.push("connect".into());
        state.connected = true;
    }

    fn disconnect(&self) {
        let mut state = self.0.lock().unwrap();
        state.calls.push("disconnect".into());
        state.connected = false;
    }
}

#[interface(name = "org.bluez.GattCharacteristic1")]
impl Value1 {
    fn write_value(&self, bytes: Vec<u8>, options: HashMap<String, OwnedValue>) -> fdo::Result<()> {
        let mut state = self.0.lock().unwrap();
        if !state.connected {
            return Err(fdo::Error::Failed("Not connected".into()));
        }
        assert_eq!(property::<String>(&options, "type").as_deref(), Some("request"));
        if self.1 == Characteristic::Announce {
            state.expected = u32::from_be_bytes(bytes.try_into().unwrap()) as usize;
        } else {
            assert!(bytes.len() <= 40, "longer than the connection carries");
            state.taken.extend(bytes);
        }
        if state.taken.len() == state.expected {
            state.answer = state.taken.iter().rev().copied().collect();
        }
        Ok(())
    }

    fn read_value(&self, _options: HashMap<String, OwnedValue>) -> Vec<u8> {
        let mut state = self.0.lock().unwrap();
        if self.1 == Characteristic::Pending {
            return u32::try_from(state.answer.len()).unwrap().to_be_bytes().to_vec();
        }
        let piece = state.answer.len().min(30);
        state.answer.drain(..piece).collect()
    }
}

/// A service with a device in range, and us connected to it.
async fn service(state: State) -> (Shared, Bus, zbus::Connection) {
    let state: Shared = Arc::new(Mutex::new(state));
    let (here, there) = UnixStream::pair().unwrap();
    let shared = || Arc::clone(&state);
    let build = async {
        let mut builder = zbus::connection::Builder::unix_stream(there)
            .server(zbus::Guid::generate())?
            .p2p()
            .serve_at("/", Root(shared()))?
            .serve_at("/org/bluez/hci0", Adapter(shared()))?
            .serve_at(PLUS, Device(shared()))?;
        for (number, which) in Characteristic::ALL.into_iter().enumerate() {
            builder = builder.serve_at(format!("{PLUS}/service1/char{number}"), Value1(shared(), which))?;
        }
        builder.build().await
    };
    let (server, client) = tokio::join!(build, zbus::connection::Builder::unix_stream(here).p2p().build());
    (state, Bus::straight(client.unwrap()), server.unwrap())
}

fn usual() -> State {
    State { has_rpc: true, resolves_after: 2, ..State::default() }
}

const LIMIT: Duration = Duration::from_secs(5);

/// L7: devices are recognised by what they advertise or their name, and only those in range are told.
#[tokio::test]
async fn l7_devices_in_range_are_told_strongest_first() {
    let (state, bus, _server) = service(usual()).await;
    let bluetooth = BlueZ::on(bus, None).await.unwrap();
    assert_eq!(bluetooth.adapter(), "hci0");
    let found = bluetooth.scan(Duration::ZERO).await.unwrap();
    let names: Vec<_> = found.iter().map(|seen| (seen.name.as_str(), seen.signal_dbm)).collect();
    assert_eq!(names, [("Shelly1PMG4-A8032AB12399", Some(-50)), ("ShellyPlus1-A8032AB12345", Some(-60))]);
    assert_eq!(found[1].mac().as_deref(), Some("A8032AB12345"));
    assert_eq!(found[1].advertised.model().map(|model| model.model), Some("SNSW-001X16EU"));
    assert!(found[1].advertised.flags.is_some_and(|flags| flags.takes_rpc() && !flags.asks_password()));
    assert_eq!(state.lock().unwrap().calls, ["filter le", "start", "stop"]);
}

/// A7: frames go over the characteristics in pieces that the connection carries; afterwards nothing is left.
#[tokio::test]
async fn a7_frames_go_over_the_characteristics() {
    let (state, bus, _server) = service(usual()).await;
    let bluetooth = BlueZ::on(bus, Some("hci0")).await.unwrap();
    let seen = bluetooth.scan(Duration::ZERO).await.unwrap().pop().unwrap();
    let link = bluetooth.connect(&seen, LIMIT).await.unwrap();
    assert_eq!(link.longest_write(), 40);
    let rpc = RpcOverGatt::new(link, Limits::default());
    let frame: Vec<u8> = (0..99).collect();
    assert!(rpc.exchange(&frame).await.unwrap().iter().rev().eq(&frame));
    for _ in 0..2 {
        bluetooth.release(&seen.name).await.unwrap();
    }
    let calls = state.lock().unwrap().calls.split_off(3);
    assert_eq!(calls, ["connect".to_owned(), "disconnect".into(), format!("forget {PLUS}")]);
    assert!(rpc.exchange(&frame).await.is_err() && rpc.is_closed());
}

/// A device that takes no RPC is let go again.
#[tokio::test]
async fn l7_a_device_without_rpc_is_let_go() {
    let (state, bus, _server) = service(State { has_rpc: false, ..usual() }).await;
    let bluetooth = BlueZ::on(bus, None).await.unwrap();
    let seen = bluetooth.scan(Duration::ZERO).await.unwrap().pop().unwrap();
    let error = bluetooth.connect(&seen, LIMIT).await.err().unwrap();
    assert!(matches!(error, Error::NoRpc { .. }), "{error}");
    assert!(!state.lock().unwrap().connected);
    let gone = Seen { address: "9".to_owned(), ..seen };
    assert!(matches!(bluetooth.connect(&gone, LIMIT).await.err(), Some(Error::NotInRange { .. })));
}

#[tokio::test]
async fn l7_what_is_missing_is_said() {
    let (_, bus, _server) = service(State { is_off: true, ..usual() }).await;
    assert!(matches!(BlueZ::on(bus.clone(), None).await, Err(Error::PoweredOff { .. })));
    assert!(matches!(BlueZ::on(bus, Some("hci7")).await, Err(Error::NoAdapter { .. })));
    let (_, bus, _server) = service(State { forbidden: true, ..usual() }).await;
    let error = BlueZ::on(bus, None).await.unwrap().scan(Duration::ZERO).await.unwrap_err();
    assert!(error.is_permission() && error.to_string().contains("bluetooth"), "{error}");
}
