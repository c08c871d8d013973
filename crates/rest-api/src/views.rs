//! Converts what the fleet knows into what the interface shows, and requests back.

mod config;
mod devices;
pub(crate) mod drift;
mod others;
pub(crate) mod profiles;
mod requests;
pub(crate) mod rules;

pub(crate) use config::{device_config, facts, layer, snapshot};
pub(crate) use devices::{device, device_detail, overview, restarted};
pub(crate) use others::{
    credential, decided, event, group, group_detail, location, plan, plan_detail, scan, session, sighting,
    source_status, token,
};
pub(crate) use requests::{
    command, cursor, device_change, layer_change, limit, page, permission, restart_of, scope_name, selection,
};
