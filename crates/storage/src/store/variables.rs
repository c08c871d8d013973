//! Variables for templates. Those of the vault are sealed.

use std::collections::BTreeMap;

use capability_config::{SecretText, SettingValue};
use chrono::{DateTime, Utc};
use fleet_model::{NewEvent, VariableName, VariableRecord, VariableScope};
use secrets::Context;

use super::{Committed, Result, Store, read, write_with_events};
use crate::{
    columns::decode_json,
    error::{Error, Kind},
    rows::VariableRow,
};

const VALUE: Context<'static> = Context::new("variables", "value", "");

impl Store {
    /// Every variable, with the secrets of the vault.
    pub async fn variables_all(&self) -> Result<Vec<VariableRecord>> {
        let operation = "read the variables";
        let rows = read!(self, operation, variables::all())?;
        let opened: Result<_, Kind> = rows.iter().map(|row| self.open_variable(row)).collect();
        opened.map_err(|kind| Error::new(operation, kind))
    }

    /// Sets variables of a scope and takes others away; those that are not there are no error. `NotFound` when that whose
    /// they are does not exist.
    pub async fn variables_change(
        &self,
        scope: VariableScope,
        set: BTreeMap<VariableName, SettingValue>,
        clear: Vec<VariableName>,
        now: DateTime<Utc>,
        events: Vec<NewEvent>,
    ) -> Result<Committed<()>> {
        let operation = "change variables";
        let row = |(name, value): (VariableName, SettingValue)| self.seal_variable(scope, &name, &value, now);
        let rows: Result<Vec<VariableRow>, Kind> = set.into_iter().map(row).collect();
        let rows = rows.map_err(|kind| Error::new(operation, kind))?;
        write_with_events!(self, operation, events, variables::change(scope, &rows, &clear))
    }

    fn seal_variable(
        &self,
        scope: VariableScope,
        name: &VariableName,
        value: &SettingValue,
        now: DateTime<Utc>,
    ) -> Result<VariableRow, Kind> {
        let (value, sealed) = match value {
            SettingValue::Hidden => return Err(Kind::Invalid { reason: "a hidden value is none" }),
            SettingValue::Secret(secret) => {
                let row = row_name(scope, name);
                (self.seal(secret.expose(), &Context { row: &row, ..VALUE }), true)
            }
            value => (value.to_json().to_string(), false),
        };
        Ok(VariableRow::new(scope, name, value, sealed, now))
    }

    pub(super) fn open_variable(&self, row: &VariableRow) -> Result<VariableRecord, Kind> {
        let scope = row.scope()?;
        let name: VariableName =
            (crate::columns::Place { table: "variables", id: &row.scope }).parse("name", &row.name)?;
        let id = row_name(scope, &name);
        let value = if row.sealed {
            SettingValue::Secret(SecretText::new(self.unseal(&row.value, &VALUE, &id)?.expose()))
        } else {
            decode_json("variables", "value", &id, &row.value)?
        };
        Ok(VariableRecord { scope, name, value, updated_at: row.updated_at.and_utc() })
    }
}

fn row_name(scope: VariableScope, name: &VariableName) -> String {
    format!("{scope} {name}")
}
