//! Makes the job that gives a device back a configuration that it had.

use fleet_model::{Actor, JobId, JobKind, JobOptions, Permission, SnapshotId, SnapshotRecord};
use shelly_types::Mac;
use sync_engine::{NoDigester, PlanOptions, diff, plan};

use super::{
    JobWithUnits,
    propose::{Draft, Drafted, agreed, blank, checked, take_plan},
    replace::Former,
};
use crate::{
    Error, Fleet,
    drift::{Checked, Compared},
    resources::Kinds,
    snapshots::wish_of,
};

impl Fleet {
    /// Reads the device of a snapshot and plans how it gets back to it (F11, J12). Nothing is written before somebody
    /// says yes. The wish stays as it is, so the device may differ from it afterwards.
    ///
    /// `onto` names another device, which gets what it can have of it (J10).
    pub async fn job_restore(
        &self,
        actor: &Actor,
        snapshot: SnapshotId,
        onto: Option<Mac>,
        options: JobOptions,
    ) -> Result<JobWithUnits, Error> {
        Self::authorize(actor, Permission::Configure)?;
        checked(&options)?;
        let (snapshot, device) = self.snapshot_by_id(snapshot).await?;
        if let Some(mac) = onto.filter(|mac| *mac != device.mac) {
            let onto = self.device_record(mac).await?;
            let scope = format!(
                "{} as {} was at {} UTC",
                onto.display_name(),
                device.display_name(),
                snapshot.taken_at.format("%F %T")
            );
            let draft = Draft { kind: JobKind::Restore, source: None, scope, options };
            return self.take_over_from(actor, draft, Former { record: device, snapshot }, mac, false).await;
        }
        let kinds: Kinds = snapshot.resource_kinds().collect();
        let plan_options = agreed(&options);
        let id = JobId::new(self.ids());
        let restored = |place, checked| restored(id, place, checked, &snapshot, plan_options);
        let drafted = self.check_with(&[device.mac], &kinds, restored).await?;
        let taken_at = snapshot.taken_at.format("%F %T");
        let scope = format!("{} as it was at {taken_at} UTC", device.display_name());
        self.propose(actor, id, Draft { kind: JobKind::Restore, source: None, scope, options }, drafted).await
    }
}

/// The unit that brings one device back to a snapshot.
fn restored(id: JobId, place: usize, checked: Checked, snapshot: &SnapshotRecord, options: PlanOptions) -> Drafted {
    let Checked { record, outcome } = checked;
    let mut unit = blank(id, record.mac, place);
    let Compared { observed, .. } = match outcome {
        Ok(compared) => compared,
        Err(error) => {
            unit.reason = Some(error.chain());
            return Drafted { unit, record, observed: None, is_away: false };
        }
    };
    let (resolution, left) = wish_of(snapshot, &observed);
    let drift = diff(&resolution, &observed, &NoDigester);
    take_plan(&mut unit, plan(record.mac, &resolution, &observed, &drift, options));
    unit.preview.left = left;
    Drafted { unit, record, observed: Some(observed), is_away: false }
}
