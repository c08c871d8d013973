//! Keys of networks and passwords that devices are about to get (C11, D4): sealed, and never lost while in doubt.

use capability_config::SecretText;
use fleet_model::{JobId, NetworkKey, PasswordChange, PasswordState};
use shelly_types::Credentials;

use crate::world::{World, after, event, mac, now, on_both_databases};

on_both_databases!(keys_of_networks_come_and_go, a_password_in_doubt_is_kept_until_it_is_proven);

fn key(text: &str) -> SecretText {
    SecretText::new(text)
}

async fn keys_of_networks_come_and_go(world: &World) {
    let store = &world.store;
    let set = |ssid: &str, key| store.network_set(ssid.to_owned(), key, now(), vec![event(1)]);
    assert_eq!(set("house", Some(key("planted-key"))).await.unwrap().events.len(), 1);
    let _ = set("guests", None).await.unwrap();
    assert_eq!(store.network_key("house").await.unwrap(), Some(NetworkKey::Key(key("planted-key"))));
    assert_eq!(store.network_key("guests").await.unwrap(), Some(NetworkKey::Open), "open");
    assert_eq!(store.network_key("other").await.unwrap(), None);
    let _ = set("house", Some(key("another-key"))).await.unwrap();
    assert_eq!(store.network_key("house").await.unwrap(), Some(NetworkKey::Key(key("another-key"))));
    let known: Vec<_> = store.networks_all().await.unwrap().into_iter().map(|one| (one.ssid, one.is_open)).collect();
    assert_eq!(known, [("guests".to_owned(), true), ("house".to_owned(), false)]);
    let _ = store.network_delete("house".to_owned(), vec![]).await.unwrap();
    assert!(store.network_delete("house".to_owned(), vec![]).await.unwrap_err().is_not_found());
}

fn change(job_id: JobId, password: Option<SecretText>) -> PasswordChange {
    let (state, created_at) = (PasswordState::Planned, now());
    PasswordChange { mac: mac(1), job_id, user: "admin".to_owned(), password, state, created_at }
}

async fn a_password_in_doubt_is_kept_until_it_is_proven(world: &World) {
    let store = &world.store;
    world.device(1).await;
    let old = Credentials::new("admin", "planted-old");
    let _ = store.device_password_set(mac(1), old.clone(), now(), vec![]).await.unwrap();
    let (first, second) = (JobId::new(world.ids()), JobId::new(world.ids()));
    let planned = change(first, Some(key("planted-new")));
    store.password_changes_plan(vec![planned.clone()]).await.unwrap();
    assert_eq!(store.password_change(mac(1)).await.unwrap(), Some(planned.clone()));
    assert_eq!(store.device_credentials(mac(1)).await.unwrap(), Some(old.clone()), "the old one is used");
    assert!(!store.password_change_state(mac(1), second, PasswordState::Sent).await.unwrap(), "of another job");
    assert!(store.password_change_state(mac(1), first, PasswordState::Sent).await.unwrap());
    assert_eq!(store.passwords_in_doubt(vec![mac(1), mac(2)]).await.unwrap(), [mac(1)]);
    // Another job does not overwrite what the device may have.
    store.password_changes_plan(vec![change(second, Some(key("planted-other")))]).await.unwrap();
    let kept = PasswordChange { state: PasswordState::Sent, ..planned };
    assert_eq!(store.password_change(mac(1)).await.unwrap(), Some(kept));
    let new = Credentials::new("admin", "planted-new");
    let done = store.password_change_proven(mac(1), first, Some(new.clone()), after(1), vec![event(1)]).await.unwrap();
    assert!(done.value && done.events.len() == 1);
    assert_eq!(store.device_credentials(mac(1)).await.unwrap(), Some(new));
    assert_eq!(store.password_change(mac(1)).await.unwrap().unwrap().state, PasswordState::Proven);
    // What is proven is in nobody's way.
    store.password_changes_plan(vec![change(second, None)]).await.unwrap();
    let _ = store.password_change_proven(mac(1), second, None, after(2), vec![]).await.unwrap();
    assert_eq!(store.device_credentials(mac(1)).await.unwrap(), None);
    store.password_change_delete(mac(1), first).await.unwrap();
    assert!(store.password_change(mac(1)).await.unwrap().is_some(), "that of another job stays");
    store.password_change_delete(mac(1), second).await.unwrap();
    assert_eq!(store.password_change(mac(1)).await.unwrap(), None);
}
