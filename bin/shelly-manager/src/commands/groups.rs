//! `shelly-manager groups`.

use api_types::groups::{
    ChangeGroupRequest, ChangeMembersRequest, CreateGroupRequest, GroupDetail, GroupMemberView, GroupView,
};

use super::{Session, UsageError, none_is_empty, text};
use crate::{args::GroupsCommand, exit::Exit, output};

pub(super) async fn run(session: &Session, command: GroupsCommand) -> anyhow::Result<Exit> {
    let client = &session.client;
    match command {
        GroupsCommand::List => {
            output::show(session.output, &client.groups().await?, |groups| {
                let rows = groups.iter().map(|group| {
                    let query = text(group.query.as_deref());
                    vec![group.name.clone(), group.rank.to_string(), group.members.to_string(), query]
                });
                output::table(&["name", "rank", "devices", "query"], rows)
            })?;
        }
        GroupsCommand::Show { group } => {
            let id = find(session, &group).await?.id;
            output::show(session.output, &client.group(id).await?, detail)?;
        }
        GroupsCommand::Change { group, name, rank, query } => {
            let id = find(session, &group).await?.id;
            let request = ChangeGroupRequest { name, rank, query: query.map(none_is_empty) };
            let group = client.group_change(id, &request).await?;
            output::show(session.output, &group, |group| {
                format!("group `{}` has {} devices", group.name, group.members)
            })?;
        }
        GroupsCommand::Create { name, rank, query } => {
            let group = client.group_create(&CreateGroupRequest { name, rank: Some(rank), query }).await?;
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

fn detail(detail: &GroupDetail) -> String {
    let why = |member: &GroupMemberView| match (member.by_hand, member.by_query) {
        (true, true) => "by hand and by the query",
        (true, false) => "by hand",
        (false, _) => "by the query",
    };
    let rows =
        detail.devices.iter().map(|member| vec![member.mac.to_string(), member.name.clone(), why(member).to_owned()]);
    let query = detail.group.query.as_ref().map(|query| format!("query: {query}\n")).unwrap_or_default();
    format!("{query}{}", output::table(&["mac", "name", "member"], rows))
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
