//! Devices that are expected (B10).

use fleet_model::{ExpectedRecord, GroupRef, LocationRef};

use crate::world::{World, event, mac, now, on_both_databases};

on_both_databases!(a_list_is_taken_in_as_a_whole, what_is_gone_is_expected_no_more);

fn expected(number: u32) -> ExpectedRecord {
    ExpectedRecord {
        mac: mac(number),
        name: Some(format!("Lamp {number}")),
        names_device: true,
        address: Some("192.0.2.7".to_owned()),
        tags: vec!["hall".to_owned(), "lamp".to_owned()],
        location: None,
        group: None,
        profile: None,
        created_at: now(),
        created_by: "local".to_owned(),
    }
}

async fn a_list_is_taken_in_as_a_whole(world: &World) {
    let hall = world.location("hall", None).await;
    let group = world.new_group("lamps");
    let in_hall = ExpectedRecord {
        location: Some(LocationRef { id: hall.id, name: hall.name.clone() }),
        group: Some(GroupRef { id: group.id, name: "lamps".to_owned() }),
        ..expected(2)
    };
    let list = vec![expected(1), in_hall.clone()];
    assert!(world.store.expected_import(list.clone(), vec![], vec![], vec![event(1)]).await.is_err(), "no such group");
    assert_eq!(world.store.expected_all().await.unwrap(), [], "nothing of it was done");
    let done = world.store.expected_import(list.clone(), vec![], vec![group], vec![event(1)]).await.unwrap();
    assert_eq!(done.events.len(), 1);
    assert_eq!(world.store.expected_all().await.unwrap(), list);
    let other = ExpectedRecord { name: None, tags: Vec::new(), names_device: false, ..expected(1) };
    world.store.expected_import(vec![other.clone()], vec![], vec![], vec![]).await.map(drop).unwrap();
    assert_eq!(world.store.expected_get(mac(1)).await.unwrap(), Some(other.clone()));
    assert!(!other.says_as(&expected(1)) && expected(1).says_as(&expected(1)));
    assert_eq!(world.store.expected_get(mac(9)).await.unwrap(), None);
}

async fn what_is_gone_is_expected_no_more(world: &World) {
    let hall = world.location("hall", None).await;
    let location = Some(LocationRef { id: hall.id, name: hall.name.clone() });
    let list = vec![ExpectedRecord { location, ..expected(1) }, expected(2)];
    world.store.expected_import(list, vec![], vec![], vec![]).await.map(drop).unwrap();
    world.store.location_delete(hall.id, vec![]).await.map(drop).unwrap();
    assert_eq!(world.store.expected_get(mac(1)).await.unwrap(), Some(expected(1)), "it is expected without a place");
    assert_eq!(world.store.expected_delete(vec![mac(1), mac(7)], vec![]).await.unwrap().value, 1);
    assert_eq!(world.store.expected_all().await.unwrap(), [expected(2)]);
}
