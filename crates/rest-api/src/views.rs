//! Converts what the fleet knows into what the interface shows, and requests back.

pub(crate) mod agents;
mod config;
mod devices;
pub(crate) mod drift;
mod jobs;
mod others;
pub(crate) mod profiles;
mod replacements;
mod requests;
pub(crate) mod rules;
mod snapshots;

pub(crate) use config::{device_config, facts, layer, scope_view, snapshot};
pub(crate) use devices::{device, device_detail, overview, reading, restarted};
pub(crate) use jobs::{job, job_detail, job_request};
pub(crate) use others::{
    credential, decided, event, group, group_detail, location, scan, session, sighting, source_status, token,
};
pub(crate) use replacements::{replace_request, replacement};
pub(crate) use requests::{
    command, cursor, device_change, layer_change, limit, page, permission, restart_of, scope_name, selection,
};
pub(crate) use snapshots::{restore_options, snapshot_diff};
