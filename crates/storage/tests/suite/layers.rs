//! Layers of wishes (F1): one per scope, compared and set, secrets sealed.

use std::collections::BTreeMap;

use capability_config::{SecretText, SettingSelector, SettingValue};
use fleet_model::{LayerId, LayerScope};
use storage::Kind;

use crate::world::{World, after, event, mac, now, on_both_databases};

on_both_databases!(wishes_are_stated_and_taken_back, a_device_is_under_its_layers, two_writers_do_not_lose_a_wish);

fn wishes(list: &[(&str, SettingValue)]) -> BTreeMap<SettingSelector, SettingValue> {
    list.iter().map(|(selector, value)| (selector.parse().expect("a selector"), value.clone())).collect()
}

async fn wishes_are_stated_and_taken_back(world: &World) {
    let list = SettingValue::from(vec!["a".into(), 1.0.into(), SettingValue::Null]);
    let stated = wishes(&[
        ("switch:*.auto_off_delay", 300.0.into()),
        ("sys.device.eco_mode", true.into()),
        ("wifi.sta.pass", SettingValue::Secret(SecretText::new("planted-wifi-key"))),
        ("mqtt.topic_prefix", SettingValue::Null),
        ("sys.sntp.servers", list),
    ]);
    let id = LayerId::new(world.ids());
    let set = world.store.layer_set(id, LayerScope::Fleet, stated.clone(), Some(0), now(), vec![event(1)]).await;
    let layer = set.unwrap().value;
    assert_eq!((layer.id, layer.revision, &layer.settings), (id, 1, &stated));
    assert_eq!(world.store.layer_get(LayerScope::Fleet).await.unwrap(), Some(layer));

    let more = wishes(&[("switch:*.auto_off_delay", 60.0.into())]);
    let other = LayerId::new(world.ids());
    let layer = world.store.layer_set(other, LayerScope::Fleet, more, None, after(1), vec![]).await.unwrap().value;
    assert_eq!((layer.id, layer.revision, layer.updated_at), (id, 2, after(1)), "a scope has one layer");
    assert_eq!(layer.settings.len(), 5);
    let selectors: Vec<SettingSelector> =
        ["switch:*.auto_off_delay", "switch:9.name"].iter().map(|text| text.parse().unwrap()).collect();
    let layer = world.store.layer_clear(LayerScope::Fleet, selectors, Some(2), after(2), vec![]).await.unwrap().value;
    assert_eq!((layer.settings.len(), layer.revision), (4, 3));

    let hidden = wishes(&[("wifi.sta.pass", SettingValue::Hidden)]);
    let error = world.store.layer_set(other, LayerScope::Fleet, hidden, None, now(), vec![]).await.unwrap_err();
    assert!(matches!(error.kind(), Kind::Invalid { .. }));
    let nobody = world.store.layer_set(other, LayerScope::Device(mac(5)), stated, None, now(), vec![]).await;
    assert!(nobody.unwrap_err().is_not_found(), "a device that is not ours has no wishes");
}

async fn a_device_is_under_its_layers(world: &World) {
    world.device(1).await;
    world.device(2).await;
    let (garage, cellar) = (world.group("garage").await, world.group("cellar").await);
    world.store.group_members_change(garage.id, vec![mac(1)], vec![], vec![]).await.map(drop).unwrap();
    let scopes = [
        LayerScope::Device(mac(1)),
        LayerScope::Device(mac(2)),
        LayerScope::Group(garage.id),
        LayerScope::Group(cellar.id),
        LayerScope::Fleet,
    ];
    for scope in scopes {
        let id = LayerId::new(world.ids());
        let wish = wishes(&[("sys.device.eco_mode", true.into())]);
        world.store.layer_set(id, scope, wish, None, now(), vec![]).await.map(drop).unwrap();
    }
    let layers = world.store.layers_for_devices(vec![mac(1)]).await.unwrap();
    let found: Vec<LayerScope> = layers.iter().map(|layer| layer.scope).collect();
    assert_eq!(found, [LayerScope::Fleet, LayerScope::Group(garage.id), LayerScope::Device(mac(1))]);
    assert_eq!(layers[1].to_engine().scope, sync_engine::Scope::Group("garage".into()));
    assert_eq!(world.store.layers_all().await.unwrap().len(), 5);
    world.store.group_delete(garage.id, vec![]).await.map(drop).unwrap();
    world.store.device_delete(mac(2), vec![]).await.map(drop).unwrap();
    assert_eq!(world.store.layers_all().await.unwrap().len(), 3, "layers go with what they are for");
}

async fn two_writers_do_not_lose_a_wish(world: &World) {
    let set = |key: String, revision| {
        let wish = wishes(&[(key.as_str(), true.into())]);
        world.store.layer_set(LayerId::new(world.ids()), LayerScope::Fleet, wish, revision, now(), vec![])
    };
    set("sys.a".to_owned(), None).await.map(drop).unwrap();
    let both = tokio::join!(set("sys.b".to_owned(), Some(1)), set("sys.c".to_owned(), Some(1)));
    let refused = [both.0.map(drop), both.1.map(drop)]
        .into_iter()
        .filter(|result| result.as_ref().is_err_and(storage::Error::is_conflict));
    assert_eq!(refused.count(), 1);
    let many = futures::future::join_all((0..8).map(|number| set(format!("sys.n{number}"), None))).await;
    assert!(many.iter().all(Result::is_ok));
    let layer = world.store.layer_get(LayerScope::Fleet).await.unwrap().unwrap();
    assert_eq!((layer.settings.len(), layer.revision), (10, 10));
}
