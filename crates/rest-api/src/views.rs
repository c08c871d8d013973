//! Converts what the fleet knows into what the interface shows, and requests back.

mod config;
mod devices;
mod others;
mod requests;

pub(crate) use config::{device_config, drift, facts, layer, snapshot};
pub(crate) use devices::{device, device_detail, overview};
pub(crate) use others::{credential, decided, event, group, plan, plan_detail, scan, session, sighting, token};
pub(crate) use requests::{command, cursor, device_change, layer_change, limit, page, permission, selection};
