//! `shelly-manager serve`: the manager itself.

use std::{net::SocketAddr, time::Duration};

use agent_gateway::AgentTls;
use anyhow::Context;
use device_gateway::{Bounds, DeviceTls};
use fleet::{Actor, Fleet, Notice, NoticeError};
use fleet_model::FleetEvent;
use tokio::{net::TcpListener, task::JoinHandle};

use crate::{
    args::{Common, ServeArgs},
    config,
    exit::Exit,
    output, wiring,
};

/// How often the progress of discovery is said at most.
const TELL_INTERVAL: Duration = Duration::from_millis(500);

/// Runs until Ctrl-C or SIGTERM.
pub(super) async fn run(common: &Common, args: &ServeArgs) -> anyhow::Result<Exit> {
    let config = config::load(common, args)?;
    wiring::init_log(config.log.as_deref().unwrap_or("info"));
    let local = wiring::Local::open(&config).await?;
    let fleet = local.fleet.clone();
    if let Some(password) = &args.device_password {
        fleet.credential_from_environment(password).await?;
    }
    let listener = TcpListener::bind(config.listen).await.with_context(|| format!("listen on {}", config.listen))?;
    let url = format!("http://{}", listener.local_addr()?);
    output::say(&format!("Manager: {url}"));
    if args.sign_in || fleet.is_first_start().await? {
        let code = fleet.one_time_code().await?;
        output::say(&format!("Sign in once: {url}/#code={code}"));
    }
    let devices = match config.device_listen {
        Some(address) => Some(devices_dial(address, config.gateway_tls, &fleet).await?),
        None => None,
    };
    let agents = match config.agents_listen {
        Some(address) => Some(agents_dial(address, &fleet).await?),
        None => None,
    };
    tokio::spawn(tell(fleet.clone()));
    fleet.start_loops().await?;
    let stop = fleet.stopping();
    rest_api::serve(listener, fleet, async move {
        tokio::select! {
            () = stop_signal() => {}
            () = stop => {}
        }
    })
    .await
    .context("serve")?;
    output::say("Stopping.");
    local.close().await;
    if let Some(devices) = devices {
        devices.await.context("serve devices that dial")?;
    }
    if let Some(agents) = agents {
        agents.await.context("serve agents")?;
    }
    Ok(Exit::Ok)
}

/// Takes devices in that dial the manager, until it stops.
async fn devices_dial(address: SocketAddr, tls: Option<DeviceTls>, fleet: &Fleet) -> anyhow::Result<JoinHandle<()>> {
    let listener = TcpListener::bind(address).await.with_context(|| format!("listen for devices on {address}"))?;
    let scheme = if tls.is_some() { "wss" } else { "ws" };
    output::say(&format!("Devices dial: {scheme}://{}", listener.local_addr()?));
    let (fleet, stop) = (fleet.clone(), fleet.stopping());
    Ok(tokio::spawn(device_gateway::serve(listener, fleet, Bounds::default(), tls, stop)))
}

/// Takes agents in, until the manager stops.
async fn agents_dial(address: SocketAddr, fleet: &Fleet) -> anyhow::Result<JoinHandle<()>> {
    let tls = AgentTls::of(fleet).await.context("prepare the authority of agents")?;
    let listener = TcpListener::bind(address).await.with_context(|| format!("listen for agents on {address}"))?;
    output::say(&format!("Agents dial: https://{} (authority {})", listener.local_addr()?, tls.fingerprint()));
    let (fleet, stop) = (fleet.clone(), fleet.stopping());
    Ok(tokio::spawn(agent_gateway::serve(listener, fleet, agent_gateway::Bounds::default(), tls, stop)))
}

/// Says on standard output how discovery and adoption get on, until the manager stops.
async fn tell(fleet: Fleet) {
    let mut notices = fleet.subscribe();
    let mut said = String::new();
    loop {
        match notices.recv().await {
            Ok(Notice::Event(event)) if !is_discovery(&event.event) => continue,
            Ok(Notice::Device(_) | Notice::Readings(_)) => continue,
            Ok(Notice::Event(_)) | Err(NoticeError::Lagged) => {}
            Err(NoticeError::Closed) => return,
        }
        // Many devices at once are one line.
        tokio::time::sleep(TELL_INTERVAL).await;
        let Ok(totals) = fleet.overview(&Actor::System).await else { continue };
        let line = format!("Devices: {} adopted, {} found and not adopted yet", totals.devices, totals.inbox);
        if line != said {
            output::say(&line);
            said = line;
        }
    }
}

fn is_discovery(event: &FleetEvent) -> bool {
    matches!(
        event,
        FleetEvent::DeviceSeen { .. }
            | FleetEvent::DeviceAdopted { .. }
            | FleetEvent::DeviceRemoved { .. }
            | FleetEvent::ScanFinished { .. }
    )
}

/// Ctrl-C, or what service managers and containers send.
async fn stop_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let terminate = async {
        match signal(SignalKind::terminate()) {
            Ok(mut terminations) => {
                terminations.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = terminate => {}
    }
}
