//! `shelly-manager agents`.

use std::{fmt::Write, time::Duration};

use api_types::{
    agent_tasks::TaskView,
    agents::{
        AgentCodeView, AgentDetail, AgentErrandRequest, AgentState, AgentView, ChangeAgentRequest,
        CreateAgentCodeRequest, NewAgentCodeView,
    },
};

use super::{Session, UsageError, discover::word, none_is_empty, text};
use crate::{args::AgentsCommand, exit::Exit, output};

/// How often work that was begun is asked how far it is.
const ASK_INTERVAL: Duration = Duration::from_millis(300);

pub(super) async fn run(session: &Session, command: AgentsCommand) -> anyhow::Result<Exit> {
    let client = &session.client;
    match command {
        AgentsCommand::List => output::show(session.output, &client.agents().await?, |agents| table(agents))?,
        AgentsCommand::Show { agent } => {
            let id = find(session, &agent).await?.id;
            output::show(session.output, &client.agent(id).await?, detail)?;
        }
        AgentsCommand::Code { label, uses, minutes, location } => {
            let made = client.agent_code_create(&CreateAgentCodeRequest { label, uses, minutes, location }).await?;
            output::show(session.output, &made, new_code)?;
        }
        AgentsCommand::Codes => output::show(session.output, &client.agent_codes().await?, |codes| code_table(codes))?,
        AgentsCommand::RemoveCode { code } => {
            client.agent_code_delete(code).await?;
            output::show(session.output, &code, |code| format!("removed code {code}"))?;
        }
        AgentsCommand::Change { agent, name, location } => {
            let id = find(session, &agent).await?.id;
            let request = ChangeAgentRequest { name, location: location.map(none_is_empty) };
            let agent = client.agent_change(id, &request).await?;
            output::show(session.output, &agent, |agent| format!("changed agent `{}`", agent.name))?;
        }
        AgentsCommand::Revoke { agent } => {
            let agent = client.agent_revoke(find(session, &agent).await?.id).await?;
            output::show(session.output, &agent, |agent| format!("revoked agent `{}`", agent.name))?;
        }
        AgentsCommand::Forget { agent } => {
            let agent = find(session, &agent).await?;
            client.agent_forget(agent.id).await?;
            output::show(session.output, &agent, |agent| format!("forgot agent `{}`", agent.name))?;
        }
        AgentsCommand::Scan { agent, interface } => {
            return errand(session, &agent, AgentErrandRequest::Scan { interface }).await;
        }
        AgentsCommand::Probe { agent, targets, listen } => {
            return errand(session, &agent, AgentErrandRequest::Probe { targets, listen_s: listen }).await;
        }
        AgentsCommand::Restore { agent, interface } => {
            return errand(session, &agent, AgentErrandRequest::Restore { interface }).await;
        }
    }
    Ok(Exit::Ok)
}

/// The agent of this name or id.
pub(super) async fn find(session: &Session, agent: &str) -> anyhow::Result<AgentView> {
    let agents = session.client.agents().await?;
    let found = agents.into_iter().find(|known| known.name == agent || known.id.to_string() == agent);
    Ok(found.ok_or_else(|| UsageError(format!("there is no agent `{agent}`")))?)
}

/// Has an agent do something, and waits for the end.
pub(super) async fn errand(session: &Session, agent: &str, request: AgentErrandRequest) -> anyhow::Result<Exit> {
    let id = find(session, agent).await?.id;
    let mut tasks = session.client.agent_errand(id, &request).await?;
    while tasks.iter().any(|task| !task.state.is_final()) {
        tokio::time::sleep(ASK_INTERVAL).await;
        for task in &mut tasks {
            *task = session.client.task(task.id).await?;
        }
    }
    output::show(session.output, &tasks, |tasks| {
        let line = |task: &TaskView| {
            let place = text(task.interface.as_deref());
            let found = task.found.map(|found| format!("{found} found")).unwrap_or_default();
            format!("{place} {}: {found}{}", task.state, text(task.reason.as_deref())).trim().to_owned()
        };
        tasks.iter().map(line).collect::<Vec<_>>().join("\n")
    })?;
    let is_done = tasks.iter().all(|task| task.failure.is_none() && task.reason.is_none());
    Ok(if is_done { Exit::Ok } else { Exit::Failed })
}

fn table(agents: &[AgentView]) -> String {
    let rows = agents.iter().map(|agent| {
        let radios = agent.interfaces.iter().filter(|interface| interface.is_radio);
        let radios: Vec<&str> = radios.map(|radio| radio.name.as_str()).collect();
        vec![
            agent.name.clone(),
            state(agent.state).to_owned(),
            text(agent.location.as_deref()),
            agent.host.clone(),
            radios.join(", "),
            abilities(agent),
            agent.version.clone(),
            text(agent.last_seen_at.map(|at| at.format("%F %T UTC"))),
        ]
    });
    output::table(&["name", "state", "location", "host", "radios", "can", "version", "last seen"], rows)
}

fn abilities(agent: &AgentView) -> String {
    agent.abilities.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn state(state: AgentState) -> &'static str {
    match state {
        AgentState::Online => "online",
        AgentState::Offline => "offline",
        AgentState::Revoked => "revoked",
    }
}

fn detail(detail: &AgentDetail) -> String {
    let agent = &detail.agent;
    let mut out = String::new();
    let _ = writeln!(out, "{} ({}): {}", agent.name, agent.id, state(agent.state));
    let lines = [
        ("location", text(agent.location.as_deref())),
        ("host", format!("{} {}", agent.host, agent.system)),
        ("version", agent.version.clone()),
        ("can", abilities(agent)),
        ("enrolled", format!("{} with the code for {}", agent.enrolled_at.format("%F %T UTC"), agent.enrolled_with)),
        ("certificate", format!("ends {}", agent.certificate_expires_at.format("%F"))),
        ("last seen", text(agent.last_seen_at.map(|at| at.format("%F %T UTC")))),
    ];
    for (name, value) in lines.iter().filter(|(_, value)| !value.trim().is_empty()) {
        let _ = writeln!(out, "  {name}: {}", value.trim());
    }
    for interface in &agent.interfaces {
        let mut about: Vec<String> = interface.addresses.clone();
        if interface.is_radio {
            about.push(format!("radio by {}", text(interface.control.as_deref())));
            about.extend(interface.ssid.iter().map(|ssid| format!("in {ssid}")));
        }
        if interface.carries_session {
            about.push("carries the connection to the manager".to_owned());
        }
        about.extend(interface.why_not.iter().map(|why| format!("not used: {why}")));
        let _ = writeln!(out, "  {}: {}", interface.name, about.join(", "));
    }
    for device in &detail.devices {
        let who = [device.name.as_deref(), device.product.as_deref()];
        let who: Vec<&str> = who.into_iter().flatten().collect();
        let (at, by) = (device.last_seen_at.format("%F %T UTC"), word(device.source));
        let _ = writeln!(out, "  sees {} at {} ({by}, {at}): {}", device.mac, device.address, who.join(", "));
    }
    for task in &detail.tasks {
        let what = task.ssid.clone().or_else(|| task.device.clone()).unwrap_or_else(|| format!("{:?}", task.kind));
        let _ = writeln!(out, "  works on {what}: {}", text(task.step));
    }
    out
}

fn new_code(made: &NewAgentCodeView) -> String {
    let about = &made.about;
    format!(
        "code: {}\nauthority: {}\ngood for {} until {}\nOn the host of the agent, which asks for the code:\n  \
         shelly-provisioner enroll --manager ADDRESS:PORT --fingerprint {}",
        made.code,
        made.fingerprint,
        if about.uses == 1 { "one agent".to_owned() } else { format!("{} agents", about.uses) },
        about.expires_at.format("%F %T UTC"),
        made.fingerprint,
    )
}

fn code_table(codes: &[AgentCodeView]) -> String {
    let rows = codes.iter().map(|code| {
        vec![
            code.id.to_string(),
            code.label.clone(),
            format!("{} of {}", code.uses_left, code.uses),
            text(code.location.as_deref()),
            code.expires_at.format("%F %T UTC").to_string(),
            code.created_by.clone(),
        ]
    });
    output::table(&["id", "label", "left", "location", "ends", "by"], rows)
}
