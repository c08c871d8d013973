//! Hears what devices tell by themselves, over connections that stay open.

mod coiot;
mod mqtt;
mod socket;

pub use self::{
    coiot::{Coiot, CoiotConfig, Heard},
    mqtt::{Brokered, Memory, MqttLive, MqttTopic},
    socket::{Arrived, Live},
};
