//! Groups and their members.

use fleet_model::{GroupId, GroupRecord};

use crate::world::{World, event, mac, on_both_databases};

on_both_databases!(members_come_and_go, names_are_unique_and_changes_are_compared);

async fn members_come_and_go(world: &World) {
    for number in 0..4 {
        world.device(number).await;
    }
    let (garage, cellar) = (world.group("garage").await, world.group("cellar").await);
    let change = world.store.group_members_change(garage.id, vec![mac(2), mac(1), mac(1)], vec![], vec![event(1)]);
    let changed = change.await.unwrap();
    assert_eq!((changed.value.members, changed.events.len()), (2, 1));
    let change = world.store.group_members_change(garage.id, vec![mac(3)], vec![mac(1), mac(0)], vec![]);
    assert_eq!(change.await.unwrap().value.members, 2);
    assert_eq!(world.store.group_members(garage.id).await.unwrap(), [mac(2), mac(3)]);
    world.store.group_members_change(cellar.id, vec![mac(2)], vec![], vec![]).await.map(drop).unwrap();
    let memberships = world.store.group_memberships().await.unwrap();
    assert_eq!(memberships[&mac(2)], [garage.id, cellar.id]);
    assert_eq!(memberships.len(), 2);

    let unknown = world.store.group_members_change(garage.id, vec![mac(0), mac(77)], vec![], vec![event(1)]).await;
    assert!(unknown.unwrap_err().is_not_found());
    assert_eq!(world.store.group_members(garage.id).await.unwrap().len(), 2, "nothing of it was done");
    let nowhere = world.store.group_members_change(GroupId::new(world.ids()), vec![], vec![], vec![]).await;
    assert!(nowhere.unwrap_err().is_not_found());

    world.store.group_delete(garage.id, vec![]).await.map(drop).unwrap();
    assert_eq!(world.store.devices_all().await.unwrap().len(), 4);
    assert_eq!(world.store.group_memberships().await.unwrap().len(), 1);
}

async fn names_are_unique_and_changes_are_compared(world: &World) {
    let (garage, cellar) = (world.group("garage").await, world.group("cellar").await);
    let renamed = GroupRecord { name: "Garage 2".to_owned(), rank: u32::MAX, ..garage.clone() };
    let stored = world.store.group_update(renamed, vec![]).await.unwrap().value;
    assert_eq!((stored.rank, stored.revision), (u32::MAX, 2));
    assert!(world.store.group_update(garage, vec![]).await.unwrap_err().is_conflict());
    let taken = GroupRecord { name: "Garage 2".to_owned(), ..cellar.clone() };
    assert!(world.store.group_update(taken, vec![]).await.unwrap_err().is_conflict());
    let names: Vec<String> = world.store.groups_all().await.unwrap().into_iter().map(|group| group.name).collect();
    assert_eq!(names, ["Garage 2", "cellar"], "both databases sort alike");
    assert_eq!(world.store.group_by_name("cellar".to_owned()).await.unwrap(), Some(cellar.clone()));
    assert_eq!(world.store.group_get(cellar.id).await.unwrap(), Some(cellar));
}
