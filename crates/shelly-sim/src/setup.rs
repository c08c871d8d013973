//! Plays the setup window of new devices: an open access point for a quarter of an hour (gen2 protocol 12).

use std::time::Duration;

use serde_json::{Map, Value, json};
use tokio::time::Instant;

use crate::{device::Device, json, quirk::Quirk, state::State};

/// From the first IP address to the end of the setup.
const GRACE: Duration = Duration::from_mins(5);

/// How far the setup is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// The access point is open.
    Pending,
    /// The device has an address in the network.
    Confirmed,
    /// The access point is closed for good.
    Complete,
    /// The window is over; a power cycle opens it again.
    Locked,
}

impl Stage {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Confirmed => "confirmed",
            Self::Complete => "complete",
            Self::Locked => "locked",
        }
    }
}

/// The setup of a device that has the quirk.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Setup {
    pub(crate) stage: Stage,
    since: Instant,
}

impl Setup {
    pub(crate) fn begin(now: Instant) -> Self {
        Self { stage: Stage::Pending, since: now }
    }
}

fn window(device: &Device) -> Duration {
    if device.spec.quirks.battery { device.timing.setup_window / 5 } else { device.timing.setup_window }
}

/// The moment the stage ends by itself.
pub(crate) fn ends(device: &Device, state: &State) -> Option<Instant> {
    let setup = state.setup?;
    match setup.stage {
        Stage::Pending => Some(setup.since + window(device)),
        Stage::Confirmed => Some(setup.since + GRACE),
        Stage::Complete | Stage::Locked => None,
    }
}

/// Lets time pass over the setup.
pub(crate) fn advance(device: &Device, state: &mut State) {
    if !device.has(Quirk::SetupWindow) || device.is_gen1() {
        return;
    }
    let now = state.clock.now();
    let Some(setup) = state.setup else { return };
    let over = ends(device, state).is_some_and(|end| end <= now);
    let next = match setup.stage {
        Stage::Pending if has_network(state) => Stage::Confirmed,
        Stage::Pending if over => Stage::Locked,
        Stage::Confirmed if over => Stage::Complete,
        _ => return,
    };
    state.setup = Some(Setup { stage: next, since: now });
    state.event("sys", &format!("provision_{}", next.word()), Map::new());
    if next == Stage::Complete {
        let mut root = json::parse(&state.config);
        json::set(&mut root, "wifi.ap.enable", false);
        json::set(&mut root, "ble.rpc.enable", false);
        state.config = root.to_string().into();
    }
    device.ring();
}

fn has_network(state: &State) -> bool {
    if let Some(outside) = &state.outside {
        return outside.joined.is_some();
    }
    let root = json::parse(&state.config);
    json::truth(&root, "wifi.sta.enable") && json::text(&root, "wifi.sta.ssid").is_some()
}

/// `sys.provisioning`.
pub(crate) fn status(device: &Device, state: &State) -> Option<Value> {
    let setup = state.setup?;
    let length = match setup.stage {
        Stage::Pending => window(device),
        Stage::Confirmed => GRACE,
        _ => return Some(json!({"stage": setup.stage.word()})),
    };
    let started = state.clock.unix_ms(setup.since) / 1000;
    let at_uptime = setup.since.saturating_duration_since(state.booted).as_secs();
    Some(json!({
        "stage": setup.stage.word(), "duration": length.as_secs(), "started_at": at_uptime, "started_ut": started
    }))
}
