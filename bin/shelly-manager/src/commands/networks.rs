//! `shelly-manager networks`.

use api_types::networks::{NetworkView, SetNetworkRequest};

use super::{Session, read_secret};
use crate::{args::NetworksCommand, exit::Exit, output};

pub(super) async fn run(session: &Session, command: NetworksCommand) -> anyhow::Result<Exit> {
    let client = &session.client;
    let all = match command {
        NetworksCommand::List => client.networks().await?,
        NetworksCommand::Set { ssid, open } => {
            let key = if open { None } else { Some(read_secret("key")?) };
            client.network_set(&SetNetworkRequest { ssid, key }).await?
        }
        NetworksCommand::Remove { ssid } => {
            client.network_remove(&ssid).await?;
            client.networks().await?
        }
    };
    output::show(session.output, &all, |all| {
        let row = |network: &NetworkView| {
            let key = if network.is_open { "open" } else { "known" };
            vec![network.ssid.clone(), key.to_owned(), network.updated_at.format("%F %T").to_string()]
        };
        output::table(&["network", "key", "since"], all.iter().map(row))
    })?;
    Ok(Exit::Ok)
}
