//! What the store promises, proven on SQLite and on PostgreSQL (W30).

mod devices;
mod events;
mod groups;
mod history;
mod layers;
mod plans;
mod secrecy;
mod status;
mod tokens;
mod world;
