//! Stores what many units of jobs report at the same time in one transaction.

use std::sync::{Mutex, MutexGuard, PoisonError};

use storage::UnitProgress;
use tokio::sync::oneshot;

use crate::{Error, ErrorKind, Fleet};

/// Progress that waits to be stored. Who comes first stores what has gathered, for all who wait.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    waiting: Mutex<Vec<Waiting>>,
    storing: tokio::sync::Mutex<()>,
}

#[derive(Debug)]
struct Waiting {
    progress: UnitProgress,
    told: oneshot::Sender<Stored>,
}

/// Whether the unit was still ours, or why nothing was stored.
type Stored = Result<bool, String>;

impl Progress {
    fn waiting(&self) -> MutexGuard<'_, Vec<Waiting>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Fleet {
    /// Stores the progress of a unit before it goes on. It is an error when the unit is not ours any more.
    pub(crate) async fn unit_progress(&self, progress: UnitProgress) -> Result<(), Error> {
        let mac = progress.hold.mac;
        let (told, mut stored) = oneshot::channel();
        self.progress().waiting().push(Waiting { progress, told });
        let ours = {
            let _storing = self.progress().storing.lock().await;
            let before = stored.try_recv();
            if before.is_err() {
                self.progress_store().await;
            }
            before.or_else(|_| stored.try_recv())
        };
        match ours {
            Ok(Ok(true)) => Ok(()),
            Ok(Ok(false)) => Err(Error::new(
                format!("device {mac} was taken over by another manager meanwhile"),
                ErrorKind::Conflict,
            )),
            Ok(Err(why)) => Err(Error::internal("store the progress of a job", why)),
            Err(gone) => Err(Error::internal("store the progress of a job", gone)),
        }
    }

    /// Stores everything that waits, and tells those who wait.
    async fn progress_store(&self) {
        let waiting = std::mem::take(&mut *self.progress().waiting());
        let (progress, told): (Vec<_>, Vec<_>) =
            waiting.into_iter().map(|waiting| (waiting.progress, waiting.told)).unzip();
        let stored = match self.store().units_progress(progress).await {
            Ok(done) => {
                self.publish(done.events);
                done.value.into_iter().map(Ok).collect()
            }
            Err(error) => vec![Err(Error::from(error).chain()); told.len()],
        };
        for (told, stored) in told.into_iter().zip(stored) {
            // Who does not wait any more was cancelled.
            let _ = told.send(stored);
        }
    }
}
