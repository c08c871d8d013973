//! Groups and their members.

use fleet_model::{GroupId, GroupRecord, NewEvent};
use shelly_types::Mac;

use super::{Committed, Result, Store, read, write_with_events};

impl Store {
    /// Stores a new group with revision 1. `Conflict` when the name is taken.
    pub async fn group_insert(&self, group: GroupRecord, events: Vec<NewEvent>) -> Result<Committed<GroupRecord>> {
        write_with_events!(self, "store a new group", events, groups::insert(&group))
    }

    /// Writes name, rank and query of a group and raises its revision. `Conflict` when `group.revision` is not the newest, or
    /// the name is taken.
    pub async fn group_update(&self, group: GroupRecord, events: Vec<NewEvent>) -> Result<Committed<GroupRecord>> {
        write_with_events!(self, "change a group", events, groups::update(&group))
    }

    /// Removes a group, its memberships and its layer. `NotFound` when there is none.
    pub async fn group_delete(&self, id: GroupId, events: Vec<NewEvent>) -> Result<Committed<()>> {
        write_with_events!(self, "remove a group", events, groups::delete(id))
    }

    /// A group.
    pub async fn group_get(&self, id: GroupId) -> Result<Option<GroupRecord>> {
        read!(self, "read a group", groups::get(id))
    }

    /// The group with this name.
    pub async fn group_by_name(&self, name: String) -> Result<Option<GroupRecord>> {
        read!(self, "read a group", groups::by_name(&name))
    }

    /// Every group, by name.
    pub async fn groups_all(&self) -> Result<Vec<GroupRecord>> {
        read!(self, "list groups", groups::all())
    }

    /// The members of a group, by MAC: those taken in by hand and those that its query means.
    pub async fn group_members(&self, id: GroupId) -> Result<Vec<Mac>> {
        read!(self, "list the members of a group", groups::members(id))
    }

    /// The members of a group that were taken in by hand, by MAC.
    pub async fn group_members_by_hand(&self, id: GroupId) -> Result<Vec<Mac>> {
        read!(self, "list the members of a group", groups::members_by_hand(id))
    }

    /// Takes devices in and lets others go; gives the group with its new number of members. Who is in already, or not in,
    /// is no error. `NotFound` when the group or a device to take in does not exist.
    pub async fn group_members_change(
        &self,
        id: GroupId,
        add: Vec<Mac>,
        remove: Vec<Mac>,
        events: Vec<NewEvent>,
    ) -> Result<Committed<GroupRecord>> {
        write_with_events!(self, "change the members of a group", events, groups::change_members(id, &add, &remove))
    }
}
