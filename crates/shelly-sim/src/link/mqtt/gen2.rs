//! MQTT of Gen2+: frames, notifications, status and control words (gen2 protocol 3.5).

use std::sync::atomic::Ordering;

use serde_json::{Map, Value, json};

use super::{Post, next};
use crate::{
    air::{Ear, Note},
    gen2::{
        self,
        frames::{self, Session, Way},
    },
    json,
};

/// What the device listens to.
pub(super) fn subscriptions(prefix: &str, rpc: bool, control: bool) -> Vec<String> {
    let mut topics = vec![format!("{prefix}/command")];
    if rpc {
        topics.push(format!("{prefix}/rpc"));
    }
    if control {
        topics.push(format!("{prefix}/command/+"));
    }
    topics
}

/// Says hello to a broker.
pub(super) fn hello(post: &Post, prefix: &str) {
    post.publish(&format!("{prefix}/online"), "true", true);
    if says(post, "status_ntf") {
        all_status(post, prefix);
    }
}

/// A switch in the settings that works at once.
fn says(post: &Post, name: &str) -> bool {
    json::truth(&json::parse(&post.device.state().config), &format!("mqtt.{name}"))
}

/// Takes a message.
pub(super) fn take(post: &Post, prefix: &str, topic: &str, text: &str) {
    let Some(rest) = topic.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('/')) else { return };
    match rest.split_once('/') {
        None if rest == "rpc" => answer(post, text),
        None if rest == "command" && text == "status_update" => all_status(post, prefix),
        Some(("command", key)) => command(post, prefix, key, text),
        _ => {}
    }
}

/// Answers a frame on the topic of whoever asked.
fn answer(post: &Post, text: &str) {
    post.device.tally.requests.fetch_add(1, Ordering::Relaxed);
    let mut session = Session::default();
    let Some(answered) = frames::answer(&post.device, &mut session, Way::Mqtt, text) else { return };
    if let Some(src) = session.src {
        post.publish(&format!("{src}/rpc"), answered.text, false);
    }
}

fn all_status(post: &Post, prefix: &str) {
    let status = json::parse(&gen2::status_text(&post.device, &mut post.device.state()));
    for (key, value) in status.as_object().into_iter().flatten() {
        post.publish(&format!("{prefix}/status/{key}"), value.to_string(), false);
    }
}

/// Carries out control words such as `on`, `pos,40` or `set,true,60`.
fn command(post: &Post, prefix: &str, key: &str, text: &str) {
    let mut words = text.split(',').map(str::trim);
    let word = words.next().unwrap_or_default();
    let rest: Vec<&str> = words.collect();
    if word == "status_update" {
        let status = gen2::status_of(&post.device, &mut post.device.state(), key);
        if let Some(status) = status {
            post.publish(&format!("{prefix}/status/{key}"), status.to_string(), false);
        }
        return;
    }
    let outcome = call(key, word, &rest).ok_or_else(|| "unknown command".to_owned()).and_then(|(method, params)| {
        let mut state = post.device.state();
        let (outcome, _) = frames::run(&post.device, &mut state, Way::Mqtt, &method, &params);
        outcome.map_err(|error| error.to_value().to_string())
    });
    if let Err(error) = outcome {
        post.publish(&format!("{prefix}/error/{key}"), error, false);
    }
}

/// The method and parameters a control word stands for.
fn call(key: &str, word: &str, rest: &[&str]) -> Option<(String, Value)> {
    let (kind, id) = key.split_once(':')?;
    let mut params = Map::from_iter([("id".to_owned(), json!(id.parse::<u32>().ok()?))]);
    let mut put = |name: &str, at: usize| -> Option<()> {
        let Some(text) = rest.get(at).filter(|text| !text.is_empty()) else { return Some(()) };
        params.insert(name.into(), serde_json::from_str(text).ok()?);
        Some(())
    };
    let method = match (kind, word) {
        ("switch", "on" | "off") => {
            put("toggle_after", 0)?;
            params.insert("on".into(), json!(word == "on"));
            "Set"
        }
        (_, "toggle") if kind != "cover" => "Toggle",
        ("cover", "open" | "close") => {
            put("duration", 0)?;
            if word == "open" { "Open" } else { "Close" }
        }
        ("cover", "stop") => "Stop",
        ("cover", "calibrate") => "Calibrate",
        ("cover", "pos" | "rel") => {
            put(word, 0)?;
            "GoToPosition"
        }
        ("light" | "rgb" | "rgbw", "set") => {
            put("on", 0)?;
            put("brightness", 1)?;
            "Set"
        }
        _ => return None,
    };
    Some((format!("{kind}.{method}"), Value::Object(params)))
}

/// Forwards notifications and, if wanted, the whole status of what changed.
pub(super) async fn report(post: &Post, prefix: &str, mut ear: Ear) {
    let dst = format!("{prefix}/events");
    while let Some(note) = next(&mut ear).await {
        let Note::Frame { method, params } = note else { continue };
        if !post.connected() {
            continue;
        }
        if says(post, "rpc_ntf") {
            let text = frames::notification(&post.device, Some(&dst), method, &params);
            post.device.tally.notifications.fetch_add(1, Ordering::Relaxed);
            post.publish(&format!("{dst}/rpc"), text, false);
        }
        if method == "NotifyStatus" && says(post, "status_ntf") {
            let patch = json::parse(&params);
            for key in patch.as_object().into_iter().flat_map(|members| members.keys()).filter(|key| *key != "ts") {
                let status = gen2::status_of(&post.device, &mut post.device.state(), key);
                if let Some(status) = status {
                    post.publish(&format!("{prefix}/status/{key}"), status.to_string(), false);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_words_stand_for_methods() {
        let switched = ("switch.Set".to_owned(), json!({"id": 1, "on": true, "toggle_after": 5}));
        assert_eq!(call("switch:1", "on", &["5"]), Some(switched));
        assert_eq!(call("cover:0", "pos", &["40"]), Some(("cover.GoToPosition".into(), json!({"id": 0, "pos": 40}))));
        let shaded = ("light.Set".to_owned(), json!({"id": 0, "brightness": 60}));
        assert_eq!(call("light:0", "set", &["", "60"]), Some(shaded));
        assert_eq!(call("switch:0", "explode", &[]), None);
        assert_eq!(call("switch", "on", &[]), None);
        assert_eq!(call("switch:0", "on", &["soon"]), None);
    }
}
