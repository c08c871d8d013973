//! Groups of devices.

use std::collections::{BTreeSet, HashSet};

use fleet_model::{Actor, DeviceRecord, FleetEvent, GroupId, GroupRecord, NewEvent, Permission};
use shelly_types::Mac;

use crate::{Error, Fleet, devices::parsed};

const MAX_NAME_LENGTH: usize = 64;

/// Changes to a group. What is absent stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GroupChange {
    /// Another name.
    pub name: Option<String>,
    /// Another rank.
    pub rank: Option<u32>,
    /// Devices that are members besides those taken in by hand; empty for none.
    pub query: Option<String>,
}

/// A group and who is in it.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupWithMembers {
    /// The group.
    pub record: GroupRecord,
    /// Its members, by name.
    pub members: Vec<MemberOfGroup>,
}

/// A member of a group, and why it is one.
#[derive(Debug, Clone, PartialEq)]
pub struct MemberOfGroup {
    /// The device.
    pub mac: Mac,
    /// Its name.
    pub name: String,
    /// It was taken in by hand.
    pub by_hand: bool,
    /// The query of the group means it.
    pub by_query: bool,
}

impl Fleet {
    /// All groups by name.
    pub async fn groups(&self, actor: &Actor) -> Result<Vec<GroupRecord>, Error> {
        Self::authorize(actor, Permission::Read)?;
        Ok(self.store().groups_all().await?)
    }

    /// Makes a group.
    pub async fn group_create(&self, actor: &Actor, change: GroupChange) -> Result<GroupRecord, Error> {
        Self::authorize(actor, Permission::Configure)?;
        let group = GroupRecord {
            id: GroupId::new(self.ids()),
            name: String::new(),
            rank: 0,
            query: None,
            members: 0,
            by_hand: 0,
            created_at: self.now(),
            revision: 0,
        };
        let name = Some(change.name.unwrap_or_default());
        let group = changed(group, GroupChange { name, ..change })?;
        let event = self.group_event(actor, &group, "created");
        let committed = self.store().group_insert(group, vec![event]).await?;
        self.publish(committed.events);
        Ok(committed.value)
    }

    /// Changes a group.
    pub async fn group_change(&self, actor: &Actor, id: GroupId, change: GroupChange) -> Result<GroupRecord, Error> {
        Self::authorize(actor, Permission::Configure)?;
        let group = changed(self.group(id).await?, change)?;
        let mut affected: BTreeSet<Mac> = self.store().group_members(id).await?.into_iter().collect();
        let event = self.group_event(actor, &group, "changed");
        let committed = self.store().group_update(group, vec![event]).await?;
        self.publish(committed.events);
        affected.extend(self.store().group_members(id).await?);
        self.drift_unknown(&affected.into_iter().collect::<Vec<_>>()).await?;
        Ok(committed.value)
    }

    /// A group and who is in it, and why.
    pub async fn group_show(&self, actor: &Actor, id: GroupId) -> Result<GroupWithMembers, Error> {
        Self::authorize(actor, Permission::Read)?;
        let record = self.group(id).await?;
        let by_hand: HashSet<Mac> = self.store().group_members_by_hand(id).await?.into_iter().collect();
        let meant = match &record.query {
            Some(query) => self.store().devices_matching(parsed(query)?, self.now()).await?,
            None => Vec::new(),
        };
        let meant: HashSet<Mac> = meant.into_iter().map(|device| device.mac).collect();
        let all = by_hand.union(&meant).copied().collect();
        let member = |device: DeviceRecord| MemberOfGroup {
            mac: device.mac,
            name: device.display_name(),
            by_hand: by_hand.contains(&device.mac),
            by_query: meant.contains(&device.mac),
        };
        let mut members: Vec<MemberOfGroup> = self.store().devices_of(all).await?.into_iter().map(member).collect();
        members.sort_by(|left, right| (&left.name, left.mac).cmp(&(&right.name, right.mac)));
        Ok(GroupWithMembers { record, members })
    }

    /// Takes devices in and lets devices go.
    pub async fn group_members(
        &self,
        actor: &Actor,
        id: GroupId,
        add: &[Mac],
        remove: &[Mac],
    ) -> Result<GroupRecord, Error> {
        Self::authorize(actor, Permission::Configure)?;
        let group = self.group(id).await?;
        let event = self.group_event(actor, &group, "members");
        let committed = self.store().group_members_change(id, add.to_vec(), remove.to_vec(), vec![event]).await?;
        self.publish(committed.events);
        let changed: Vec<Mac> = add.iter().chain(remove).copied().collect();
        self.drift_unknown(&changed).await?;
        Ok(committed.value)
    }

    /// Removes a group and its wishes; its devices stay.
    pub async fn group_delete(&self, actor: &Actor, id: GroupId) -> Result<(), Error> {
        Self::authorize(actor, Permission::Configure)?;
        let group = self.group(id).await?;
        let members = self.store().group_members(id).await?;
        let event = self.group_event(actor, &group, "removed");
        let committed = self.store().group_delete(id, vec![event]).await?;
        self.publish(committed.events);
        self.drift_unknown(&members).await
    }

    async fn group(&self, id: GroupId) -> Result<GroupRecord, Error> {
        self.store().group_get(id).await?.ok_or_else(|| Error::not_found("such group"))
    }

    fn group_event(&self, actor: &Actor, group: &GroupRecord, action: &str) -> NewEvent {
        let event = FleetEvent::GroupChanged { id: group.id, name: group.name.clone(), action: action.to_owned() };
        NewEvent::new(self.now(), actor, event)
    }
}

fn changed(mut group: GroupRecord, change: GroupChange) -> Result<GroupRecord, Error> {
    if let Some(name) = change.name {
        group.name = checked_name("group", &name)?;
    }
    group.rank = change.rank.unwrap_or(group.rank);
    if let Some(query) = change.query {
        group.query = steady(&query)?;
    }
    Ok(group)
}

/// A query that decides under which wishes a device is; none when it is empty.
pub(crate) fn steady(query: &str) -> Result<Option<String>, Error> {
    let query = parsed(query)?;
    if query.is_everything() {
        return Ok(None);
    }
    match query.unsteady() {
        Some(condition) => Err(Error::invalid(format!(
            "`{condition}` asks for what changes by itself or by what is wished; what decides about wishes may ask for \
             name, mac, ip, gen, model, app, fw, location, tag, component, profile, sleeps, and words"
        ))),
        None => Ok(Some(query.to_string())),
    }
}

/// A name without blanks around it, neither empty nor endless.
pub(crate) fn checked_name(what: &str, name: &str) -> Result<String, Error> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > MAX_NAME_LENGTH || name.chars().any(char::is_control) {
        return Err(Error::invalid(format!(
            "the name of a {what} has 1 to {MAX_NAME_LENGTH} characters, no line breaks"
        )));
    }
    Ok(name.to_owned())
}
