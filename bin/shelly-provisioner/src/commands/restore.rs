//! Cleans up after an interrupted run.

use provisioner::{FileJournal, Way};

use super::provision::{show, words};
use crate::{
    args::Host,
    output::{Exit, say},
    wiring::waits_for,
};

/// Ends what was interrupted, and brings the WiFi of this host back.
pub(crate) async fn run(host: &Host) -> anyhow::Result<Exit> {
    let tasks = FileJournal::look(&host.journal())?;
    let is_bluetooth_only =
        !waits_for(&tasks, Way::Bluetooth).is_empty() && waits_for(&tasks, Way::AccessPoint).is_empty();
    let agent = host.agent(if is_bluetooth_only { Way::Bluetooth } else { Way::AccessPoint }).await?;
    for (task, outcome) in agent.recover(&|progress| show(&progress)).await? {
        say(format!("{task}: {}", words(&outcome)));
        agent.told(&task)?;
    }
    if agent.restore().await? {
        say("the WiFi of this host is as it was");
        Ok(Exit::Ok)
    } else {
        say("the WiFi of this host is not back; its network may be out of range");
        Ok(Exit::NotApplied)
    }
}
