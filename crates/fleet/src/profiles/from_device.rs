//! Makes a profile of what a well-set device shows (F13).

use std::collections::{BTreeMap, BTreeSet};

use capability_config::{SettingPath, SettingSelector, SettingValue};
use fleet_model::{Actor, DeviceRecord, LayerScope, Left, Permission, ProfileRecord, VariableScope};
use shelly_types::Mac;
use sync_engine::{Observed, resolve};
use templating::{Made, MakeOptions, OwnName, make};

use super::ProfileChange;
use crate::{Error, ErrorKind, Fleet, ScopeName, config::observed_of, templates::LayerUnder};

/// Which device a profile is made of, and what of it goes in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProfileOfDevice {
    /// The profile.
    pub profile: ProfileChange,
    /// Components, settings or the begin of them; without any, all. One that is named exactly goes in whatever it is.
    pub only: Vec<String>,
    /// What is left out, in the same words.
    pub without: Vec<String>,
    /// Scripts, stored values, schedules, webhooks, actions and virtual components go in too.
    pub resources: bool,
    /// Only what differs from this device.
    pub unlike_device: Option<Mac>,
    /// Only what differs from what this layer wishes.
    pub unlike_layer: Option<ScopeName>,
    /// Secrets of the vault for settings that the device hides, by setting.
    pub vault: BTreeMap<String, String>,
    /// The device is assigned to the profile.
    pub assign: bool,
    /// Nothing is made; it is only shown.
    pub check: bool,
}

/// A profile that was made of a device.
#[derive(Debug, Clone, PartialEq)]
pub struct MadeProfile {
    /// The profile; none when it was only shown.
    pub profile: Option<ProfileRecord>,
    /// Its wishes.
    pub settings: BTreeMap<SettingSelector, SettingValue>,
    /// Settings that did not go in, and why.
    pub left: Vec<Left>,
    /// How many were left out because they are the same elsewhere.
    pub alike: usize,
    /// Why the device could not be read, if the profile was made of what it showed last.
    pub unread: Option<String>,
}

impl Fleet {
    /// Reads a device and makes a profile of what it shows. Under the profile the device itself is in no drift; what says
    /// which device it is has become a variable, or is left out and told, and so are secrets.
    pub async fn profile_of_device(
        &self,
        actor: &Actor,
        mac: Mac,
        wanted: ProfileOfDevice,
    ) -> Result<MadeProfile, Error> {
        Self::authorize(actor, Permission::Configure)?;
        let vault = self.vault_for(&wanted.vault).await?;
        let mut options = MakeOptions {
            only: wanted.only,
            without: wanted.without,
            resources: wanted.resources,
            vault,
            names: Vec::new(),
            unlike: None,
        };
        let (record, observed, unread) = self.read_for_profile(actor, mac, options.wants_resources()).await?;
        if let Some(stranger) = options.unmatched(&observed).first() {
            return Err(Error::invalid(format!("the device shows no setting that is or begins with `{stranger}`")));
        }
        options.names = own_names(&record);
        options.unlike = self.elsewhere(actor, &record, &observed, wanted.unlike_device, wanted.unlike_layer).await?;
        let variables = self.templates().await?.variables(&record, &self.location_tree().await?);
        let Made { settings, left, alike } = make(&observed, &variables, &options);
        let left = left.into_iter().map(|(path, why)| Left { path, why: why.to_string() }).collect();
        let mut made = MadeProfile { profile: None, settings, left, alike, unread };
        if wanted.check {
            return Ok(made);
        }
        if made.settings.is_empty() {
            return Err(Error::new("no setting of this device would go into the profile", ErrorKind::Conflict));
        }
        let profile = self.profile_create(actor, wanted.profile).await?;
        let id = profile.id;
        if let Err(error) = self.profile_version_add(actor, &profile, made.settings.clone(), None).await {
            // Nobody asked for one without wishes.
            self.profile_delete(actor, id).await?;
            return Err(error);
        }
        if wanted.assign {
            self.profile_assign(actor, id, &[mac], &[]).await?;
        }
        made.profile = Some(self.profile(id).await?);
        Ok(made)
    }

    /// What a device shows now; if it does not answer, what it showed last, and why.
    async fn read_for_profile(
        &self,
        actor: &Actor,
        mac: Mac,
        whole: bool,
    ) -> Result<(DeviceRecord, Observed, Option<String>), Error> {
        let read =
            if whole { self.device_snapshot(actor, mac).await } else { self.device_config_pull(actor, mac).await };
        let unread = match read {
            Ok(_) => None,
            Err(error) if error.device_class().is_some() => Some(error.chain()),
            Err(error) => return Err(error),
        };
        let record = self.device_record(mac).await?;
        let Some(known) = self.store().snapshot_latest(mac).await? else {
            return Err(Error::new(
                "its configuration was never read, so there is nothing to make",
                ErrorKind::Conflict,
            ));
        };
        let observed = observed_of(&record, &known);
        Ok((record, observed, unread))
    }

    /// The secrets that stand for settings, after they were found in the vault.
    async fn vault_for(&self, named: &BTreeMap<String, String>) -> Result<BTreeMap<SettingPath, String>, Error> {
        if named.is_empty() {
            return Ok(BTreeMap::new());
        }
        let variables = self.store().variables_all().await?.into_iter();
        let known: BTreeSet<String> =
            variables.filter(|known| known.scope == VariableScope::Vault).map(|known| known.name.to_string()).collect();
        let (mut vault, mut wrong) = (BTreeMap::new(), Vec::new());
        for (path, name) in named {
            match path.parse::<SettingPath>() {
                _ if !known.contains(name) => wrong.push((path.clone(), format!("the vault has no secret `{name}`"))),
                Ok(parsed) => drop(vault.insert(parsed, name.clone())),
                Err(error) => wrong.push((path.clone(), error.to_string())),
            }
        }
        if wrong.is_empty() {
            return Ok(vault);
        }
        let kind = ErrorKind::Invalid { setting: None, fields: wrong };
        Err(Error::new("some settings cannot get a secret of the vault", kind))
    }

    /// What another device shows or a layer wishes, so that the same is left out.
    async fn elsewhere(
        &self,
        actor: &Actor,
        record: &DeviceRecord,
        observed: &Observed,
        device: Option<Mac>,
        layer: Option<ScopeName>,
    ) -> Result<Option<BTreeMap<SettingPath, SettingValue>>, Error> {
        let mut known = BTreeMap::new();
        if let Some(other) = device {
            let other = self.device_record(other).await?;
            let snapshot = self.store().snapshot_latest(other.mac).await?;
            let snapshot =
                snapshot.ok_or_else(|| Error::not_found(format!("a configuration of device {}", other.mac)))?;
            known.extend(snapshot.settings);
        }
        if let Some(name) = &layer {
            let scope = self.scope_of(actor, name).await?;
            let group = match scope {
                LayerScope::Group(id) => Some(id),
                LayerScope::Fleet | LayerScope::Location(_) | LayerScope::Profile(_) | LayerScope::Device(_) => None,
            };
            if let Some(layer) = self.store().layer_get(scope).await?.map(|layer| layer.to_engine()) {
                let (templates, places) = (self.templates().await?, self.location_tree().await?);
                let (layers, _) = templates.rendered(record, &places, &[LayerUnder { layer: &layer, group }]);
                let wished = resolve(layers.iter().map(|layer| &**layer), &observed.components);
                known.extend(wished.settings.into_iter().map(|(path, resolved)| (path, resolved.value)));
            }
        }
        Ok((device.is_some() || layer.is_some()).then_some(known))
    }
}

/// What a device is called, the longest first: one may be part of another.
fn own_names(record: &DeviceRecord) -> Vec<OwnName> {
    let mac = record.mac.to_string();
    let host = record.endpoint.rsplit_once(':').map_or(record.endpoint.as_str(), |(host, _)| host);
    let mut names = vec![
        (mac.to_ascii_lowercase(), "device.mac | lower", true),
        (mac, "device.mac", true),
        (host.to_owned(), "device.address", true),
        (record.display_name(), "device.name", false),
    ];
    names.extend(record.host_name.clone().map(|name| (name, "device.host_name", true)));
    names.sort_by_key(|(text, ..)| std::cmp::Reverse(text.len()));
    // The name that people see may be one of the others.
    names.sort_by_key(|(.., is_distinct)| !is_distinct);
    let name = |(text, expression, is_distinct): (String, &str, bool)| OwnName {
        text,
        expression: expression.to_owned(),
        is_distinct,
    };
    names.into_iter().filter(|(text, ..)| !text.is_empty()).map(name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// F13: a host name holds the hardware address, so it is looked for first.
    #[test]
    fn f13_the_longest_name_comes_first() {
        let identity = shelly_types::Identity {
            mac: "A8032A100001".parse().unwrap(),
            generation: shelly_types::Generation::GEN3,
            model: shelly_types::Model::new("S3SW-001P16EU"),
            firmware: shelly_types::Firmware::new("1.4.4"),
            host_name: Some("shelly1g3-a8032a100001".to_owned()),
            app: None,
            name: Some("Lamp".to_owned()),
            profile: None,
            auth_required: false,
        };
        let at = chrono::DateTime::UNIX_EPOCH;
        let record = DeviceRecord::adopt(&identity, "10.0.0.7:80".to_owned(), at, at);
        let names = own_names(&record);
        let told: Vec<&str> = names.iter().map(|name| name.text.as_str()).collect();
        assert_eq!(told, ["shelly1g3-a8032a100001", "a8032a100001", "A8032A100001", "10.0.0.7", "Lamp"]);
    }
}
