//! Groups of devices.

use fleet_model::{Actor, FleetEvent, GroupId, GroupRecord, NewEvent, Permission};
use shelly_types::Mac;

use crate::{Error, Fleet};

const MAX_NAME_LENGTH: usize = 64;

impl Fleet {
    /// All groups by name.
    pub async fn groups(&self, actor: &Actor) -> Result<Vec<GroupRecord>, Error> {
        Self::authorize(actor, Permission::Read)?;
        Ok(self.store().groups_all().await?)
    }

    /// Makes a group.
    pub async fn group_create(&self, actor: &Actor, name: &str, rank: u32) -> Result<GroupRecord, Error> {
        Self::authorize(actor, Permission::Configure)?;
        let name = checked_name("group", name)?;
        let now = self.now();
        let group = GroupRecord { id: GroupId::new(self.ids()), name, rank, members: 0, created_at: now, revision: 0 };
        let event = self.group_event(actor, &group, "created");
        let committed = self.store().group_insert(group, vec![event]).await?;
        self.publish(committed.events);
        Ok(committed.value)
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
