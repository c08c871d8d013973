//! What is known of drift, and what is let be (G4, G6, G7).

use fleet_model::{DriftCause, DriftItem, DriftWaiver, WaiverId};

use crate::world::{World, after, event, mac, now, on_both_databases};

on_both_databases!(drift_is_remembered_until_it_is_gone, settings_are_let_be_until_a_date);

fn item(number: u32, path: &str, seconds: i64, cause: DriftCause) -> DriftItem {
    DriftItem { mac: mac(number), path: path.parse().expect("a path"), found_at: after(seconds), cause, repair: None }
}

async fn drift_is_remembered_until_it_is_gone(world: &World) {
    world.device(1).await;
    world.device(2).await;
    let items: Vec<DriftItem> = DriftCause::ALL
        .iter()
        .zip(0..)
        .map(|(cause, number)| item(1, &format!("switch:{number}.name"), number, *cause))
        .collect();
    world.store.drift_items_change(mac(1), items.clone(), vec![]).await.unwrap();
    world
        .store
        .drift_items_change(mac(2), vec![item(2, "sys.device.name", 0, DriftCause::Wish)], vec![])
        .await
        .unwrap();
    assert_eq!(world.store.drift_items(vec![mac(1)]).await.unwrap(), items);
    let again = item(1, "switch:0.name", 99, DriftCause::Unknown);
    world.store.drift_items_change(mac(1), vec![again], vec![items[1].path.clone()]).await.unwrap();
    let left = world.store.drift_items(vec![mac(1)]).await.unwrap();
    assert_eq!(left, [&items[..1], &items[2..]].concat(), "the first finding counts");
    world.store.device_delete(mac(1), vec![]).await.map(drop).unwrap();
    assert_eq!(world.store.drift_items(vec![mac(1), mac(2)]).await.unwrap().len(), 1);
}

async fn settings_are_let_be_until_a_date(world: &World) {
    world.device(1).await;
    let waiver = DriftWaiver {
        id: WaiverId::new(world.ids()),
        mac: mac(1),
        path: "switch:0.name".parse().unwrap(),
        until: after(60),
        reason: "holidays".to_owned(),
        created_at: now(),
        created_by: "local".to_owned(),
    };
    let other = DriftWaiver { id: WaiverId::new(world.ids()), mac: mac(9), ..waiver.clone() };
    let refused = world.store.drift_waivers_insert(vec![waiver.clone(), other], vec![event(1)]).await;
    assert!(refused.unwrap_err().is_not_found());
    assert_eq!(world.store.drift_waivers().await.unwrap(), [], "nothing of it was done");
    world.store.drift_waivers_insert(vec![waiver.clone()], vec![event(1)]).await.map(drop).unwrap();
    assert_eq!(world.store.drift_waivers().await.unwrap(), std::slice::from_ref(&waiver));
    assert!(waiver.is_in_force(after(59)) && !waiver.is_in_force(after(60)));
    world.store.drift_waiver_delete(waiver.id, vec![]).await.map(drop).unwrap();
    assert!(world.store.drift_waiver_delete(waiver.id, vec![]).await.unwrap_err().is_not_found());
}
