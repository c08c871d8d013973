//! `shelly-manager config`: wishes and what became of them.

use std::fmt::Write;

use api_types::{
    config::{ChangeLayerRequest, ConflictView, DeviceConfigView, LayerView, ScopeView, SelectionRequest, SettingView},
    devices::DeviceQuery,
    jobs::JobRequest,
};
use capability_config::SettingValue;
use fleet_query::Pattern;
use serde_json::Value;
use sync_engine::render;

use super::{Session, UsageError, drift, jobs, profiles, read_secret, resources, snapshots, text, variables};
use crate::{
    args::{ConfigCommand, How, Which, Whose},
    exit::Exit,
    output, progress,
};

pub(super) async fn run(session: &Session, command: ConfigCommand) -> anyhow::Result<Exit> {
    match command {
        ConfigCommand::Pull(which) => pull(session, which).await,
        ConfigCommand::Show { device, filter, managed } => {
            let mut config = session.client.device_config(device).await?;
            let wanted = |setting: &SettingView| {
                filter.as_ref().is_none_or(|part| setting.path.to_string().contains(part.as_str()))
                    && (!managed || setting.desired.is_some())
            };
            config.settings.retain(wanted);
            output::show(session.output, &config, config_table)?;
            Ok(Exit::Ok)
        }
        ConfigCommand::Settings { filter } => {
            let mut settings = session.client.settings().await?;
            settings.retain(|setting| filter.as_ref().is_none_or(|part| setting.path.contains(part.as_str())));
            output::show(session.output, &settings, |settings| {
                let rows = settings.iter().map(|setting| {
                    vec![
                        setting.path.clone(),
                        value_type(&setting.value_type),
                        text(setting.unit.as_deref()),
                        setting.risk.clone(),
                        setting.help.clone(),
                    ]
                });
                output::table(&["path", "value", "unit", "risk", "what it does"], rows)
            })?;
            Ok(Exit::Ok)
        }
        ConfigCommand::Set { whose, settings } => {
            let mut request = ChangeLayerRequest { scope: Some(scope(whose)?), ..ChangeLayerRequest::default() };
            for setting in settings {
                let (path, value) = assignment(&setting)?;
                request.set.insert(path, value);
            }
            change(session, &request).await
        }
        ConfigCommand::Clear { whose, paths } => {
            let request =
                ChangeLayerRequest { scope: Some(scope(whose)?), clear: paths, ..ChangeLayerRequest::default() };
            change(session, &request).await
        }
        ConfigCommand::Vars(command) => variables::run(session, command).await,
        ConfigCommand::Layers => {
            output::show(session.output, &session.client.layers().await?, |layers| layers_table(layers))?;
            Ok(Exit::Ok)
        }
        ConfigCommand::Diff(which) => drift::check(session, which).await,
        ConfigCommand::Plan { which, how } => jobs::plan(session, &request(session, which, how).await?).await,
        ConfigCommand::Apply { which, how, plan, yes } => {
            jobs::apply(session, &request(session, which, how).await?, plan, yes).await
        }
        ConfigCommand::History { device } => {
            output::show(session.output, &session.client.device_config_history(device).await?, |all| {
                snapshots::list(all)
            })?;
            Ok(Exit::Ok)
        }
        ConfigCommand::Snapshots(command) => snapshots::run(session, command).await,
        ConfigCommand::Resources { device, fresh } => resources::run(session, device, fresh).await,
    }
}

async fn pull(session: &Session, Which { whose, query }: Which) -> anyhow::Result<Exit> {
    let devices = if let Some(device) = whose.device {
        vec![device]
    } else if let Some(profile) = &whose.profile {
        profiles::devices(session, profile).await?
    } else {
        let group = whose.group.as_deref().map(|name| named("group", name));
        let parts: Vec<String> = group.into_iter().chain(in_location(&whose, query)).collect();
        let query = DeviceQuery { q: Some(parts.join(" ")), ..DeviceQuery::default() };
        session.client.devices(&query).await?.into_iter().map(|device| device.mac).collect()
    };
    let bar = progress::bar("pull", devices.len() as u64);
    let mut read = Vec::new();
    let mut failed = Vec::new();
    for device in devices {
        match session.client.device_config_pull(device).await {
            Ok(config) => read.push(config),
            Err(error) if error.code().is_some() => failed.push(format!("{device}: {error}")),
            Err(error) => return Err(error.into()),
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    output::show(session.output, &read, |read| format!("{} configurations read", read.len()))?;
    for failure in &failed {
        output::complain(failure);
    }
    Ok(if failed.is_empty() { Exit::Ok } else { Exit::Unreachable })
}

async fn change(session: &Session, request: &ChangeLayerRequest) -> anyhow::Result<Exit> {
    let layer = session.client.layer_change(request).await?;
    output::show(session.output, &layer, |layer| layers_table(std::slice::from_ref(layer)))?;
    Ok(Exit::Ok)
}

/// Which devices `--device`, `--profile`, `--group`, `--location` or `--fleet` names; all without any.
pub(super) async fn selection(session: &Session, Which { whose, query }: Which) -> anyhow::Result<SelectionRequest> {
    let query = in_location(&whose, query);
    let devices = match &whose.profile {
        Some(profile) => profiles::devices(session, profile).await?,
        None => whose.device.into_iter().collect(),
    };
    Ok(SelectionRequest { devices, group: whose.group, query })
}

/// A query that also asks for the location that `--location` names.
fn in_location(whose: &Whose, query: Option<String>) -> Option<String> {
    let query = query.filter(|query| !query.trim().is_empty());
    match (&whose.location, query) {
        (Some(name), Some(query)) => Some(format!("{} ({query})", named("location", name))),
        (Some(name), None) => Some(named("location", name)),
        (None, query) => query,
    }
}

/// The condition for what has this name.
fn named(field: &str, name: &str) -> String {
    format!("{field}:{}", Pattern::literal(name))
}

/// What to plan, by the same flags.
pub(in crate::commands) async fn request(session: &Session, which: Which, how: How) -> anyhow::Result<JobRequest> {
    let mut request = selection(session, which).await?.into();
    how.fill(&mut request);
    Ok(request)
}

/// Whose layer `--device`, `--profile`, `--group`, `--location` or `--fleet` names.
pub(super) fn scope(whose: Whose) -> Result<ScopeView, UsageError> {
    match whose {
        Whose { device: Some(mac), .. } => Ok(ScopeView::Device { mac }),
        Whose { group: Some(name), .. } => Ok(ScopeView::Group { name }),
        Whose { location: Some(name), .. } => Ok(ScopeView::Location { name }),
        Whose { profile: Some(name), .. } => Ok(ScopeView::Profile { name }),
        Whose { fleet: true, .. } => Ok(ScopeView::Fleet),
        Whose { device: None, group: None, location: None, profile: None, fleet: false } => Err(UsageError(
            "say whose it is: --device MAC, --profile NAME, --group NAME, --location NAME or --fleet".to_owned(),
        )),
    }
}

/// `PATH=VALUE`: true, false, null, numbers, lists and quoted text as in JSON; `file:FILE` is the text of a file; anything else
/// is text.
pub(super) fn assignment(text: &str) -> anyhow::Result<(String, Value)> {
    let (path, value) = text
        .split_once('=')
        .ok_or_else(|| UsageError(format!("`{text}` sets nothing: expected PATH=VALUE, such as switch:0.name=Lamp")))?;
    let value = if value == "-" {
        Value::String(read_secret(&format!("value of {path}"))?)
    } else if let Some(file) = value.strip_prefix("file:") {
        let text = std::fs::read_to_string(file);
        Value::String(text.map_err(|error| UsageError(format!("cannot read {file} for {path}: {error}")))?)
    } else {
        serde_json::from_str(value).unwrap_or_else(|_| Value::String(value.to_owned()))
    };
    Ok((path.trim().to_owned(), value))
}

fn config_table(config: &DeviceConfigView) -> String {
    let rows = config.settings.iter().map(|setting| {
        vec![
            setting.path.to_string(),
            shown(setting.observed.as_ref()),
            shown(setting.desired.as_ref()),
            text(setting.origin.as_deref()),
            note(setting),
        ]
    });
    let mut out = output::table(&["setting", "device has", "wished", "by", "note"], rows);
    if !config.kept.is_empty() {
        let _ = write!(out, "\n{} values are kept without being understood (see --output json)", config.kept.len());
    }
    for conflict in &config.conflicts {
        let _ = write!(out, "\n{}", disagreement(conflict));
    }
    for trouble in &config.unrendered {
        let _ = write!(out, "\ncannot be rendered: {trouble}");
    }
    out
}

/// Who wishes what, where none is stronger.
pub(super) fn disagreement(conflict: &ConflictView) -> String {
    let wishes: Vec<String> =
        conflict.wishes.iter().map(|wish| format!("{} wants {}", wish.origin, wish.value)).collect();
    format!("conflict on {}: {}", conflict.path, wishes.join(", "))
}

fn note(setting: &SettingView) -> String {
    let mut notes = Vec::new();
    if setting.drifted {
        notes.push("differs".to_owned());
    }
    notes.extend(setting.not_applicable.clone());
    notes.extend(setting.overruled.iter().map(|wish| format!("overrules {} ({})", wish.origin, wish.value)));
    notes.join("; ")
}

/// A value, or nothing.
pub(super) fn shown(value: Option<&SettingValue>) -> String {
    text(value.map(render::brief))
}

fn value_type(value: &Value) -> String {
    let words = value["words"].as_array().map(|words| words.iter().filter_map(Value::as_str).collect::<Vec<_>>());
    match (value["type"].as_str().unwrap_or_default(), words) {
        (_, Some(words)) => words.join("|"),
        (name, None) => match (value["min"].as_f64(), value["max"].as_f64()) {
            (Some(min), Some(max)) => format!("{name} {min}..{max}"),
            (Some(min), None) => format!("{name} from {min}"),
            _ => name.to_owned(),
        },
    }
}

/// Whose it is, in words.
pub(super) fn scope_words(scope: &ScopeView) -> String {
    match scope {
        ScopeView::Fleet => "fleet".to_owned(),
        ScopeView::Location { name } => format!("location {name}"),
        ScopeView::Group { name } => format!("group {name}"),
        ScopeView::Profile { name } => format!("profile {name}"),
        ScopeView::Device { mac } => format!("device {mac}"),
    }
}

pub(super) fn layers_table(layers: &[LayerView]) -> String {
    let rows = layers.iter().flat_map(|layer| {
        let scope = scope_words(&layer.scope);
        layer.settings.iter().map(move |(path, value)| vec![scope.clone(), path.to_string(), render::brief(value)])
    });
    output::table(&["layer", "setting", "value"], rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_as_people_write_them() {
        let cases = [
            ("switch:0.name=Lamp = left", "switch:0.name", Value::from("Lamp = left")),
            ("switch:0.auto_off=true", "switch:0.auto_off", Value::from(true)),
            ("switch:0.auto_off_delay=2.5", "switch:0.auto_off_delay", Value::from(2.5)),
            ("switch:0.name=null", "switch:0.name", Value::Null),
            ("switch:0.name=\"5\"", "switch:0.name", Value::from("5")),
        ];
        for (text, path, value) in cases {
            assert_eq!(assignment(text).unwrap(), (path.to_owned(), value));
        }
        assert!(assignment("switch:0.name").is_err());
    }

    #[test]
    fn a_wish_needs_an_owner() {
        assert!(scope(Whose::default()).is_err());
        assert_eq!(scope(Whose { fleet: true, ..Whose::default() }).unwrap(), ScopeView::Fleet);
    }
}
