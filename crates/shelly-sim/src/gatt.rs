//! Plays the Bluetooth side of a device: what it advertises, and RPC over GATT (gen2 protocol 3.8).

use std::{
    collections::VecDeque,
    sync::{Arc, atomic::Ordering},
};

use crate::{
    device::Device,
    gen2::frames::{self, Session, Way},
    json,
    setup::Stage,
    state::{Reach, State},
};

/// Takes and gives pieces of frames.
const DATA: &str = "5f6d4f53-5f52-5043-5f64-6174615f5f5f";
/// Takes the length of the frame that comes.
const TX_CONTROL: &str = "5f6d4f53-5f52-5043-5f74-785f63746c5f";
/// Gives the length of the answer that waits.
const RX_CONTROL: &str = "5f6d4f53-5f52-5043-5f72-785f63746c5f";
/// Most bytes that one read gives.
const PIECE: usize = 240;
/// Longest frame that is taken.
const LONGEST: usize = 8 * 1024;
/// The manufacturer's number, under which the data is advertised.
const COMPANY: u16 = 0x0BA9;

/// What a device advertises.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SimAdvertisement {
    /// Its name.
    pub name: String,
    /// Number of the manufacturer.
    pub company: u16,
    /// The data of the manufacturer.
    pub data: Vec<u8>,
}

/// A connection with the service of a device in which it takes RPC.
#[derive(Debug)]
pub struct SimGatt {
    device: Arc<Device>,
    session: Session,
    reboots: u64,
    expected: usize,
    taken: Vec<u8>,
    answer: VecDeque<u8>,
}

/// What the device advertises; none for Gen1, and while it is off or has no Bluetooth.
pub(crate) fn advertisement(device: &Device) -> Option<SimAdvertisement> {
    if device.is_gen1() || !is_up(device) {
        return None;
    }
    let state = device.state();
    let root = json::parse(&state.config);
    if !is_on(&root) {
        return None;
    }
    let flags = 1 | (u16::from(state.login.is_some()) << 1) | (u16::from(takes_rpc(&state)) << 2);
    let mut data = vec![0x01];
    data.extend(flags.to_le_bytes());
    data.push(0x0A);
    data.extend(device.mac.bytes().iter().rev());
    Some(SimAdvertisement { name: device.id.to_string(), company: COMPANY, data })
}

/// Connects; none when the device takes no RPC over Bluetooth.
pub(crate) fn connect(device: &Arc<Device>) -> Option<SimGatt> {
    advertisement(device)?;
    let state = device.state();
    let reboots = state.reboots;
    takes_rpc(&state).then(|| SimGatt {
        device: Arc::clone(device),
        session: Session::default(),
        reboots,
        expected: 0,
        taken: Vec::new(),
        answer: VecDeque::new(),
    })
}

fn is_up(device: &Device) -> bool {
    matches!(device.reach(), Reach::Up(_))
}

/// Whether Bluetooth is on at all. Newer firmware has no switch for it.
fn is_on(root: &serde_json::Value) -> bool {
    root["ble"].is_object() && root["ble"]["enable"] != false
}

/// Whether it takes RPC: its setting, and in the setup of a new device its stage (gen2 protocol 12).
fn takes_rpc(state: &State) -> bool {
    let root = json::parse(&state.config);
    let is_open = state.setup.is_none_or(|setup| matches!(setup.stage, Stage::Pending | Stage::Confirmed));
    is_open && is_on(&root) && json::truth(&root, "ble.rpc.enable")
}

impl SimGatt {
    /// Whether the device still holds the connection.
    fn is_open(&self) -> bool {
        is_up(&self.device) && self.device.state().reboots == self.reboots
    }

    /// Writes a value to a characteristic; false when the connection is gone, or the device does not take it.
    pub fn write(&mut self, uuid: &str, value: &[u8]) -> bool {
        if !self.is_open() {
            return false;
        }
        match uuid {
            TX_CONTROL => {
                let Ok(length) = <[u8; 4]>::try_from(value) else { return false };
                self.expected = u32::from_be_bytes(length) as usize;
                self.taken.clear();
                self.answer.clear();
                self.expected <= LONGEST
            }
            DATA => {
                self.taken.extend_from_slice(value);
                if self.taken.len() > self.expected {
                    return false;
                }
                if self.taken.len() == self.expected {
                    self.answer();
                }
                true
            }
            _ => false,
        }
    }

    /// Reads the value of a characteristic; none when the connection is gone.
    pub fn read(&mut self, uuid: &str) -> Option<Vec<u8>> {
        if !self.is_open() {
            return None;
        }
        match uuid {
            RX_CONTROL => Some(u32::try_from(self.answer.len()).ok()?.to_be_bytes().to_vec()),
            DATA => Some(self.answer.drain(..PIECE.min(self.answer.len())).collect()),
            _ => None,
        }
    }

    fn answer(&mut self) {
        self.device.tally.requests.fetch_add(1, Ordering::Relaxed);
        let text = String::from_utf8_lossy(&self.taken).into_owned();
        if let Some(answered) = frames::answer(&self.device, &mut self.session, Way::Bluetooth, &text) {
            self.answer = answered.text.into_bytes().into();
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::{FleetPlan, Quirk, SimDevice, SimFleet, SimHandle};

    async fn one(device: SimDevice) -> (SimFleet, SimHandle) {
        let fleet = SimFleet::start(FleetPlan::new(vec![device])).await.unwrap();
        let handle = fleet.devices()[0].clone();
        (fleet, handle)
    }

    fn device(model: &str) -> SimDevice {
        SimDevice::of_model(model, "A8032AB12345".parse().unwrap()).unwrap()
    }

    fn call(gatt: &mut super::SimGatt, frame: &Value) -> Value {
        let text = frame.to_string();
        assert!(gatt.write(super::TX_CONTROL, &u32::try_from(text.len()).unwrap().to_be_bytes()));
        assert_eq!(gatt.read(super::RX_CONTROL), Some(vec![0; 4]), "nothing was asked yet");
        for piece in text.as_bytes().chunks(20) {
            assert!(gatt.write(super::DATA, piece));
        }
        let length = u32::from_be_bytes(gatt.read(super::RX_CONTROL).unwrap().try_into().unwrap()) as usize;
        let mut answer = Vec::new();
        while answer.len() < length {
            answer.extend(gatt.read(super::DATA).unwrap());
        }
        serde_json::from_slice(&answer).unwrap()
    }

    /// A7: frames go over the characteristics, and a restart ends the connection.
    #[tokio::test]
    async fn a7_devices_take_frames_over_gatt() {
        let (_fleet, plus) = one(device("SNSW-001X16EU")).await;
        let said = plus.advertisement().unwrap();
        assert_eq!((said.company, &said.data[..3]), (0x0BA9, &[1, 0b101, 0][..]));
        assert_eq!(said.data[3..], [0x0A, 0x45, 0x23, 0xB1, 0x2A, 0x03, 0xA8]);
        let mut gatt = plus.bluetooth().unwrap();
        let info = call(&mut gatt, &json!({"id": 1, "method": "Shelly.GetDeviceInfo"}));
        assert_eq!(info["result"]["mac"], "A8032AB12345");
        let name = json!({"config": {"device": {"name": "hall"}}});
        call(&mut gatt, &json!({"id": 2, "method": "Sys.SetConfig", "params": name}));
        assert_eq!(plus.name().as_deref(), Some("hall"));
        assert!(!gatt.write(super::TX_CONTROL, &[1, 2]) && !gatt.write(super::RX_CONTROL, &[0; 4]));
        plus.power_cycle();
        assert!(gatt.read(super::RX_CONTROL).is_none());
    }

    /// A7: a protected device asks for its password, one whose setting is off takes nothing, Gen1 has no Bluetooth.
    #[tokio::test]
    async fn a7_devices_that_take_no_rpc() {
        let (_fleet, plus) = one(device("SNSW-001X16EU").with_password("hunter22")).await;
        let status = json!({"id": 1, "method": "Sys.GetStatus"});
        assert_eq!(call(&mut plus.bluetooth().unwrap(), &status)["error"]["code"], 401);
        assert_eq!(plus.advertisement().unwrap().data[1], 0b111);
        plus.set_config("ble.rpc.enable", json!(false));
        assert!(plus.bluetooth().is_none() && plus.advertisement().unwrap().data[1] == 0b011);
        let (_fleet, new) = one(device("S3SW-002P16EU").with_quirk(Quirk::SetupWindow)).await;
        assert!(new.bluetooth().is_some(), "its window is open");
        let (_fleet, old) = one(device("SHSW-25")).await;
        assert!(old.advertisement().is_none() && old.bluetooth().is_none());
    }
}
