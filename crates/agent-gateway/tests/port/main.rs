//! Agents that speak the generated client, against the real port, on both databases.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking")]

mod agent;
mod enrolment;
mod flood;
mod radios;
mod relays;
mod sessions;
mod sights;
mod tasks;
mod world;

/// Makes a test of each function on SQLite, and one on PostgreSQL where `TEST_DATABASE_URL` names a server.
macro_rules! on_both_databases {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        mod $name {
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                super::$name(&mut crate::world::World::on(test_db::TestDatabase::sqlite()).await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                let Some(database) = test_db::TestDatabase::postgres_or_skip() else { return };
                super::$name(&mut crate::world::World::on(database).await).await;
            }
        }
    )*};
}

use on_both_databases;
