//! Says what runs on this host, and which permission is missing, with what grants it.

use bluetooth_control::{BlueZ, Bluetooth};
use provisioner::link::Credentials;
use wifi_control::{Backend, HostWifi, NetworkManager, WpaSupplicant, addresses, wifi_interfaces};

use crate::{
    args::Host,
    output::{Exit, say},
};

/// Looks at everything and changes nothing.
pub(crate) async fn run(host: &Host) -> anyhow::Result<Exit> {
    let interfaces = wifi_interfaces();
    if interfaces.is_empty() {
        say("interfaces    missing: this host has no WiFi interface (in a container: use the network of the host)");
    } else {
        say(format!("interfaces    {}", interfaces.join(", ")));
    }
    let mut exit = if interfaces.is_empty() { Exit::Failed } else { Exit::Ok };
    if let Ok(interface) = host.interface() {
        let own = addresses(&interface).unwrap_or_default();
        let own: Vec<String> = own.iter().map(ToString::to_string).collect();
        let own = if own.is_empty() { "no address".to_owned() } else { own.join(", ") };
        say(format!("uses          {interface} ({own})"));
        say(format!("NetworkManager  {}", network_manager(&interface).await));
        say(format!("wpa_supplicant  {}", wpa_supplicant(&interface).await));
        match host.wifi().await {
            Ok(wifi) => say(format!("works with    {}", backend(&wifi))),
            Err(error) => {
                say(format!("works with    nothing: {error:#}"));
                exit = Exit::Refused;
            }
        }
    }
    say(format!("Bluetooth     {}", bluetooth(host).await));
    match host.prepare_state().and_then(|()| writable(host)) {
        Ok(()) => say(format!("state         {}", host.state.display())),
        Err(error) => {
            say(format!("state         missing: {error:#}; give the user this folder, or another with --state"));
            exit = Exit::Refused;
        }
    }
    match Credentials::load(&host.state) {
        Ok(Some(credentials)) => say(format!("manager       {} as {}", credentials.manager, credentials.agent_id)),
        Ok(None) => say("manager       none: `enroll` makes this host an agent; `provision` works without"),
        Err(error) => say(format!("manager       {error}")),
    }
    Ok(exit)
}

fn backend(wifi: &HostWifi) -> Backend {
    wifi.backend()
}

async fn network_manager(interface: &str) -> String {
    let manager = match NetworkManager::open(interface).await {
        Ok(manager) => manager,
        Err(error) => return format!("not here: {error}"),
    };
    match manager.missing_permissions().await {
        Ok(missing) if missing.is_empty() => "ok".to_owned(),
        Ok(missing) => format!("missing: {}; install deploy/polkit/50-shelly-provisioner.rules", missing.join(", ")),
        Err(error) => format!("does not tell what it permits: {error}"),
    }
}

async fn wpa_supplicant(interface: &str) -> String {
    match WpaSupplicant::open(interface).await {
        Ok(_) => "ok; needs a DHCP client on the interface, or the capability CAP_NET_ADMIN".to_owned(),
        Err(error) => format!("not here: {error}"),
    }
}

/// What there is of Bluetooth. It is needed for `--by bluetooth` alone, so that nothing of it is a failure.
async fn bluetooth(host: &Host) -> String {
    let health = match BlueZ::health().await {
        Ok(health) => health,
        Err(error) => return format!("not here: {}", chain(&error)),
    };
    let adapters: Vec<String> =
        health.adapters.iter().map(|(name, is_on)| format!("{name} ({})", if *is_on { "on" } else { "off" })).collect();
    match host.bluetooth().await {
        Ok(bluetooth) => format!("ok, with {}; adapters: {}", bluetooth.adapter(), adapters.join(", ")),
        Err(error) => format!("not usable: {error:#}"),
    }
}

fn chain(error: &bluetooth_control::Error) -> String {
    let cause = std::error::Error::source(error).map(|cause| format!(": {cause}")).unwrap_or_default();
    format!("{error}{cause}")
}

fn writable(host: &Host) -> anyhow::Result<()> {
    let probe = host.state.join(".probe");
    std::fs::write(&probe, b"")?;
    Ok(std::fs::remove_file(probe)?)
}
