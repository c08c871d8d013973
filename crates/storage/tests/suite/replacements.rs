//! One device in the place of another: everything goes over in one transaction, and comes back (J11, B11).

use std::collections::BTreeMap;

use capability_config::{SecretText, SettingValue};
use fleet_model::{DeviceRecord, JobId, LayerId, LayerScope, PageRequest, PowerSource, VariableScope};
use fleet_query::Query;
use shelly_types::Mac;
use storage::{RecordsMove, ReplacementWrite};

use crate::{
    jobs::{finished, running},
    world::{World, after, device, event, mac, now, on_both_databases},
};

on_both_databases!(
    what_people_decided_goes_over_and_comes_back,
    what_is_foreseen_does_not_happen,
    a_retired_device_can_return,
    a_device_that_is_gone_fails_its_unit,
);

const OLD: u32 = 1;
const NEW: u32 = 2;
const FED: u32 = 3;

async fn get(world: &World, number: u32) -> Option<DeviceRecord> {
    world.store.device_get(mac(number)).await.unwrap()
}

fn wishes() -> BTreeMap<capability_config::SettingSelector, SettingValue> {
    BTreeMap::from([
        ("switch:0.name".parse().unwrap(), "Pump".into()),
        ("mqtt.pass".parse().unwrap(), SettingValue::Secret(SecretText::new("planted"))),
    ])
}

/// A device with all that people can give one, and a fresh one.
async fn house(world: &World) {
    for number in [OLD, NEW, FED] {
        world.device(number).await;
    }
    let cellar = world.location("cellar", None).await;
    world.put(OLD, &cellar).await;
    let old = get(world, OLD).await.unwrap();
    let old = DeviceRecord { label: Some("Pump".to_owned()), critical: true, tags: vec!["wet".to_owned()], ..old };
    world.store.device_update(old, vec![]).await.map(drop).unwrap();
    let new = get(world, NEW).await.unwrap();
    let new = DeviceRecord { label: Some("Spare".to_owned()), tags: vec!["box".to_owned()], ..new };
    world.store.device_update(new, vec![]).await.map(drop).unwrap();
    let fed = get(world, FED).await.unwrap();
    let source = PowerSource { mac: mac(OLD), component: "switch:0".parse().unwrap() };
    world.store.device_update(DeviceRecord { powered_by: Some(source), ..fed }, vec![]).await.map(drop).unwrap();
    let (pumps, spares) = (world.group("pumps").await, world.group("spares").await);
    world.store.group_members_change(pumps.id, vec![mac(OLD)], vec![], vec![]).await.map(drop).unwrap();
    world.store.group_members_change(spares.id, vec![mac(NEW)], vec![], vec![]).await.map(drop).unwrap();
    let scope = LayerScope::Device(mac(OLD));
    world.store.layer_set(LayerId::new(world.ids()), scope, wishes(), None, now(), vec![]).await.map(drop).unwrap();
    let scope = LayerScope::Device(mac(NEW));
    let own = BTreeMap::from([("switch:0.name".parse().unwrap(), "Spare".into())]);
    world.store.layer_set(LayerId::new(world.ids()), scope, own, None, now(), vec![]).await.map(drop).unwrap();
    let limit = BTreeMap::from([("limit".parse().unwrap(), 40.0.into())]);
    let scope = VariableScope::Device(mac(OLD));
    world.store.variables_change(scope, limit, vec![], now(), vec![]).await.map(drop).unwrap();
}

fn write(world: &World, job: JobId) -> ReplacementWrite {
    let layer = LayerId::new(world.ids());
    ReplacementWrite { job, former: mac(OLD), successor: mac(NEW), wishes: wishes(), layer, at: now() }
}

async fn carry(world: &World, records: impl FnOnce(JobId) -> RecordsMove) -> JobId {
    let (job, hold) = running(world, mac(NEW)).await;
    world.store.units_progress(vec![finished(hold, Some(records(job)))]).await.map(drop).unwrap();
    job
}

async fn wished(world: &World, number: u32) -> BTreeMap<capability_config::SettingSelector, SettingValue> {
    let layer = world.store.layer_get(LayerScope::Device(mac(number))).await.unwrap();
    layer.map(|layer| layer.settings).unwrap_or_default()
}

fn groups(device: &DeviceRecord) -> Vec<&str> {
    device.groups.iter().map(|group| group.name.as_str()).collect()
}

async fn variables(world: &World) -> Vec<VariableScope> {
    world.store.variables_all().await.unwrap().into_iter().map(|variable| variable.scope).collect()
}

async fn what_people_decided_goes_over_and_comes_back(world: &World) {
    house(world).await;
    let before = (get(world, OLD).await.unwrap(), get(world, NEW).await.unwrap());
    world.store.events_append(vec![event(OLD)]).await.map(drop).unwrap();

    let job = carry(world, |job| RecordsMove::Replace(write(world, job))).await;
    let new = get(world, NEW).await.unwrap();
    assert_eq!((new.label.as_deref(), new.critical, new.tags.clone()), (Some("Pump"), true, vec!["wet".to_owned()]));
    assert_eq!(
        (groups(&new), new.location.clone().map(|place| place.name)),
        (vec!["pumps"], Some("cellar".to_owned()))
    );
    assert_eq!(wished(world, NEW).await, wishes(), "sealed for the new one, and opened");
    assert_eq!(variables(world).await, [VariableScope::Device(mac(NEW))]);
    assert_eq!(get(world, FED).await.unwrap().powered_by.unwrap().mac, mac(NEW));
    assert_eq!(new.model, before.1.model, "what it is stays");

    assert_eq!(get(world, OLD).await, None, "it is retired");
    let all: Vec<Mac> = world.store.devices_all().await.unwrap().into_iter().map(|device| device.mac).collect();
    assert_eq!(all, [mac(NEW), mac(FED)]);
    assert_eq!(world.store.fleet_counts().await.unwrap().devices, 2);
    assert_eq!(world.store.devices_at(vec![before.0.endpoint.clone()]).await.unwrap(), []);
    let tagged = world.store.devices_matching("tag:wet".parse::<Query>().unwrap(), now()).await.unwrap();
    assert_eq!(tagged.into_iter().map(|device| device.mac).collect::<Vec<_>>(), [mac(NEW)]);
    assert_eq!(world.store.device_kept(mac(OLD)).await.unwrap().unwrap().label.as_deref(), Some("Pump"));
    let told = world.store.replacements_of(mac(NEW)).await.unwrap();
    assert_eq!((told[0].former, told[0].former_name.as_str(), told[0].undone_at), (mac(OLD), "Pump", None));
    assert_eq!(world.store.replacements_of(mac(OLD)).await.unwrap(), told);
    let history = world.store.events_page(Some(mac(NEW)), PageRequest::first(10)).await.unwrap().items;
    assert!(history.iter().any(|told| told.mac == Some(mac(OLD))), "the history goes on: {history:?}");

    carry(world, |_| RecordsMove::PutBack { job, layer: LayerId::new(world.ids()), at: after(5) }).await;
    let (old, new) = (get(world, OLD).await.unwrap(), get(world, NEW).await.unwrap());
    let as_before = |now: DeviceRecord, before: &DeviceRecord| {
        let (revision, drift, drift_checked_at) = (before.revision, before.drift, before.drift_checked_at);
        assert_eq!(DeviceRecord { revision, drift, drift_checked_at, ..now }, *before);
    };
    as_before(old, &before.0);
    as_before(new, &before.1);
    assert_eq!(wished(world, OLD).await, wishes());
    assert_eq!(wished(world, NEW).await.len(), 1);
    assert_eq!(variables(world).await, [VariableScope::Device(mac(OLD))]);
    assert_eq!(get(world, FED).await.unwrap().powered_by.unwrap().mac, mac(OLD));
    assert_eq!(world.store.replacements_of(mac(NEW)).await.unwrap()[0].undone_at, Some(after(5)));
    let history = world.store.events_page(Some(mac(NEW)), PageRequest::first(10)).await.unwrap().items;
    assert!(history.iter().all(|told| told.mac == Some(mac(NEW))), "{history:?}");
}

async fn what_is_foreseen_does_not_happen(world: &World) {
    house(world).await;
    let before = (get(world, OLD).await, get(world, NEW).await, wished(world, NEW).await);
    let seen = world.store.replacement_foresee(write(world, JobId::new(world.ids()))).await.unwrap().unwrap();
    assert_eq!(
        (seen.record.mac, seen.record.label.as_deref(), groups(&seen.record)),
        (mac(NEW), Some("Pump"), vec!["pumps"])
    );
    assert_eq!(seen.layers[0].settings, wishes());
    assert!(seen.variables.iter().all(|variable| variable.scope == VariableScope::Device(mac(NEW))));
    assert_eq!((get(world, OLD).await, get(world, NEW).await, wished(world, NEW).await), before);
    let missing = ReplacementWrite { former: mac(77), ..write(world, JobId::new(world.ids())) };
    assert_eq!(world.store.replacement_foresee(missing).await.unwrap(), None);
}

/// B11: what was retired and is taken in again is a device like others, with what was kept of it.
async fn a_retired_device_can_return(world: &World) {
    house(world).await;
    carry(world, |job| RecordsMove::Replace(write(world, job))).await;
    let back = world.store.device_insert(device(OLD), vec![]).await.unwrap().value;
    assert_eq!((back.mac, back.label, back.tags.len()), (mac(OLD), None, 0));
    assert_eq!(get(world, NEW).await.unwrap().label.as_deref(), Some("Pump"), "the other keeps its place");
    assert!(world.store.device_insert(device(OLD), vec![]).await.is_err(), "it is there");
}

async fn a_device_that_is_gone_fails_its_unit(world: &World) {
    house(world).await;
    let (job, hold) = running(world, mac(NEW)).await;
    world.store.device_delete(mac(OLD), vec![]).await.map(drop).unwrap();
    let records = RecordsMove::Replace(write(world, job));
    world.store.units_progress(vec![finished(hold, Some(records))]).await.map(drop).unwrap();
    let unit = world.store.job_unit(job, mac(NEW)).await.unwrap().unwrap();
    assert_eq!(unit.state, fleet_model::UnitState::Failed);
    assert!(unit.reason.unwrap().contains("not there any more"));
    assert_eq!(get(world, NEW).await.unwrap().label.as_deref(), Some("Spare"));
}
