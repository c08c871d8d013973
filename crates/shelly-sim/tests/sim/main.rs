//! Behaviour of simulated devices over real sockets, with requests written by hand (V8).

mod client;
mod coiot;
mod days;
mod faults;
mod gen1;
mod gen2;
mod hooks;
mod links;
mod models;
mod mqtt;
mod quirks;
mod socket;
mod updates;
mod virtuals;
mod wifi;
