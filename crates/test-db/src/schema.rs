//! A schema of its own in a PostgreSQL server.

use std::{
    sync::atomic::{AtomicU32, Ordering},
    time::{SystemTime, UNIX_EPOCH},
};

use tokio_postgres::NoTls;

use crate::cluster::Unavailable;

/// A schema; it and all that is in it are removed when this value is dropped.
#[derive(Debug)]
pub(crate) struct Schema {
    server: String,
    name: String,
}

impl Schema {
    pub(crate) fn create(server: &str) -> Result<Self, Unavailable> {
        static SERIAL: AtomicU32 = AtomicU32::new(0);
        let serial = SERIAL.fetch_add(1, Ordering::Relaxed);
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
        let name = format!("test_{}_{now}_{serial}", std::process::id());
        execute(server, &format!("CREATE SCHEMA {name}")).map_err(Unavailable::NoAnswer)?;
        Ok(Self { server: server.to_owned(), name })
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn url(&self) -> String {
        let separator = if self.server.contains('?') { '&' } else { '?' };
        format!("{}{separator}options=-c%20search_path%3D{}", self.server, self.name)
    }
}

impl Drop for Schema {
    #[expect(clippy::print_stderr, reason = "a schema that stays behind is worth a line in the output of the tests")]
    fn drop(&mut self) {
        if let Err(error) = execute(&self.server, &format!("DROP SCHEMA {} CASCADE", self.name)) {
            eprintln!("the schema {} could not be removed: {error}", self.name);
        }
    }
}

/// Runs a statement on a thread of its own: the caller may be inside a runtime, which must not be blocked by another one.
fn execute(server: &str, statement: &str) -> Result<(), String> {
    let work = || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| error.to_string())?;
        runtime.block_on(async {
            let connected = tokio_postgres::connect(server, NoTls).await;
            let (client, connection) = connected.map_err(|error| chain(&error))?;
            let driver = tokio::spawn(connection);
            let done = client.batch_execute(statement).await.map_err(|error| chain(&error));
            drop(client);
            // It ends when the client is gone; how it ends tells nothing about the statement.
            let _ = driver.await;
            done
        })
    };
    std::thread::scope(|scope| scope.spawn(work).join()).unwrap_or_else(|_| Err("the thread panicked".to_owned()))
}

fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}
