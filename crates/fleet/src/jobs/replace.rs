//! Makes the job by which a device takes the place of another, and the one that gives it the configuration of another
//! (J10, J11).

use std::net::Ipv4Addr;

use capability_config::{SettingPath, SettingValue};
use fleet_model::{
    Actor, DeviceRecord, DeviceState, JobId, JobKind, JobOptions, JobUnit, Permission, SnapshotRecord, Succession,
    SuccessionNote, UnitState,
};
use shelly_http::Endpoint;
use shelly_types::{ComponentKey, Mac};
use sync_engine::{
    Moves, NetworkSlot, Observed, Plan, PlanOptions, Resolution, Transfer, TransferOptions, diff, plan, transfer,
};

use super::{
    JobWithUnits,
    propose::{Draft, Drafted, agreed, blank, checked, take_plan, wait_for},
    unit::is_away,
};
use crate::{
    Error, ErrorKind, Fleet, addresses, config::observed_of, connect::endpoint, drift::Checked, replacements::WishLeft,
    resources::Kinds, wishes::Wishes,
};

/// The device whose configuration is taken over, and its configuration.
pub(super) struct Former {
    pub(super) record: DeviceRecord,
    pub(super) snapshot: SnapshotRecord,
}

/// What a device is to be like, as it is planned.
struct Planned {
    transfer: Transfer,
    plan: Plan,
    after: Option<(Wishes, Vec<WishLeft>)>,
}

impl Fleet {
    /// Plans how one device takes the place of another: what of its configuration goes, and how. Nothing is written before
    /// somebody says yes. The former device need not answer. When it has proven the configuration, the successor gets
    /// name, tags, groups, location and wishes in one step, and the former one is retired.
    pub async fn job_replace(
        &self,
        actor: &Actor,
        former: Mac,
        successor: Mac,
        options: JobOptions,
    ) -> Result<JobWithUnits, Error> {
        Self::authorize(actor, Permission::Configure)?;
        checked(&options)?;
        if former == successor {
            return Err(Error::invalid("a device cannot take its own place"));
        }
        self.device_record(successor).await?;
        let record = self.device_record(former).await?;
        if record.state == DeviceState::Online
            && let Err(error) = self.device_snapshot(actor, former).await
        {
            // What it showed before is good enough.
            tracing::info!(device.mac = %former, error = error.chain(), "a device to be replaced could not be read");
        }
        let record = self.device_record(former).await?;
        let snapshot = self.store().snapshot_latest(former).await?;
        let snapshot = snapshot.ok_or_else(|| {
            Error::new("its configuration was never read, so there is nothing to take over", ErrorKind::Conflict)
        })?;
        let scope = format!("{} in the place of {}", successor, record.display_name());
        let draft = Draft { kind: JobKind::Replace, source: None, scope, options };
        self.take_over_from(actor, draft, Former { record, snapshot }, successor, true).await
    }

    /// The job that gives a device what a snapshot of another one holds.
    pub(super) async fn take_over_from(
        &self,
        actor: &Actor,
        draft: Draft,
        former: Former,
        mac: Mac,
        replaces: bool,
    ) -> Result<JobWithUnits, Error> {
        let id = JobId::new(self.ids());
        let kinds: Kinds = former.snapshot.resource_kinds().chain(capability_config::ResourceKind::ALL).collect();
        let mut checked = self.check_with(&[mac], &kinds, |_, checked| checked).await?;
        let Some(Checked { record, outcome }) = checked.pop() else {
            return Err(Error::not_found(format!("device {mac}")));
        };
        let mut unit = blank(id, mac, 0);
        let (observed, is_away) = match outcome {
            Ok(compared) => (Some(compared.observed), false),
            Err(error) => {
                let is_awaited = is_away(&error) && wait_for(&draft.options, &record).is_some();
                unit.reason = Some(error.chain());
                let known = if is_awaited { self.store().snapshot_latest(mac).await? } else { None };
                unit.preview.read_at = known.as_ref().map(|known| known.taken_at);
                (known.map(|known| observed_of(&record, &known)), is_awaited)
            }
        };
        if let Some(observed) = &observed {
            let options = agreed(&draft.options);
            self.succeed(&mut unit, &former, (&record, observed), options, replaces).await?;
            if is_away && unit.state == UnitState::Pending {
                unit.state = UnitState::Queued;
            }
        }
        let drafted = vec![Drafted { unit, record, observed, is_away }];
        self.propose(actor, id, draft, drafted).await
    }

    /// Plans a unit whose device becomes like another one.
    async fn succeed(
        &self,
        unit: &mut JobUnit,
        former: &Former,
        (record, observed): (&DeviceRecord, &Observed),
        plan_options: PlanOptions,
        replaces: bool,
    ) -> Result<(), Error> {
        let known = observed_of(&former.record, &former.snapshot);
        let names = [Some(former.record.mac.to_string()), former.record.host_name.clone()];
        let address_left = self.address_left(&former.record, &known, record, observed, replaces).await?;
        let mut options = TransferOptions { names: names.into_iter().flatten().collect(), address_left };
        let to = (record, observed);
        let mut planned = self.planned(unit.job_id, former, &known, to, &options, plan_options, replaces).await?;
        if planned.plan.moves() == Some(Moves::Address)
            && let Some(why) = addresses::trouble(&planned.plan, record)
        {
            options.address_left = Some(why);
            planned = self.planned(unit.job_id, former, &known, to, &options, plan_options, replaces).await?;
        }
        let Planned { transfer, plan, after } = planned;
        take_plan(unit, plan);
        if unit.state == UnitState::Skipped && replaces {
            // There is nothing to write, and the records are to move all the same.
            (unit.state, unit.reason) = (UnitState::Pending, None);
        }
        let mut notes = Vec::new();
        if let Some((after, left)) = &after {
            notes = notes_of(former, record, observed, after, left);
            if let Some(why) = untold(after, record.mac, observed) {
                (unit.state, unit.reason) = (UnitState::Blocked, Some(why));
            }
        }
        notes.extend(notes_of_configuration(&known, observed, &options, &transfer));
        let succession = Succession {
            former: former.record.mac,
            former_name: former.record.display_name(),
            snapshot: former.snapshot.id,
            taken_at: former.snapshot.taken_at,
            replaces,
            transfer,
            notes,
        };
        unit.preview.succession = Some(Box::new(succession));
        Ok(())
    }

    #[expect(clippy::too_many_arguments, reason = "they are what is decided before, from one place")]
    async fn planned(
        &self,
        id: JobId,
        former: &Former,
        known: &Observed,
        (record, observed): (&DeviceRecord, &Observed),
        options: &TransferOptions,
        plan_options: PlanOptions,
        replaces: bool,
    ) -> Result<Planned, Error> {
        let mac = record.mac;
        let mut transfer = transfer(known, observed, options);
        let (after, wished, observed) = if replaces {
            let from = (&former.record, known);
            let (write, left) = self.records_to_move(id, from, (mac, observed), options).await?;
            let after = self.wishes_after(write).await?;
            let wished = after.resolve(mac, &observed.components);
            let observed = after.with_proofs(mac, observed.clone());
            (Some((after, left)), wished, observed)
        } else {
            (None, Resolution::default(), observed.clone())
        };
        let wish = transfer.wish(&wished);
        let drift = diff(&wish, &observed, &self.digester(mac));
        transfer.settle(&drift);
        let plan = plan(mac, &wish, &observed, &drift, plan_options);
        Ok(Planned { transfer, plan, after })
    }

    /// Why the static address of the former device does not go to the other one.
    async fn address_left(
        &self,
        former: &DeviceRecord,
        known: &Observed,
        record: &DeviceRecord,
        observed: &Observed,
        replaces: bool,
    ) -> Result<Option<String>, Error> {
        if !replaces {
            return Ok(Some("a device keeps its own".to_owned()));
        }
        let text = |of: &Observed, field: &str| of.get(&NetworkSlot::First.path(field))?.as_text().map(str::to_owned);
        let is_used = |of: &Observed| of.get(&NetworkSlot::First.path("enable")) != Some(&false.into());
        if text(known, "ipv4mode").as_deref() != Some("static") || !is_used(known) {
            return Ok(Some("its network leases it one".to_owned()));
        }
        let Some(address) = text(known, "ip").and_then(|text| text.parse::<Ipv4Addr>().ok()) else {
            return Ok(Some("it is not known".to_owned()));
        };
        if !is_used(observed) || text(observed, "ssid") != text(known, "ssid") {
            return Ok(Some("the new device is not in the same WiFi network".to_owned()));
        }
        let host = |record: &DeviceRecord| endpoint(&record.endpoint).ok().map(|endpoint| endpoint.host().to_owned());
        let others = self.store().devices_all().await?;
        let is_other = |other: &&DeviceRecord| other.mac != former.mac && other.mac != record.mac;
        let there = others.iter().filter(is_other).find(|other| host(other).as_deref() == Some(&address.to_string()));
        if let Some(other) = there {
            return Ok(Some(format!("{address} is that of device {}", other.mac)));
        }
        let mut places = vec![Endpoint::new(address.to_string(), endpoint(&record.endpoint)?.port())];
        let known_place = endpoint(&former.endpoint)?;
        if known_place.host() == address.to_string() && !places.contains(&known_place) {
            places.push(known_place);
        }
        for place in places {
            if let Ok(found) = self.options().driver.probe(&place).await
                && found.identity.mac != record.mac
            {
                return Ok(Some(format!("{} still answers at {address}", found.identity.mac)));
            }
        }
        Ok(None)
    }
}

fn note(what: &str, how: impl Into<String>) -> SuccessionNote {
    SuccessionNote::new(what, how)
}

/// Why a device must not be written: what it would be under cannot be told.
fn untold(after: &Wishes, mac: Mac, observed: &Observed) -> Option<String> {
    let (_, troubles) = after.resolve_told(mac, &observed.components);
    let words: Vec<String> = troubles.iter().map(ToString::to_string).collect();
    (!words.is_empty()).then(|| format!("its wishes cannot be rendered: {}", words.join("; ")))
}

/// What becomes of what people decided about the former device.
fn notes_of(
    former: &Former,
    record: &DeviceRecord,
    observed: &Observed,
    after: &Wishes,
    left: &[WishLeft],
) -> Vec<SuccessionNote> {
    let old = &former.record;
    let mut notes = Vec::new();
    let Some(new) = after.record(record.mac) else { return notes };
    notes.push(match &old.label {
        Some(label) => note("name", label.as_str()),
        None => note("name", "the one that the device carries goes with its settings"),
    });
    let or_none = |words: Vec<String>| if words.is_empty() { "none".to_owned() } else { words.join(", ") };
    notes.push(note("tags", or_none(new.tags.clone())));
    let names = |record: &DeviceRecord| record.groups.iter().map(|group| group.name.clone()).collect::<Vec<_>>();
    let (before, now) = (names(old), names(new));
    notes.push(note("groups", or_none(now.clone())));
    let lost: Vec<String> = before.into_iter().filter(|name| !now.contains(name)).collect();
    if !lost.is_empty() {
        notes.push(note("groups left", format!("{}: their queries do not mean the new device", lost.join(", "))));
    }
    if let Some(location) = &new.location {
        notes.push(note("location", location.name.as_str()));
    }
    if new.critical {
        notes.push(note("critical", "as the former one"));
    }
    if let Some(layer) = after.layer_of(fleet_model::LayerScope::Device(record.mac)) {
        let count = layer.settings.len();
        if count > 0 {
            notes.push(note("wishes", format!("{count} of the device alone")));
        }
    }
    for (selector, why) in left {
        notes.push(note("wish left", format!("{selector}: {why}")));
    }
    let login = after.resolve(record.mac, &observed.components);
    let is_wished = login.settings.keys().any(|path| path.component().kind() == "auth" && path.field() == "password");
    notes.push(note(
        "login",
        if is_wished {
            "a wish gives the new device its password"
        } else {
            "the new device keeps its own; the password of the former one is not copied"
        },
    ));
    let history = format!("that of {} is shown with that of the new device; the former one is retired", old.mac);
    notes.push(note("history", history));
    notes
}

/// What else is to be known of a configuration that is taken over.
fn notes_of_configuration(
    known: &Observed,
    observed: &Observed,
    options: &TransferOptions,
    transfer: &Transfer,
) -> Vec<SuccessionNote> {
    let mut notes = Vec::new();
    let address = transfer.fields.iter().find(|field| field.from == NetworkSlot::First.path("ip"));
    notes.push(match (&options.address_left, address.and_then(|field| field.value.as_text())) {
        (Some(why), _) => note("address", format!("left out: {why}")),
        (None, Some(address)) => note("address", format!("{address}, which is free")),
        (None, None) => note("address", "left out: it is not known"),
    });
    let mode = SettingPath::new(ComponentKey::single("sys"), "device.profile");
    let mode = |of: &Observed| of.get(&mode).and_then(SettingValue::as_text).map(str::to_owned);
    if let (Some(old), Some(new)) = (mode(known), mode(observed))
        && old != new
    {
        let how =
            format!("the former device was a {old}, the new one is a {new}: change that first if it is not meant");
        notes.push(note("mode", how));
    }
    let was_read = |of: &Observed| {
        of.components.iter().any(|component| capability_config::ResourceKind::of(component.kind()).is_some())
    };
    if !was_read(known) {
        let how = "its scripts, stored values, schedules, webhooks and actions were never read, so none of them go";
        notes.push(note("resources", how));
    }
    notes
}
