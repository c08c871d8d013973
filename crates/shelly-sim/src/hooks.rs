//! Calls the URLs of webhooks (Gen2+) and of actions (Gen1) when what they wait for happens.

mod call;
mod expression;
mod sensed;

use std::{
    collections::BTreeMap,
    mem,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use serde_json::{Map, Value, json};
use tokio::{sync::mpsc, time::Instant};

use crate::{
    device::Device,
    gen1, gen2, json,
    link::{self, dial::Dial},
    output::OutputKind,
    schedule::local_unix,
    state::State,
    tls::Trust,
};
use sensed::Seen;

/// Something that happened to a component, in the words of webhooks; what only Gen1 knows, in those of its actions.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Happened {
    pub(crate) event: String,
    pub(crate) id: u32,
    /// What conditions and tokens see as `event`.
    pub(crate) attrs: Map<String, Value>,
}

impl Happened {
    pub(crate) fn of(event: impl Into<String>, id: u32) -> Self {
        Self { event: event.into(), id, attrs: Map::new() }
    }
}

/// The hooks of a device, and what they have to remember.
#[derive(Debug, Default)]
pub(crate) struct Hooks {
    calls: Option<mpsc::Sender<Dial>>,
    seen: Seen,
    last: BTreeMap<u32, Last>,
    wakes: u32,
}

/// What is known of one webhook.
#[derive(Debug, Clone, Copy, Default)]
struct Last {
    called: Option<Instant>,
    /// Its condition held when it was last looked at.
    held: bool,
}

/// The moment at which a device looks for what happened.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Turn {
    pub(crate) is_up: bool,
    /// It came up or woke since the last one.
    pub(crate) started: bool,
    /// A full minute began.
    pub(crate) minute: bool,
}

/// Looks again whether a device calls anybody. What happened before it does is no news.
pub(crate) fn look_again(state: &mut State, gen1: bool) {
    let calls = if gen1 {
        gen1::actions::any(state)
    } else {
        state
            .lists
            .as_ref()
            .is_some_and(|lists| lists.hooks().any(|(_, hook)| hook.get("enable") == Some(&json!(true))))
    };
    if calls && !state.calls {
        take(state);
    }
    state.calls = calls;
}

/// What happened since the last time.
fn take(state: &mut State) -> Vec<Happened> {
    let mut happened = mem::take(&mut state.happened);
    for output in &mut state.outputs {
        let (kind, id) = (output.kind.word(), output.id);
        happened.extend(output.turns.drain(..).map(|turn| Happened::of(format!("{kind}.{turn}"), id)));
    }
    happened
}

impl Hooks {
    /// Calls whoever is to be called; false when the device calls nobody.
    pub(crate) fn attend(&mut self, device: &Arc<Device>, state: &mut State, turn: Turn) -> bool {
        let woke = turn.started || mem::replace(&mut self.wakes, state.wakes) != state.wakes;
        if !state.calls {
            for output in &mut state.outputs {
                output.turns.clear();
            }
            self.seen.clear();
            self.last.clear();
            return false;
        }
        let mut happened = take(state);
        if device.is_gen1() {
            self.gen1(device, state, happened, Turn { started: woke, ..turn });
        } else {
            let (status, config) = documents(device, state);
            happened.extend(sensed::gen2(&mut self.seen, &status, &config, turn.minute));
            if turn.is_up && !happened.is_empty() {
                self.gen2(device, state, &happened, status, config);
            }
        }
        true
    }

    fn gen1(&mut self, device: &Arc<Device>, state: &mut State, mut happened: Vec<Happened>, turn: Turn) {
        let status = json::parse(&gen1::status_text(device, state));
        let actions = gen1::actions::all(device, state);
        happened.extend(sensed::gen1(&mut self.seen, &status, &actions));
        if turn.started {
            happened.push(report(device, &status));
        }
        if !turn.is_up {
            return;
        }
        let minutes = local_unix(device, state).map(|unix| unix / 60 % 1440);
        for one in happened {
            for url in gen1::actions::urls(&actions, &one, minutes) {
                // No TLS in this generation.
                self.call(device, Dial::new(&url, ["http", "http"], Trust::Everyone));
            }
        }
    }

    fn gen2(
        &mut self,
        device: &Arc<Device>,
        state: &State,
        happened: &[Happened],
        status: Map<String, Value>,
        config: Value,
    ) {
        let Some(lists) = &state.lists else { return };
        let minutes = local_unix(device, state).map(|unix| unix / 60 % 1440);
        let info = json::parse(&gen2::info(device, state));
        let mut scope = json::object([("status", Value::Object(status)), ("config", config), ("info", info)]);
        for one in happened {
            for name in ["ev", "event"] {
                scope.insert(name.to_owned(), Value::Object(one.attrs.clone()));
            }
            for (id, hook) in lists.hooks() {
                let waits = hook.get("enable") == Some(&json!(true))
                    && hook.get("event") == Some(&json!(one.event))
                    && hook.get("cid") == Some(&json!(one.id));
                if !waits || !is_time(hook, minutes) || !self.is_due(id, hook, &scope, state.clock.now()) {
                    continue;
                }
                let trust = link::trust(hook.get("ssl_ca").and_then(Value::as_str), state);
                for url in hook.get("urls").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str) {
                    self.call(device, Dial::new(&expression::filled(url, &scope), ["http", "https"], trust.clone()));
                }
            }
        }
    }

    /// Whether the condition holds and the hook does not rest.
    fn is_due(&mut self, id: u32, hook: &Map<String, Value>, scope: &Map<String, Value>, now: Instant) -> bool {
        let condition = hook.get("condition").and_then(Value::as_str).filter(|text| !text.trim().is_empty());
        let holds =
            condition.is_none_or(|text| expression::value(text, scope).is_some_and(|value| expression::holds(&value)));
        let last = self.last.entry(id).or_default();
        let held = mem::replace(&mut last.held, holds);
        let period = hook.get("repeat_period").and_then(Value::as_i64).unwrap_or(0);
        let rests = match u64::try_from(period) {
            Err(_) => condition.is_some() && held,
            Ok(seconds) => {
                last.called.is_some_and(|called| now < called + Duration::from_secs(seconds.min(u32::MAX.into())))
            }
        };
        let is_due = holds && !rests;
        if is_due {
            last.called = Some(now);
        }
        is_due
    }

    fn call(&mut self, device: &Arc<Device>, dial: Option<Dial>) {
        let Some(dial) = dial.filter(|dial| dial.is_allowed(device.dials)) else { return };
        let calls = self.calls.get_or_insert_with(|| call::start(device));
        if calls.try_send(dial).is_err() {
            device.tally.calls_skipped.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// Status and configuration of a Gen2+ device, those of components made at run time too.
fn documents(device: &Device, state: &mut State) -> (Map<String, Value>, Value) {
    let mut config = json::parse(&gen2::config_text(state));
    let mut status = match json::parse(&gen2::status_text(device, state)) {
        Value::Object(members) => members,
        _ => Map::new(),
    };
    for (key, component) in gen2::dynamic::all(state) {
        status.insert(key.clone(), component["status"].clone());
        config[key] = component["config"].clone();
    }
    (status, config)
}

/// Whether it is the part of the day in which a hook is called; never without a clock.
fn is_time(hook: &Map<String, Value>, minutes: Option<u64>) -> bool {
    let Some(between) = hook.get("active_between").and_then(Value::as_array).filter(|times| !times.is_empty()) else {
        return true;
    };
    let minute = |at: usize| {
        let (hours, minutes) = between.get(at)?.as_str()?.split_once(':')?;
        Some(hours.parse::<u64>().ok()? * 60 + minutes.parse::<u64>().ok()?)
    };
    let times = minute(0).zip(minute(1)).zip(minutes);
    times.is_some_and(|((from, to), now)| is_within(from, to, now))
}

/// Whether a minute of the day is in a part of it, which may go over midnight. From a minute to itself is all day.
pub(crate) fn is_within(from: u64, to: u64, now: u64) -> bool {
    if from < to { (from..to).contains(&now) } else { now >= from || now < to }
}

/// The report of a Gen1 sensor that woke, with what it measures (gen1 protocol 10).
fn report(device: &Device, status: &Value) -> Happened {
    let mut report = Happened::of("report_url", 0);
    for (name, path) in [("hum", "hum.value"), ("temp", "tmp.tC")] {
        if let Some(value) = json::at(status, path) {
            report.attrs.insert(name.to_owned(), value.clone());
        }
    }
    report.attrs.insert("id".to_owned(), json!(&*device.id));
    report
}

/// Events of a component that webhooks of the simulated device can wait for, with their attributes. `sort` is the
/// `type` of an input.
pub(crate) fn supported(kind: &str, sort: Option<&str>) -> Vec<(String, Value)> {
    let plain: &[&str] = match OutputKind::of(kind) {
        Some(OutputKind::Cover) => &["opening", "open", "closing", "closed", "stopped"],
        Some(_) => &["on", "off"],
        None if kind == "input" && sort == Some("switch") => &["toggle_on", "toggle_off"],
        None if kind == "input" && sort == Some("button") => {
            &["button_push", "button_longpush", "button_doublepush", "button_triplepush"]
        }
        None if kind == "button" => &["single_push", "double_push", "triple_push", "long_push"],
        None => &[],
    };
    let plain = plain.iter().map(|event| (format!("{kind}.{event}"), json!({})));
    let measured = sensed::of_kind(kind).map(|(event, attrs)| {
        let attrs: Vec<Value> = attrs.iter().map(|name| json!({ "name": name })).collect();
        (event, if attrs.is_empty() { json!({}) } else { json!({ "attrs": attrs }) })
    });
    plain.chain(measured).collect()
}
