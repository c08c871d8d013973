//! Has a device fetch and install firmware from an address that it can reach.

use crate::{
    Device, Error, Urgency,
    device::{Dialect, Intent},
};

impl Device {
    /// Tells it to fetch the firmware at `url`, over plain HTTP, and to install it.
    ///
    /// Nothing is proven by its answer, which may also be missing: it fetches and checks the file afterwards, restarts,
    /// and then says itself which firmware it runs (gen1 protocol 8, gen2 protocol 11). Leave it alone meanwhile.
    ///
    /// # Errors
    /// Why it did not begin.
    pub async fn install_from(&self, url: &str) -> Result<(), Error> {
        self.confirm(Intent::Write, Urgency::Background).await?;
        let question = Box::pin(async {
            match &self.dialect {
                Dialect::Gen1(gen1) => gen1.install_from(url).await,
                Dialect::Rpc(gen2) => gen2.install_from(url).await,
            }
        });
        self.ask(Intent::Write, Urgency::Background, question).await?;
        self.guard().doubt();
        Ok(())
    }
}
