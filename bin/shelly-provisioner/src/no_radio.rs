//! A host without a radio: an agent there sees its networks, and no access points.

use wifi_control::{AccessPoint, Error, Join, Joined, Remembered, WifiControl};

/// No radio at all.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NoRadio;

/// Stands where the name of the interface would.
const NONE: &str = "(none)";

fn refused<T>() -> Result<T, Error> {
    Err(Error::NoInterface { interface: NONE.to_owned() })
}

impl WifiControl for NoRadio {
    fn interface(&self) -> &str {
        NONE
    }

    async fn scan(&self) -> Result<Vec<AccessPoint>, Error> {
        refused()
    }

    async fn remember(&self) -> Result<Remembered, Error> {
        Ok(Remembered::default())
    }

    async fn join(&self, _: &Join) -> Result<Joined, Error> {
        refused()
    }

    async fn is_joined(&self, _: &Joined) -> Result<bool, Error> {
        Ok(false)
    }

    async fn restore(&self, _: &Remembered) -> Result<(), Error> {
        Ok(())
    }
}
