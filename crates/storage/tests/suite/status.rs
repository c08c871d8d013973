//! Readings: the newest of each device, many at once.

use std::{collections::BTreeMap, time::Instant};

use fleet_model::PageRequest;
use fleet_query::Query;
use shelly_types::{ComponentKey, ComponentStatus, DeviceStatus, status::SwitchStatus};
use storage::StatusWrite;

use crate::world::{World, after, event, mac, now, on_both_databases};

on_both_databases!(the_newest_reading_is_kept, many_readings_are_one_transaction);

fn reading(number: u32, on: bool, seconds: i64, changed: bool) -> StatusWrite {
    let switch = ComponentStatus::Switch(Box::new(SwitchStatus { output: Some(on), ..SwitchStatus::default() }));
    let components = BTreeMap::from([(ComponentKey::instance("switch", 0), switch)]);
    StatusWrite { changed, ..StatusWrite::new(mac(number), DeviceStatus { components }, after(seconds)) }
}

async fn the_newest_reading_is_kept(world: &World) {
    world.device(1).await;
    assert_eq!(world.store.device_status_get(mac(1)).await.unwrap(), None);
    let first = reading(1, true, 1, true);
    world.store.device_status_set(first.clone(), vec![event(1)]).await.map(drop).unwrap();
    // Unchanged: only the times move.
    world.store.device_status_set(reading(1, true, 2, false), vec![]).await.map(drop).unwrap();
    let stored = world.store.device_status_get(mac(1)).await.unwrap().unwrap();
    assert_eq!((&stored.status, stored.changed_at, stored.read_at), (&*first.status, after(1), after(2)));
    let restart = StatusWrite { restart_required: Some(true), ..reading(1, false, 3, true) };
    world.store.device_status_set(restart.clone(), vec![]).await.map(drop).unwrap();
    assert_eq!(world.store.device_status_get(mac(1)).await.unwrap().unwrap().status, *restart.status);
    let device = world.store.device_get(mac(1)).await.unwrap().unwrap();
    assert_eq!((device.last_seen_at, device.restart_required, device.revision), (Some(after(3)), true, 1));
    // A changed reading is an answer, whether or not its time is stored as the last one.
    let unseen = StatusWrite { seen: false, ..reading(1, true, 4, true) };
    world.store.device_status_set(unseen, vec![]).await.map(drop).unwrap();
    assert_eq!(world.store.device_status_get(mac(1)).await.unwrap().unwrap().read_at, after(4));
    assert_eq!(world.store.device_get(mac(1)).await.unwrap().unwrap().last_seen_at, Some(after(3)));
    assert_eq!(world.store.events_since(0, 10).await.unwrap().len(), 1);
}

/// Also says how long a thousand readings take, for the person who looks.
async fn many_readings_are_one_transaction(world: &World) {
    for number in 0..1100 {
        world.device(number).await;
    }
    let writes = (0..1200).map(|number| reading(number, true, 1, true)).collect();
    let begin = Instant::now();
    let events = (0..3).map(event).collect();
    assert_eq!(world.store.device_status_set_many(writes, events).await.unwrap().events.len(), 3);
    println!("1200 readings in {:?}", begin.elapsed());
    let stored = world.store.device_statuses((0..1200).map(mac).collect()).await.unwrap();
    assert_eq!(stored.len(), 1100, "devices that are not ours are left out");
    assert!(stored.iter().all(|status| status.changed_at == after(1) && status.read_at != now()));
    let begin = Instant::now();
    let page = world.store.devices_page(Query::everything(), now(), PageRequest::default()).await.unwrap();
    println!("a page of {} devices in {:?}", page.items.len(), begin.elapsed());
}
