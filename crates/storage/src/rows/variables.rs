//! Rows of variables.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::{Insertable, Queryable};
use fleet_model::{VariableName, VariableScope};

use crate::{
    columns::{Place, corrupt, time},
    error::Kind,
    schema::variables,
};

/// A variable.
#[derive(Debug, Clone, Queryable, Insertable)]
#[diesel(table_name = variables, treat_none_as_default_value = false)]
pub(crate) struct VariableRow {
    pub(crate) scope: String,
    pub(crate) name: String,
    pub(crate) value: String,
    pub(crate) sealed: bool,
    pub(crate) location_id: Option<String>,
    pub(crate) group_id: Option<String>,
    pub(crate) mac: Option<String>,
    pub(crate) updated_at: NaiveDateTime,
}

impl VariableRow {
    pub(crate) fn new(
        scope: VariableScope,
        name: &VariableName,
        value: String,
        sealed: bool,
        now: DateTime<Utc>,
    ) -> Self {
        let mut row = Self {
            scope: scope.to_string(),
            name: name.to_string(),
            value,
            sealed,
            location_id: None,
            group_id: None,
            mac: None,
            updated_at: time(now),
        };
        match scope {
            VariableScope::Fleet | VariableScope::Vault => {}
            VariableScope::Location(id) => row.location_id = Some(id.to_string()),
            VariableScope::Group(id) => row.group_id = Some(id.to_string()),
            VariableScope::Device(mac) => row.mac = Some(mac.to_string()),
        }
        row
    }

    pub(crate) fn scope(&self) -> Result<VariableScope, Kind> {
        let place = Place { table: "variables", id: &self.scope };
        Ok(match (&self.location_id, &self.group_id, &self.mac, self.scope.as_str()) {
            (Some(id), None, None, _) => VariableScope::Location(place.parse("location_id", id)?),
            (None, Some(id), None, _) => VariableScope::Group(place.parse("group_id", id)?),
            (None, None, Some(mac), _) => VariableScope::Device(place.parse("mac", mac)?),
            (None, None, None, "fleet") => VariableScope::Fleet,
            (None, None, None, "vault") => VariableScope::Vault,
            _ => return Err(corrupt("variables", "scope", &self.scope, "no scope of a variable")),
        })
    }
}
