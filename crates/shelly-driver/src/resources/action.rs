//! URLs that are called when something happens, in the same words for webhooks and for the actions of Gen1.

use serde_json::{Value, json};
use shelly_gen1::{
    actions::ActionName,
    form::ActionForm,
    scalar::Flag,
    settings::{ActionList, ActionUrl},
};
use shelly_gen2_rpc::components::webhook::Hook;
use shelly_types::{
    Model,
    wire::{Field, Wire},
};

/// URLs that are called when something happens.
#[derive(Debug, Clone, PartialEq)]
pub struct Action {
    /// Number among the webhooks; none for a new one, and on Gen1.
    pub id: Option<u32>,
    /// What happens, in the words of webhooks: `switch.on`, `input.button_push`. What only Gen1 knows keeps its word:
    /// `dark_url`.
    pub event: String,
    /// Instance of the component it happens to; on Gen1 the channel, input or sensor.
    pub instance: u32,
    /// The URLs are called.
    pub enabled: bool,
    /// Name that the owner gave.
    pub name: Option<String>,
    /// The URLs, at most five.
    pub urls: Vec<String>,
    /// Begin and end of the part of the day in which they are called, `HH:MM`.
    pub between: Option<[String; 2]>,
    /// Expression that must hold; Gen2 and later.
    pub condition: Option<String>,
    /// The entry as the device sent it, with what has no member here; null for a new one.
    pub raw: Value,
}

/// Events that are the same thing in both families. Where the word of Gen1 serves several components, the first is
/// meant by it on devices that have no lights, the second on lights.
const SAME: [(ActionName, [&str; 2]); 13] = [
    (ActionName::OutOn, ["switch.on", "light.on"]),
    (ActionName::OutOff, ["switch.off", "light.off"]),
    (ActionName::BtnOn, ["input.toggle_on"; 2]),
    (ActionName::BtnOff, ["input.toggle_off"; 2]),
    (ActionName::Shortpush, ["input.button_push"; 2]),
    (ActionName::Longpush, ["input.button_longpush"; 2]),
    (ActionName::DoubleShortpush, ["input.button_doublepush"; 2]),
    (ActionName::TripleShortpush, ["input.button_triplepush"; 2]),
    (ActionName::RollerOpen, ["cover.open"; 2]),
    (ActionName::RollerClose, ["cover.closed"; 2]),
    (ActionName::RollerStop, ["cover.stopped"; 2]),
    (ActionName::FloodDetected, ["flood.alarm"; 2]),
    (ActionName::FloodGone, ["flood.alarm_off"; 2]),
];

/// URLs of an action of Gen1 at most.
const MOST_URLS: usize = 5;

/// Order codes of lights begin so (reference/gen1/models.csv).
const LIGHTS: [&str; 7] = ["SHDM-", "SHVIN-", "SHBDUO-", "SHBLB-", "SHCB-", "SHRGBW", "SHCL-"];

impl Action {
    /// An action that is new.
    pub fn new(event: impl Into<String>, instance: u32, urls: Vec<String>) -> Self {
        let (event, raw) = (event.into(), Value::Null);
        Self { id: None, event, instance, enabled: true, name: None, urls, between: None, condition: None, raw }
    }

    pub(super) fn of_hook(hook: &Hook) -> Self {
        let text = |field: &Field<String>| field.as_str().map(str::to_owned);
        Self {
            id: hook.id.copied(),
            event: text(&hook.event).unwrap_or_default(),
            instance: hook.cid.copied().unwrap_or_default(),
            enabled: hook.enable.copied().unwrap_or(false),
            name: text(&hook.name),
            urls: hook.urls.get().cloned().unwrap_or_default(),
            between: hook.active_between.get().and_then(|times| times.clone().try_into().ok()),
            condition: text(&hook.condition),
            raw: hook.to_json(),
        }
    }

    /// What is not told here stays as it was sent.
    pub(super) fn to_hook(&self) -> Hook {
        let mut hook = Hook::from_json(self.raw.clone()).unwrap_or_default();
        let text = |text: &Option<String>| text.clone().map_or(Field::Null, Field::Value);
        hook.id = self.id.map_or(Field::Absent, Field::Value);
        hook.event = Field::Value(self.event.clone());
        hook.cid = Field::Value(self.instance);
        hook.enable = Field::Value(self.enabled);
        hook.name = text(&self.name);
        hook.urls = Field::Value(self.urls.clone());
        hook.active_between = self.between.clone().map_or(Field::Null, |times| Field::Value(times.to_vec()));
        hook.condition = text(&self.condition);
        hook
    }

    pub(super) fn of_list(list: &ActionList, model: &Model) -> Vec<Self> {
        let is_light = LIGHTS.iter().any(|prefix| model.code().starts_with(prefix));
        let entries = list.actions.get().into_iter().flatten();
        let entries = entries.flat_map(|(name, entries)| entries.iter().map(move |entry| (name, entry)));
        let used = entries.filter(|(_, entry)| entry.urls.get().is_some_and(|urls| !urls.is_empty()));
        used.map(|(name, entry)| {
            let urls = entry.urls.get().map_or(&[][..], Vec::as_slice);
            Self {
                id: None,
                event: event(name, is_light),
                instance: entry.index.copied().unwrap_or_default(),
                enabled: entry.enabled.copied().is_some_and(Flag::is_on),
                name: None,
                urls: urls.iter().map(address).collect(),
                between: urls.first().and_then(between),
                condition: None,
                raw: json!({ name: entry.to_json() }),
            }
        })
        .collect()
    }

    /// None when Gen1 cannot express it.
    pub(super) fn to_form(&self) -> Option<ActionForm> {
        if self.condition.is_some() || self.urls.len() > MOST_URLS {
            return None;
        }
        let interval = match &self.between {
            Some([from, to]) => Some(format!("{}-{}", clock(from)?, clock(to)?)),
            None => None,
        };
        let url = |url: &String| match &interval {
            None => Some(ActionUrl::Plain(url.clone())),
            Some(interval) => ActionUrl::from_json(json!({ "url": url, "int": interval })).ok(),
        };
        let urls = self.urls.iter().map(url).collect::<Option<Vec<_>>>()?;
        Some(ActionForm { enabled: Some(self.enabled), urls: Some(urls), ..self.form()? })
    }

    pub(super) fn to_cleared(&self) -> Option<ActionForm> {
        self.form().map(|form| ActionForm::clear(form.name, form.index))
    }

    fn form(&self) -> Option<ActionForm> {
        let same = SAME.iter().find(|(_, events)| events.contains(&self.event.as_str()));
        let name = same.map(|(name, _)| name.clone()).or_else(|| {
            // Other words with a point are of webhooks alone.
            (!self.event.contains('.')).then(|| ActionName::from(self.event.clone()))
        })?;
        Some(ActionForm::new(name, self.instance))
    }
}

fn event(name: &str, is_light: bool) -> String {
    let same = SAME.iter().find(|(of_gen1, _)| of_gen1.as_str() == name);
    same.map_or(name, |(_, events)| events[usize::from(is_light)]).to_owned()
}

fn address(url: &ActionUrl) -> String {
    match url {
        ActionUrl::Plain(url) => url.clone(),
        ActionUrl::Timed(timed) => timed.url.as_str().unwrap_or_default().to_owned(),
    }
}

/// `0700-2200` as two times; none for the whole day.
fn between(url: &ActionUrl) -> Option<[String; 2]> {
    let ActionUrl::Timed(timed) = url else { return None };
    let (from, to) = timed.interval.as_str()?.split_once('-')?;
    let time = |text: &str| Some(format!("{}:{}", text.get(..2)?, text.get(2..4)?));
    (from != to).then(|| Some([time(from)?, time(to)?]))?
}

/// `07:00` as `0700`.
fn clock(time: &str) -> Option<String> {
    let digits: String = time.chars().filter(char::is_ascii_digit).collect();
    (digits.len() == 4 && time.len() == 5).then_some(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn actions(model: &str, list: &Value) -> Vec<Action> {
        Action::of_list(&ActionList::from_json(json!({ "actions": list })).unwrap(), &Model::new(model))
    }

    /// K6: one word for one thing.
    #[test]
    fn actions_of_gen1_have_the_words_of_webhooks() {
        let list = json!({
            "out_on_url": [{"index": 0, "urls": ["http://a/"], "enabled": true}, {"index": 1, "urls": [], "enabled": false}],
            "dark_url": [{"index": 0, "urls": [{"url": "http://b/", "int": "2200-0600"}], "enabled": 0}],
        });
        let read = actions("SHSW-25", &list);
        let told: Vec<_> = read.iter().map(|action| (action.event.as_str(), action.instance, action.enabled)).collect();
        assert_eq!(told, [("dark_url", 0, false), ("switch.on", 0, true)]);
        assert_eq!(read[0].between, Some(["22:00".to_owned(), "06:00".to_owned()]));
        assert_eq!(actions("SHDM-2", &list)[1].event, "light.on");

        let form = read[0].to_form().unwrap();
        assert_eq!(form.name, ActionName::Dark);
        let Some([ActionUrl::Timed(timed)]) = form.urls.as_deref() else { panic!("{form:?}") };
        assert_eq!(timed.interval.as_str(), Some("2200-0600"));
        assert_eq!(Action::new("light.on", 0, vec![]).to_form().unwrap().name, ActionName::OutOn);
    }

    #[test]
    fn what_gen1_cannot_is_told() {
        let wanted = Action::new("switch.on", 0, vec!["http://a/".to_owned()]);
        for odd in [
            Action { event: "switch.active_power_change".into(), ..wanted.clone() },
            Action { condition: Some("ev.x > 1".into()), ..wanted.clone() },
            Action { between: Some(["soon".into(), "later".into()]), ..wanted.clone() },
            Action { urls: vec![String::new(); 6], ..wanted.clone() },
        ] {
            assert_eq!(odd.to_form(), None, "{odd:?}");
        }
        assert!(wanted.to_form().is_some());
    }

    #[test]
    fn a_hook_keeps_what_has_no_member() {
        let sent = json!({"id": 3, "cid": 1, "enable": true, "event": "input.button_push", "name": "Bell", "ssl_ca": "*",
            "urls": ["http://a/"], "active_between": ["08:00", "20:00"], "condition": null, "repeat_period": -1});
        let action = Action::of_hook(&Hook::from_json(sent.clone()).unwrap());
        assert_eq!((action.id, action.instance, action.name.as_deref()), (Some(3), 1, Some("Bell")));
        assert_eq!(action.to_hook().to_json(), sent);
    }
}
