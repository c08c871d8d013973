//! Follows what a device of Gen2 or later tells by itself.

use serde_json::{Map, Value};
use shelly_gen2_rpc::{
    Event, EventName, Events, News, components::ComponentStatus as Wire, events::EventData, frame::Notification,
    merge::merge,
};
use shelly_types::{ComponentKey, wire::Wire as _};

use super::{Leave, Signal, UpdateProgress, time};
use crate::gen2::reading;

/// Components that are added at run time have numbers from here on. No whole status has them (gen2 protocol 7).
const FIRST_DYNAMIC: u32 = 200;

/// Text that is kept of one device at most, in bytes. A large device has some thousands; what invents components without
/// end is no device.
const MOST_BYTES: usize = 64 * 1024;

/// Follows what one device of Gen2 or later tells.
///
/// A notification names only what changed (device-facts 26), so the last reading of each component is kept, as compact
/// text, to work it into. Only the named component is read, and nothing is told when nothing is new.
#[derive(Debug, Default)]
pub struct Follower {
    kept: Vec<Kept>,
    bytes: usize,
    /// The broker said that the device left.
    away: bool,
}

/// The last reading of a component in the words of the device, and its key.
#[derive(Debug)]
struct Kept {
    key: Box<str>,
    text: Box<str>,
}

impl Follower {
    /// Follows on from this answer of `Shelly.GetStatus`. Anything else is as good as an empty one: what the device tells
    /// from then on is all that is known.
    pub fn new(status: &Value) -> Self {
        let mut follower = Self::default();
        for (key, reading) in status.as_object().into_iter().flatten() {
            follower.keep(key, reading);
        }
        follower
    }

    /// What the news means, in order.
    pub fn take(&mut self, news: News) -> Vec<Signal> {
        let mut signals = Vec::new();
        match news {
            News::Notification(told) => self.notified(told, &mut signals),
            News::ComponentStatus { key, status } => self.whole(&key, status, &mut signals),
            News::Online(true) => {
                signals.push(Signal::Online);
                if std::mem::take(&mut self.away) {
                    signals.push(Signal::ReadAgain);
                }
            }
            News::Online(false) => {
                self.away = true;
                signals.push(Signal::Offline(Leave::LastWill));
            }
            News::Lagged { .. } => signals.push(Signal::ReadAgain),
            // News of a kind that is not known yet.
            _ => {}
        }
        signals
    }

    fn notified(&mut self, told: Notification, signals: &mut Vec<Signal>) {
        match told.method.as_str() {
            "NotifyStatus" => {
                for (key, patch) in told.params {
                    if key != "ts" {
                        self.patched(&key, patch, signals);
                    }
                }
            }
            "NotifyFullStatus" => self.replaced(told.params, signals),
            "NotifyEvent" => {
                let Ok(events) = Events::from_json(Value::Object(told.params)) else { return };
                for event in events.events.get().into_iter().flatten() {
                    self.happened(event, signals);
                }
            }
            _ => {}
        }
    }

    fn patched(&mut self, key: &str, patch: Value, signals: &mut Vec<Signal>) {
        let Some(mut whole) = self.reading(key) else { return self.whole(key, patch, signals) };
        let mut is_new = false;
        merge(&mut whole, patch, &mut |_| is_new = true);
        if is_new && self.keep(key, &whole) {
            signals.push(component(key, whole));
        }
    }

    /// The whole reading of a component.
    fn whole(&mut self, key: &str, reading: Value, signals: &mut Vec<Signal>) {
        if self.reading(key).as_ref() != Some(&reading) && self.keep(key, &reading) {
            signals.push(component(key, reading));
        }
    }

    fn replaced(&mut self, mut status: Map<String, Value>, signals: &mut Vec<Signal>) {
        status.remove("ts");
        let is_gone = |kept: &Kept| !status.contains_key(&*kept.key) && !is_dynamic(&kept.key);
        let gone: Vec<Box<str>> = self.kept.iter().filter(|kept| is_gone(kept)).map(|kept| kept.key.clone()).collect();
        for key in gone {
            self.forget(&key);
            signals.push(Signal::Gone(component_key(&key)));
        }
        for (key, reading) in status {
            self.whole(&key, reading, signals);
        }
    }

    fn happened(&mut self, event: &Event, signals: &mut Vec<Signal>) {
        let at = time(event.at_s);
        match (&event.name, &event.data) {
            // A script names its events itself, also with the words of the vendor.
            (_, EventData::Script(_)) => {}
            (EventName::ConfigChanged, data) => {
                let revision = if let EventData::Change(change) = data { change.cfg_rev.copied() } else { None };
                signals.push(Signal::ConfigChanged { revision });
                return;
            }
            (EventName::ComponentAdded, EventData::ComponentChange(change)) => {
                signals.push(Signal::ConfigChanged { revision: change.cfg_rev.copied() });
                signals.push(Signal::ReadAgain);
                return;
            }
            (EventName::ComponentRemoved, EventData::ComponentChange(change)) => {
                if let Some(target) = change.target.as_str() {
                    self.forget(target);
                    signals.push(Signal::Gone(component_key(target)));
                }
                signals.push(Signal::ConfigChanged { revision: change.cfg_rev.copied() });
                return;
            }
            (name, data) => {
                if let Some(progress) = update(name, data) {
                    signals.push(Signal::FirmwareUpdate(progress));
                    return;
                }
            }
        }
        let component = Some(component_key(&event.component));
        signals.push(Signal::Event { component, name: event.name.as_str().to_owned(), at });
        if event.name == EventName::Sleep && !matches!(event.data, EventData::Script(_)) {
            signals.push(Signal::Offline(Leave::Asleep));
        }
    }

    fn place(&self, key: &str) -> Result<usize, usize> {
        self.kept.binary_search_by(|kept| (*kept.key).cmp(key))
    }

    fn reading(&self, key: &str) -> Option<Value> {
        serde_json::from_str(&self.kept[self.place(key).ok()?].text).ok()
    }

    /// Whether there was room for it.
    fn keep(&mut self, key: &str, reading: &Value) -> bool {
        // What was read as JSON can be written as JSON.
        let Ok(text) = serde_json::to_string(reading).map(String::into_boxed_str) else { return false };
        let place = self.place(key);
        let before = place.map_or(0, |at| self.kept[at].key.len() + self.kept[at].text.len());
        let bytes = self.bytes - before + key.len() + text.len();
        if bytes > MOST_BYTES {
            return false;
        }
        self.bytes = bytes;
        match place {
            Ok(at) => self.kept[at].text = text,
            Err(at) => {
                self.kept.reserve_exact(1);
                self.kept.insert(at, Kept { key: key.into(), text });
            }
        }
        true
    }

    fn forget(&mut self, key: &str) {
        if let Ok(at) = self.place(key) {
            let kept = self.kept.remove(at);
            self.bytes -= kept.key.len() + kept.text.len();
        }
    }
}

fn update(name: &EventName, data: &EventData) -> Option<UpdateProgress> {
    let message = || match data {
        EventData::Message(message) => message.msg.as_str().unwrap_or_default().to_owned(),
        _ => String::new(),
    };
    Some(match name {
        EventName::OtaBegin => UpdateProgress::Began,
        EventName::OtaProgress => {
            let EventData::Progress(progress) = data else { return None };
            let percent = progress.progress_percent.copied()?.clamp(0.0, 100.0);
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is checked")]
            UpdateProgress::Percent(percent as u8)
        }
        EventName::OtaSuccess => UpdateProgress::Written,
        EventName::OtaError => UpdateProgress::Failed { why: message() },
        _ => return None,
    })
}

fn is_dynamic(key: &str) -> bool {
    component_key(key).id().is_some_and(|id| id >= FIRST_DYNAMIC)
}

/// The key as reading a whole status makes it.
fn component_key(key: &str) -> ComponentKey {
    key.parse().unwrap_or_else(|_| ComponentKey::single(key))
}

/// One reading in the words of all generations.
fn component(key: &str, told: Value) -> Signal {
    Signal::Component(component_key(key), reading(&Wire::from_json(key, told)))
}

#[cfg(test)]
mod tests;
