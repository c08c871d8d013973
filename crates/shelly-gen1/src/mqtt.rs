//! MQTT topics and payloads of Gen1 devices, in both directions, without a connection to a broker.
//!
//! Facts: reference/gen1/mqtt.json. Topics begin with `shellies/<device>/`, where the device part is `mqtt_id`, the host
//! name unless changed.

mod command;
mod document;
mod lamp;
mod message;
mod state;

pub use command::{Command, DeviceOrder, GasOrder, RollerOrder, ThermostatOrder};
pub use document::{Announcement, SensorDocument};
pub use lamp::Lamp;
pub use message::{Body, Message, Scope};
pub use state::{State, StateTopic};

/// The topics that a program subscribes to for all that devices send. It gets its own commands as well.
pub const SUBSCRIPTION: &str = "shellies/#";
