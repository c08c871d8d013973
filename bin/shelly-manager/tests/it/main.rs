//! Journeys through the real program, with simulated devices.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of tests fail by panicking, and say why")]

mod access;
mod agent;
mod agents;
mod bad_devices;
mod bad_input;
mod chaos;
mod cli;
mod database;
mod drift;
mod expected;
mod gateway;
mod gateway_tls;
mod hundreds;
mod jobs;
mod layers;
mod live;
mod made;
mod manager;
mod memory;
mod moves;
mod mqtt;
mod mqtt_alone;
mod network;
mod offline;
mod passwords;
mod program;
mod provisioning;
mod queries;
mod readdress;
mod relays;
mod repairs;
mod replace;
mod resources;
mod retention;
mod rules;
mod secrets;
mod sources;
mod support;
mod templates;
mod tls;
mod verdicts;

/// Makes a test of each journey on SQLite, and one on PostgreSQL where `TEST_DATABASE_URL` names a server.
macro_rules! on_each_database {
    ($($(#[$doc:meta])* $journey:ident)*) => {$(
        $(#[$doc])*
        mod $journey {
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                super::$journey(crate::database::Database::Sqlite).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                let Some(database) = crate::database::Database::postgres() else { return };
                super::$journey(database).await;
            }
        }
    )*};
}

use on_each_database;
