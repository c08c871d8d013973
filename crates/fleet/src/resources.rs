//! Scripts, stored values and other resources: which are read of a device, and for whom.

use std::collections::BTreeSet;

use capability_config::{Resource, ResourceKind, Settings};
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

/// Of which resources a change is news.
#[derive(Debug, Default)]
pub(crate) struct Interest {
    /// All of these kinds.
    kinds: Kinds,
    /// Those of which something is wished, with the name as it is written in paths.
    named: BTreeSet<(ResourceKind, String)>,
}

impl Interest {
    /// Those of which something is wished of a device, and all of these kinds.
    pub(crate) fn of(wishes: &Wishes, mac: Mac, kinds: &Kinds) -> Self {
        let mut interest = Self { kinds: kinds.clone(), named: BTreeSet::new() };
        for selector in wishes.selectors(mac) {
            let Some(kind) = ResourceKind::of(selector.kind()) else { continue };
            match Resource::of_selector(selector) {
                Some((resource, _)) => drop(interest.named.insert((kind, resource.name.to_owned()))),
                // Who says that only ours may be there wants to know of the others.
                None => drop(interest.kinds.insert(kind)),
            }
        }
        interest
    }

    /// Whether a change of this one is news.
    pub(crate) fn is_in(&self, resource: Resource<'_>) -> bool {
        self.kinds.contains(&resource.kind) || self.named.contains(&(resource.kind, resource.name.to_owned()))
    }
}

/// The kinds of which something is wished of a device, and these.
pub(crate) fn kinds_wanted(wishes: &Wishes, mac: Mac, also: &Kinds) -> Kinds {
    let wished = wishes.selectors(mac).into_iter().filter_map(|selector| ResourceKind::of(selector.kind()));
    wished.chain(also.iter().copied()).collect()
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
    let changed = plan.changes().map(|change| change.path.component());
    changed.chain(plan.relies_on.components()).filter_map(|component| ResourceKind::of(component.kind())).collect()
}
