//! Reads whole documents of devices without a device, to measure and to test what reading costs.

use shelly_gen1::settings::Mode;
use shelly_types::{
    DeviceStatus, Identity,
    wire::{AsSent, Wire},
};
use sync_engine::Observed;

use crate::{gen1, gen2};

/// `/status` of Gen1; none when the bytes are no such document.
pub fn gen1_status(bytes: &[u8], identity: &Identity) -> Option<DeviceStatus> {
    let document = shelly_gen1::Status::from_json(serde_json::from_slice(bytes).ok()?).ok()?;
    let mode = identity.profile.clone().map(Mode::from);
    Some(gen1::status(&document, mode.as_ref()))
}

/// The answer of `Shelly.GetStatus`; none when the bytes are no such document.
pub fn gen2_status(bytes: &[u8]) -> Option<DeviceStatus> {
    let document = shelly_gen2_rpc::DeviceStatus::from_json(serde_json::from_slice(bytes).ok()?).ok()?;
    Some(gen2::status(&document))
}

/// `/settings` of Gen1 as settings; none when the bytes are no such document.
pub fn gen1_settings(bytes: &[u8], identity: &Identity) -> Option<Observed> {
    let document = AsSent::from_json(serde_json::from_slice(bytes).ok()?).ok()?;
    Some(gen1::observe(identity, &document))
}

/// The answer of `Shelly.GetConfig` as settings; none when the bytes are no such document.
pub fn gen2_settings(bytes: &[u8], identity: &Identity) -> Option<Observed> {
    let document = AsSent::from_json(serde_json::from_slice(bytes).ok()?).ok()?;
    Some(gen2::observe(identity, &document))
}
