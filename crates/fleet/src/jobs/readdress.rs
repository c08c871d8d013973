//! Makes the job that has devices name another address of a server (K7).

use capability_config::ResourceKind;
use fleet_model::{Actor, JobId, JobKind, JobOptions, JobUnit, Permission, Readdressing, UnitState};
use shelly_types::Mac;
use sync_engine::{
    Observed, Plan, PlanOptions, Readdress, Resolution, ServerAddress, ServerAddressError, diff, plan, readdress,
};

use super::{
    JobWithUnits, Selection,
    propose::{Draft, Drafted, blank, checked, take_plan, wait_for},
    unit::is_away,
};
use crate::{
    Error, ErrorKind, Fleet,
    config::observed_of,
    drift::{Checked, Compared},
    lanes::Turn,
    resources::Kinds,
};

impl Fleet {
    /// Reads the selected devices whole and plans that they name another address of a server, wherever they name it. What a
    /// wish decides about is left to the wish, and told. Devices that do not name it are not in the job.
    pub async fn readdress_job(
        &self,
        actor: &Actor,
        selection: &Selection,
        (from, to): (&str, &str),
        options: JobOptions,
    ) -> Result<JobWithUnits, Error> {
        Self::authorize(actor, Permission::Configure)?;
        checked(&options)?;
        let change = &change_of(from, to)?;
        let macs = self.selected(actor, selection).await?;
        let scope = format!("{} in the place of {}: {}", change.to(), change.from(), selection.words());
        let draft = Draft { kind: JobKind::Readdress, source: None, scope, options };
        self.readdress_draft(actor, draft, &macs, change).await
    }

    /// The same job once more for devices on which it failed.
    pub(super) async fn readdress_again(
        &self,
        actor: &Actor,
        draft: Draft,
        units: &[JobUnit],
    ) -> Result<JobWithUnits, Error> {
        let known = units.iter().find_map(|unit| unit.preview.readdressing.as_ref());
        let change = known.map(|known| known.change.clone()).ok_or_else(|| {
            Error::new("no device of this job could be read: name both addresses once more", ErrorKind::Conflict)
        })?;
        let macs: Vec<Mac> = units.iter().filter(|unit| unit.state.is_to_retry()).map(|unit| unit.mac).collect();
        self.readdress_draft(actor, draft, &macs, &change).await
    }

    async fn readdress_draft(
        &self,
        actor: &Actor,
        draft: Draft,
        macs: &[Mac],
        change: &Readdress,
    ) -> Result<JobWithUnits, Error> {
        let id = JobId::new(self.ids());
        let all: Kinds = ResourceKind::ALL.into_iter().collect();
        let drafted =
            self.check_with(macs, &all, |place, checked| self.readdressed(id, place, checked, change)).await?;
        let mut named = Vec::new();
        for mut one in drafted {
            let is_known = one.observed.is_some() || self.readdress_unread(&mut one, change, &draft.options).await?;
            if one.unit.preview.readdressing.is_some() || !is_known {
                named.push(one);
            }
        }
        self.propose(actor, id, draft, named).await
    }

    /// A unit of a device that was just read.
    fn readdressed(&self, id: JobId, place: usize, checked: Checked, change: &Readdress) -> Drafted {
        let Checked { record, outcome } = checked;
        let mut unit = blank(id, record.mac, place);
        match outcome {
            Ok(Compared { observed, resolution, .. }) => {
                self.readdress_unit(&mut unit, &observed, &resolution, change);
                Drafted { unit, record, observed: Some(observed), is_away: false }
            }
            Err(error) => {
                unit.reason = Some(error.chain());
                Drafted { unit, record, observed: None, is_away: is_away(&error) }
            }
        }
    }

    /// Plans for a device that could not be read, from what it showed last. Answers whether all of it was ever read.
    async fn readdress_unread(
        &self,
        one: &mut Drafted,
        change: &Readdress,
        options: &JobOptions,
    ) -> Result<bool, Error> {
        let mac = one.record.mac;
        let Some(known) = self.store().snapshot_latest(mac).await? else { return Ok(false) };
        let observed = observed_of(&one.record, &known);
        let resolution = self.wishes(&[mac]).await?.resolve(mac, &observed.components);
        let why = one.unit.reason.take();
        self.readdress_unit(&mut one.unit, &observed, &resolution, change);
        one.unit.preview.read_at = Some(known.taken_at);
        let is_waited_for = one.is_away && wait_for(options, &one.record).is_some();
        if one.unit.state == UnitState::Pending && is_waited_for {
            one.unit.state = UnitState::Queued;
        } else {
            (one.unit.state, one.unit.reason) = (UnitState::Blocked, why);
        }
        one.observed = Some(observed);
        Ok(known.resource_kinds().next().is_some())
    }

    /// Plans for a device that shows this. One that does not name the address gets no plan.
    fn readdress_unit(&self, unit: &mut JobUnit, observed: &Observed, resolution: &Resolution, change: &Readdress) {
        let mac = unit.mac;
        let mut named = readdress(observed, resolution, change);
        if named.places.is_empty() {
            return;
        }
        let drift = diff(&named.wish, observed, &self.digester(mac));
        named.settle(&drift);
        // The owner that would lose the device is the very address that is replaced.
        let options = PlanOptions { take_over: true, ..PlanOptions::default() };
        let plan = plan(mac, &named.wish, observed, &drift, options);
        named.hold_back(&plan);
        take_plan(unit, plan);
        if unit.state == UnitState::Skipped {
            let why = "nothing of it can be replaced from here: each place says why";
            (unit.state, unit.reason) = (UnitState::Blocked, Some(why.to_owned()));
        }
        let readdressing = Readdressing { change: change.clone(), places: named.places };
        unit.preview.readdressing = Some(Box::new(readdressing));
    }

    /// Takes the secrets that a plan changes from the device, which shows them: no stored plan holds them.
    pub(super) async fn readdress_secrets(
        &self,
        turn: &mut Turn,
        record: &fleet_model::DeviceRecord,
        of: Option<&Readdressing>,
        plan: &mut Plan,
        resolution: &mut Resolution,
    ) -> Result<(), Error> {
        if let Some(of) = of.filter(|_| plan.wants_secrets()) {
            let wanted = turn.wanted.clone();
            let read = self.read_configuration(turn, record, wanted).await?;
            plan.readdress_secrets(&read.observed, &of.change, resolution);
        }
        Ok(())
    }
}

/// The change that people mean.
fn change_of(from: &str, to: &str) -> Result<Readdress, Error> {
    let address = |field: &str, text: &str| {
        let wrong = |error: ServerAddressError| {
            let fields = vec![(field.to_owned(), error.to_string())];
            Error::new(format!("`{text}` is no address of a server"), ErrorKind::Invalid { setting: None, fields })
        };
        text.parse::<ServerAddress>().map_err(wrong)
    };
    Readdress::new(address("from", from)?, address("to", to)?).map_err(|error| Error::invalid(error.to_string()))
}
