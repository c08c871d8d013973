//! The event log: rising numbers, no gaps for a reader that remembers the highest.

use fleet_model::{Actor, FleetEvent, NewEvent, PageRequest};

use crate::world::{World, event, mac, now, on_both_databases};

on_both_databases!(a_reader_misses_nothing, events_are_listed_newest_first);

async fn a_reader_misses_nothing(world: &World) {
    let neighbour = world.neighbour().await;
    let writers = futures::future::join_all((0..60).map(|number| {
        let store = if number % 2 == 0 { &world.store } else { &neighbour };
        store.events_append(vec![event(number), event(number)])
    }));
    let reader = async {
        let mut seen = Vec::new();
        while seen.len() < 120 {
            let last = seen.last().copied().unwrap_or(0);
            let new = world.store.events_since(last, 50).await.expect("events");
            seen.extend(new.iter().map(|event| event.seq));
            tokio::task::yield_now().await;
        }
        seen
    };
    let (written, seen) = tokio::join!(writers, reader);
    let mut written: Vec<i64> = written.into_iter().flat_map(Result::unwrap).map(|event| event.seq).collect();
    written.sort_unstable();
    assert_eq!(seen, written);
    assert_eq!(world.store.events_newest_seq().await.unwrap(), *seen.last().unwrap());
}

async fn events_are_listed_newest_first(world: &World) {
    assert_eq!(world.store.events_newest_seq().await.unwrap(), 0);
    let other = NewEvent::new(
        now(),
        &Actor::Local,
        FleetEvent::ScanFinished {
            id: fleet_model::ScanId::new(world.ids()),
            probed: 255,
            found: 1,
            error: Some("no \"route\"".to_owned()),
        },
    );
    let appended = world.store.events_append(vec![event(1), event(2), event(1), other]).await.unwrap();
    assert!(appended.is_sorted_by_key(|event| event.seq));
    assert_eq!(world.store.events_since(0, 10).await.unwrap(), appended);
    let page = world.store.events_page(None, PageRequest::first(3)).await.unwrap();
    assert_eq!(page.items, [appended[3].clone(), appended[2].clone(), appended[1].clone()]);
    let request = PageRequest { cursor: page.next, limit: Some(3) };
    assert_eq!(world.store.events_page(None, request).await.unwrap().items, [appended[0].clone()]);
    let of_one = world.store.events_page(Some(mac(1)), PageRequest::default()).await.unwrap();
    assert_eq!(of_one.items, [appended[2].clone(), appended[0].clone()]);
}
