//! Brings devices into a network without a manager, one after the other.

use std::time::Duration;

use anyhow::Context;
use provisioner::{Addressing, FailureKind, FirmwareFile, Network, Outcome, Progress, Provision, Stop, TaskId, Way};
use rand::RngExt;
use shelly_types::Credentials;

use crate::{
    args::{By, Host, Provision as Wish},
    output::{Exit, note, say},
    wiring::{secret, secret_in},
};

/// Brings them in. An interrupt takes back what is half done, and ends.
pub(crate) async fn run(host: &Host, wish: &Wish) -> anyhow::Result<Exit> {
    if wish.ssids.len() > 1 && (wish.mac.is_some() || wish.ip.is_some() || wish.name.is_some()) {
        anyhow::bail!("--mac, --ip and --name are for one device: name one access point");
    }
    let first = task(wish)?;
    let agent = host.agent(first.by).await?;
    for (task, outcome) in agent.recover(&|progress| show(&progress)).await? {
        note(format!("{task} was interrupted earlier: {}", words(&outcome)));
        agent.told(&task)?;
    }
    let stop = Stop::default();
    let caller = stop.clone();
    let interrupt = tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            caller.call(FailureKind::Cancelled, "it was called off");
        }
    });
    let mut exit = Exit::Ok;
    for ssid in &wish.ssids {
        if stop.is_called() {
            break;
        }
        let task = Provision { ssid: ssid.clone(), ..first.clone() };
        let id = TaskId::new(format!("local-{:016x}", rand::rng().random::<u64>()));
        let outcome = agent.provision(id.clone(), 0, &task, &stop, &|progress| show(&progress)).await?;
        agent.told(&id)?;
        if matches!(outcome, Outcome::Failed(_)) {
            exit = Exit::NotApplied;
        }
        say(if host.json { serde_json::to_string(&outcome)? } else { format!("{ssid}: {}", words(&outcome)) });
    }
    interrupt.abort();
    Ok(exit)
}

fn task(wish: &Wish) -> anyhow::Result<Provision> {
    let address = match (wish.ip, wish.netmask) {
        (Some(ip), Some(netmask)) => {
            Addressing::Static { ip, netmask, gateway: wish.gateway, nameserver: wish.nameserver }
        }
        _ => Addressing::Dhcp,
    };
    let fallback_key = secret_in(wish.fallback_key_file.as_deref())?;
    let password = wish.device_password_file.as_deref().map(secret).transpose()?;
    let Some(ssid) = wish.ssids.first().cloned() else { anyhow::bail!("name an access point") };
    Ok(Provision {
        by: match wish.by {
            By::Wifi => Way::AccessPoint,
            By::Bluetooth => Way::Bluetooth,
        },
        ssid,
        expected: wish.mac.clone(),
        access_point_key: secret_in(wish.access_point_key_file.as_deref())?,
        credentials: password.map(|password| Credentials::new("admin", password.expose().as_str())),
        network: Network { ssid: wish.network.clone(), key: secret_in(wish.key_file.as_deref())? },
        fallback: wish.fallback.clone().map(|ssid| Network { ssid, key: fallback_key }),
        address,
        name: wish.name.clone(),
        firmware: firmware(wish)?,
        find: wish.find_within.map(Duration::from_secs),
    })
}

/// The firmware that the devices get first.
fn firmware(wish: &Wish) -> anyhow::Result<Option<FirmwareFile>> {
    let Some(path) = &wish.firmware else { return Ok(None) };
    let said = (wish.firmware_for.as_deref(), wish.firmware_version.as_deref());
    let file = FirmwareFile::new(path, said.0, said.1).context(
        "use the firmware; for which devices it is, --firmware-for and --firmware-version say, or the name of the file",
    )?;
    Ok(Some(file))
}

/// Tells how far it is.
pub(crate) fn show(progress: &Progress) {
    let detail = if progress.detail.is_empty() { String::new() } else { format!(": {}", progress.detail) };
    note(format!("{}{detail}", progress.step));
}

/// How a task ended, in a line.
pub(crate) fn words(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Done(done) => format!(
            "{} {} answers at {} (found by {})",
            done.device.model,
            done.device.mac,
            done.endpoint,
            done.found_by.word()
        ),
        Outcome::Failed(failure) => failure.to_string(),
    }
}
