//! Locations and what is in them.

use std::collections::BTreeMap;

use fleet_model::{DeviceRecord, LayerId, LayerScope, LocationRecord};
use storage::Kind;

use crate::world::{World, mac, now, on_both_databases};

on_both_databases!(places_are_around_places, a_device_is_under_the_places_around_it);

async fn places_are_around_places(world: &World) {
    world.device(1).await;
    let house = world.location("house", None).await;
    let hall = world.location("hall", Some(house.id)).await;
    assert_eq!((hall.parent, hall.revision), (Some(house.id), 1));
    let device = world.put(1, &hall).await;
    assert_eq!(device.location.as_ref().map(|place| place.name.as_str()), Some("hall"));
    let vienna = LocationRecord { time_zone: Some("Europe/Vienna".parse().unwrap()), ..house.clone() };
    let stored = world.store.location_update(vienna.clone(), vec![]).await.unwrap().value;
    assert_eq!((stored.time_zone.clone(), stored.revision), (vienna.time_zone.clone(), 2));
    assert!(world.store.location_update(house.clone(), vec![]).await.unwrap_err().is_conflict(), "it is an old one");
    let taken = LocationRecord { name: "house".to_owned(), ..hall.clone() };
    assert!(world.store.location_update(taken, vec![]).await.unwrap_err().is_conflict(), "the name is taken");
    let all = world.store.locations_all().await.unwrap();
    assert_eq!(
        all.iter().map(|place| (place.name.as_str(), place.devices)).collect::<Vec<_>>(),
        [("hall", 1), ("house", 0)]
    );

    let error = world.store.location_delete(house.id, vec![]).await.unwrap_err();
    assert!(matches!(error.kind(), Kind::Invalid { .. }), "{error:?}");
    world.store.location_delete(hall.id, vec![]).await.map(drop).unwrap();
    let device = world.store.device_get(mac(1)).await.unwrap().unwrap();
    assert_eq!(device.location, None, "the device stays");
    world.store.location_delete(house.id, vec![]).await.map(drop).unwrap();
    assert!(world.store.location_delete(house.id, vec![]).await.unwrap_err().is_not_found());
    let nowhere =
        DeviceRecord { location: Some(fleet_model::LocationRef { id: house.id, name: String::new() }), ..device };
    assert!(world.store.device_update(nowhere, vec![]).await.unwrap_err().is_not_found());
}

/// F4: the layer of an inner place is stronger than that of the place around it.
async fn a_device_is_under_the_places_around_it(world: &World) {
    world.device(1).await;
    world.device(2).await;
    let house = world.location("house", None).await;
    let hall = world.location("hall", Some(house.id)).await;
    let garden = world.location("garden", None).await;
    world.put(1, &hall).await;
    world.put(2, &garden).await;
    for place in [&house, &hall, &garden] {
        let wish = BTreeMap::from([("sys.device.eco_mode".parse().unwrap(), true.into())]);
        let (id, scope) = (LayerId::new(world.ids()), LayerScope::Location(place.id));
        world.store.layer_set(id, scope, wish, None, now(), vec![]).await.map(drop).unwrap();
    }
    let layers = world.store.layers_for_devices(vec![mac(1)]).await.unwrap();
    let mut found: Vec<(String, u32)> = layers
        .iter()
        .map(fleet_model::LayerRecord::to_engine)
        .map(|layer| (layer.scope.to_string(), layer.rank))
        .collect();
    found.sort();
    assert_eq!(found, [("location:hall".to_owned(), 1), ("location:house".to_owned(), 0)]);
    let tree = fleet_model::LocationTree::new(world.store.locations_all().await.unwrap());
    assert_eq!(world.store.location_devices(tree.within(house.id)).await.unwrap(), [mac(1)]);
    let found = world.store.devices_matching("location:house".parse().unwrap(), now()).await.unwrap();
    assert_eq!(found.iter().map(|device| device.mac).collect::<Vec<_>>(), [mac(1)]);
    world.store.location_delete(hall.id, vec![]).await.map(drop).unwrap();
    assert_eq!(world.store.layers_all().await.unwrap().len(), 2, "a layer goes with its place");
}
