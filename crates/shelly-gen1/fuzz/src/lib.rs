//! Reads bytes as everything that a Gen1 device may send, and complains when something is lost on the way.

use serde_json::Value;
use shelly_gen1::{Settings, Shelly, Status, coiot::exercise, mqtt::Message, schedule::Rule};
use shelly_types::wire::{Wire, difference};

/// Reads bytes, and panics when something is wrong with what came of it.
pub type Target = fn(&[u8]);

/// All targets by name.
pub const TARGETS: [(&str, Target); 5] =
    [("coiot", coiot), ("mqtt", mqtt), ("schedule", schedule), ("settings", settings), ("status", status)];

/// A datagram of CoIoT.
pub fn coiot(bytes: &[u8]) {
    exercise(bytes);
}

/// A message from a broker: a line with the topic, then the payload.
pub fn mqtt(bytes: &[u8]) {
    let end = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len());
    let Ok(topic) = std::str::from_utf8(&bytes[..end]) else { return };
    let message = Message::parse(topic, bytes.get(end + 1..).unwrap_or_default());
    assert_eq!(Message::parse(&message.topic(), &message.payload()), message, "a message changed when it was written");
}

/// Rules of a schedule, joined by commas as a device has them.
pub fn schedule(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    for text in text.split(',') {
        if let Ok(rule) = text.parse::<Rule>() {
            assert_eq!(rule.to_string().parse(), Ok(rule), "a rule changed when it was written");
        }
    }
}

/// The `/settings` document.
pub fn settings(bytes: &[u8]) {
    document::<Settings>(bytes);
}

/// The `/status` document, and `/shelly`, which is as open as that.
pub fn status(bytes: &[u8]) {
    document::<Status>(bytes);
    if let Some(shelly) = document::<Shelly>(bytes) {
        shelly.identity();
    }
}

/// Reads a document, which must be given back as it was.
fn document<T: Wire>(bytes: &[u8]) -> Option<T> {
    let sent: Value = serde_json::from_slice(bytes).ok()?;
    match T::from_json(sent.clone()) {
        Ok(read) => {
            assert_eq!(difference(&sent, &read.to_json()), None, "a document changed when it was written");
            read.unknown("", &mut |_, _| {});
            Some(read)
        }
        Err(odd) => {
            assert_eq!(difference(&sent, &odd), None, "what is no document was not given back unharmed");
            None
        }
    }
}
