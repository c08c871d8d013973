//! The whole configuration of a device.

use std::fmt;

use serde_json::{Value, json};
use shelly_types::wire::AsSent;
use sync_engine::Observed;

use crate::{gen1, gen2};

/// The whole configuration of a device.
#[derive(Debug, Clone)]
pub struct Configuration {
    /// Every setting, in the words of all generations.
    pub observed: Observed,
    /// As the device sent it.
    pub raw: RawConfiguration,
}

/// A configuration as the device sent it: one object, by endpoint of Gen1 or by component of later generations.
#[derive(Clone)]
pub struct RawConfiguration(Source);

#[derive(Clone)]
enum Source {
    Gen1(AsSent),
    Rpc(AsSent),
}

impl RawConfiguration {
    pub(crate) fn gen1(settings: AsSent) -> Self {
        Self(Source::Gen1(settings))
    }

    pub(crate) fn rpc(config: AsSent) -> Self {
        Self(Source::Rpc(config))
    }

    /// The document, without what must not be seen: some firmware shows passwords.
    pub fn document(&self) -> Value {
        match &self.0 {
            Source::Gen1(settings) => json!({ "/settings": gen1::masked(settings) }),
            Source::Rpc(config) => gen2::masked(config),
        }
    }
}

impl fmt::Debug for RawConfiguration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RawConfiguration").finish_non_exhaustive()
    }
}
