//! Reads a device to follow it from there on.

use shelly_types::DeviceStatus;
use shelly_types::wire::Wire as _;

use super::{Device, Dialect, Intent};
use crate::{Error, Follower, Gen1Follower, Memory, Urgency, family::Family, gen2::status};

impl Device {
    /// What every component does now, and what is needed to follow the device on from there, for the background. What
    /// carries it does not matter, so a device that is heard over a broker can be read over HTTP.
    pub async fn begin_to_follow(&self) -> Result<(DeviceStatus, Memory), Error> {
        self.confirm(Intent::Read, Urgency::Background).await?;
        let question = Box::pin(async {
            Ok(match &self.dialect {
                Dialect::Gen1(gen1) => {
                    let status = gen1.status().await?;
                    let follower = Gen1Follower::new(self.identity.model.code(), &status);
                    let follower = follower.with_mode(self.identity.profile.clone());
                    (status, Memory::Gen1(Box::new(follower)))
                }
                Dialect::Rpc(gen2) => {
                    let document = gen2.whole_status().await?;
                    (status(&document), Memory::Rpc(Follower::new(&document.to_json())))
                }
            })
        });
        self.ask(Intent::Read, Urgency::Background, question).await
    }
}
