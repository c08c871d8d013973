//! Shows what the journal says.

use provisioner::FileJournal;
use serde_json::json;

use super::provision::words;
use crate::{
    args::Host,
    output::{Exit, note, say},
};

/// Reads the journal, also while an agent works on it.
pub(crate) fn run(host: &Host) -> anyhow::Result<Exit> {
    let tasks = FileJournal::look(&host.journal())?;
    if host.json {
        let shown: Vec<_> = tasks
            .all()
            .iter()
            .map(|position| {
                json!({
                    "task": position.task, "access_point": position.ssid, "device": position.device,
                    "outcome": position.ended, "is_host_back": position.is_host_back, "is_told": position.is_told,
                })
            })
            .collect();
        say(serde_json::to_string_pretty(&shown)?);
        return Ok(Exit::Ok);
    }
    for position in tasks.all() {
        let state = match &position.ended {
            Some(outcome) => words(outcome),
            None => "not finished; `restore` or the next start cleans up".to_owned(),
        };
        say(format!("{}  {}: {state}", position.task, position.ssid));
    }
    if tasks.all().is_empty() {
        note("nothing was done yet");
    }
    if tasks.away().next().is_some() {
        note("the WiFi of this host is not back: run `shelly-provisioner restore`");
        return Ok(Exit::NotApplied);
    }
    Ok(Exit::Ok)
}
