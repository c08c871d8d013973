//! Turns what an owner made on a device into settings.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use capability_config::{
    ResourceKind, SecretText, SettingPath, SettingValue, Settings, document_text, encode_name, secret_in_url,
};
use serde_json::Value;
use sha2::{Digest, Sha256};
use shelly_gen2_rpc::{
    Script,
    components::{ComponentConfig, schedule::Job},
};

use super::{Wanted, jobs};
use crate::{Action, Device, Error};

/// Parts of keys under which a text is taken for a secret.
const SECRET_WORDS: [&str; 6] = ["pass", "pwd", "secret", "token", "apikey", "api_key"];

impl Device {
    /// All resources of a kind, as settings.
    pub(super) async fn read_kind(&self, kind: ResourceKind) -> Result<Settings, Error> {
        let mut shown = Shown { wanted: &self.wanted, kind, settings: Settings::new(), names: BTreeSet::new() };
        match kind {
            ResourceKind::Scripts => self.scripts().await?.iter().for_each(|script| shown.script(script)),
            ResourceKind::Kvs => {
                for (key, entry) in self.values().await? {
                    shown.value(&key, entry.value.get().unwrap_or(&Value::Null));
                }
            }
            ResourceKind::Webhooks | ResourceKind::Actions => {
                self.actions().await?.iter().for_each(|action| shown.action(action));
            }
            ResourceKind::Schedules => {
                let jobs = self.schedules().await?;
                let names = self.job_names(&jobs);
                for job in &jobs {
                    if let Some(name) = job.id.copied().and_then(|id| names.get(&id)) {
                        shown.job(name, job);
                    }
                }
            }
            ResourceKind::Virtuals => {
                for entry in self.virtual_components().await? {
                    let config = entry.config.as_ref().map(ComponentConfig::to_json).unwrap_or_default();
                    shown.component(&entry.key, &config);
                }
            }
        }
        Ok(shown.settings)
    }

    /// The names of jobs by their number.
    pub(super) fn job_names(&self, jobs: &[Job]) -> BTreeMap<u32, String> {
        jobs::names(jobs, &self.wanted.jobs, &self.made_jobs)
    }
}

/// Settings that were found so far.
struct Shown<'a> {
    wanted: &'a Wanted,
    kind: ResourceKind,
    settings: Settings,
    names: BTreeSet<String>,
}

impl Shown<'_> {
    /// The name of a resource as a word: what it says, or else its number.
    fn name(&mut self, told: Option<&str>, otherwise: &str) -> String {
        let told = told.map(encode_name).filter(|name| !name.is_empty() && !self.names.contains(name));
        let name = told.unwrap_or_else(|| encode_name(otherwise));
        self.names.insert(name.clone());
        name
    }

    fn path(&self, name: &str, field: &str) -> SettingPath {
        self.kind.path(name, field)
    }

    fn set(&mut self, name: &str, field: &str, value: impl Into<SettingValue>) {
        self.settings.insert(self.path(name, field), value.into());
    }

    fn script(&mut self, script: &Script) {
        let name = self.name(script.config.name.as_str(), &format!("script:{}", script.id));
        if self.wanted.is_hidden(self.kind, &name) == Some(true) {
            self.set(&name, "secret_code", SettingValue::Secret(SecretText::new(&script.code)));
        } else {
            self.set(&name, "hash", hash(&script.code));
            self.set(&name, "code", script.code.as_str());
        }
        self.set(&name, "enable", script.config.enable.copied().unwrap_or(false));
        self.set(&name, "running", script.running);
        if !script.errors.is_empty() {
            let errors = script.errors.iter().map(|error| error.as_str().into()).collect();
            self.set(&name, "errors", SettingValue::List(errors));
        }
    }

    fn value(&mut self, key: &str, value: &Value) {
        let name = encode_name(key);
        let sounds_secret = || {
            let key = key.to_ascii_lowercase();
            value.is_string() && SECRET_WORDS.iter().any(|word| key.contains(word))
        };
        if self.wanted.is_hidden(self.kind, &name).unwrap_or_else(sounds_secret) {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            self.set(&name, "secret", SettingValue::Secret(SecretText::new(text)));
            return;
        }
        match value {
            Value::Null => self.set(&name, "json", "null"),
            Value::Object(_) | Value::Array(_) => self.set(&name, "json", document_text(value).unwrap_or_default()),
            plain => self.set(&name, "value", SettingValue::from_json(plain).unwrap_or(SettingValue::Null)),
        }
    }

    fn action(&mut self, action: &Action) {
        let is_gen1 = self.kind == ResourceKind::Actions;
        let name = if is_gen1 {
            action_name(action)
        } else {
            self.name(action.name.as_deref(), &format!("hook:{}", action.id.unwrap_or_default()))
        };
        let hides = self.wanted.is_hidden(self.kind, &name) == Some(true);
        if hides || action.urls.iter().any(|url| secret_in_url(url)) {
            self.set(&name, "secret_urls", SettingValue::Secret(SecretText::new(action.urls.join("\n"))));
        } else {
            let urls = action.urls.iter().map(|url| url.as_str().into()).collect();
            self.set(&name, "urls", SettingValue::List(urls));
        }
        self.set(&name, "enable", action.enabled);
        if let Some(times) = &action.between {
            self.set(&name, "between", SettingValue::List(times.iter().map(|time| time.as_str().into()).collect()));
        }
        if is_gen1 {
            return;
        }
        self.set(&name, "event", action.event.as_str());
        self.set(&name, "instance", f64::from(action.instance));
        if let Some(condition) = &action.condition {
            self.set(&name, "condition", condition.as_str());
        }
        for field in ["ssl_ca", "repeat_period"] {
            if let Some(value) =
                action.raw.get(field).filter(|value| !value.is_null()).and_then(SettingValue::from_json)
            {
                self.set(&name, field, value);
            }
        }
    }

    fn job(&mut self, name: &str, job: &Job) {
        self.set(name, "timespec", job.timespec.as_str().unwrap_or_default());
        self.set(name, "calls", jobs::calls(job));
        self.set(name, "enable", job.enable.copied().unwrap_or(false));
        self.set(name, "id", job.id.copied().map_or(SettingValue::Null, |id| f64::from(id).into()));
    }

    fn component(&mut self, key: &str, config: &Value) {
        let Some((kind, _)) = key.split_once(':') else { return };
        let name = self.name(config.get("name").and_then(Value::as_str), key);
        self.set(&name, "type", kind);
        self.set(&name, "key", key);
        self.set(&name, "config", document_text(&nameless(config)).unwrap_or_default());
    }
}

/// The settings of a virtual component without what names it.
pub(super) fn nameless(config: &Value) -> Value {
    let mut config = config.clone();
    if let Some(members) = config.as_object_mut() {
        members.retain(|name, _| name != "id" && name != "name" && name != "owner" && name != "access");
    }
    config
}

/// The name of an action of Gen1: its event with a stroke for the point, and its channel.
fn action_name(action: &Action) -> String {
    format!("{}:{}", action.event.replacen('.', "-", 1), action.instance)
}

/// The event and channel of an action of Gen1 by its name.
pub(super) fn named_action(name: &str) -> Option<(String, u32)> {
    let (event, channel) = name.rsplit_once(':')?;
    Some((event.replacen('-', ".", 1), channel.parse().ok()?))
}

/// The version of a script: half of the SHA-256 of its text, in hex.
fn hash(code: &str) -> String {
    let digest = Sha256::digest(code.as_bytes());
    digest.iter().take(16).fold(String::new(), |mut text, byte| {
        // Writing to memory cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_of_gen1_are_named_by_what_happens() {
        for (event, instance) in [("switch.on", 0), ("input.button_push", 3), ("dark_url", 0)] {
            let action = Action::new(event, instance, Vec::new());
            assert_eq!(named_action(&action_name(&action)), Some((event.to_owned(), instance)));
        }
        assert_eq!(named_action("bell"), None);
    }

    #[test]
    fn the_version_of_a_script_is_a_digest() {
        assert_eq!(hash(""), "e3b0c44298fc1c149afbf4c8996fb924");
    }
}
