//! Writes a resource as a plan wishes it: makes it, changes it, or takes it away.

use capability_config::{Resource, ResourceKind, SettingValue, Settings, encode_name, shown_name};
use serde_json::{Map, Value, json};
use shelly_gen2_rpc::{components::schedule::Job, methods::virtuals::VirtualKind};
use shelly_types::{ComponentKey, wire::Wire};

use super::read::{named_action, nameless};
use crate::{Action, Device, Error, family};

/// A resource as it will be.
struct Target<'a> {
    resource: Resource<'a>,
    changes: &'a Settings,
    shown: &'a Settings,
}

impl Target<'_> {
    /// What the field will be; none when it is null or not said.
    fn will(&self, field: &str) -> Option<&SettingValue> {
        let path = self.resource.path(field);
        self.changes.get(&path).or_else(|| self.shown.get(&path)).filter(|value| **value != SettingValue::Null)
    }

    /// What the field is changed to.
    fn change(&self, field: &str) -> Option<&SettingValue> {
        self.changes.get(&self.resource.path(field))
    }

    fn text(&self, field: &str) -> Option<&str> {
        self.will(field).and_then(text)
    }

    fn is_removed(&self) -> bool {
        self.resource.kind.makers().iter().all(|field| self.will(field).is_none())
    }

    /// The name that people gave.
    fn name(&self) -> String {
        shown_name(self.resource.name).into_owned()
    }
}

/// The text of a value, also of a secret one.
fn text(value: &SettingValue) -> Option<&str> {
    match value {
        SettingValue::Text(text) => Some(text),
        SettingValue::Secret(secret) => Some(secret.expose()),
        _ => None,
    }
}

impl Device {
    /// Writes the changes of one resource. `shown` is what the device showed last.
    pub(crate) async fn write_resource(&mut self, changes: &Settings, shown: &Settings) -> Result<(), Error> {
        let Some((resource, _)) = changes.keys().next().and_then(Resource::of) else {
            return Err(self.cannot("write what is no resource"));
        };
        if let Some(path) = changes.iter().find(|(_, value)| **value == SettingValue::Hidden).map(|(path, _)| path) {
            return Err(self.cannot(&format!("set {path} to a value that is hidden")));
        }
        let target = Target { resource, changes, shown };
        match resource.kind {
            ResourceKind::Scripts => self.put_script(&target).await,
            ResourceKind::Kvs => self.put_value(&target).await,
            ResourceKind::Schedules => self.put_job(&target).await,
            ResourceKind::Webhooks | ResourceKind::Actions => self.put_action(&target).await,
            ResourceKind::Virtuals => self.put_component(&target).await,
        }
    }

    fn cannot(&self, what: &str) -> Error {
        Error::Unsupported { device: self.identity.mac, what: what.to_owned() }
    }

    /// Stops the script, writes and reads it back, and starts it when it is to run.
    async fn put_script(&self, target: &Target<'_>) -> Result<(), Error> {
        let name = target.name();
        let id = self.script_of(target.resource.name).await?;
        if target.is_removed() {
            return match id {
                Some(id) => self.remove_script(id).await,
                None => Ok(()),
            };
        }
        let code = target.text("code").or_else(|| target.text("secret_code"));
        let is_written = target.change("code").or_else(|| target.change("secret_code")).is_some();
        let id = match (id, code) {
            (Some(id), Some(code)) if is_written => {
                self.write_script(id, code).await?;
                id
            }
            (Some(id), _) => id,
            (None, Some(code)) => self.add_script(&name, code).await?,
            (None, None) => return Err(self.cannot(&format!("make script {name} without its text"))),
        };
        if let Some(enable) = target.change("enable") {
            let enable = enable.as_bool().unwrap_or(false);
            let config = json!({ "id": id, "config": { "enable": enable } });
            self.send_one(&family::Write::rpc("Script.SetConfig", config)).await?;
        }
        match target.change("running") {
            Some(running) => self.run_script(id, running.as_bool().unwrap_or(false)).await,
            None => Ok(()),
        }
    }

    async fn script_of(&self, name: &str) -> Result<Option<u32>, Error> {
        let scripts = self.listed_scripts().await?;
        let is_called = |told: &Option<String>| told.as_deref().is_some_and(|told| encode_name(told) == name);
        let by_name = scripts.iter().find(|(_, told)| is_called(told)).map(|(id, _)| *id);
        let by_number = || name.strip_prefix("script:").and_then(|id| id.parse().ok());
        Ok(by_name.or_else(|| by_number().filter(|id| scripts.iter().any(|(listed, _)| listed == id))))
    }

    async fn put_value(&self, target: &Target<'_>) -> Result<(), Error> {
        let key = target.name();
        if target.is_removed() {
            return self.remove_value(&key).await;
        }
        let value = match (target.will("secret"), target.will("value"), target.text("json")) {
            (_, Some(value), _) => value.expose_json(),
            (_, None, Some(text)) => {
                serde_json::from_str(text).map_err(|_| self.cannot(&format!("store {key}: it is no JSON")))?
            }
            (Some(secret), None, None) => secret.expose_json(),
            (None, None, None) => return Ok(()),
        };
        self.set_value(&key, &value).await
    }

    async fn put_job(&mut self, target: &Target<'_>) -> Result<(), Error> {
        let name = target.resource.name;
        let jobs = self.schedules().await?;
        let names = self.job_names(&jobs);
        let is_ours = |job: &&Job| job.id.copied().and_then(|id| names.get(&id)).is_some_and(|known| known == name);
        let job = jobs.iter().find(is_ours);
        if target.is_removed() {
            return match job.and_then(|job| job.id.copied()) {
                Some(id) => self.remove_schedule(id).await,
                None => Ok(()),
            };
        }
        let mut form = job.map_or_else(|| json!({ "enable": true }), Wire::to_json);
        if let Some(timespec) = target.text("timespec") {
            form["timespec"] = timespec.into();
        }
        if let Some(calls) = target.text("calls") {
            form["calls"] = serde_json::from_str(calls).map_err(|_| self.cannot("make a job of no calls"))?;
        }
        if let Some(enable) = target.will("enable").and_then(SettingValue::as_bool) {
            form["enable"] = enable.into();
        }
        let job = Job::from_json(form).map_err(|_| self.cannot(&format!("make job {name} as wished")))?;
        let id = self.write_schedule(&job).await?;
        self.made_jobs.insert(name.to_owned(), id);
        Ok(())
    }

    async fn put_action(&self, target: &Target<'_>) -> Result<(), Error> {
        let is_gen1 = target.resource.kind == ResourceKind::Actions;
        let name = target.name();
        let actions = self.actions().await?;
        let known = match named_action(&name).filter(|_| is_gen1) {
            Some((event, instance)) => {
                let mut same =
                    actions.into_iter().filter(|action| action.event == event && action.instance == instance);
                same.next().or_else(|| (!target.is_removed()).then(|| Action::new(event, instance, Vec::new())))
            }
            None if is_gen1 => return Err(self.cannot(&format!("call URLs on {name}: it names no event and channel"))),
            None => {
                let number = name.strip_prefix("hook:").and_then(|id| id.parse::<u32>().ok());
                let by_name = actions.iter().position(|action| {
                    action.name.as_deref().is_some_and(|told| encode_name(told) == target.resource.name)
                });
                let by_number = || actions.iter().position(|action| action.name.is_none() && action.id == number);
                by_name.or_else(|| number.and_then(|_| by_number())).and_then(|at| actions.into_iter().nth(at))
            }
        };
        if target.is_removed() {
            return match known {
                Some(action) => self.remove_action(&action).await,
                None => Ok(()),
            };
        }
        let mut action = if let Some(action) = known {
            action
        } else {
            let event = target.text("event").ok_or_else(|| {
                self.cannot(&format!("make webhook {name} without an event: wish webhooks.{name}.event as well"))
            })?;
            Action { name: Some(name.clone()), ..Action::new(event, 0, Vec::new()) }
        };
        fill(&mut action, target);
        self.write_action(&action).await
    }

    async fn put_component(&self, target: &Target<'_>) -> Result<(), Error> {
        let name = target.name();
        let components = self.virtual_components().await?;
        let config_of = |config: &Option<_>| -> Value {
            config
                .as_ref()
                .map(|config: &shelly_gen2_rpc::components::ComponentConfig| config.to_json())
                .unwrap_or_default()
        };
        let known = components.iter().find(|entry| {
            let config = config_of(&entry.config);
            let told = config.get("name").and_then(Value::as_str).map(encode_name);
            entry.key == name || told.as_deref() == Some(target.resource.name)
        });
        let key = known.and_then(|entry| entry.key.parse::<ComponentKey>().ok());
        if target.is_removed() {
            return match key {
                Some(key) => self.remove_virtual_component(&key).await,
                None => Ok(()),
            };
        }
        let kind = target.text("type").unwrap_or_default();
        let config = target.text("config").map_or_else(|| Ok(Value::Object(Map::new())), serde_json::from_str);
        let mut config: Value = config.map_err(|_| self.cannot(&format!("make {name} of what is no JSON")))?;
        config = nameless(&config);
        match key {
            Some(key) if key.kind() == kind => {
                let before = known.map(|entry| nameless(&config_of(&entry.config))).unwrap_or_default();
                crate::gen2::clear_missing(&mut config, &before);
                let method = format!("{}.SetConfig", shelly_gen2_rpc::components::namespace(kind));
                let params = json!({ "id": key.id(), "config": config });
                self.send_one(&family::Write::rpc(method, params)).await.map(drop)
            }
            other => {
                if let Some(other) = other {
                    self.remove_virtual_component(&other).await?;
                }
                config["name"] = name.as_str().into();
                let kind = VirtualKind::from(kind.to_owned());
                self.add_virtual_component(&kind, &config).await.map(drop)
            }
        }
    }
}

/// Puts what is wished into an action.
fn fill(action: &mut Action, target: &Target<'_>) {
    if let Some(SettingValue::List(urls)) = target.will("urls") {
        action.urls = urls.iter().filter_map(SettingValue::as_text).map(str::to_owned).collect();
    } else if let Some(urls) = target.text("secret_urls") {
        action.urls = urls.lines().map(str::to_owned).collect();
    }
    action.enabled = target.will("enable").and_then(SettingValue::as_bool).unwrap_or(true);
    action.between = match target.will("between") {
        Some(SettingValue::List(times)) => {
            let times: Vec<String> = times.iter().filter_map(SettingValue::as_text).map(str::to_owned).collect();
            times.try_into().ok()
        }
        _ => None,
    };
    if target.resource.kind == ResourceKind::Actions {
        return;
    }
    if let Some(event) = target.text("event") {
        event.clone_into(&mut action.event);
    }
    if let Some(instance) = target.will("instance").and_then(SettingValue::as_number) {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "checked to be whole; a number that no component has is refused by the device"
        )]
        let instance = instance as u32;
        action.instance = instance;
    }
    action.condition = target.text("condition").map(str::to_owned);
    if !action.raw.is_object() {
        action.raw = Value::Object(Map::new());
    }
    for field in ["ssl_ca", "repeat_period"] {
        match (target.change(field), action.raw.as_object_mut()) {
            (Some(SettingValue::Null), Some(raw)) => drop(raw.remove(field)),
            (Some(value), Some(raw)) => drop(raw.insert(field.to_owned(), value.to_json())),
            _ => {}
        }
    }
}
