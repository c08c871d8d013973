//! Hears what devices tell by themselves, over connections that stay open.

mod coiot;
mod socket;

pub use self::{
    coiot::{Coiot, CoiotConfig, Heard},
    socket::{Arrived, Live},
};
