//! Gives a device the time, where it has no network to get it from.

use chrono::{DateTime, Utc};

use crate::{
    Device, Error, Urgency,
    device::{Dialect, Intent},
};

impl Device {
    /// Sets the clock. A device that reaches a time server corrects it by itself later.
    ///
    /// # Errors
    /// [`Error::Unsupported`] for Gen1, which takes the time from the network only; else why it was not done.
    pub async fn set_clock(&self, at: DateTime<Utc>) -> Result<(), Error> {
        let Dialect::Rpc(gen2) = &self.dialect else {
            let what = "be told the time".to_owned();
            return Err(Error::Unsupported { device: self.identity.mac, what });
        };
        self.confirm(Intent::Write, Urgency::Background).await?;
        let call = gen2.client().sys_set_time(at.timestamp() as f64);
        let question = Box::pin(async { call.await.map(drop).map_err(|source| Error::rpc("set the clock", source)) });
        self.ask(Intent::Write, Urgency::Background, question).await
    }
}
