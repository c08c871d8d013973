//! `shelly-manager profiles`.

use std::{collections::BTreeMap, fmt::Write};

use api_types::{
    groups::ChangeMembersRequest,
    profiles::{
        ChangeProfileRequest, CreateProfileOfDeviceRequest, CreateProfileRequest, ProfileDetail, ProfileDeviceView,
        ProfileOfDeviceView, ProfileView, VersionView,
    },
};
use capability_config::{SettingSelector, SettingValue};
use shelly_types::Mac;

use super::{Session, UsageError, none_is_empty, text};
use crate::{
    args::{FromDevice, ProfilesCommand},
    exit::Exit,
    output,
};

pub(super) async fn run(session: &Session, command: ProfilesCommand) -> anyhow::Result<Exit> {
    let client = &session.client;
    match command {
        ProfilesCommand::List => {
            output::show(session.output, &client.profiles().await?, |profiles| list(profiles))?;
        }
        ProfilesCommand::Show { profile, at } => {
            let id = find(session, &profile).await?.id;
            match at {
                Some(version) => {
                    let found = client.profile_version(id, version).await?;
                    output::show(session.output, &found, |found| wishes(&found.settings))?;
                }
                None => output::show(session.output, &client.profile(id).await?, detail)?,
            }
        }
        ProfilesCommand::Create { name, rank, models, query } => {
            let request = CreateProfileRequest { name, rank: Some(rank), models, query };
            let profile = client.profile_create(&request).await?;
            output::show(session.output, &profile, |profile| format!("made profile `{}`", profile.name))?;
        }
        ProfilesCommand::FromDevice(args) => from_device(session, *args).await?,
        ProfilesCommand::Change { profile, name, rank, models, query } => {
            let id = find(session, &profile).await?.id;
            let models = models.map(|models| models.into_iter().filter(|model| model != "none").collect());
            let request = ChangeProfileRequest { name, rank, models, query: query.map(none_is_empty) };
            said(session, &client.profile_change(id, &request).await?)?;
        }
        ProfilesCommand::Assign { profile, devices } => {
            let id = find(session, &profile).await?.id;
            let request = ChangeMembersRequest { add: devices, remove: Vec::new() };
            said(session, &client.profile_assign(id, &request).await?)?;
        }
        ProfilesCommand::Unassign { profile, devices } => {
            let id = find(session, &profile).await?.id;
            let request = ChangeMembersRequest { add: Vec::new(), remove: devices };
            said(session, &client.profile_assign(id, &request).await?)?;
        }
        ProfilesCommand::PutBack { profile, former } => {
            let id = find(session, &profile).await?.id;
            output::show(session.output, &client.profile_put_back(id, former).await?, detail)?;
        }
        ProfilesCommand::Delete { profile } => {
            let profile = find(session, &profile).await?;
            client.profile_delete(profile.id).await?;
            output::show(session.output, &profile, |profile| format!("removed profile `{}`", profile.name))?;
        }
    }
    Ok(Exit::Ok)
}

async fn from_device(session: &Session, args: FromDevice) -> anyhow::Result<()> {
    let request = CreateProfileOfDeviceRequest {
        device: args.of,
        profile: CreateProfileRequest {
            name: args.name,
            rank: Some(args.rank),
            models: args.models,
            query: args.query,
        },
        only: args.only,
        without: args.without,
        resources: args.resources,
        unlike_device: args.unlike,
        unlike_layer: args.unlike_layer,
        vault: args.secret.into_iter().collect(),
        assign: args.assign,
        check: args.check,
    };
    output::show(session.output, &session.client.profile_of_device(&request).await?, made)
}

/// What went into a profile that was made of a device, and what did not.
fn made(made: &ProfileOfDeviceView) -> String {
    let mut out = wishes(&made.settings);
    let left = made.left.iter().map(|left| vec![left.path.to_string(), left.why.clone()]);
    if !made.left.is_empty() {
        let _ = write!(out, "\n{}", output::table(&["left out", "because"], left));
    }
    if made.alike > 0 {
        let _ = write!(out, "\n{} settings are the same there and were left out", made.alike);
    }
    if let Some(why) = &made.unread {
        let _ = write!(out, "\nmade of what the device showed last: {why}");
    }
    let number = made.settings.len();
    let _ = match &made.profile {
        Some(profile) => write!(out, "\nmade profile `{}` of {number} settings", profile.name),
        None => write!(out, "\n{number} settings would go in; nothing was made"),
    };
    out
}

fn said(session: &Session, profile: &ProfileView) -> anyhow::Result<()> {
    output::show(session.output, profile, |profile| {
        format!("profile `{}` has {} devices, {} of them assigned", profile.name, profile.devices, profile.assigned)
    })
}

fn scope(profile: &ProfileView) -> String {
    let models: Vec<String> = profile.models.iter().map(ToString::to_string).collect();
    let query = text(profile.query.as_deref());
    match (models.is_empty(), query.is_empty()) {
        (true, true) => "who is assigned".to_owned(),
        (true, false) => query,
        (false, true) => models.join(", "),
        (false, false) => format!("{} with {query}", models.join(", ")),
    }
}

fn list(profiles: &[ProfileView]) -> String {
    let rows = profiles.iter().map(|profile| {
        let numbers = [profile.rank.to_string(), profile.version.to_string(), profile.devices.to_string()];
        [profile.name.clone()].into_iter().chain(numbers).chain([scope(profile)]).collect()
    });
    output::table(&["name", "rank", "version", "devices", "for"], rows)
}

fn wishes(settings: &BTreeMap<SettingSelector, SettingValue>) -> String {
    output::table(&["setting", "value"], settings.iter().map(|(path, value)| vec![path.to_string(), value.to_string()]))
}

fn detail(detail: &ProfileDetail) -> String {
    let mut out = format!("for {}\n{}", scope(&detail.profile), wishes(&detail.settings));
    let why = |device: &ProfileDeviceView| match (device.assigned, device.in_scope) {
        (true, true) => "assigned, and in its scope",
        (true, false) => "assigned",
        (false, _) => "in its scope",
    };
    let devices =
        detail.under.iter().map(|device| vec![device.mac.to_string(), device.name.clone(), why(device).to_owned()]);
    let _ = write!(out, "\n{}", output::table(&["mac", "name", "why"], devices));
    let version = |version: &VersionView| {
        let back = version.put_back.map(|version| format!("version {version} put back"));
        let at = version.created_at.format("%F %T").to_string();
        vec![version.version.to_string(), at, version.created_by.clone(), text(back)]
    };
    let _ = write!(out, "\n{}", output::table(&["version", "at", "by", ""], detail.versions.iter().map(version)));
    out
}

/// The devices under a profile, of which there is at least one.
pub(super) async fn devices(session: &Session, name: &str) -> anyhow::Result<Vec<Mac>> {
    let detail = session.client.profile(find(session, name).await?.id).await?;
    if detail.under.is_empty() {
        return Err(UsageError(format!("no device is under the profile `{name}`")).into());
    }
    Ok(detail.under.iter().map(|device| device.mac).collect())
}

async fn find(session: &Session, name: &str) -> anyhow::Result<ProfileView> {
    let profiles = session.client.profiles().await?;
    let profile = profiles.into_iter().find(|profile| profile.name == name);
    Ok(profile.ok_or_else(|| UsageError(format!("there is no profile `{name}`")))?)
}
