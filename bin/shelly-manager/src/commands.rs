//! Runs what the command line asks for.

mod agents;
mod config;
mod credentials;
mod devices;
mod discover;
mod drift;
mod events;
mod expected;
mod groups;
mod jobs;
mod locations;
mod maintenance;
mod networks;
mod profiles;
mod provision;
mod repairs;
mod resources;
mod rules;
mod serve;
mod snapshots;
mod tokens;
mod variables;

use api_client::{HttpTransport, ManagerClient};
use clap::CommandFactory;

use crate::{
    args::{Args, Command, Common, MaintenanceCommand, Output, ServeArgs},
    exit::Exit,
    wiring,
};

/// What was asked for makes no sense.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct UsageError(pub(crate) String);

/// What a command works with.
pub(crate) struct Session {
    pub(crate) client: ManagerClient,
    pub(crate) output: Output,
    local: Option<wiring::Local>,
}

/// Runs one command.
pub(crate) async fn run(args: Args) -> anyhow::Result<Exit> {
    match args.command {
        Command::Serve(serve) => serve::run(&args.common, &serve).await,
        Command::Completions { shell } => {
            clap_complete::generate(shell, &mut Args::command(), "shelly-manager", &mut std::io::stdout());
            Ok(Exit::Ok)
        }
        command => {
            let session = Session::open(&args.common, &serving(&command)).await?;
            let result = run_client(command, &session).await;
            session.close().await;
            result
        }
    }
}

/// What a command says of a manager in its own process.
fn serving(command: &Command) -> ServeArgs {
    let keep = match command {
        Command::Maintenance(MaintenanceCommand::Show { keep } | MaintenanceCommand::Sweep { keep, .. }) => {
            keep.clone()
        }
        _ => return ServeArgs::default(),
    };
    ServeArgs { keep, ..ServeArgs::default() }
}

async fn run_client(command: Command, session: &Session) -> anyhow::Result<Exit> {
    match command {
        Command::Discover(command) => discover::run(session, command).await,
        Command::Agents(command) => agents::run(session, command).await,
        Command::Provision(command) => provision::run(session, command).await,
        Command::Devices(command) => devices::run(session, command).await,
        Command::Groups(command) => groups::run(session, command).await,
        Command::Locations(command) => locations::run(session, command).await,
        Command::Profiles(command) => profiles::run(session, command).await,
        Command::Config(command) => config::run(session, command).await,
        Command::Jobs(command) => jobs::run(session, command).await,
        Command::Drift(command) => drift::run(session, command).await,
        Command::Rules(command) => rules::run(session, command).await,
        Command::Credentials(command) => credentials::run(session, command).await,
        Command::Networks(command) => networks::run(session, command).await,
        Command::Token(command) => tokens::run(session, command).await,
        Command::Events(args) => events::run(session, &args).await,
        Command::Maintenance(command) => maintenance::run(session, command).await,
        Command::Serve(_) | Command::Completions { .. } => Ok(Exit::Ok),
    }
}

impl Session {
    /// A client over the network with `--server`, else one in this process on the local database.
    async fn open(common: &Common, serve: &ServeArgs) -> anyhow::Result<Self> {
        if let Some(server) = &common.server {
            let client = ManagerClient::new(HttpTransport::new(server.clone())?, common.token.clone());
            return Ok(Self { client, output: common.output, local: None });
        }
        let config = crate::config::load(common, serve)?;
        wiring::init_log(config.log.as_deref().unwrap_or("warn"));
        let local = wiring::Local::open(&config).await?;
        Ok(Self { client: local.client(), output: common.output, local: Some(local) })
    }

    async fn close(self) {
        if let Some(local) = self.local {
            local.close().await;
        }
    }
}

/// Reads one secret line from standard input.
pub(crate) fn read_secret(what: &str) -> anyhow::Result<String> {
    use std::io::IsTerminal;
    if std::io::stdin().is_terminal() {
        crate::output::complain(&format!("{what} (end with Enter): "));
    }
    let mut line = String::new();
    std::io::stdin().read_line(&mut line)?;
    let secret = line.trim_end_matches(['\r', '\n']);
    if secret.is_empty() {
        return Err(UsageError(format!("no {what} on standard input")).into());
    }
    Ok(secret.to_owned())
}

/// Asks a person, who has to be there.
pub(crate) fn confirmed(question: &str) -> anyhow::Result<bool> {
    use std::io::IsTerminal;
    if !std::io::stdin().is_terminal() {
        return Err(UsageError("nobody is there to say yes: repeat with --yes".to_owned()).into());
    }
    crate::output::complain(&format!("{question} [y/N]"));
    let mut line = String::new();
    std::io::stdin().read_line(&mut line)?;
    Ok(matches!(line.trim(), "y" | "Y" | "yes"))
}

/// `none` as the interface takes it: as empty text.
pub(crate) fn none_is_empty(text: String) -> String {
    if text == "none" { String::new() } else { text }
}

/// Text of an optional value.
pub(crate) fn text<T: ToString>(value: Option<T>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}
