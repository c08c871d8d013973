//! `shelly-manager config vars`: variables for templates of wishes.

use std::collections::BTreeMap;

use api_types::variables::{ChangeVariablesRequest, VariablesScope, VariablesView};

use super::{Session, config::assignment};
use crate::{
    args::{VariablesCommand, WhoseVariables},
    exit::Exit,
    output,
};

pub(super) async fn run(session: &Session, command: VariablesCommand) -> anyhow::Result<Exit> {
    match command {
        VariablesCommand::List => output::show(session.output, &session.client.variables().await?, |all| table(all))?,
        VariablesCommand::Set { whose, variables } => {
            let set = variables.iter().map(|variable| assignment(variable)).collect::<anyhow::Result<_>>()?;
            change(session, ChangeVariablesRequest { scope: scope(whose), set, clear: Vec::new() }).await?;
        }
        VariablesCommand::Clear { whose, names } => {
            let request = ChangeVariablesRequest { scope: scope(whose), set: BTreeMap::new(), clear: names };
            change(session, request).await?;
        }
    }
    Ok(Exit::Ok)
}

async fn change(session: &Session, request: ChangeVariablesRequest) -> anyhow::Result<()> {
    let changed = session.client.variables_change(&request).await?;
    output::show(session.output, &changed, |changed| table(std::slice::from_ref(changed)))
}

/// The command line makes sure that there is one.
fn scope(whose: WhoseVariables) -> VariablesScope {
    match whose {
        WhoseVariables { location: Some(name), .. } => VariablesScope::Location { name },
        WhoseVariables { group: Some(name), .. } => VariablesScope::Group { name },
        WhoseVariables { device: Some(mac), .. } => VariablesScope::Device { mac },
        WhoseVariables { vault: true, .. } => VariablesScope::Vault,
        WhoseVariables { .. } => VariablesScope::Fleet,
    }
}

fn table(all: &[VariablesView]) -> String {
    let rows = all.iter().flat_map(|of| {
        let (root, whose) = match &of.scope {
            VariablesScope::Fleet => ("fleet", String::new()),
            VariablesScope::Location { name } => ("location", name.clone()),
            VariablesScope::Group { name } => ("group", name.clone()),
            VariablesScope::Device { mac } => ("device", mac.to_string()),
            VariablesScope::Vault => ("vault", String::new()),
        };
        of.values.iter().map(move |(name, value)| vec![format!("{root}.{name}"), whose.clone(), value.to_string()])
    });
    output::table(&["variable", "of", "value"], rows)
}
