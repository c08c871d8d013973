//! Devices: listing, forgetting, refreshing, and what we keep about them.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use fleet_model::{
    Actor, Channel, DeviceRecord, DeviceState, FleetCounts, FleetEvent, NewEvent, Page, PageRequest, Permission,
    StatusRecord,
};
use fleet_query::Query;
use shelly_driver::Found;
use shelly_types::{Credentials, DeviceStatus, Mac};

use crate::{DeviceTrouble, Error, ErrorKind, Fleet, connect::endpoint, tags};

/// Range of a poll interval, in seconds.
const POLL_INTERVALS_S: std::ops::RangeInclusive<u32> = 5..=86_400;

/// A device and its newest reading.
#[derive(Debug, Clone, PartialEq)]
pub struct DeviceWithStatus {
    /// The device.
    pub record: DeviceRecord,
    /// Its newest reading.
    pub status: Option<DeviceStatus>,
    /// When that was read.
    pub status_at: Option<DateTime<Utc>>,
    /// Other devices are at its address: what that means for it.
    pub address_conflict: Option<String>,
    /// What carried the last reading since the manager started.
    pub channel: Option<Channel>,
}

/// Changes to what we keep about a device. What is absent stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeviceChange {
    /// Our name; empty takes it away.
    pub label: Option<String>,
    /// Seconds between polls; 0 returns to the default.
    pub poll_interval_s: Option<u32>,
    /// Where it is.
    pub address: Option<String>,
    /// The output that feeds it, as `MAC/switch:0`; empty or `none` takes it away.
    pub powered_by: Option<String>,
    /// Whether it is critical.
    pub critical: Option<bool>,
    /// Name of the location it is in; empty takes it away.
    pub location: Option<String>,
    /// Tags it gets.
    pub add_tags: Vec<String>,
    /// Tags it loses.
    pub remove_tags: Vec<String>,
}

impl Fleet {
    /// One page of the devices that a query means, by name.
    pub async fn devices_page(
        &self,
        actor: &Actor,
        query: &str,
        page: &PageRequest,
    ) -> Result<Page<DeviceWithStatus>, Error> {
        Self::authorize(actor, Permission::Read)?;
        let found = self.store().devices_page(parsed(query)?, self.now(), page.clone()).await?;
        let items = self.with_status(found.items).await?;
        Ok(Page { items, next: found.next })
    }

    /// The group of this name, for a filter.
    pub async fn group_by_name(&self, actor: &Actor, name: &str) -> Result<fleet_model::GroupRecord, Error> {
        Self::authorize(actor, Permission::Read)?;
        let group = self.store().group_by_name(name.to_owned()).await?;
        group.ok_or_else(|| Error::not_found(format!("group `{name}`")))
    }

    /// These devices, as far as they are ours.
    pub async fn devices_by_mac(&self, actor: &Actor, macs: &[Mac]) -> Result<Vec<DeviceWithStatus>, Error> {
        Self::authorize(actor, Permission::Read)?;
        let records = self.store().devices_of(macs.to_vec()).await?;
        self.with_status(records).await
    }

    /// One device.
    pub async fn device(&self, actor: &Actor, mac: Mac) -> Result<DeviceWithStatus, Error> {
        Self::authorize(actor, Permission::Read)?;
        let record = self.device_record(mac).await?;
        let status = self.status_of(mac).await?;
        let (status, status_at) = status.map(|status| (status.status, status.read_at)).unzip();
        let address_conflict = self.conflicts().reason(&record);
        let channel = self.lanes().carried(mac);
        Ok(DeviceWithStatus { record, status, status_at, address_conflict, channel })
    }

    /// Totals.
    pub async fn overview(&self, actor: &Actor) -> Result<FleetCounts, Error> {
        Self::authorize(actor, Permission::Read)?;
        Ok(self.store().fleet_counts().await?)
    }

    /// Changes what we keep about a device.
    pub async fn device_update(
        &self,
        actor: &Actor,
        mac: Mac,
        change: DeviceChange,
    ) -> Result<DeviceWithStatus, Error> {
        Self::authorize(actor, Permission::Configure)?;
        let mut record = self.device_record(mac).await?;
        let before = (record.groups.clone(), record.location.clone());
        let mut fields = Vec::new();
        if let Some(label) = change.label {
            record.label = match label.trim() {
                "" => None,
                label => Some(crate::groups::checked_name("device", label)?),
            };
            fields.push("name".to_owned());
        }
        if let Some(seconds) = change.poll_interval_s {
            if seconds != 0 && !POLL_INTERVALS_S.contains(&seconds) {
                return Err(Error::invalid("a poll interval is 5 to 86400 seconds, or 0 for the default"));
            }
            record.poll_interval_s = Some(seconds).filter(|seconds| *seconds > 0);
            fields.push("poll interval".to_owned());
        }
        if let Some(address) = change.address {
            record.endpoint = self.confirmed_address(mac, &address).await?;
            self.conflicts().trust(&record.endpoint, mac);
            fields.push("address".to_owned());
        }
        if let Some(source) = change.powered_by {
            record.powered_by = self.checked_power(mac, &source).await?;
            fields.push("power source".to_owned());
        }
        if let Some(critical) = change.critical {
            record.critical = critical;
            fields.push("critical".to_owned());
        }
        if let Some(location) = change.location {
            record.location = self.location_named(&location).await?;
            fields.push("location".to_owned());
        }
        let (add, remove) = (change.add_tags, change.remove_tags);
        if !add.is_empty() || !remove.is_empty() {
            record.tags = tags::changed(std::mem::take(&mut record.tags), &add, &remove)?;
            fields.push("tags".to_owned());
        }
        if !fields.is_empty() {
            let event = NewEvent::of_device(self.now(), actor, mac, FleetEvent::DeviceUpdated { fields });
            let done = self.store().device_update(record, vec![event]).await?;
            self.publish(done.events);
            if before != (done.value.groups, done.value.location) {
                self.drift_unknown(&[mac]).await?;
            }
            self.ring();
        }
        self.device(actor, mac).await
    }

    /// An address where this very device answers.
    async fn confirmed_address(&self, mac: Mac, address: &str) -> Result<String, Error> {
        let invalid = |error: shelly_http::ParseEndpointError| Error::invalid(error.to_string());
        let endpoint: shelly_http::Endpoint = address.parse().map_err(invalid)?;
        let Found { identity, endpoint } = self.options().driver.probe(&endpoint).await?;
        if identity.mac != mac {
            let doing = format!("{endpoint} is device {}, not {mac}; nothing was changed", identity.mac);
            return Err(Error::new(doing, ErrorKind::Device(DeviceTrouble::WrongDevice)));
        }
        Ok(endpoint.to_string())
    }

    /// Forgets a device. Nothing is written to it.
    pub async fn device_forget(&self, actor: &Actor, mac: Mac) -> Result<(), Error> {
        Self::authorize(actor, Permission::Configure)?;
        let record = self.device_record(mac).await?;
        let turn = self.lanes().person(mac).await;
        let event = FleetEvent::DeviceRemoved { name: record.display_name() };
        let event = NewEvent::of_device(self.now(), actor, mac, event);
        let committed = self.store().device_delete(mac, vec![event]).await?;
        drop(turn);
        self.lanes().forget(mac);
        self.unstored().forget(mac);
        self.sockets().close(mac);
        self.kept_snapshots(|all| all.remove(&mac));
        self.publish(committed.events);
        self.ring();
        Ok(())
    }

    /// Reads a device's status now.
    pub async fn device_refresh(&self, actor: &Actor, mac: Mac) -> Result<DeviceWithStatus, Error> {
        Self::authorize(actor, Permission::Read)?;
        let record = self.device_record(mac).await?;
        let mut turn = self.lanes().person(mac).await;
        let status = self.read_status(&mut turn, &record).await?;
        self.fresh(mac, status).await
    }

    /// Keeps the password a device has, after it worked.
    pub async fn device_password(
        &self,
        actor: &Actor,
        mac: Mac,
        user: &str,
        password: &str,
    ) -> Result<DeviceWithStatus, Error> {
        Self::authorize(actor, Permission::Admin)?;
        let record = self.device_record(mac).await?;
        let mut turn = self.lanes().person(mac).await;
        let credentials = Credentials::new(user, password);
        // Over a connection that the device opened no password is asked, so none is proved.
        let options = shelly_driver::Options { links: None, ..self.manners_of(&turn) };
        let device =
            shelly_driver::Device::connect(endpoint(&record.endpoint)?, Some(mac), Some(credentials.clone()), options)
                .await?;
        let status = device.status().await?;
        let event = FleetEvent::PasswordChanged { cleared: false };
        let event = NewEvent::of_device(self.now(), actor, mac, event);
        self.publish(self.store().device_password_set(mac, credentials, self.now(), vec![event]).await?.events);
        turn.device = Some(device);
        self.note(&mut turn, mac, Ok(status.clone())).await;
        // The next conversation takes the connection that is open to it, logged in with the new password if it is ours.
        turn.device = None;
        self.sockets().close_ours(mac);
        self.fresh(mac, status).await
    }

    /// The device with a reading that was just taken and may not be stored yet.
    pub(crate) async fn fresh(&self, mac: Mac, status: DeviceStatus) -> Result<DeviceWithStatus, Error> {
        let mut record = self.device_record(mac).await?;
        record.state = DeviceState::Online;
        (record.state_reason, record.offline_reason) = (None, None);
        let address_conflict = self.conflicts().reason(&record);
        let (status_at, channel) = (Some(self.now()), self.lanes().carried(mac));
        Ok(DeviceWithStatus { record, status: Some(status), status_at, address_conflict, channel })
    }

    pub(crate) async fn device_record(&self, mac: Mac) -> Result<DeviceRecord, Error> {
        let record = self.store().device_get(mac).await?;
        record.ok_or_else(|| Error::not_found(format!("device {mac}")))
    }

    /// The MACs of all devices.
    pub(crate) async fn all_macs(&self) -> Result<Vec<Mac>, Error> {
        let records = self.store().devices_all().await?;
        Ok(records.into_iter().map(|record| record.mac).collect())
    }

    async fn with_status(&self, records: Vec<DeviceRecord>) -> Result<Vec<DeviceWithStatus>, Error> {
        let macs: Vec<Mac> = records.iter().map(|record| record.mac).collect();
        let statuses = self.statuses_of(macs).await?;
        let mut statuses: HashMap<Mac, StatusRecord> = statuses.into_iter().map(|read| (read.mac, read)).collect();
        let with = |record: DeviceRecord| {
            let (status, status_at) = statuses.remove(&record.mac).map(|read| (read.status, read.read_at)).unzip();
            let address_conflict = self.conflicts().reason(&record);
            let channel = self.lanes().carried(record.mac);
            DeviceWithStatus { record, status, status_at, address_conflict, channel }
        };
        Ok(records.into_iter().map(with).collect())
    }
}

/// The query that a text is.
pub(crate) fn parsed(query: &str) -> Result<Query, Error> {
    Ok(query.parse::<Query>()?)
}
