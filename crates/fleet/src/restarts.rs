//! Restarts devices, one or many, and proves that they did (E7).

use fleet_model::{Actor, DeviceRecord, Permission};
use futures::{StreamExt, stream};
use shelly_driver::{Command, Urgency};
use shelly_types::{DeviceStatus, Mac};

use crate::{DeviceTrouble, Error, ErrorKind, Fleet, ingest::Report, lanes::Turn};

/// Which devices are restarted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RestartOf {
    /// These.
    Devices(Vec<Mac>),
    /// All in which a setting waits for a restart.
    AllRequired,
}

/// What became of the restart of a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restarted {
    /// Device.
    pub mac: Mac,
    /// Name to show.
    pub name: String,
    /// The proof, or why there is none.
    pub outcome: Result<RestartProof, String>,
}

/// A device runs for less time than before. None where it does not tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RestartProof {
    /// How long it had run before.
    pub uptime_before_s: Option<u64>,
    /// How long it ran when it was read again.
    pub uptime_after_s: Option<u64>,
    /// A setting still waits for a restart.
    pub still_required: bool,
}

impl Fleet {
    /// Restarts devices, so many at once as are worked on in the background, and says what became of each. What is not
    /// ours is an error before anything is restarted.
    pub async fn devices_restart(&self, actor: &Actor, of: RestartOf) -> Result<Vec<Restarted>, Error> {
        Self::authorize(actor, Permission::Control)?;
        let records = match of {
            RestartOf::Devices(macs) => {
                let records = self.store().devices_of(macs.clone()).await?;
                if let Some(stranger) = macs.iter().find(|mac| !records.iter().any(|record| record.mac == **mac)) {
                    return Err(Error::not_found(format!("device {stranger}")));
                }
                records
            }
            RestartOf::AllRequired => {
                let mut records = self.store().devices_all().await?;
                records.retain(|record| record.restart_required);
                records
            }
        };
        let restart = |record: DeviceRecord| async move {
            let mut turn = self.lanes().background(record.mac).await;
            let result = self.restart_told(actor, &mut turn, &record, Urgency::Background).await;
            let outcome = result.map(|(_, proof)| proof).map_err(|error| error.chain());
            Restarted { mac: record.mac, name: record.display_name(), outcome }
        };
        Ok(stream::iter(records).map(restart).buffered(self.options().at_once).collect().await)
    }

    /// Restarts the device of a turn, with an event about it, and reads it when it is back.
    pub(crate) async fn restart_told(
        &self,
        actor: &Actor,
        turn: &mut Turn,
        record: &DeviceRecord,
        urgency: Urgency,
    ) -> Result<(DeviceStatus, RestartProof), Error> {
        let result = self.restart_proven(turn, record, urgency).await;
        let outcome = result.as_ref().map(drop);
        self.command_event(actor, record.mac, &Command::Restart, outcome).await?;
        self.note(turn, record.mac, result.as_ref().map(|(status, _)| status.clone())).await;
        result
    }

    async fn restart_proven(
        &self,
        turn: &mut Turn,
        record: &DeviceRecord,
        urgency: Urgency,
    ) -> Result<(DeviceStatus, RestartProof), Error> {
        let mac = record.mac;
        let device = self.connected(turn, record).await?;
        let uptime_before_s = uptime(&device.status_for(urgency).await?);
        let asked_at = self.now();
        self.reports().send(Report::restarts(mac, asked_at)).await;
        device.restart(urgency).await?;
        let status = device.status_for(urgency).await?;
        let uptime_after_s = uptime(&status);
        let since_s = (self.now() - asked_at).to_std().map_or(0, |since| since.as_secs());
        if !has_restarted(uptime_before_s, uptime_after_s, since_s) {
            let runs = uptime_after_s.unwrap_or_default();
            let doing = format!("device {mac} took the command, but has not restarted: it runs for {runs} s");
            return Err(Error::new(doing, ErrorKind::Device(DeviceTrouble::Refused)));
        }
        let still_required = status.system().and_then(|system| system.restart_required) == Some(true);
        Ok((status, RestartProof { uptime_before_s, uptime_after_s, still_required }))
    }
}

fn uptime(status: &DeviceStatus) -> Option<u64> {
    status.system()?.uptime_s
}

/// Whether a device that runs for `after` seconds has started again within the last `since` seconds. Who does not tell
/// is believed: it was away.
fn has_restarted(before: Option<u64>, after: Option<u64>, since: u64) -> bool {
    let Some(after) = after else { return true };
    // The device counts by a clock of its own, in whole seconds.
    before.is_some_and(|before| after < before) || after <= since + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e7_a_restart_is_proven_by_the_uptime() {
        assert!(has_restarted(Some(86_400), Some(4), 7));
        assert!(has_restarted(Some(2), Some(5), 7), "it had only just started when it was asked");
        assert!(!has_restarted(Some(86_400), Some(86_407), 7), "it did not do it");
        assert!(has_restarted(Some(50), None, 7) && has_restarted(None, Some(3), 7));
        assert!(!has_restarted(None, Some(90), 7));
    }
}
