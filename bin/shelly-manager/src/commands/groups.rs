//! `shelly-manager groups`.

use api_types::groups::{ChangeMembersRequest, CreateGroupRequest, GroupView};

use super::{Session, UsageError};
use crate::{args::GroupsCommand, exit::Exit, output};

pub(super) async fn run(session: &Session, command: GroupsCommand) -> anyhow::Result<Exit> {
    let client = &session.client;
    match command {
        GroupsCommand::List => {
            output::show(session.output, &client.groups().await?, |groups| {
                let rows = groups
                    .iter()
                    .map(|group| vec![group.name.clone(), group.rank.to_string(), group.members.to_string()]);
                output::table(&["name", "rank", "devices"], rows)
            })?;
        }
        GroupsCommand::Create { name, rank } => {
            let group = client.group_create(&CreateGroupRequest { name, rank: Some(rank) }).await?;
            output::show(session.output, &group, |group| format!("made group `{}`", group.name))?;
        }
        GroupsCommand::Add { group, devices } => {
            change(session, &group, ChangeMembersRequest { add: devices, remove: Vec::new() }).await?;
        }
        GroupsCommand::Remove { group, devices } => {
            change(session, &group, ChangeMembersRequest { add: Vec::new(), remove: devices }).await?;
        }
        GroupsCommand::Delete { group } => {
            let group = find(session, &group).await?;
            client.group_delete(group.id).await?;
            output::show(session.output, &group, |group| format!("removed group `{}`", group.name))?;
        }
    }
    Ok(Exit::Ok)
}

async fn change(session: &Session, name: &str, request: ChangeMembersRequest) -> anyhow::Result<()> {
    let group = find(session, name).await?;
    let group = session.client.group_members(group.id, &request).await?;
    output::show(session.output, &group, |group| format!("group `{}` has {} devices", group.name, group.members))
}

async fn find(session: &Session, name: &str) -> anyhow::Result<GroupView> {
    let groups = session.client.groups().await?;
    let group = groups.into_iter().find(|group| group.name == name);
    Ok(group.ok_or_else(|| UsageError(format!("there is no group `{name}`")))?)
}
