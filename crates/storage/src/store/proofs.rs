//! Proofs of secrets that cannot be read back.

use std::collections::{BTreeMap, HashMap};

use capability_config::SettingPath;
use fleet_model::SettingProof;
use shelly_types::Mac;

use super::{Result, Store, read, write};

impl Store {
    /// The digests of the secrets that devices are proven to have. A device without any is left out.
    pub async fn proofs_of(&self, macs: Vec<Mac>) -> Result<HashMap<Mac, BTreeMap<SettingPath, String>>> {
        read!(self, "read proofs of secrets", proofs::of(&macs))
    }

    /// Remembers proofs; older ones of the same settings are replaced.
    pub async fn proofs_set(&self, proofs: Vec<SettingProof>) -> Result<()> {
        write!(self, "store proofs of secrets", proofs::set(&proofs))
    }

    /// Forgets all proofs of a device, as after a factory reset.
    pub async fn proofs_clear(&self, mac: Mac) -> Result<()> {
        write!(self, "forget proofs of secrets", proofs::clear(mac))
    }
}
