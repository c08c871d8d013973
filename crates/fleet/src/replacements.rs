//! Devices in the place of others: what one would be under, and what is kept of the other.

use fleet_model::{
    Actor, DeviceRecord, FleetEvent, JobUnit, LayerId, LayerScope, NewEvent, Permission, ReplacementRecord,
};
use shelly_types::Mac;
use storage::{RecordsMove, ReplacementWrite};
use sync_engine::{Observed, TransferOptions, WhyDropped, transfer_wishes};
use templating::is_template;

use crate::{Error, Fleet, config::observed_of, wishes::Wishes};

/// A wish that does not go to the other device, and why.
pub(crate) type WishLeft = (capability_config::SettingSelector, WhyDropped);

impl Fleet {
    /// Replacements that a device was part of, newest first; also of one that was retired.
    pub async fn device_replacements(&self, actor: &Actor, mac: Mac) -> Result<Vec<ReplacementRecord>, Error> {
        Self::authorize(actor, Permission::Read)?;
        self.record_kept(mac).await?;
        Ok(self.store().replacements_of(mac).await?)
    }

    /// The record of a device, also of one that was retired.
    pub(crate) async fn record_kept(&self, mac: Mac) -> Result<DeviceRecord, Error> {
        let record = self.store().device_kept(mac).await?;
        record.ok_or_else(|| Error::not_found(format!("device {mac}")))
    }

    /// What moves when a device takes the place of another, and the wishes that do not.
    pub(crate) async fn records_to_move(
        &self,
        job: fleet_model::JobId,
        former: (&DeviceRecord, &Observed),
        successor: (Mac, &Observed),
        options: &TransferOptions,
    ) -> Result<(ReplacementWrite, Vec<WishLeft>), Error> {
        let ((record, known), (mac, observed)) = (former, successor);
        let layer = self.store().layer_get(LayerScope::Device(record.mac)).await?;
        let wishes = layer.map(|layer| layer.settings).unwrap_or_default();
        let (wishes, left) = transfer_wishes(&wishes, known, observed, options, is_template);
        let (layer, at) = (LayerId::new(self.ids()), self.now());
        Ok((ReplacementWrite { job, former: record.mac, successor: mac, wishes, layer, at }, left))
    }

    /// What a device would be under if it took the place of another.
    pub(crate) async fn wishes_after(&self, write: ReplacementWrite) -> Result<Wishes, Error> {
        let (former, successor) = (write.former, write.successor);
        let seen = self.store().replacement_foresee(write).await?;
        let seen = seen.ok_or_else(|| Error::not_found(format!("device {former} or device {successor}")))?;
        let proofs = self.store().proofs_of(vec![successor]).await?;
        let places = self.location_tree().await?;
        let mut wishes = Wishes::foreseen(successor, &seen, proofs, places);
        if wishes.wants_templates() {
            wishes.set_templates(self.templates_with(seen.variables).await?);
        }
        Ok(wishes)
    }

    /// What moves with the end of a unit, from what is known now.
    pub(crate) async fn unit_records(&self, unit: &JobUnit) -> Result<Option<ReplacementWrite>, Error> {
        let Some(succession) = unit.preview.succession.as_ref().filter(|succession| succession.replaces) else {
            return Ok(None);
        };
        let record = self.device_record(succession.former).await?;
        let snapshot = self.store().snapshot_get(succession.snapshot).await?;
        let snapshot = snapshot.ok_or_else(|| Error::not_found(format!("snapshot {}", succession.snapshot)))?;
        let successor = self.device_record(unit.mac).await?;
        let newest = self.store().snapshot_latest(unit.mac).await?;
        let newest = newest.ok_or_else(|| Error::not_found(format!("a configuration of device {}", unit.mac)))?;
        let (known, observed) = (observed_of(&record, &snapshot), observed_of(&successor, &newest));
        let options = TransferOptions { address_left: succession.address_left(), ..TransferOptions::default() };
        let former = (&record, &known);
        let (write, _) = self.records_to_move(unit.job_id, former, (unit.mac, &observed), &options).await?;
        Ok(Some(write))
    }

    /// What is told when records have moved.
    pub(crate) async fn records_event(&self, unit_mac: Mac, records: &RecordsMove) -> Result<Vec<NewEvent>, Error> {
        let (former, undone) = match records {
            RecordsMove::Replace(write) => (write.former, false),
            RecordsMove::PutBack { job, .. } => {
                let of = self.store().replacements_of(unit_mac).await?;
                let Some(found) = of.into_iter().find(|found| found.job == *job) else { return Ok(Vec::new()) };
                (found.former, true)
            }
        };
        let name = self.record_kept(former).await?.display_name();
        let event = FleetEvent::DeviceReplaced { former, successor: unit_mac, name, undone };
        Ok([former, unit_mac].map(|mac| NewEvent::of_device(self.now(), &Actor::System, mac, event.clone())).into())
    }

    /// Lets go of what was held of devices whose records moved.
    pub(crate) fn records_moved(&self, macs: &[Mac]) {
        for mac in macs {
            self.kept_snapshots(|all| all.remove(mac));
            self.unstored().forget(*mac);
            self.publish_device(*mac);
        }
        self.ring();
    }

    /// A device was retired: nobody talks to it any more.
    pub(crate) fn retired(&self, mac: Mac) {
        self.lanes().forget(mac);
        self.sockets().close(mac);
    }
}
