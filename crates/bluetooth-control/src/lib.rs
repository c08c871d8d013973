#![doc = include_str!("../README.md")]

mod advertised;
mod bluez;
mod control;
mod error;
mod fake;
mod framing;
mod model;

pub use advertised::{Advertised, Flags, SHELLY};
pub use bluez::{BlueZ, Health};
pub use control::{Answer, Bluetooth, Characteristic, Gatt, SERVICE, Seen};
pub use error::Error;
pub use fake::{FakeBluetooth, FakePeripheral, FakeService, Happening, Operation};
pub use framing::{Limits, RpcOverGatt};
pub use model::{AdvertisedModel, model};
