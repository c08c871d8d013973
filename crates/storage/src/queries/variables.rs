//! Variables for templates.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use fleet_model::{VariableName, VariableScope};

use super::Connection;
use crate::{error::Kind, rows::VariableRow, schema::variables};

pub(crate) async fn all(c: &mut Connection) -> Result<Vec<VariableRow>, Kind> {
    Ok(variables::table.order((variables::scope, variables::name)).load(c).await?)
}

/// Sets some and takes others away; those that are not there are no error.
pub(crate) async fn change(
    c: &mut Connection,
    scope: VariableScope,
    set: &[VariableRow],
    clear: &[VariableName],
) -> Result<(), Kind> {
    for row in set {
        diesel::insert_into(variables::table)
            .values(row.clone())
            .on_conflict((variables::scope, variables::name))
            .do_update()
            .set((
                variables::value.eq(&row.value),
                variables::sealed.eq(row.sealed),
                variables::updated_at.eq(row.updated_at),
            ))
            .execute(c)
            .await?;
    }
    let names: Vec<String> = clear.iter().map(ToString::to_string).collect();
    let gone = variables::table.filter(variables::scope.eq(scope.to_string())).filter(variables::name.eq_any(names));
    diesel::delete(gone).execute(c).await?;
    Ok(())
}
