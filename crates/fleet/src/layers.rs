//! Wishes: layers of settings for the fleet, a location, a group, a profile, or one device.

use std::collections::BTreeMap;

use capability_config::{InvalidSetting, SettingSelector, SettingValue, check};
use fleet_model::{Actor, FleetEvent, LayerId, LayerRecord, LayerScope, NewEvent, Permission};
use shelly_types::Mac;
use templating::{TemplateError, is_template};

use crate::{Error, ErrorKind, Fleet, SettingTrouble, profiles::in_force, templates};

/// Whose layer, by the names people use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScopeName {
    /// The whole fleet's.
    Fleet,
    /// That of a location, by its name.
    Location(String),
    /// That of a group, by its name.
    Group(String),
    /// That of a profile, by its name. A change of it is a new version.
    Profile(String),
    /// That of a device.
    Device(Mac),
}

/// A layer and whose it is.
#[derive(Debug, Clone, PartialEq)]
pub struct LayerOf {
    /// Whose it is.
    pub scope: ScopeName,
    /// The layer; none when nothing was ever wished.
    pub layer: Option<LayerRecord>,
}

/// Changes to a layer, as people write them.
#[derive(Clone, PartialEq)]
pub struct LayerChange {
    /// Whose layer.
    pub scope: ScopeName,
    /// Settings to wish: path and value.
    pub set: Vec<(String, serde_json::Value)>,
    /// Settings to leave alone again.
    pub clear: Vec<String>,
    /// Refuse unless the layer has this revision.
    pub revision: Option<i64>,
}

impl Fleet {
    /// All layers with at least one wish.
    pub async fn layers(&self, actor: &Actor) -> Result<Vec<LayerOf>, Error> {
        Self::authorize(actor, Permission::Read)?;
        let layers = self.store().layers_all().await?;
        let named = |layer: LayerRecord| {
            let scope = match layer.scope {
                LayerScope::Fleet => ScopeName::Fleet,
                LayerScope::Location(_) => ScopeName::Location(layer.name()),
                LayerScope::Group(_) => ScopeName::Group(layer.name()),
                LayerScope::Profile(_) => ScopeName::Profile(layer.name()),
                LayerScope::Device(mac) => ScopeName::Device(mac),
            };
            LayerOf { scope, layer: Some(layer) }
        };
        Ok(layers.into_iter().filter(|layer| !layer.settings.is_empty()).map(named).collect())
    }

    /// Changes a layer. Nothing is written to a device.
    pub async fn layer_change(&self, actor: &Actor, change: LayerChange) -> Result<LayerOf, Error> {
        Self::authorize(actor, Permission::Configure)?;
        let (set, clear) = checked(&change)?;
        if let ScopeName::Profile(name) = &change.scope {
            let layer = self.profile_wish(actor, name, set, &clear, change.revision).await?;
            return Ok(LayerOf { scope: change.scope, layer: Some(layer) });
        }
        let scope = self.scope_of(actor, &change.scope).await?;
        let event = |selector: &SettingSelector, cleared| {
            let event = FleetEvent::WishChanged { scope, selector: selector.to_string(), cleared };
            match change.scope {
                ScopeName::Device(mac) => NewEvent::of_device(self.now(), actor, mac, event),
                ScopeName::Fleet | ScopeName::Location(_) | ScopeName::Group(_) | ScopeName::Profile(_) => {
                    NewEvent::new(self.now(), actor, event)
                }
            }
        };
        let mut layer = self.store().layer_get(scope).await?;
        let mut revision = change.revision;
        if !set.is_empty() {
            let events = set.keys().map(|path| event(path, false)).collect();
            let id = LayerId::new(self.ids());
            let done = self.store().layer_set(id, scope, set, revision.take(), self.now(), events).await?;
            self.publish(done.events);
            layer = Some(done.value);
        }
        if !clear.is_empty() && layer.is_some() {
            let events = clear.iter().map(|path| event(path, true)).collect();
            let done = self.store().layer_clear(scope, clear, revision, self.now(), events).await?;
            self.publish(done.events);
            layer = Some(done.value);
        }
        self.drift_unknown(&self.under(scope).await?).await?;
        Ok(LayerOf { scope: change.scope, layer })
    }

    /// The devices that a layer is for.
    pub(crate) async fn under(&self, scope: LayerScope) -> Result<Vec<Mac>, Error> {
        Ok(match scope {
            LayerScope::Fleet => self.all_macs().await?,
            LayerScope::Location(id) => {
                let within = self.location_tree().await?.within(id);
                self.store().location_devices(within).await?
            }
            LayerScope::Group(id) => self.store().group_members(id).await?,
            LayerScope::Profile(version) => self.under_profile(version.profile).await?.into_iter().collect(),
            LayerScope::Device(mac) => vec![mac],
        })
    }

    /// The wishes of a profile with these changes, as its next version. `revision` is the version that was looked at.
    async fn profile_wish(
        &self,
        actor: &Actor,
        name: &str,
        set: BTreeMap<SettingSelector, SettingValue>,
        clear: &[SettingSelector],
        revision: Option<i64>,
    ) -> Result<LayerRecord, Error> {
        let profile = self.profile_by_name(name).await?;
        if revision.is_some_and(|revision| revision != i64::from(profile.version)) {
            let doing = format!("profile `{name}` has version {} now; look again", profile.version);
            return Err(Error::new(doing, ErrorKind::Conflict));
        }
        let mut settings =
            self.store().layer_get(in_force(&profile)).await?.map(|layer| layer.settings).unwrap_or_default();
        settings.extend(set);
        settings.retain(|selector, _| !clear.contains(selector));
        self.profile_version_add(actor, &profile, settings, None).await
    }

    pub(crate) async fn scope_of(&self, actor: &Actor, scope: &ScopeName) -> Result<LayerScope, Error> {
        Ok(match scope {
            ScopeName::Fleet => LayerScope::Fleet,
            ScopeName::Location(name) => LayerScope::Location(self.location_by_name(name).await?.id),
            ScopeName::Group(name) => LayerScope::Group(self.group_by_name(actor, name).await?.id),
            ScopeName::Profile(name) => in_force(&self.profile_by_name(name).await?),
            ScopeName::Device(mac) => LayerScope::Device(self.device_record(*mac).await?.mac),
        })
    }
}

/// Why a value cannot be wished.
enum Refused {
    Setting(InvalidSetting),
    Template(TemplateError),
}

/// A value that can be wished. What a template gives is checked when it is rendered.
fn checked_value(selector: &SettingSelector, value: SettingValue) -> Result<SettingValue, Refused> {
    if !is_template(&value) {
        return check(selector, value).map_err(Refused::Setting);
    }
    let value = match check(selector, value.clone()) {
        Ok(value) => value,
        Err(InvalidSetting::Value { .. }) => value,
        Err(error) => return Err(Refused::Setting(error)),
    };
    templates::check(selector, &value).map_err(Refused::Template)?;
    Ok(value)
}

/// Whether settings of this name exist.
pub(crate) fn is_known(selector: &SettingSelector) -> bool {
    !matches!(
        check(selector, SettingValue::Null),
        Err(InvalidSetting::Unknown { .. } | InvalidSetting::Instance { .. })
    )
}

type Checked = (BTreeMap<SettingSelector, SettingValue>, Vec<SettingSelector>);

/// Every path known, every value allowed; else everything that is wrong, in one answer.
fn checked(change: &LayerChange) -> Result<Checked, Error> {
    let (mut set, mut clear) = (BTreeMap::new(), Vec::new());
    let mut wrong: Vec<(String, String)> = Vec::new();
    let mut trouble = None;
    let mut refuse = |path: &str, what: SettingTrouble, why: String| {
        trouble.get_or_insert(what);
        wrong.push((path.to_owned(), why));
    };
    for (path, value) in &change.set {
        let Ok(selector) = path.parse::<SettingSelector>() else {
            let why = path.parse::<SettingSelector>().err().map(|error| error.to_string()).unwrap_or_default();
            refuse(path, SettingTrouble::Unknown, why);
            continue;
        };
        let Some(value) = SettingValue::from_json(value) else {
            let why = "expected null, true, false, a number, text or a list".to_owned();
            refuse(path, SettingTrouble::Value, why);
            continue;
        };
        match checked_value(&selector, value) {
            Ok(value) => {
                set.insert(selector, value);
            }
            Err(Refused::Template(error)) => refuse(path, SettingTrouble::Value, error.to_string()),
            Err(Refused::Setting(error)) => {
                let what = match error {
                    InvalidSetting::Unknown { .. } | InvalidSetting::Instance { .. } => SettingTrouble::Unknown,
                    InvalidSetting::ReadOnly { .. } | InvalidSetting::Value { .. } => SettingTrouble::Value,
                };
                refuse(path, what, error.to_string());
            }
        }
    }
    for path in &change.clear {
        match path.parse::<SettingSelector>() {
            Ok(selector) => clear.push(selector),
            Err(error) => refuse(path, SettingTrouble::Unknown, error.to_string()),
        }
    }
    if !wrong.is_empty() {
        let kind = ErrorKind::Invalid { setting: trouble, fields: wrong };
        return Err(Error::new("some settings cannot be wished; nothing was changed", kind));
    }
    if set.is_empty() && clear.is_empty() {
        return Err(Error::invalid("no setting was named"));
    }
    Ok((set, clear))
}
