//! Secrets are in no file in the clear (D1), and damaged rows are named.

use std::collections::BTreeMap;

use capability_config::{SecretText, SettingValue, Settings};
use diesel::{Connection, SqliteConnection, connection::SimpleConnection};
use fleet_model::{
    CredentialId, CredentialRecord, JobId, LayerId, LayerScope, PasswordChange, PasswordState, SnapshotCause,
    SnapshotId, SnapshotRecord,
};
use secrets::{ApiToken, Keyring, OneTimeCode, Secret};
use serde_json::json;
use shelly_types::Credentials;
use storage::{Kind, Options, Store};
use sync_engine::Fingerprint;
use test_db::TestDatabase;

use crate::world::{World, mac, now};

const PLANTED: [&str; 7] = [
    "planted-device",
    "planted-common",
    "planted-wish",
    "planted-raw",
    "planted-kept",
    "planted-network",
    "planted-next",
];

async fn plant(world: &World) -> Vec<String> {
    let store = &world.store;
    world.device(1).await;
    let own = Credentials::new("admin", PLANTED[0]);
    store.device_password_set(mac(1), own, now(), vec![]).await.map(drop).expect("a password");
    let id = CredentialId::new(world.ids());
    let record =
        CredentialRecord { id, label: "all".to_owned(), user: "me".to_owned(), position: 0, created_at: now() };
    store.credential_insert(record, Secret::from(PLANTED[1]), vec![]).await.map(drop).expect("credentials");
    let secret = SettingValue::Secret(SecretText::new(PLANTED[2]));
    let wish = BTreeMap::from([("wifi.sta.pass".parse().expect("a selector"), secret.clone())]);
    let layer = store.layer_set(LayerId::new(world.ids()), LayerScope::Fleet, wish, None, now(), vec![]).await;
    layer.map(drop).expect("a wish");
    let settings = Settings::from([("wifi.sta.pass".parse().expect("a path"), secret)]);
    let snapshot = SnapshotRecord {
        id: SnapshotId::new(world.ids()),
        mac: mac(1),
        taken_at: now(),
        cause: SnapshotCause::Pull,
        fingerprint: Fingerprint::of(&settings),
        settings,
        kept: BTreeMap::from([("x.password".to_owned(), json!(PLANTED[4]))]),
        components: Vec::new(),
        raw: json!({ "wifi_ap": { "key": PLANTED[3] } }),
    };
    store.snapshot_append_if_changed(snapshot.into()).await.map(drop).expect("a snapshot");
    let network = store.network_set("house".to_owned(), Some(SecretText::new(PLANTED[5])), now(), vec![]);
    network.await.map(drop).expect("a network");
    let next = PasswordChange {
        mac: mac(1),
        job_id: JobId::new(world.ids()),
        user: "admin".to_owned(),
        password: Some(SecretText::new(PLANTED[6])),
        state: PasswordState::Sent,
        created_at: now(),
    };
    store.password_changes_plan(vec![next]).await.expect("a password to come");
    let code = OneTimeCode::generate(&mut rand::rng());
    store.sign_in_code_set(code.issue(now(), chrono::TimeDelta::minutes(5))).await.expect("a code");
    let token = ApiToken::generate(&mut rand::rng());
    let record = fleet_model::TokenRecord {
        id: fleet_model::TokenId::new(world.ids()),
        name: "t".to_owned(),
        permission: fleet_model::Permission::Read,
        created_at: now(),
        last_used_at: None,
        expires_at: None,
    };
    store.token_insert(record, token.hash(), vec![]).await.map(drop).expect("a token");
    let secrets = PLANTED.iter().map(ToString::to_string);
    secrets.chain([token.expose()[4..].to_owned(), code.expose(), code.expose().replace('-', "")]).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn d1_no_file_holds_a_secret_in_the_clear() {
    let world = World::on(TestDatabase::sqlite()).await;
    let secrets = plant(&world).await;
    let mut read = 0;
    for entry in std::fs::read_dir(world.database.folder().unwrap()).unwrap() {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        read += bytes.len();
        for secret in &secrets {
            let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!found, "{} holds {secret}", path.display());
        }
    }
    assert!(read > 100_000, "the database and its log were read");
    assert_eq!(world.store.device_password(mac(1)).await.unwrap().unwrap().expose_password(), PLANTED[0]);
    let newest = world.store.snapshot_latest(mac(1)).await.unwrap().unwrap();
    let snapshot = world.store.snapshot_get(newest.id).await.unwrap().unwrap();
    assert_eq!(snapshot.raw["wifi_ap"]["key"], PLANTED[3]);
    assert_eq!(snapshot.kept["x.password"], PLANTED[4]);
    assert!(snapshot.settings.values().all(|value| *value == SettingValue::Hidden));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_wrong_keys_open_nothing_and_say_so() {
    let world = World::on(TestDatabase::sqlite()).await;
    plant(&world).await;
    let url = world.database.url().parse().unwrap();
    let other = Store::open(&url, Keyring::generate(&mut rand::rng()), Options::default()).await.unwrap();
    let error = other.device_password(mac(1)).await.unwrap_err();
    let Kind::Corrupt { table: "device_secrets", column: "password", id, source } = error.kind() else {
        panic!("{error:?}")
    };
    assert_eq!(*id, mac(1).to_string());
    assert!(source.to_string().contains("needs the data key"), "{source}");
    assert!(other.layer_get(LayerScope::Fleet).await.is_err());
    assert!(other.credentials_open().await.is_err());
    assert_eq!(other.credentials_all().await.unwrap().len(), 1, "what is not secret is still read");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_row_is_named() {
    let world = World::on(TestDatabase::sqlite()).await;
    world.device(1).await;
    let path = world.database.url().strip_prefix("sqlite://").unwrap();
    let mut raw = SqliteConnection::establish(path).unwrap();
    raw.batch_execute("UPDATE devices SET state = 'sleepy'").unwrap();
    let error = world.store.device_get(mac(1)).await.unwrap_err();
    assert_eq!(error.to_string(), "read a device");
    assert_eq!(
        error.kind().to_string(),
        format!("the column devices.state of the row {} holds something unexpected", mac(1))
    );
}
