//! Compares devices with the wish, and remembers the result.

mod exits;
mod memory;

use std::{collections::HashMap, sync::Arc};

use chrono::{DateTime, TimeDelta, Utc};
use fleet_model::{
    Actor, DeviceRecord, DriftItem, DriftState, DriftWaiver, FleetEvent, NewEvent, Page, PageRequest, Permission,
    SnapshotCause,
};
use fleet_query::{Condition, Expr, Field, Op, Query, Test};
use shelly_types::Mac;
use storage::DriftWrite;
use sync_engine::{Drift, Memory, Observed, Resolution, takes_memory};
use templating::Trouble;
use tokio::task::JoinSet;

use crate::{
    ConfigOfDevice, Error, ErrorKind, Fleet, Selection,
    resources::{Interest, Kinds},
    wishes::Wishes,
};

pub use exits::{AcceptRequest, LetBeRequest};

/// The same result again within this time is not stored again.
const SAME_CHECK: TimeDelta = TimeDelta::minutes(1);

/// What differs on one device.
#[derive(Debug, Clone)]
pub struct DriftOfDevice {
    /// The device.
    pub mac: Mac,
    /// Its name.
    pub name: String,
    /// When it was compared.
    pub checked_at: Option<DateTime<Utc>>,
    /// What it should have.
    pub resolution: Resolution,
    /// What differs.
    pub drift: Drift,
    /// Since when and why.
    pub items: Vec<DriftItem>,
    /// What is let be.
    pub waivers: Vec<DriftWaiver>,
    /// Why it could not be compared.
    pub error: Option<String>,
}

/// A device that was read, or could not be.
pub(crate) struct Checked {
    pub(crate) record: DeviceRecord,
    pub(crate) outcome: Result<Compared, Error>,
}

/// What a device showed, what it should have, and what differs.
pub(crate) struct Compared {
    pub(crate) observed: Observed,
    pub(crate) resolution: Resolution,
    pub(crate) drift: Drift,
}

/// The result of a comparison as it is stored; nothing when it is known already.
pub(crate) struct DriftNews {
    pub(crate) write: Option<DriftWrite>,
    pub(crate) event: Option<NewEvent>,
}

impl Fleet {
    /// Devices that differ from the wish, as of the last comparison.
    pub async fn drift_page(&self, actor: &Actor, page: &PageRequest) -> Result<Page<DriftOfDevice>, Error> {
        let drifted = Condition::Field(Field::Drift, Test::Words(Op::Is, vec!["yes".to_owned()]));
        let query = Query::of(Expr::One(drifted));
        let found = self.store().devices_page(query, self.now(), page.clone()).await?;
        let mut items = Vec::with_capacity(found.items.len());
        for record in found.items {
            let config = self.device_config(actor, record.mac).await?;
            items.push(DriftOfDevice {
                mac: record.mac,
                name: record.display_name(),
                checked_at: record.drift_checked_at,
                resolution: config.resolution,
                drift: config.drift,
                items: Vec::new(),
                waivers: Vec::new(),
                error: None,
            });
        }
        self.drift_fill(&mut items).await?;
        Ok(Page { items, next: found.next })
    }

    /// What differs on a device, by what was read of it last, also what is let be.
    pub async fn drift_of(&self, actor: &Actor, mac: Mac) -> Result<DriftOfDevice, Error> {
        let ConfigOfDevice { record, resolution, drift, troubles, .. } = self.device_config(actor, mac).await?;
        let of = DriftOfDevice {
            mac,
            name: record.display_name(),
            checked_at: record.drift_checked_at,
            resolution,
            drift,
            items: Vec::new(),
            waivers: Vec::new(),
            error: (!troubles.is_empty()).then(|| unrendered(&troubles).chain()),
        };
        let mut filled = [of];
        self.drift_fill(&mut filled).await?;
        let [of] = filled;
        Ok(of)
    }

    /// Adds since when and why settings differ, and what is let be.
    async fn drift_fill(&self, devices: &mut [DriftOfDevice]) -> Result<(), Error> {
        let macs: Vec<Mac> = devices.iter().map(|device| device.mac).collect();
        let mut known = self.drift_known(&macs).await?;
        let now = self.now();
        let waivers = self.store().drift_waivers().await?;
        let mut let_be: HashMap<Mac, Vec<DriftWaiver>> = HashMap::new();
        for waiver in waivers.into_iter().filter(|waiver| waiver.is_in_force(now)) {
            let_be.entry(waiver.mac).or_default().push(waiver);
        }
        for device in devices {
            device.items = known.remove(&device.mac).unwrap_or_default();
            device.waivers = let_be.remove(&device.mac).unwrap_or_default();
        }
        Ok(())
    }

    /// Reads the selected devices now and compares them with the wish.
    pub async fn drift_check(&self, actor: &Actor, selection: &Selection) -> Result<Vec<DriftOfDevice>, Error> {
        Self::authorize(actor, Permission::Read)?;
        let macs = self.selected(actor, selection).await?;
        let now = self.now();
        let then = |_, Checked { record, outcome }| {
            let (mac, name) = (record.mac, record.display_name());
            let (checked_at, resolution, drift, error) = match outcome {
                Ok(Compared { resolution, drift, .. }) => (Some(now), resolution, drift, None),
                Err(error) => (record.drift_checked_at, Resolution::default(), Drift::default(), Some(error.chain())),
            };
            let (items, waivers) = (Vec::new(), Vec::new());
            DriftOfDevice { mac, name, checked_at, resolution, drift, items, waivers, error }
        };
        let mut checked = self.check(&macs, then).await?;
        self.drift_fill(&mut checked).await?;
        Ok(checked)
    }

    /// Reads devices now, compares them with the wish, and remembers the result. What is needed further `then` makes of
    /// each, with its place in `macs`; devices that are gone meanwhile are left out.
    ///
    /// Each device is a task of its own: one that waits for the database must not wait for who waits for its result.
    pub(crate) async fn check<T>(&self, macs: &[Mac], then: impl Fn(usize, Checked) -> T) -> Result<Vec<T>, Error> {
        self.check_with(macs, &Kinds::new(), then).await
    }

    /// The same, which also reads these kinds of resources where nothing of them is wished.
    pub(crate) async fn check_with<T>(
        &self,
        macs: &[Mac],
        also: &Kinds,
        then: impl Fn(usize, Checked) -> T,
    ) -> Result<Vec<T>, Error> {
        let wishes = Arc::new(self.wishes(macs).await?);
        let known = self.drift_known(macs).await?;
        let mut made: Vec<(usize, T)> = Vec::with_capacity(macs.len());
        let mut waiting = macs.iter().copied().enumerate();
        let mut checks = JoinSet::new();
        loop {
            let free = self.options().at_once.saturating_sub(checks.len());
            for (place, mac) in waiting.by_ref().take(free) {
                let (fleet, wishes, also) = (self.clone(), Arc::clone(&wishes), also.clone());
                checks.spawn(async move { (place, fleet.check_one(&wishes, mac, &also).await) });
            }
            let Some(first) = checks.join_next().await else { break };
            let others = std::iter::from_fn(|| checks.try_join_next());
            let mut news = Vec::new();
            for done in [first].into_iter().chain(others) {
                let (place, checked) = done.map_err(|error| Error::internal("check a device", error))?;
                let Some(checked) = checked? else { continue };
                if let Ok(compared) = &checked.outcome {
                    news.push(self.drift_news(&checked.record, &compared.drift));
                    let known = known.get(&checked.record.mac).map(Vec::as_slice).unwrap_or_default();
                    let leniency = wishes.leniency(checked.record.mac);
                    self.drift_remember(&checked.record, &compared.drift, known, &leniency).await?;
                }
                made.push((place, then(place, checked)));
            }
            self.drifts_store(news).await?;
        }
        made.sort_unstable_by_key(|(place, _)| *place);
        Ok(made.into_iter().map(|(_, made)| made).collect())
    }

    /// Reads one device and compares it; none when it is gone meanwhile.
    async fn check_one(&self, wishes: &Wishes, mac: Mac, also: &Kinds) -> Result<Option<Checked>, Error> {
        let Some(record) = wishes.record(mac) else { return Ok(None) };
        let record = record.clone();
        let mut turn = self.lanes().background(mac).await;
        let wanted = self.wanted(wishes, mac, also).await?;
        let read = self.read_configuration(&mut turn, &record, wanted).await;
        drop(turn);
        let kept = match &read {
            Ok(read) => {
                let interest = Interest::of(wishes, mac, also);
                self.snapshot(&Actor::System, mac, read, SnapshotCause::DriftCheck, &interest).await
            }
            Err(_) => Ok(()),
        };
        match (read, kept) {
            (Ok(read), Ok(())) => {
                let observed = wishes.with_proofs(mac, read.observed);
                let troubles = wishes.resolve_told(mac, &observed.components).1;
                if !troubles.is_empty() {
                    return Ok(Some(Checked { record, outcome: Err(unrendered(&troubles)) }));
                }
                let (resolution, drift) = self.compare(wishes, mac, &observed);
                // Who asks for more of a device than is wished wants to write more.
                let memory =
                    if takes_memory(&drift, &observed) || !also.is_empty() { self.memory_of(mac).await? } else { None };
                let observed = observed.with_memory(memory);
                Ok(Some(Checked { record, outcome: Ok(Compared { observed, resolution, drift }) }))
            }
            (Err(error), _) if error.device_class().is_some() => Ok(Some(Checked { record, outcome: Err(error) })),
            (Err(error), _) | (_, Err(error)) => match self.store().device_get(mac).await? {
                Some(_) => Err(error),
                None => Ok(None),
            },
        }
    }

    /// What a device told last of its memory; none when it never told anything.
    pub(crate) async fn memory_of(&self, mac: Mac) -> Result<Option<Memory>, Error> {
        Ok(self.status_of(mac).await?.map(|kept| Memory::of(&kept.status)))
    }

    /// What a comparison says that is not known yet.
    pub(crate) fn drift_news(&self, record: &DeviceRecord, drift: &Drift) -> DriftNews {
        let (mac, now) = (record.mac, self.now());
        let count = u32::try_from(drift.differences.len()).unwrap_or(u32::MAX);
        let state = match (count, drift.in_sync + drift.waived.len() + drift.ignored.len()) {
            (0, 0) if drift.not_applicable.is_empty() => DriftState::Unmanaged,
            (0, _) => DriftState::InSync,
            (count, _) => DriftState::Drifted { count },
        };
        let event = match (record.drift, state) {
            (before, DriftState::Drifted { count }) if before != state => Some(FleetEvent::DriftFound { count }),
            (DriftState::Drifted { .. }, DriftState::InSync | DriftState::Unmanaged) => Some(FleetEvent::DriftCleared),
            _ => None,
        };
        let is_known = event.is_none()
            && record.drift == state
            && record.drift_checked_at.is_some_and(|checked| now - checked < SAME_CHECK);
        DriftNews {
            write: (!is_known).then_some(DriftWrite { mac, drift: state, checked_at: Some(now) }),
            event: event.map(|event| NewEvent::of_device(now, &Actor::System, mac, event)),
        }
    }

    /// Remembers the results of comparisons.
    pub(crate) async fn drifts_store(&self, news: Vec<DriftNews>) -> Result<(), Error> {
        let (mut writes, mut events) = (Vec::new(), Vec::new());
        for DriftNews { write, event } in news {
            writes.extend(write);
            events.extend(event);
        }
        if writes.is_empty() {
            return Ok(());
        }
        let macs: Vec<Mac> = writes.iter().map(|write| write.mac).collect();
        self.publish(self.store().device_drifts_set(writes, events).await?.events);
        for mac in macs {
            self.publish_device(mac);
        }
        Ok(())
    }

    /// The wish for these devices changed: what was compared is old.
    pub(crate) async fn drift_unknown(&self, macs: &[Mac]) -> Result<(), Error> {
        let unknown = |mac: &Mac| DriftWrite { mac: *mac, drift: DriftState::Unknown, checked_at: None };
        let news = macs.iter().map(|mac| DriftNews { write: Some(unknown(mac)), event: None });
        self.drifts_store(news.collect()).await
    }
}

/// Why a device is left alone whose wishes cannot be rendered.
fn unrendered(troubles: &[Trouble]) -> Error {
    let words: Vec<String> = troubles.iter().map(ToString::to_string).collect();
    let kind = ErrorKind::Invalid { setting: None, fields: Vec::new() };
    Error::new(format!("its wishes cannot be rendered: {}", words.join("; ")), kind)
}
