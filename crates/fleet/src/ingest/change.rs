//! Gathers what reports change until it is stored, in one transaction.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use chrono::{DateTime, Utc};
use fleet_model::{Actor, DeviceRecord, DeviceState, FleetEvent, NewEvent, OfflineReason};
use shelly_types::{DeviceStatus, Identity, Mac};
use storage::{StateWrite, StatusWrite};

use crate::{Error, Fleet, bus::FreshReading, connect::Trouble, readings::put};

/// What a batch of reports changes.
#[derive(Debug, Default)]
pub(super) struct Change {
    /// Devices that were read for the first time.
    pub(super) first: HashSet<Mac>,
    statuses: HashMap<Mac, StatusWrite>,
    pub(super) states: Vec<StateWrite>,
    identities: Vec<DeviceRecord>,
    pub(super) events: Vec<NewEvent>,
    /// Devices that could not be reached, before it is known why.
    pub(super) troubles: HashMap<Mac, (DateTime<Utc>, Trouble)>,
}

impl Change {
    pub(super) fn is_empty(&self) -> bool {
        self.statuses.is_empty() && self.states.is_empty() && self.identities.is_empty() && self.events.is_empty()
    }

    /// Whether somebody may be waiting for what changed.
    pub(super) fn is_urgent(&self) -> bool {
        let Self { first, statuses, states, identities, events, troubles } = self;
        let nothing =
            first.is_empty() && states.is_empty() && identities.is_empty() && events.is_empty() && troubles.is_empty();
        !nothing || statuses.values().any(|write| write.restart_required.is_some())
    }

    /// Takes out what somebody may be waiting for, with the readings of the devices that it is about. What is only measured
    /// stays.
    pub(super) fn take_urgent(&mut self) -> Self {
        let mut urgent = std::mem::take(self);
        let mut concerned = urgent.first.clone();
        concerned.extend(urgent.events.iter().filter_map(|event| event.mac));
        concerned.extend(urgent.states.iter().map(|state| state.mac));
        concerned.extend(urgent.identities.iter().map(|record| record.mac));
        let is_measured =
            |mac: &Mac, write: &mut StatusWrite| write.restart_required.is_none() && !concerned.contains(mac);
        self.statuses = urgent.statuses.extract_if(is_measured).collect();
        urgent
    }

    /// Tells those who listen what was measured, and leaves it to be stored later.
    pub(super) fn tell(&mut self, fleet: &Fleet) {
        let readings = self.statuses.values().map(fresh).collect();
        fleet.unstored().add(std::mem::take(&mut self.statuses).into_values());
        fleet.publish_readings(readings);
    }

    /// How many readings wait.
    pub(super) fn readings(&self) -> usize {
        self.statuses.len()
    }

    /// Stores all of it, and tells those who listen.
    pub(super) async fn store(self, fleet: &Fleet) -> Result<(), Error> {
        for record in self.identities {
            fleet.publish(fleet.store().device_update(record, Vec::new()).await?.events);
        }
        let mut events = self.events;
        if !self.states.is_empty() {
            let events = std::mem::take(&mut events);
            fleet.publish(fleet.store().device_states_set(self.states, events).await?.events);
        }
        if !self.statuses.is_empty() || !events.is_empty() {
            let mut statuses: Vec<StatusWrite> = self.statuses.into_values().collect();
            for write in &mut statuses {
                fleet.unstored().take_along(write);
            }
            let readings: Arc<[FreshReading]> = statuses.iter().map(fresh).collect();
            let stored: Vec<_> = readings.iter().map(|reading| (reading.mac, reading.at)).collect();
            let waiting = statuses.iter().filter(|write| write.restart_required.is_some());
            let waiting: Vec<Mac> = waiting.map(|write| write.mac).collect();
            fleet.publish(fleet.store().device_status_set_many(statuses, events).await?.events);
            fleet.unstored().stored(&stored);
            fleet.publish_readings(readings);
            for mac in waiting {
                fleet.publish_device(mac);
            }
        }
        Ok(())
    }

    /// A device that answers again, or tells something new about itself.
    pub(super) fn same_again(
        &mut self,
        record: &DeviceRecord,
        at: DateTime<Utc>,
        status: &DeviceStatus,
        identity: Option<&Identity>,
    ) {
        let mac = record.mac;
        if record.state != DeviceState::Online {
            self.state(record, at, (DeviceState::Online, None), None);
        }
        let mut known = record.clone();
        known.sleeps |= status.system().is_some_and(|system| system.wakeup_period_s.is_some_and(|period| period > 0));
        if let Some(identity) = identity {
            known.update_identity(identity);
            if known.firmware != record.firmware {
                let (from, to) = (record.firmware.to_string(), known.firmware.to_string());
                let event = FleetEvent::FirmwareChanged { from, to };
                self.events.push(NewEvent::of_device(at, &Actor::System, mac, event));
            }
        }
        if known != *record {
            self.identities.retain(|other| other.mac != mac);
            self.identities.push(known);
        }
    }

    /// A reading. What an earlier one of the batch had to store is stored with it.
    pub(super) fn status(&mut self, write: StatusWrite) {
        put(&mut self.statuses, write);
    }

    /// The state of a device, and why it is not online, in one word and in words.
    pub(super) fn state(
        &mut self,
        before: &DeviceRecord,
        at: DateTime<Utc>,
        (state, offline): (DeviceState, Option<OfflineReason>),
        reason: Option<String>,
    ) {
        let event = FleetEvent::DeviceStateChanged { from: before.state, to: state, reason: reason.clone() };
        self.events.push(NewEvent::of_device(at, &Actor::System, before.mac, event));
        self.states.retain(|other| other.mac != before.mac);
        self.states.push(StateWrite { mac: before.mac, state, reason, offline });
    }
}

fn fresh(write: &StatusWrite) -> FreshReading {
    FreshReading { mac: write.mac, at: write.read_at, status: Arc::clone(&write.status) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e1_only_what_is_measured_may_wait() {
        let (mac, at) = (Mac::new([1, 2, 3, 4, 5, 6]), DateTime::UNIX_EPOCH);
        let mut change = Change::default();
        change.status(StatusWrite::new(mac, DeviceStatus::default(), at));
        assert!(!change.is_urgent() && !change.is_empty() && change.readings() == 1);
        let event = FleetEvent::StatusChanged { components: vec!["switch:0".to_owned()] };
        change.events.push(NewEvent::of_device(at, &Actor::System, mac, event));
        assert!(change.is_urgent(), "an output switched");
        let mut change = Change::default();
        let write = StatusWrite::new(mac, DeviceStatus::default(), at);
        change.status(StatusWrite { restart_required: Some(true), ..write });
        assert!(change.is_urgent(), "a setting waits for a restart");
    }

    #[test]
    fn e1_what_is_only_measured_stays_when_the_rest_is_taken() {
        let (mac, other) = (Mac::new([1, 2, 3, 4, 5, 6]), Mac::new([1, 2, 3, 4, 5, 7]));
        let mut change = Change::default();
        for mac in [mac, other] {
            change.status(StatusWrite::new(mac, DeviceStatus::default(), DateTime::UNIX_EPOCH));
        }
        let event = FleetEvent::StatusChanged { components: vec!["switch:0".to_owned()] };
        change.events.push(NewEvent::of_device(DateTime::UNIX_EPOCH, &Actor::System, mac, event));
        let urgent = change.take_urgent();
        assert_eq!(urgent.statuses.keys().collect::<Vec<_>>(), [&mac], "the reading goes with what happened");
        assert!(!urgent.events.is_empty() && !change.is_urgent());
        assert_eq!(change.statuses.keys().collect::<Vec<_>>(), [&other]);
    }
}
