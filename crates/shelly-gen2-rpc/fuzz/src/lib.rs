//! Reads bytes as everything that a device of Gen2 and later may send, and complains when something is lost on the way.

use serde_json::{Map, Value};
use shelly_gen2_rpc::{
    ComponentEntry, DeviceConfig, DeviceInfo, DeviceStatus, Events, Timespec,
    components::shelly::ComponentsPage,
    digest::{Challenge, Form, USER, Use, frame_auth, ha1, header},
    frame::{Frame, Notification},
};
use shelly_types::wire::{Wire, difference};

/// Reads bytes, and panics when something is wrong with what came of it.
pub type Target = fn(&[u8]);

/// All targets by name.
pub const TARGETS: [(&str, Target); 4] =
    [("components", components), ("digest", digest), ("frame", frame), ("timespec", timespec)];

/// The documents about a whole device: settings, readings, a page of components, who it is.
pub fn components(bytes: &[u8]) {
    let Ok(sent) = serde_json::from_slice::<Value>(bytes) else { return };
    document::<DeviceConfig>(&sent);
    document::<DeviceStatus>(&sent);
    if let Some(page) = document::<ComponentsPage>(&sent) {
        let _: Option<&Vec<ComponentEntry>> = page.components.get();
    }
    if let Some(info) = document::<DeviceInfo>(&sent) {
        let _ = info.identity();
    }
}

/// A challenge, as a header and as the text of an error in a frame.
pub fn digest(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    for challenge in [Challenge::from_header(text), Challenge::from_frame(text)].into_iter().flatten() {
        answer(&challenge);
    }
}

/// A frame over WebSocket, MQTT, UDP or HTTP.
pub fn frame(bytes: &[u8]) {
    match Frame::parse(bytes) {
        Ok(Frame::Answer(answered)) => {
            if let Err(failure) = &answered.outcome
                && let Ok(challenge) = Challenge::from_frame(&failure.message)
            {
                answer(&challenge);
            }
        }
        Ok(Frame::Notification(news)) => notification(&news),
        _ => {}
    }
}

/// The time of a schedule.
pub fn timespec(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(spec) = text.parse::<Timespec>() {
        assert_eq!(spec.to_string().parse(), Ok(spec), "a time changed when it was written");
    }
}

/// Merging a notification twice is the same as once, and its events are given back as they were.
fn notification(news: &Notification) {
    let mut status = DeviceStatus::default();
    status.merge(news.params.clone());
    let once = status.to_json();
    let again = status.merge(news.params.clone());
    assert!(again.changed.is_empty(), "the same news is new again: {again:?}");
    assert_eq!(difference(&once, &status.to_json()), None, "the same news changed something");
    let shown: Map<String, Value> = news.params.iter().filter(|(key, _)| *key != "ts").map(owned).collect();
    assert_eq!(difference(&Value::Object(shown), &once), None, "news from nothing is not what was told");
    document::<Events>(&Value::Object(news.params.clone()));
}

fn owned((key, value): (&String, &Value)) -> (String, Value) {
    (key.clone(), value.clone())
}

/// Answers a challenge in both forms; what is quoted must be read as it was.
fn answer(challenge: &Challenge) {
    let ha1 = ha1(USER, &challenge.realm, "secret");
    let once = Use { challenge, ha1: &ha1, user: USER, count: 1, cnonce: "0123456789abcdef" };
    let auth = frame_auth(&once);
    assert_eq!(auth["realm"], Value::from(challenge.realm.as_str()));
    let written = header(&once, "POST", "/rpc");
    let read =
        Challenge::from_header(&written).expect("an answer names realm, nonce and algorithm as a challenge does");
    assert_eq!((read.form, &read.realm, &read.nonce), (Form::Header, &challenge.realm, &challenge.nonce));
}

/// Reads a document, which must be given back as it was.
fn document<T: Wire>(sent: &Value) -> Option<T> {
    match T::from_json(sent.clone()) {
        Ok(read) => {
            assert_eq!(difference(sent, &read.to_json()), None, "a document changed when it was written");
            read.unknown("", &mut |_, _| {});
            Some(read)
        }
        Err(odd) => {
            assert_eq!(difference(sent, &odd), None, "what is no document was not given back unharmed");
            None
        }
    }
}
