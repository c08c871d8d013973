//! Groups and their members.

use fleet_model::{GroupId, GroupRecord, LayerId, LayerScope};

use crate::world::{World, event, mac, now, on_both_databases};

on_both_databases!(members_come_and_go, a_query_brings_members_of_its_own, names_are_unique_and_changes_are_compared,);

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
    let groups = world.store.device_get(mac(2)).await.unwrap().unwrap().groups;
    assert_eq!(groups.iter().map(|group| group.id).collect::<Vec<_>>(), [cellar.id, garage.id], "by name");

    let unknown = world.store.group_members_change(garage.id, vec![mac(0), mac(77)], vec![], vec![event(1)]).await;
    assert!(unknown.unwrap_err().is_not_found());
    assert_eq!(world.store.group_members(garage.id).await.unwrap().len(), 2, "nothing of it was done");
    let nowhere = world.store.group_members_change(GroupId::new(world.ids()), vec![], vec![], vec![]).await;
    assert!(nowhere.unwrap_err().is_not_found());

    world.store.group_delete(garage.id, vec![]).await.map(drop).unwrap();
    assert_eq!(world.store.devices_all().await.unwrap().len(), 4);
    assert_eq!(world.store.device_get(mac(2)).await.unwrap().unwrap().groups.len(), 1);
    assert_eq!(world.store.device_get(mac(3)).await.unwrap().unwrap().groups, []);
}

/// A group is who was taken in by hand and whom its query means; both are under its wishes.
async fn a_query_brings_members_of_its_own(world: &World) {
    for number in 0..6 {
        world.device(number).await;
    }
    // The generation of device n is n % 4 + 1.
    let second = GroupRecord { query: Some("gen:2".to_owned()), ..world.group("second").await };
    let second = world.store.group_update(second, vec![]).await.unwrap().value;
    assert_eq!((second.members, second.by_hand), (2, 0));
    let change = world.store.group_members_change(second.id, vec![mac(0), mac(1)], vec![], vec![]).await.unwrap().value;
    assert_eq!((change.members, change.by_hand), (3, 2), "a member is counted once");
    assert_eq!(world.store.group_members(second.id).await.unwrap(), [mac(0), mac(1), mac(5)]);
    assert_eq!(world.store.group_members_by_hand(second.id).await.unwrap(), [mac(0), mac(1)]);
    let groups = |number| async move { world.store.device_get(mac(number)).await.unwrap().unwrap().groups.len() };
    assert_eq!((groups(0).await, groups(1).await, groups(2).await, groups(5).await), (1, 1, 0, 1));
    let found = world.store.devices_matching("group:second -gen:1".parse().unwrap(), now()).await.unwrap();
    assert_eq!(found.iter().map(|device| device.mac).collect::<Vec<_>>(), [mac(1), mac(5)]);

    let wish = std::collections::BTreeMap::from([("sys.device.eco_mode".parse().unwrap(), true.into())]);
    let scope = LayerScope::Group(second.id);
    world.store.layer_set(LayerId::new(world.ids()), scope, wish, None, now(), vec![]).await.map(drop).unwrap();
    assert_eq!(world.store.layers_for_devices(vec![mac(5)]).await.unwrap().len(), 1);
    assert_eq!(world.store.layers_for_devices(vec![mac(4)]).await.unwrap().len(), 0);
    let plain = GroupRecord { query: None, ..world.store.group_get(second.id).await.unwrap().unwrap() };
    assert_eq!(world.store.group_update(plain, vec![]).await.unwrap().value.members, 2);
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
