//! Moves a device to another network or address so that it cannot be lost (C11, C12, F12).
//!
//! The network that the device is in goes to its second slot, so that it comes back by itself when the new one does not take
//! it. That it is in the new one is proven from the LAN, by its hardware address. Only then the rest is written.

use std::time::Duration;

use capability_config::SettingValue;
use fleet_model::{DeviceRecord, JobOptions, JobUnit, JournalEntry, Left, NetworkKey, Rollback};
use shelly_driver::Device;
use shelly_types::Mac;
use sync_engine::{
    ApplyOptions, ApplyReport, Cut, ErrorClass, FieldVerdict, Key, Moves, NetworkSlot, NoJournal, Observed, Outcome,
    Plan, Resolution, Step, StopReason, Target, TargetError, Verdict, WriteAnswer, apply, fill_slot,
};
use tokio::time::sleep;

use super::{
    former::{Former, STATIC, no_second_slot, unknown_key},
    unit::{StoreJournal, carry_out, roll_back},
    whereabouts::Whereabouts,
};
use crate::{Error, Fleet, addresses, connect::endpoint, lanes::Turn};

/// What a unit comes to: what became of each setting, and what was put back.
type Done = (ApplyReport, Option<Rollback>);

/// Time that a proof of another address gets at least before the device goes back by itself, and gets after that to return.
pub(super) const ROOM: Duration = Duration::from_secs(90);

/// A device on its move.
pub(super) struct Mover<'a> {
    pub(super) fleet: &'a Fleet,
    pub(super) mac: Mac,
    pub(super) cut: &'a Cut,
    pub(super) kind: Moves,
    resolution: &'a Resolution,
}

impl Fleet {
    /// Why a device must not be moved as planned: it could not come back.
    pub(super) async fn network_held(
        &self,
        unit: &JobUnit,
        record: &DeviceRecord,
        observed: Option<&Observed>,
    ) -> Result<Option<String>, Error> {
        let Some((plan, observed)) = unit.plan.as_ref().zip(observed) else { return Ok(None) };
        let former = Former::of(observed);
        let Some(ssid) = former.ssid().filter(|_| former.is_used()) else { return Ok(None) };
        match plan.moves() {
            None => return Ok(None),
            Some(Moves::Address) => return Ok(addresses::trouble(plan, record)),
            Some(Moves::Network) => {}
        }
        if former.second.is_empty() {
            return Ok(Some(no_second_slot()));
        }
        let path = NetworkSlot::First.path("ipv4mode");
        let planned = plan.changes().find(|change| change.path == path).map(|change| &change.after);
        if planned.or_else(|| observed.get(&path)).and_then(SettingValue::as_text) == Some("static") {
            return Ok(Some(STATIC.to_owned()));
        }
        let path = NetworkSlot::Second.path("ssid");
        let second = plan.changes().find(|change| change.path == path).map(|change| &change.after);
        let is_wished = second.or_else(|| plan.relies_on.get(&path)).and_then(SettingValue::as_text) == Some(ssid);
        let is_known = former.is_open || is_wished || self.store().network_key(ssid).await?.is_some();
        Ok((!is_known).then(|| unknown_key(ssid)))
    }

    /// Carries a unit out that moves its device; none when it does not, so that it is carried out as usual.
    pub(super) async fn unit_move(
        &self,
        turn: &mut Turn,
        record: &DeviceRecord,
        (plan, resolution): (&Plan, &Resolution),
        journal: &mut StoreJournal<'_>,
        (entries, interrupted): (&[JournalEntry], Option<ApplyReport>),
        options: &JobOptions,
    ) -> Result<Option<Done>, Error> {
        let Some((kind, cut)) = plan.moves().zip(plan.around_the_move()) else { return Ok(None) };
        let mover = Mover { fleet: self, mac: record.mac, cut: &cut, kind, resolution };
        let former = match Former::noted(entries) {
            Some(former) => former,
            None if interrupted.is_some() => {
                let device = self.connected(turn, record).await?;
                return carry_out(&cut.before, interrupted, device, journal, options).await.map(Some);
            }
            None => {
                let device = self.connected(turn, record).await?;
                let Ok(observed) = device.observe().await else { return Ok(None) };
                let former = Former::of(&observed);
                if !former.is_used() || !plan.stale(&observed).is_empty() {
                    return Ok(None);
                }
                let (report, rollback) = carry_out(&cut.before, None, device, journal, options).await?;
                if report.outcome != Outcome::Verified {
                    return Ok(Some((report, rollback)));
                }
                if let Err(why) = mover.begin(device, &former, journal).await? {
                    return Box::pin(mover.undo(turn, &former, journal, why, report)).await.map(Some);
                }
                return Box::pin(mover.finish(turn, &former, journal, report)).await.map(Some);
            }
        };
        if let Some(report) = interrupted {
            return mover.back(turn, &former, journal, report).await.map(Some);
        }
        let before = ApplyReport::empty(Outcome::Verified);
        if mover.look(turn).await?.is_some() {
            let record = self.device_record(record.mac).await?;
            let device = self.connected(turn, &record).await?;
            let observed = device.observe().await;
            let is_written = observed.is_ok_and(|observed| mover.is_written(&observed));
            if !is_written && let Err(why) = mover.begin(device, &former, journal).await? {
                return Box::pin(mover.undo(turn, &former, journal, why, before)).await.map(Some);
            }
        }
        Box::pin(mover.finish(turn, &former, journal, before)).await.map(Some)
    }
}

impl Mover<'_> {
    /// Puts the way back into the second slot, and tells the device to move. Says why that was not done, if it was not.
    async fn begin(
        &self,
        device: &mut Device,
        former: &Former,
        journal: &mut StoreJournal<'_>,
    ) -> Result<Result<(), String>, Error> {
        let detail = serde_json::to_string(former).map_err(|error| Error::internal("note a move", error))?;
        journal.moving(detail).await?;
        if self.kind == Moves::Network {
            let Some(ssid) = former.ssid() else { return Ok(Err("it is in no network".to_owned())) };
            if former.second.is_empty() {
                return Ok(Err(no_second_slot()));
            }
            let key = self.key(former, ssid).await?;
            if key == Key::Unknown {
                return Ok(Err(unknown_key(ssid)));
            }
            let observed = match device.observe().await {
                Ok(observed) => observed,
                Err(error) => return Ok(Err(error.message)),
            };
            let mut wanted = former.first.clone();
            wanted.insert(NetworkSlot::First.path("enable"), true.into());
            let step = fill_slot(NetworkSlot::Second, &wanted, NetworkSlot::First, &key, &observed);
            let report = self.write(device, &observed, step).await;
            if !report.is_verified() {
                let why = format!("the network it is in could not be put into its second slot: {}", failures(&report));
                return Ok(Err(why));
            }
        }
        if self.kind == Moves::Address {
            if let Some(why) = self.address_trouble().await? {
                return Ok(Err(why));
            }
            self.wait_for_room().await;
            let mut former = former.first.clone();
            former.retain(|path, _| self.cut.there.changes.iter().any(|change| change.path == *path));
            if let Err(error) = device.plan_way_back(&former).await {
                return Ok(Err(format!("its way back could not be planned: {}", Error::from(error).chain())));
            }
        }
        let mut there = self.cut.there.clone();
        if let Some(key) = self.known_key(&there).await? {
            let like = there.changes.first().cloned();
            there.changes.extend(like.map(|change| sync_engine::Change {
                path: NetworkSlot::First.path("pass"),
                before: None,
                after: key,
                ..change
            }));
        }
        let place = self.cut.place;
        sync_engine::Journal::step_started(journal, place, &there).await.map_err(journal_error)?;
        let answer = device.write(&there).await;
        match answer {
            // It may have left before its answer was complete.
            Err(error) if !error.class.leaves_doubt() => Ok(Err(error.message)),
            Ok(_) | Err(_) => {
                let written = Ok(WriteAnswer::default());
                sync_engine::Journal::step_written(journal, place, &written).await.map_err(journal_error)?;
                Ok(Ok(()))
            }
        }
    }

    /// Why the device must not get the address: somebody is there.
    async fn address_trouble(&self) -> Result<Option<String>, Error> {
        let Some(address) = self.address() else { return Ok(None) };
        let record = self.fleet.device_record(self.mac).await?;
        let place = shelly_http::Endpoint::new(address.clone(), endpoint(&record.endpoint)?.port());
        let found = self.fleet.options().driver.probe(&place).await;
        Ok(match found {
            Ok(found) if found.identity.mac != self.mac => {
                Some(format!("the address {address} is taken by {}", found.identity.mac))
            }
            Ok(_) | Err(_) => None,
        })
    }

    /// Waits until the next moment at which the device would go back is far enough away for the proof.
    async fn wait_for_room(&self) {
        let room = self.fleet.options().move_limit.min(ROOM);
        let left = self.until_back();
        if left < room {
            sleep(left + Duration::from_secs(1)).await;
        }
    }

    /// How long it is until a device goes back by itself.
    pub(super) fn until_back(&self) -> Duration {
        let period = u64::from(Device::WAY_BACK_MINUTES) * 60;
        let now = u64::try_from(self.fleet.now().timestamp()).unwrap_or(0);
        Duration::from_secs(period - now % period)
    }

    /// Proves that the device is where it should be and writes the rest; else has it as it was.
    async fn finish(
        &self,
        turn: &mut Turn,
        former: &Former,
        journal: &mut StoreJournal<'_>,
        before: ApplyReport,
    ) -> Result<Done, Error> {
        let target = self.target(former);
        match self.wait_for(turn, target.as_deref(), former.ssid(), false).await? {
            Whereabouts::There => self.settle(turn, former, journal).await,
            Whereabouts::Back => {
                let why = format!("it did not appear {} and is where it was", self.goal(former));
                Box::pin(self.undo(turn, former, journal, why, before)).await
            }
            Whereabouts::Nowhere => {
                let message = format!("it did not appear {}, nor where it was", self.goal(former));
                let error = TargetError::new(ErrorClass::Unreachable, message);
                let outcome = Outcome::Stopped { step: Some(self.cut.place), reason: StopReason::Device { error } };
                Ok((ApplyReport { outcome, ..before }, None))
            }
        }
    }

    /// Writes the rest of the plan from the new place, and learns the key that led there.
    async fn settle(&self, turn: &mut Turn, former: &Former, journal: &mut StoreJournal<'_>) -> Result<Done, Error> {
        let record = self.fleet.device_record(self.mac).await?;
        let device = self.fleet.connected(turn, &record).await?;
        if self.kind == Moves::Address {
            device.remove_way_back().await?;
        }
        let observed = match device.observe().await {
            Ok(observed) => observed,
            Err(error) => {
                let outcome = Outcome::Stopped { step: None, reason: error.into() };
                return Ok((ApplyReport { outcome, ..ApplyReport::empty(Outcome::Verified) }, None));
            }
        };
        let mut after = self.cut.after.clone();
        after.rebase_network(&observed);
        let same_network = self.target(former).as_deref() == former.ssid();
        if self.kind == Moves::Network && !same_network {
            self.add_second_slot(&mut after, &observed);
        } else if self.kind == Moves::Network {
            // With another key for the same network the former one stays the way back until the network takes the new one.
            for step in after.steps.iter_mut().skip(self.cut.place + 1) {
                let kept = step.changes.iter().filter(|change| !NetworkSlot::Second.has(&change.path));
                *step = Step::new(step.component.clone(), kept.cloned().collect());
            }
        }
        let mut report = apply(&after, device, journal, &ApplyOptions::default()).await;
        let planned = self.cut.after.changes().collect::<Vec<_>>();
        for field in &mut report.verdicts {
            if let Some(change) = planned.iter().find(|change| change.path == field.path) {
                field.before.clone_from(&change.before);
            }
            let moved = self.cut.there.changes.iter().any(|change| change.path == field.path);
            if moved && field.verdict == Verdict::AlreadySo {
                field.verdict = Verdict::Applied;
            }
        }
        report
            .verdicts
            .retain(|field| planned.iter().any(|change| change.path == field.path) || !field.verdict.is_good());
        if report.is_verified()
            && let Some(ssid) = self.target(former)
            && self.kind == Moves::Network
        {
            let path = NetworkSlot::First.path("pass");
            match self.cut.there.changes.iter().find(|change| change.path == path).map(|change| &change.after) {
                Some(SettingValue::Secret(key)) => self.fleet.network_learn(&ssid, Some(key.clone())).await?,
                Some(SettingValue::Null) => self.fleet.network_learn(&ssid, None).await?,
                _ => {}
            }
        }
        Ok((report, None))
    }

    /// What is wished of the second slot and was overwritten with the way back is written again.
    fn add_second_slot(&self, after: &mut Plan, observed: &Observed) {
        let is_planned = |path: &_| after.changes().any(|change| change.path == *path);
        let wished = self.resolution.settings.iter().filter(|(path, _)| NetworkSlot::Second.has(path));
        let differs = |path: &_, value: &SettingValue| match observed.get(path) {
            Some(SettingValue::Hidden) => true,
            Some(shown) => !sync_engine::same(value, shown),
            None => is_secret(value),
        };
        let changes = wished.filter(|(path, resolved)| !is_planned(path) && differs(path, &resolved.value));
        let changes: Vec<_> = changes
            .map(|(path, resolved)| sync_engine::Change {
                path: path.clone(),
                before: observed.get(path).cloned(),
                after: resolved.value.clone(),
                origin: resolved.origin.clone(),
            })
            .collect();
        if !changes.is_empty() {
            after.steps.push(Step::new(self.cut.there.component.clone(), changes));
        }
    }

    /// Notes that the device is put back, and does it.
    async fn undo(
        &self,
        turn: &mut Turn,
        former: &Former,
        journal: &mut StoreJournal<'_>,
        why: String,
        before: ApplyReport,
    ) -> Result<Done, Error> {
        let failed = |change: &sync_engine::Change| FieldVerdict {
            path: change.path.clone(),
            before: change.before.clone(),
            after: if is_secret(&change.after) { SettingValue::Hidden } else { change.after.clone() },
            verdict: Verdict::Failed { reason: why.clone() },
        };
        let mut report = ApplyReport { outcome: Outcome::Unverified, ..before };
        report.verdicts.extend(self.cut.there.changes.iter().map(failed));
        journal.rolling_back(&report).await?;
        self.back(turn, former, journal, report).await
    }

    /// Gives the device the network it had, from its second slot, and its other former values.
    async fn back(
        &self,
        turn: &mut Turn,
        former: &Former,
        journal: &mut StoreJournal<'_>,
        report: ApplyReport,
    ) -> Result<Done, Error> {
        let key = match former.ssid() {
            Some(ssid) => self.key(former, ssid).await?,
            None => Key::Unknown,
        };
        let mut left = Vec::new();
        if self.look(turn).await?.is_some() {
            let record = self.fleet.device_record(self.mac).await?;
            let device = self.fleet.connected(turn, &record).await?;
            if self.kind == Moves::Address {
                device.remove_way_back().await?;
            }
            if let Ok(observed) = device.observe().await {
                let first = fill_slot(NetworkSlot::First, &former.first, NetworkSlot::First, &key, &observed);
                let differs = |change: &&sync_engine::Change| !is_hidden(&change.after) && !is_there(change, &observed);
                // A key that was never overwritten is left alone: the one that we know may be wrong.
                if journal.has_begun(self.cut.place) || first.changes.iter().any(|change| differs(&change)) {
                    // It leaves once more: from its second slot to its first.
                    let _ = device.write(&first).await;
                    self.wait_for(turn, former.ssid(), former.ssid(), true).await?;
                }
            }
            let record = self.fleet.device_record(self.mac).await?;
            let device = self.fleet.connected(turn, &record).await?;
            if let Ok(observed) = device.observe().await
                && self.kind == Moves::Network
            {
                let ssid = former.second_ssid();
                let known = match ssid {
                    Some(ssid) => self.fleet.store().network_key(ssid).await?.map(secret),
                    None => Some(SettingValue::Null),
                };
                if known.is_none() {
                    let why = "the device hides it, so what it was is not known".to_owned();
                    left.push(Left { path: NetworkSlot::Second.path("pass"), why });
                }
                let key = known.map_or(Key::Unknown, Key::Known);
                let step = fill_slot(NetworkSlot::Second, &former.second, NetworkSlot::Second, &key, &observed);
                let _ = self.write(device, &observed, step).await;
            }
        }
        let record = self.fleet.device_record(self.mac).await?;
        let device = self.fleet.connected(turn, &record).await?;
        let mut rollback = Box::pin(roll_back(&self.cut.before, &report, device, journal)).await;
        rollback.left.extend(left);
        Ok((report, Some(rollback)))
    }

    /// Writes one step and reads it back.
    async fn write(&self, device: &mut Device, observed: &Observed, step: Step) -> ApplyReport {
        let plan = Plan::of_steps(self.mac, observed, vec![step]);
        Box::pin(apply(&plan, device, &mut NoJournal, &ApplyOptions::default())).await
    }

    /// The key of the network that the device was in: it is open, or a wish says it, or we know the network.
    async fn key(&self, former: &Former, ssid: &str) -> Result<Key, Error> {
        if former.is_open {
            return Ok(Key::Known(SettingValue::Null));
        }
        for slot in [NetworkSlot::Second, NetworkSlot::First] {
            let wished = |field| self.resolution.settings.get(&slot.path(field)).map(|resolved| &resolved.value);
            if wished("ssid").and_then(SettingValue::as_text) == Some(ssid)
                && self.target(former).as_deref() != Some(ssid)
                && let Some(SettingValue::Secret(key)) = wished("pass")
            {
                return Ok(Key::Known(SettingValue::Secret(key.clone())));
            }
        }
        Ok(self.fleet.store().network_key(ssid).await?.map_or(Key::Unknown, |key| Key::Known(secret(key))))
    }

    /// The key of the network that the device is to join, where the plan names the network only.
    async fn known_key(&self, there: &Step) -> Result<Option<SettingValue>, Error> {
        let has = |field| there.changes.iter().find(|change| change.path == NetworkSlot::First.path(field));
        let Some(ssid) = has("ssid").and_then(|change| change.after.as_text()).filter(|_| has("pass").is_none()) else {
            return Ok(None);
        };
        Ok(self.fleet.store().network_key(ssid).await?.map(secret))
    }

    /// The network that it is to be in.
    fn target(&self, former: &Former) -> Option<String> {
        let path = NetworkSlot::First.path("ssid");
        let planned = self.cut.there.changes.iter().find(|change| change.path == path);
        planned.map_or(former.ssid(), |change| change.after.as_text()).map(str::to_owned)
    }

    /// The address that it is to have.
    pub(super) fn address(&self) -> Option<String> {
        let path = NetworkSlot::First.path("ip");
        let planned = self.cut.there.changes.iter().find(|change| change.path == path)?;
        planned.after.as_text().map(str::to_owned)
    }

    fn goal(&self, former: &Former) -> String {
        match (self.kind, self.address(), self.target(former)) {
            (Moves::Address, Some(address), _) => format!("at {address}"),
            (_, _, Some(ssid)) => format!("in the network `{ssid}`"),
            _ => "in another network".to_owned(),
        }
    }
}

pub(super) fn is_there(change: &sync_engine::Change, observed: &Observed) -> bool {
    observed.get(&change.path).is_some_and(|shown| sync_engine::same(&change.after, shown))
}

fn is_secret(value: &SettingValue) -> bool {
    matches!(value, SettingValue::Secret(_))
}

pub(super) fn is_hidden(value: &SettingValue) -> bool {
    matches!(value, SettingValue::Secret(_) | SettingValue::Hidden)
}

fn secret(key: NetworkKey) -> SettingValue {
    match key {
        NetworkKey::Open => SettingValue::Null,
        NetworkKey::Key(key) => SettingValue::Secret(key),
    }
}

fn failures(report: &ApplyReport) -> String {
    let bad = report.verdicts.iter().filter(|field| !field.verdict.is_good());
    let bad: Vec<String> = bad.map(|field| format!("{}: {}", field.path, field.verdict)).collect();
    if bad.is_empty() { report.outcome.to_string() } else { bad.join("; ") }
}

fn journal_error(error: sync_engine::JournalError) -> Error {
    Error::internal("keep the journal of a move", error)
}
