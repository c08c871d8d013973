//! Scripts, stored values and other resources: which are read of a device, and for whom.

use std::collections::BTreeSet;

use capability_config::{ResourceKind, Settings};
use fleet_model::SnapshotRecord;
use shelly_driver::Wanted;
use shelly_types::{ComponentKey, Mac};
use sync_engine::Plan;

use crate::{Error, Fleet, wishes::Wishes};

/// Kinds of resources.
pub(crate) type Kinds = BTreeSet<ResourceKind>;

impl Fleet {
    /// What is read along with the configuration of a device: the kinds of which something is wished there, and these.
    pub(crate) async fn wanted(&self, wishes: &Wishes, mac: Mac, also: &Kinds) -> Result<Wanted, Error> {
        let kinds = kinds_wanted(wishes, mac, also);
        if kinds.is_empty() {
            return Ok(Wanted::default());
        }
        let last = self.store().snapshot_latest(mac).await?;
        Ok(wanted_of(wishes, mac, kinds, last.as_ref()))
    }
}

/// The kinds of which something is wished of a device, and these.
pub(crate) fn kinds_wanted(wishes: &Wishes, mac: Mac, also: &Kinds) -> Kinds {
    let mut kinds = wishes.resource_kinds(mac);
    kinds.extend(also);
    kinds
}

/// These kinds, with what is wished of them and what they were when they were last read.
pub(crate) fn wanted_of(wishes: &Wishes, mac: Mac, kinds: Kinds, last: Option<&SnapshotRecord>) -> Wanted {
    let components: Vec<ComponentKey> = kinds.iter().map(|kind| kind.component()).collect();
    let wished = wishes.resolve(mac, &components).settings;
    let wished: Settings = wished.into_iter().map(|(path, resolved)| (path, resolved.value)).collect();
    let none = Settings::new();
    Wanted::new(kinds, &wished, last.map_or(&none, |last| &last.settings))
}

/// The kinds of resources that a plan changes or relies on.
pub(crate) fn kinds_of_plan(plan: &Plan) -> Kinds {
    let changed = plan.changes().map(|change| &change.path);
    changed.chain(plan.relies_on.keys()).filter_map(|path| ResourceKind::of(path.component().kind())).collect()
}
