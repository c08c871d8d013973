//! Reads what a device tells of by itself in `NotifyEvent`: which component, what happened, and what is said about it.
//!
//! Nothing is lost: an event that is not known here keeps its word and its members.

mod data;
mod name;

use serde_json::{Map, Value};
use shelly_types::{
    wire::{Wire, join},
    wire_object,
};

pub use self::{
    data::{
        BleDevice, Change, ComponentChange, Count, Discovered, EventData, Message, Objects, Paired, Pairing, Plain,
        Press, Progress, RadioMessage, Records, Restart, ScriptEvent, StationChange, Track,
    },
    name::EventName,
};

wire_object! {
    /// Parameters of `NotifyEvent`.
    pub struct Events {
        /// Unix seconds.
        pub ts: f64,
        /// What happened, in order.
        pub events: Vec<Event>,
    }
}

/// Something that happened on a device.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Component that tells of it: `input:0`, `sys`, or the component whose settings changed.
    pub component: String,
    /// What happened.
    pub name: EventName,
    /// Unix seconds; none when the device does not say.
    pub at_s: Option<f64>,
    /// What is said about it.
    pub data: EventData,
}

impl Wire for Event {
    fn from_json(value: Value) -> Result<Self, Value> {
        let Value::Object(mut members) = value else { return Err(value) };
        let text = |name: &str| members.get(name).and_then(Value::as_str).map(str::to_owned);
        let (Some(component), Some(word)) = (text("component"), text("event")) else {
            return Err(Value::Object(members));
        };
        members.remove("component");
        members.remove("event");
        let at_s = members.get("ts").and_then(Value::as_f64);
        if at_s.is_some() {
            members.remove("ts");
        }
        let name = EventName::from(word);
        let data = EventData::read(&component, &name, members);
        Ok(Self { component, name, at_s, data })
    }

    fn to_json(&self) -> Value {
        let mut members = match self.data.to_json() {
            Value::Object(members) => members,
            _ => Map::new(),
        };
        members.insert("component".to_owned(), self.component.as_str().into());
        members.insert("event".to_owned(), self.name.as_str().into());
        if let Some(at) = self.at_s {
            members.insert("ts".to_owned(), at.into());
        }
        Value::Object(members)
    }

    fn unknown(&self, at: &str, found: &mut dyn FnMut(&str, &Value)) {
        if let EventName::Other(word) = &self.name
            && !matches!(self.data, EventData::Script(_))
        {
            found(&join(at, "event"), &Value::from(word.as_str()));
        }
        self.data.unknown(at, found);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use shelly_types::wire::{Field, same};

    use super::*;

    fn read(event: Value) -> Event {
        let kept = event.clone();
        let read = Event::from_json(event).unwrap();
        assert!(same(&read.to_json(), &kept));
        let mut unknown = Vec::new();
        read.unknown("", &mut |path, _| unknown.push(path.to_owned()));
        assert!(unknown.is_empty(), "{unknown:?}");
        read
    }

    #[test]
    fn a_press_is_read() {
        let event = read(json!({"component": "input:0", "id": 0, "event": "single_push", "ts": 1_643_540_082.66}));
        assert_eq!((event.component.as_str(), event.name), ("input:0", EventName::SinglePush));
        assert!(matches!(event.data, EventData::Press(press) if press.id == Field::Value(0)));
    }

    #[test]
    fn a_change_of_settings_names_its_revision() {
        let event =
            read(json!({"component": "switch:0", "id": 0, "event": "config_changed", "restart_required": false,
            "cfg_rev": 12, "ts": 1.5}));
        let EventData::Change(change) = event.data else { panic!() };
        assert_eq!(change.cfg_rev.copied(), Some(12));
    }

    #[test]
    fn an_update_tells_how_far_it_is() {
        let event = read(json!({"component": "sys", "event": "ota_progress", "msg": "Waiting for data",
            "progress_percent": 99, "ts": 1.5}));
        let EventData::Progress(progress) = event.data else { panic!() };
        assert_eq!(progress.progress_percent.copied(), Some(99.0));
    }

    #[test]
    fn a_script_names_its_events_itself() {
        let event =
            read(json!({"component": "script:1", "id": 1, "event": "ble.scan_result", "data": [2, []], "ts": 1.5}));
        assert_eq!(event.name, EventName::Other("ble.scan_result".to_owned()));
        assert!(matches!(event.data, EventData::Script(_)));
        // Also one that has a name of the vendor.
        assert!(matches!(
            read(json!({"component": "script:1", "event": "sleep", "data": 1})).data,
            EventData::Script(_)
        ));
    }

    #[test]
    fn records_come_alone_or_in_a_list() {
        let rows = json!({"ts": 60, "period": 60, "values": [[0.0, 231.75]]});
        for data in [rows.clone(), json!([rows])] {
            let event = read(json!({"component": "em1data:0", "id": 0, "event": "data", "ts": 1.5, "data": data}));
            let EventData::Records(records) = event.data else { panic!() };
            assert_eq!(records.rows().len(), 1);
        }
    }

    #[test]
    fn what_is_not_known_is_kept() {
        let sent = json!({"component": "spoon:0", "event": "bent", "by": {"whom": "me"}, "ts": "soon"});
        let event = Event::from_json(sent.clone()).unwrap();
        assert_eq!(event.to_json(), sent);
        let mut unknown = Vec::new();
        event.unknown("", &mut |path, _| unknown.push(path.to_owned()));
        assert_eq!(unknown, ["event", "by", "ts"]);
        for odd in [json!([]), json!({"event": "a"}), json!({"component": "a"})] {
            assert_eq!(Event::from_json(odd.clone()), Err(odd));
        }
    }
}
