//! Layers of wishes.

use std::collections::BTreeMap;

use capability_config::{SecretText, SettingSelector, SettingValue};
use chrono::{DateTime, Utc};
use fleet_model::{LayerId, LayerRecord, LayerScope, NewEvent};
use secrets::Context;
use shelly_types::Mac;

use super::{Committed, Result, Store, read, write_with_events};
use crate::{
    columns::{StoredLayer, StoredSetting},
    error::{Error, Kind},
};

const VALUE: Context<'static> = Context::new("layer_settings", "value", "");

impl Store {
    /// The layer of a scope; none when nothing was ever wished there.
    pub async fn layer_get(&self, scope: LayerScope) -> Result<Option<LayerRecord>> {
        let operation = "read a layer of wishes";
        let found = read!(self, operation, layers::get(scope))?;
        found.map(|stored| self.open_layer(stored)).transpose().map_err(|kind| Error::new(operation, kind))
    }

    /// Every layer in force: of profiles only the newest version.
    pub async fn layers_all(&self) -> Result<Vec<LayerRecord>> {
        let operation = "read the layers of wishes";
        let found = read!(self, operation, layers::all())?;
        self.open_layers(operation, found)
    }

    /// The layers that these devices are under: fleet, their places, their groups, their profiles, their own. Of many devices, every layer.
    pub async fn layers_for_devices(&self, macs: Vec<Mac>) -> Result<Vec<LayerRecord>> {
        let operation = "read the layers of devices";
        let found = read!(self, operation, layers::for_devices(&macs))?;
        self.open_layers(operation, found)
    }

    /// States wishes for a scope: those given are added or changed, the others stay. `id` is taken when the scope has no
    /// layer yet. `Conflict` when `revision` is given and not the newest (0: there must be no layer yet).
    pub async fn layer_set(
        &self,
        id: LayerId,
        scope: LayerScope,
        settings: BTreeMap<SettingSelector, SettingValue>,
        revision: Option<i64>,
        now: DateTime<Utc>,
        events: Vec<NewEvent>,
    ) -> Result<Committed<LayerRecord>> {
        let operation = "state a wish";
        let settings = self.seal_settings(operation, scope, settings)?;
        let done = write_with_events!(self, operation, events, layers::set(id, scope, &settings, revision, now))?;
        self.open_committed(operation, done)
    }

    /// Takes wishes of a scope back. Those that were not stated are no error. `Conflict` when `revision` is given and not
    /// the newest; `NotFound` when the scope has no layer.
    pub async fn layer_clear(
        &self,
        scope: LayerScope,
        selectors: Vec<SettingSelector>,
        revision: Option<i64>,
        now: DateTime<Utc>,
        events: Vec<NewEvent>,
    ) -> Result<Committed<LayerRecord>> {
        let operation = "take a wish back";
        let done = write_with_events!(self, operation, events, layers::clear(scope, &selectors, revision, now))?;
        self.open_committed(operation, done)
    }

    pub(super) fn seal_settings(
        &self,
        operation: &'static str,
        scope: LayerScope,
        settings: BTreeMap<SettingSelector, SettingValue>,
    ) -> Result<Vec<StoredSetting>> {
        let sealed = settings.into_iter().map(|(selector, value)| self.seal_setting(scope, selector, value));
        sealed.collect::<Result<_, Kind>>().map_err(|kind| Error::new(operation, kind))
    }

    pub(super) fn open_committed(
        &self,
        operation: &'static str,
        done: Committed<StoredLayer>,
    ) -> Result<Committed<LayerRecord>> {
        let value = self.open_layer(done.value).map_err(|kind| Error::new(operation, kind))?;
        Ok(Committed { value, events: done.events })
    }

    fn open_layers(&self, operation: &'static str, found: Vec<StoredLayer>) -> Result<Vec<LayerRecord>> {
        let opened: Result<_, Kind> = found.into_iter().map(|stored| self.open_layer(stored)).collect();
        opened.map_err(|kind| Error::new(operation, kind))
    }

    pub(super) fn seal_setting(
        &self,
        scope: LayerScope,
        selector: SettingSelector,
        value: SettingValue,
    ) -> Result<StoredSetting, Kind> {
        let value = match value {
            SettingValue::Hidden => {
                return Err(Kind::Invalid { reason: "a hidden value is no wish: the secret itself is needed" });
            }
            SettingValue::Secret(secret) => {
                let row = setting_row(scope, &selector);
                let sealed = self.seal(secret.expose(), &Context { row: &row, ..VALUE });
                return Ok(StoredSetting { selector, value: sealed, sealed: true });
            }
            value => value.to_json().to_string(),
        };
        Ok(StoredSetting { selector, value, sealed: false })
    }

    pub(super) fn open_layer(&self, stored: StoredLayer) -> Result<LayerRecord, Kind> {
        let StoredLayer { mut layer, settings } = stored;
        for StoredSetting { selector, value, sealed } in settings {
            let row = setting_row(layer.scope, &selector);
            let value = if sealed {
                SettingValue::Secret(SecretText::new(self.unseal(&value, &VALUE, &row)?.expose()))
            } else {
                crate::columns::decode_json("layer_settings", "value", &row, &value)?
            };
            layer.settings.insert(selector, value);
        }
        Ok(layer)
    }
}

fn setting_row(scope: LayerScope, selector: &SettingSelector) -> String {
    format!("{scope} {selector}")
}
