//! Variables for templates: stated for the fleet, a location, a group, a device, and secrets of the vault.

use std::collections::BTreeMap;

use capability_config::{SecretText, SettingValue};
use fleet_model::{
    Actor, FleetEvent, NewEvent, ParseVariableNameError, Permission, VariableName, VariableRecord, VariableScope,
};
use shelly_types::Mac;

use crate::{Error, ErrorKind, Fleet, templates::KNOWN_OF_DEVICES};

/// Whose variables, by the names people use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VariablesName {
    /// The fleet's.
    Fleet,
    /// A location's, by its name.
    Location(String),
    /// A group's, by its name.
    Group(String),
    /// A device's.
    Device(Mac),
    /// The vault's.
    Vault,
}

/// The variables of one scope.
#[derive(Debug, Clone, PartialEq)]
pub struct VariablesOf {
    /// Whose they are.
    pub scope: VariablesName,
    /// Their values; secrets of the vault are hidden as JSON.
    pub values: BTreeMap<VariableName, SettingValue>,
}

/// Changes to variables, as people write them.
#[derive(Clone, PartialEq)]
pub struct VariablesChange {
    /// Whose.
    pub scope: VariablesName,
    /// To set: name and value.
    pub set: Vec<(String, serde_json::Value)>,
    /// To take away.
    pub clear: Vec<String>,
}

impl Fleet {
    /// All variables, by whose they are.
    pub async fn variables(&self, actor: &Actor) -> Result<Vec<VariablesOf>, Error> {
        Self::authorize(actor, Permission::Read)?;
        let mut by_scope: BTreeMap<VariableScope, BTreeMap<VariableName, SettingValue>> = BTreeMap::new();
        for VariableRecord { scope, name, value, .. } in self.store().variables_all().await? {
            by_scope.entry(scope).or_default().insert(name, value);
        }
        let places = self.location_tree().await?;
        let groups = self.store().groups_all().await?;
        let named = |scope: VariableScope| match scope {
            VariableScope::Fleet => VariablesName::Fleet,
            VariableScope::Location(id) => {
                VariablesName::Location(places.get(id).map_or_else(|| id.to_string(), |place| place.name.clone()))
            }
            VariableScope::Group(id) => {
                let group = groups.iter().find(|group| group.id == id);
                VariablesName::Group(group.map_or_else(|| id.to_string(), |group| group.name.clone()))
            }
            VariableScope::Device(mac) => VariablesName::Device(mac),
            VariableScope::Vault => VariablesName::Vault,
        };
        Ok(by_scope.into_iter().map(|(scope, values)| VariablesOf { scope: named(scope), values }).collect())
    }

    /// Sets variables and takes others away. Nothing is written to a device.
    pub async fn variables_change(&self, actor: &Actor, change: VariablesChange) -> Result<VariablesOf, Error> {
        Self::authorize(actor, Permission::Configure)?;
        let (set, clear) = checked(&change)?;
        let scope = match &change.scope {
            VariablesName::Fleet => VariableScope::Fleet,
            VariablesName::Location(name) => VariableScope::Location(self.location_by_name(name).await?.id),
            VariablesName::Group(name) => VariableScope::Group(self.group_by_name(actor, name).await?.id),
            VariablesName::Device(mac) => VariableScope::Device(self.device_record(*mac).await?.mac),
            VariablesName::Vault => VariableScope::Vault,
        };
        let event = |name: &VariableName, cleared| {
            let event = FleetEvent::VariableChanged { scope, name: name.to_string(), cleared };
            match scope {
                VariableScope::Device(mac) => NewEvent::of_device(self.now(), actor, mac, event),
                VariableScope::Fleet | VariableScope::Location(_) | VariableScope::Group(_) | VariableScope::Vault => {
                    NewEvent::new(self.now(), actor, event)
                }
            }
        };
        let events = set.keys().map(|name| event(name, false)).chain(clear.iter().map(|name| event(name, true)));
        let events = events.collect();
        self.publish(self.store().variables_change(scope, set, clear, self.now(), events).await?.events);
        let affected = match scope {
            VariableScope::Fleet | VariableScope::Vault => self.all_macs().await?,
            VariableScope::Location(id) => self.under(fleet_model::LayerScope::Location(id)).await?,
            VariableScope::Group(id) => self.store().group_members(id).await?,
            VariableScope::Device(mac) => vec![mac],
        };
        self.drift_unknown(&affected).await?;
        let values = self.store().variables_all().await?.into_iter().filter(|variable| variable.scope == scope);
        Ok(VariablesOf {
            scope: change.scope,
            values: values.map(|variable| (variable.name, variable.value)).collect(),
        })
    }
}

type Checked = (BTreeMap<VariableName, SettingValue>, Vec<VariableName>);

/// Every name and value good; else everything that is wrong, in one answer.
fn checked(change: &VariablesChange) -> Result<Checked, Error> {
    let (mut set, mut clear, mut wrong) = (BTreeMap::new(), Vec::new(), Vec::new());
    for (name, value) in &change.set {
        match checked_value(&change.scope, name, value) {
            Ok((good, value)) => drop(set.insert(good, value)),
            Err(why) => wrong.push((name.clone(), why)),
        }
    }
    for name in &change.clear {
        match name.parse::<VariableName>() {
            Ok(name) => clear.push(name),
            Err(error) => wrong.push((name.clone(), error.to_string())),
        }
    }
    if !wrong.is_empty() {
        let kind = ErrorKind::Invalid { setting: None, fields: wrong };
        return Err(Error::new("some variables cannot be set; nothing was changed", kind));
    }
    if set.is_empty() && clear.is_empty() {
        return Err(Error::invalid("no variable was named"));
    }
    Ok((set, clear))
}

fn checked_value(
    scope: &VariablesName,
    name: &str,
    value: &serde_json::Value,
) -> Result<(VariableName, SettingValue), String> {
    let good: VariableName = name.parse().map_err(|error: ParseVariableNameError| error.to_string())?;
    let is_known = match scope {
        VariablesName::Device(_) => KNOWN_OF_DEVICES.contains(&name),
        VariablesName::Location(_) => matches!(name, "name" | "time_zone"),
        VariablesName::Group(_) => name == "name",
        VariablesName::Fleet | VariablesName::Vault => false,
    };
    if is_known {
        return Err(format!("`{name}` is known by itself and cannot be set"));
    }
    match (scope, SettingValue::from_json(value)) {
        (_, None | Some(SettingValue::Hidden)) => {
            Err("expected null, true, false, a number, text or a list".to_owned())
        }
        (VariablesName::Vault, Some(SettingValue::Text(text))) => {
            Ok((good, SettingValue::Secret(SecretText::new(text))))
        }
        (VariablesName::Vault, Some(_)) => Err("a secret of the vault is text".to_owned()),
        (_, Some(value)) => Ok((good, value)),
    }
}
