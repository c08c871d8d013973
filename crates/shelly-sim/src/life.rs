//! Lives a device's life between requests: notices what changed and says so.

use std::sync::Arc;

use serde_json::{Map, Value, json};
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use crate::{
    air::Note,
    device::Device,
    gen2::{self, dynamic, notify},
    hooks::{Hooks, Turn},
    json,
    link::Links,
    ota,
    quirk::Quirk,
    schedule, setup,
    state::{Reach, State},
};

/// Runs until the fleet stops.
pub(crate) async fn live(device: Arc<Device>, stop: CancellationToken) {
    let minute = device.clock.next_minute(device.clock.now());
    let mut known = Known { minute, up: true, wakes: 0, links: Links::default(), hooks: Hooks::default() };
    loop {
        let next = turn(&device, &mut known, &stop);
        tokio::select! {
            () = stop.cancelled() => return,
            () = device.stir.notified() => {}
            () = sleep_until(next.unwrap_or_else(Instant::now)), if next.is_some() => {}
        }
    }
}

/// What the last turn found.
struct Known {
    /// When the next full minute begins.
    minute: Instant,
    up: bool,
    wakes: u32,
    links: Links,
    hooks: Hooks,
}

/// Reports what changed; answers when to look again by itself, in time outside.
fn turn(device: &Arc<Device>, known: &mut Known, stop: &CancellationToken) -> Option<Instant> {
    let mut state = device.state();
    known.links.follow(device, &state, stop);
    let now = device.clock.now();
    let full_minute = known.minute <= now;
    if full_minute {
        known.minute = device.clock.next_minute(now);
    }
    ota::advance(device, &mut state);
    setup::advance(device, &mut state);
    let planned = schedule::any(device, &state);
    if full_minute && planned {
        schedule::run(device, &mut state);
    }
    let reach = state.reach(now);
    let was_up = std::mem::replace(&mut known.up, matches!(reach, Reach::Up(_)));
    let happens = Turn { is_up: known.up, started: known.up && !was_up, minute: full_minute };
    let calls = known.hooks.attend(device, &mut state, happens);
    if !device.air.has_listeners() {
        state.events.clear();
        device.tell(None);
        let own = own_events(device, &state).chain(calls.then(|| state.next_event(now)).flatten());
        let next = own.chain((planned || calls).then_some(known.minute)).min();
        return next.map(|moment| device.clock.outside(moment));
    }
    let (Reach::Up(until) | Reach::Down(until)) = reach;
    let own = own_events(device, &state).chain(state.next_event(now)).chain(until);
    let next = own.fold(known.minute, Instant::min);
    let woken = std::mem::replace(&mut known.wakes, state.wakes) != state.wakes;
    if known.up && (woken || !was_up) {
        device.air.send(Note::Woke);
    }
    if device.is_gen1() {
        drop(state);
        device.air.send(Note::Changed);
    } else {
        report(device, state, full_minute);
    }
    Some(device.clock.outside(next))
}

/// What has to happen at its time even when nobody listens.
fn own_events(device: &Device, state: &State) -> impl Iterator<Item = Instant> + use<> {
    let restart = state.restart.map(|restart| if restart.begun { restart.to } else { restart.from });
    restart.into_iter().chain(ota::next_step(device, state)).chain(setup::ends(device, state))
}

fn report(device: &Device, mut state: std::sync::MutexGuard<'_, State>, full_minute: bool) {
    let ts = timestamp(&state);
    let status = gen2::status_text(device, &mut state);
    let events = std::mem::take(&mut state.events);
    let made = dynamic::all(&state);
    drop(state);
    let mut new = json::parse(&status);
    // No whole status has what was made at run time, but its changes are told.
    if let Value::Object(members) = &mut new {
        members.extend(made.into_iter().filter_map(|(key, component)| Some((key, component.get("status")?.clone()))));
    }
    // Counters that were not told stay as they were told, so that they differ when their time comes.
    let Some(old) = device.tell(None) else {
        device.tell(Some(new.to_string().into()));
        return;
    };
    let mut known = json::parse(&old);
    let patch = notify::patch(&mut known, &new, full_minute);
    device.tell(Some(known.to_string().into()));
    if device.has(Quirk::HalfListening) {
        return;
    }
    if let Some(patch) = patch {
        device.air.send(status_note(&ts, patch));
    }
    if !events.is_empty() {
        let params = json!({"ts": ts, "events": events});
        device.air.send(Note::Frame { method: "NotifyEvent", params: params.to_string().into() });
    }
}

/// `NotifyStatus` with this patch.
pub(crate) fn status_note(ts: &Value, patch: Map<String, Value>) -> Note {
    let mut params = Map::from_iter([("ts".to_owned(), ts.clone())]);
    params.extend(patch);
    Note::Frame { method: "NotifyStatus", params: Value::Object(params).to_string().into() }
}

/// The time as notifications carry it: seconds with two digits after the point.
pub(crate) fn timestamp(state: &State) -> Value {
    if state.known_unix().is_none() {
        return Value::Null;
    }
    json::decimal(state.clock.unix_ms(state.clock.now()) as f64 / 1000.0, 2)
}
