//! Tokens, sign-in codes, credentials and passwords (T3, D1).

use chrono::TimeDelta;
use fleet_model::{CredentialId, CredentialRecord, DeviceRecord, Permission, TokenId, TokenRecord};
use secrets::{ApiToken, OneTimeCode, Secret};
use shelly_types::Credentials;

use crate::world::{World, after, event, mac, now, on_both_databases};

on_both_databases!(
    a_token_is_found_by_its_hash,
    a_code_is_taken_once,
    credentials_keep_their_order,
    a_device_is_opened_by_its_own_password_first,
);

async fn a_token_is_found_by_its_hash(world: &World) {
    let secret = ApiToken::generate(&mut rand::rng());
    let token = TokenRecord {
        id: TokenId::new(world.ids()),
        name: "dashboard".to_owned(),
        permission: Permission::Control,
        created_at: now(),
        last_used_at: None,
        expires_at: Some(after(60)),
    };
    let stored = world.store.token_insert(token.clone(), secret.hash(), vec![event(1)]).await.unwrap().value;
    assert_eq!(stored, token);
    let again = ApiToken::generate(&mut rand::rng());
    let same_name = TokenRecord { id: TokenId::new(world.ids()), ..token.clone() };
    assert!(world.store.token_insert(same_name, again.hash(), vec![]).await.unwrap_err().is_conflict());
    assert_eq!(world.store.token_by_hash(again.hash()).await.unwrap(), None);
    world.store.token_touch(token.id, after(5)).await.unwrap();
    let found = world.store.token_by_hash(secret.hash()).await.unwrap().unwrap();
    assert_eq!(
        (found.last_used_at, found.is_valid(after(59)), found.is_valid(after(60))),
        (Some(after(5)), true, false)
    );
    assert_eq!(world.store.tokens_all().await.unwrap(), [found]);
    world.store.token_delete(token.id, vec![]).await.map(drop).unwrap();
    assert!(world.store.token_delete(token.id, vec![]).await.unwrap_err().is_not_found());
}

async fn a_code_is_taken_once(world: &World) {
    let codes: Vec<OneTimeCode> = (0..2).map(|_| OneTimeCode::generate(&mut rand::rng())).collect();
    for code in &codes {
        world.store.sign_in_code_set(code.issue(now(), TimeDelta::minutes(5))).await.unwrap();
    }
    let take = |index: usize, seconds| world.store.sign_in_code_take(codes[index].clone(), after(seconds));
    assert!(!take(0, 1).await.unwrap(), "the newer code replaced it");
    assert!(!take(1, 300).await.unwrap(), "it has ended");
    assert!(take(1, 299).await.unwrap());
    assert!(!take(1, 299).await.unwrap(), "once");
}

async fn credentials_keep_their_order(world: &World) {
    let mut ids = Vec::new();
    for label in ["home", "office", "old"] {
        let id = CredentialId::new(world.ids());
        let record =
            CredentialRecord { id, label: label.to_owned(), user: "admin".to_owned(), position: 7, created_at: now() };
        let password = Secret::new(format!("{label}-password"));
        let stored = world.store.credential_insert(record.clone(), password, vec![]).await.unwrap().value;
        assert_eq!(stored, CredentialRecord { position: u32::try_from(ids.len()).unwrap(), ..record });
        ids.push(id);
    }
    let order = vec![ids[2], ids[0]];
    let ordered = world.store.credentials_reorder(order, vec![event(1)]).await.unwrap().value;
    assert_eq!(ordered.iter().map(|record| record.label.as_str()).collect::<Vec<_>>(), ["old", "home", "office"]);
    assert_eq!(world.store.credentials_all().await.unwrap(), ordered);
    let open = world.store.credentials_open().await.unwrap();
    assert_eq!(open[0].1, Credentials::new("admin", "old-password"));
    world.store.credential_delete(ids[2], vec![]).await.map(drop).unwrap();
    assert_eq!(world.store.credentials_open().await.unwrap().len(), 2);
}

async fn a_device_is_opened_by_its_own_password_first(world: &World) {
    let device = world.device(1).await;
    assert_eq!(world.store.device_credentials(mac(1)).await.unwrap(), None);
    let id = CredentialId::new(world.ids());
    let record =
        CredentialRecord { id, label: "home".to_owned(), user: "me".to_owned(), position: 0, created_at: now() };
    world.store.credential_insert(record, Secret::from("common"), vec![]).await.map(drop).unwrap();
    let opened = DeviceRecord { credential_id: Some(id), ..device };
    world.store.device_update(opened, vec![]).await.map(drop).unwrap();
    assert_eq!(world.store.device_credentials(mac(1)).await.unwrap(), Some(Credentials::new("me", "common")));
    for password in ["first", "own"] {
        let own = Credentials::new("admin", password);
        world.store.device_password_set(mac(1), own, now(), vec![]).await.map(drop).unwrap();
    }
    assert_eq!(world.store.device_credentials(mac(1)).await.unwrap(), Some(Credentials::new("admin", "own")));
    world.store.device_password_clear(mac(1), vec![]).await.map(drop).unwrap();
    assert_eq!(world.store.device_password(mac(1)).await.unwrap(), None);
    world.store.credential_delete(id, vec![]).await.map(drop).unwrap();
    assert_eq!(world.store.device_get(mac(1)).await.unwrap().unwrap().credential_id, None);
    let nobody = world.store.device_password_set(mac(2), Credentials::new("admin", "x"), now(), vec![]).await;
    assert!(nobody.unwrap_err().is_not_found());
}
