//! Plays the wires and buttons at the inputs of a device.

use serde_json::{Map, Value, json};

use crate::{device::Device, json, state::State};

/// Input events a device reports in one minute; more are lost.
const EVENTS_A_MINUTE: u32 = 80;

/// How a button is pushed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Push {
    /// Once, short.
    Single,
    /// Twice.
    Double,
    /// Three times.
    Triple,
    /// Once, long.
    Long,
}

impl Push {
    fn gen1(self) -> &'static str {
        match self {
            Self::Single => "S",
            Self::Double => "SS",
            Self::Triple => "SSS",
            Self::Long => "L",
        }
    }

    /// The word of webhooks.
    fn hook(self) -> &'static str {
        match self {
            Self::Single => "button_push",
            Self::Double => "button_doublepush",
            Self::Triple => "button_triplepush",
            Self::Long => "button_longpush",
        }
    }

    fn gen2(self) -> &'static str {
        match self {
            Self::Single => "single_push",
            Self::Double => "double_push",
            Self::Triple => "triple_push",
            Self::Long => "long_push",
        }
    }
}

/// One input.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Input {
    pub(crate) id: u32,
    /// The wire carries a signal.
    pub(crate) on: bool,
    /// Last event in the words of Gen1; empty before the first.
    pub(crate) event: &'static str,
    /// Events since the start.
    pub(crate) count: u16,
}

impl Input {
    pub(crate) fn new(id: u32) -> Self {
        Self { id, on: false, event: "", count: 0 }
    }
}

/// Pushes the button at an input; false when there is no such input or it is no button.
pub(crate) fn push(device: &Device, state: &mut State, id: u32, push: Push) -> bool {
    let config = config_of(device, state, id);
    let Some(input) = state.inputs.iter_mut().find(|input| input.id == id) else { return false };
    if device.is_gen1() {
        input.event = push.gen1();
        input.count = input.count.wrapping_add(1);
        state.happens(format!("input.{}", push.hook()), id);
        if push != Push::Long && config.word == "momentary" {
            toggle(device, state, id, None);
        }
        return true;
    }
    if !config.button {
        return false;
    }
    input.count = input.count.wrapping_add(1);
    let component = format!("input:{id}");
    for event in ["btn_down", "btn_up", push.gen2()] {
        if may_report(state) {
            state.event(&component, event, json::object([("id", json!(id))]));
        }
    }
    state.happens(format!("input.{}", push.hook()), id);
    match config.word.as_str() {
        "momentary" | "cycle" | "dim" | "dual_dim" if push == Push::Single => toggle(device, state, id, None),
        "activate" if push == Push::Single => toggle(device, state, id, Some(true)),
        _ => {}
    }
    true
}

/// Puts the wire at an input on or off; false when there is no such input.
pub(crate) fn set(device: &Device, state: &mut State, id: u32, on: bool) -> bool {
    let config = config_of(device, state, id);
    let Some(input) = state.inputs.iter_mut().find(|input| input.id == id) else { return false };
    if std::mem::replace(&mut input.on, on) == on {
        return true;
    }
    if device.is_gen1() {
        input.count = input.count.wrapping_add(1);
    }
    let level = on != config.invert;
    if config.is_wire {
        state.happens(if level { "input.toggle_on" } else { "input.toggle_off" }, id);
    }
    match config.word.as_str() {
        "follow" | "toggle" => toggle(device, state, id, Some(level)),
        "flip" | "edge" => toggle(device, state, id, None),
        _ => {}
    }
    true
}

struct Config {
    /// How the output of the same number follows.
    word: String,
    invert: bool,
    button: bool,
    /// What the wire carries is told.
    is_wire: bool,
}

fn config_of(device: &Device, state: &State, id: u32) -> Config {
    let root = json::parse(&state.config);
    let text = |path: String| json::text(&root, &path).map(str::to_owned);
    if device.is_gen1() {
        let word = text(format!("relays.{id}.btn_type")).or_else(|| text(format!("lights.{id}.btn_type")));
        let invert = json::number(&root, &format!("relays.{id}.btn_reverse")).unwrap_or(0.0) != 0.0;
        return Config { word: word.unwrap_or_default(), invert, button: true, is_wire: true };
    }
    let enabled = json::at(&root, &format!("input:{id}.enable")).and_then(Value::as_bool).unwrap_or(true);
    let locked = |key: &str| json::truth(&root, &format!("{key}.in_locked"));
    let word = state.outputs.iter().find(|output| output.id == id).map(|output| {
        let key = format!("{}:{id}", output.kind.word());
        if locked(&key) || !enabled { None } else { text(format!("{key}.in_mode")) }
    });
    let sort = text(format!("input:{id}.type"));
    Config {
        word: word.flatten().unwrap_or_default(),
        invert: json::truth(&root, &format!("input:{id}.invert")),
        button: enabled && sort.as_deref() == Some("button"),
        is_wire: enabled && sort.as_deref() == Some("switch"),
    }
}

/// Moves the output of the same number.
fn toggle(device: &Device, state: &mut State, id: u32, to: Option<bool>) {
    let now = state.clock.now();
    let source = if device.is_gen1() { "input" } else { "switch" };
    let Some(output) = state.outputs.iter_mut().find(|output| output.id == id) else { return };
    let on = to.unwrap_or(!output.on);
    output.switch(on, source, None, now);
    if let Some(played) = &mut state.played {
        played.untouched = false;
    }
}

fn may_report(state: &mut State) -> bool {
    let minute = state.clock.unix() / 60;
    if state.input_minute.0 != minute {
        state.input_minute = (minute, 0);
    }
    state.input_minute.1 += 1;
    state.input_minute.1 <= EVENTS_A_MINUTE
}

/// The status of a Gen2+ input.
pub(crate) fn status(state: &State, id: u32, config: &Value) -> Value {
    let input = state.inputs.iter().find(|input| input.id == id).copied().unwrap_or(Input::new(id));
    let mut members = Map::from_iter([("id".to_owned(), json!(id))]);
    let enabled = json::at(config, "enable").and_then(Value::as_bool).unwrap_or(true);
    match json::text(config, "type") {
        Some("switch") if enabled => {
            members.insert("state".into(), json!(input.on != json::truth(config, "invert")));
        }
        Some("count") if enabled => {
            let total = u32::from(input.count);
            members.insert("counts".into(), json!({"total": total, "xtotal": null, "by_minute": [0, 0, 0]}));
            members.insert("freq".into(), json!(0.0));
        }
        Some("analog") if enabled => {
            members.insert("percent".into(), json!(42.5));
        }
        _ => {
            members.insert("state".into(), Value::Null);
        }
    }
    Value::Object(members)
}
