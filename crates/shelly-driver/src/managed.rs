//! Scripts, stored values, schedules, webhooks, actions and virtual components as settings of a device.
//!
//! They cost requests of their own, so they are read along with a configuration only where someone [wants](Wanted) them.

mod jobs;
mod read;
mod write;

use std::collections::{BTreeMap, BTreeSet};

use capability_config::{Resource, ResourceKind, SettingValue, Settings, Support};
use sync_engine::Observed;

use self::jobs::KnownJob;
use crate::{Class, Device, Error};

/// Which resources are read along with a configuration, and what is known of those that a device does not name.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    kinds: BTreeSet<ResourceKind>,
    jobs: Vec<KnownJob>,
    /// By kind and name whether it is hidden.
    hidden: BTreeMap<(ResourceKind, String), bool>,
}

impl Wanted {
    /// These kinds. `wished` is what they should be and `last` what was shown when they were last read: a job of the
    /// schedule has no name on the device, and what is wished as a secret is not shown.
    pub fn new(kinds: BTreeSet<ResourceKind>, wished: &Settings, last: &Settings) -> Self {
        let mut hidden = BTreeMap::new();
        for settings in [last, wished] {
            for (path, value) in settings {
                let Some((resource, field)) = Resource::of(path) else { continue };
                let Some((shown, hides)) = resource.kind.hiding() else { continue };
                if *value != SettingValue::Null && (field == hides || field == shown) {
                    hidden.insert((resource.kind, resource.name.to_owned()), field == hides);
                }
            }
        }
        // A secret that is no longer wished is still on the device; a text that was shown may become a secret.
        Self { kinds, jobs: jobs::known(wished, last), hidden }
    }

    /// Every kind, as for a snapshot of the whole device.
    #[must_use]
    pub fn with_all(mut self) -> Self {
        self.kinds = ResourceKind::ALL.into_iter().collect();
        self
    }

    /// The kinds.
    pub fn kinds(&self) -> &BTreeSet<ResourceKind> {
        &self.kinds
    }

    /// Whether a resource is hidden, as far as that was said.
    fn is_hidden(&self, kind: ResourceKind, name: &str) -> Option<bool> {
        self.hidden.get(&(kind, name.to_owned())).copied()
    }
}

impl Device {
    /// Has resources read along with each configuration from now on.
    pub fn want(&mut self, wanted: Wanted) {
        self.wanted = wanted;
    }

    /// Adds the resources that are wanted to what was shown. A kind that the device does not have stays away, so that
    /// a wish for it finds no component.
    pub(crate) async fn add_resources(&self, observed: &mut Observed) -> Result<(), Error> {
        let is_gen1 = self.identity.generation.is_gen1();
        let kinds = self.wanted.kinds.iter().copied().filter(|kind| (*kind == ResourceKind::Actions) == is_gen1);
        let mut has_some = false;
        for kind in kinds {
            match self.read_kind(kind).await {
                Ok(settings) => {
                    observed.settings.extend(settings);
                    observed.components.push(kind.component());
                    has_some = true;
                }
                // No such method; Gen1 knows actions since firmware 1.8.
                Err(error) if error.class() == Class::Unsupported => {}
                Err(error) if is_gen1 && error.class() == Class::Refused => {}
                Err(error) => return Err(error),
            }
        }
        if has_some {
            let known = &observed.support;
            let (generation, model, firmware) = (known.generation(), known.model().clone(), known.firmware().clone());
            observed.support = Support::new(generation, model, firmware, observed.components.iter().cloned());
        }
        Ok(())
    }
}
