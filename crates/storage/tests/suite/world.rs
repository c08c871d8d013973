//! A store on a fresh database, and records to put into it.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::{Connection, SqliteConnection, connection::SimpleConnection};
use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection};
use fleet_model::{
    Actor, DeviceRecord, FleetEvent, GroupId, GroupRecord, IdGen, LocationId, LocationRecord, LocationRef, NewEvent,
    SequenceIds,
};
use secrets::Keyring;
use shelly_types::{Firmware, Generation, Identity, Mac, Model};
use storage::{Options, Store};
use test_db::TestDatabase;

/// A store on a fresh database.
pub(crate) struct World {
    pub(crate) store: Store,
    pub(crate) database: TestDatabase,
    pub(crate) ids: SequenceIds,
}

impl World {
    pub(crate) async fn on(database: TestDatabase) -> Self {
        let url = database.url().parse().expect("the URL of a test database");
        let store = Store::open(&url, Keyring::generate(&mut rand::rng()), Options::default()).await;
        Self { store: store.expect("a fresh database opens"), database, ids: SequenceIds::default() }
    }

    /// Another store on the same database, as another program would have it.
    pub(crate) async fn neighbour(&self) -> Store {
        let url = self.database.url().parse().expect("the URL of a test database");
        Store::open(&url, self.store.keyring().clone(), Options::default()).await.expect("it opens twice")
    }

    pub(crate) async fn device(&self, number: u32) -> DeviceRecord {
        self.store.device_insert(device(number), Vec::new()).await.expect("a new device").value
    }

    /// A group that is not stored.
    pub(crate) fn new_group(&self, name: &str) -> GroupRecord {
        GroupRecord {
            id: GroupId::new(&self.ids),
            name: name.to_owned(),
            rank: 0,
            query: None,
            members: 0,
            by_hand: 0,
            created_at: now(),
            revision: 0,
        }
    }

    pub(crate) async fn group(&self, name: &str) -> GroupRecord {
        self.store.group_insert(self.new_group(name), Vec::new()).await.expect("a new group").value
    }

    /// A location, in another one if there is one around it.
    pub(crate) async fn location(&self, name: &str, parent: Option<LocationId>) -> LocationRecord {
        let location = LocationRecord {
            id: LocationId::new(&self.ids),
            name: name.to_owned(),
            parent,
            time_zone: None,
            devices: 0,
            created_at: now(),
            revision: 0,
        };
        self.store.location_insert(location, Vec::new()).await.expect("a new location").value
    }

    /// Puts a device into a location.
    pub(crate) async fn put(&self, number: u32, location: &LocationRecord) -> DeviceRecord {
        let device = self.store.device_get(mac(number)).await.expect("an answer").expect("a device");
        let location = Some(LocationRef { id: location.id, name: location.name.clone() });
        let device = DeviceRecord { location, ..device };
        self.store.device_update(device, Vec::new()).await.expect("a device that is put").value
    }

    /// Runs statements behind the store's back.
    pub(crate) async fn execute(&self, statements: &str) {
        if let Some(path) = self.database.url().strip_prefix("sqlite://") {
            let mut connection = SqliteConnection::establish(path).expect("the file opens");
            SimpleConnection::batch_execute(&mut connection, statements).expect("they run");
        } else {
            let mut connection = AsyncPgConnection::establish(self.database.url()).await.expect("the server answers");
            connection.batch_execute(statements).await.expect("they run");
        }
    }

    pub(crate) fn ids(&self) -> &dyn IdGen {
        &self.ids
    }
}

/// A moment with microseconds, so that their loss is seen.
pub(crate) fn now() -> DateTime<Utc> {
    DateTime::from_timestamp_micros(1_764_021_600_123_456).expect("a moment in 2025")
}

pub(crate) fn after(seconds: i64) -> DateTime<Utc> {
    now() + TimeDelta::seconds(seconds)
}

pub(crate) fn mac(number: u32) -> Mac {
    let [a, b, c, d] = number.to_be_bytes();
    Mac::new([0xC4, 0x5B, a, b, c, d])
}

pub(crate) fn identity(number: u32) -> Identity {
    Identity {
        mac: mac(number),
        generation: Generation(u8::try_from(number % 4 + 1).expect("1 to 4")),
        model: Model::new("SNSW-001X16EU"),
        firmware: Firmware::new("20241011-114455/1.4.4-g6d2a586"),
        host_name: Some(format!("shellyplus1-{}", mac(number).to_string().to_lowercase())),
        app: Some("Plus1".to_owned()),
        name: Some(format!("Lamp {number:05}")),
        profile: None,
        auth_required: false,
    }
}

pub(crate) fn device(number: u32) -> DeviceRecord {
    DeviceRecord::adopt(&identity(number), format!("192.0.2.{}:80", number % 250), now(), now())
}

pub(crate) fn event(number: u32) -> NewEvent {
    NewEvent::of_device(now(), &Actor::System, mac(number), FleetEvent::DriftCleared)
}

/// Runs each test on both databases. A test takes the world by reference.
macro_rules! on_both_databases {
    ($($test:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                let world = crate::world::World::on(test_db::TestDatabase::sqlite()).await;
                super::$test(&world).await;
            })*
        }

        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                let Some(database) = test_db::TestDatabase::postgres_or_skip() else { return };
                let world = crate::world::World::on(database).await;
                super::$test(&world).await;
            })*
        }
    };
}

pub(crate) use on_both_databases;
