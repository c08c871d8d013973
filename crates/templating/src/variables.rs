//! The variables of one device, by where they are from.

use std::{collections::BTreeMap, fmt, sync::Arc};

use capability_config::SettingValue;

/// Where a variable is from: the first part of its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Namespace {
    /// The device, with what is known of it.
    Device,
    /// Its groups.
    Group,
    /// The location it is in, and those around that.
    Location,
    /// The fleet.
    Fleet,
    /// Secrets.
    Vault,
}

/// What is known under a name.
#[derive(Debug, Clone, PartialEq)]
pub enum Entry {
    /// This value.
    Value(SettingValue),
    /// Different values, said by these, of which none is stronger.
    Disputed(Vec<String>),
}

/// The variables of one device. Cloning is cheap.
#[derive(Debug, Clone, Default)]
pub struct Variables {
    spaces: BTreeMap<Namespace, Arc<BTreeMap<String, Entry>>>,
}

impl Namespace {
    /// Every one.
    pub const ALL: [Self; 5] = [Self::Device, Self::Group, Self::Location, Self::Fleet, Self::Vault];

    /// As it is written in a template.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Device => "device",
            Self::Group => "group",
            Self::Location => "location",
            Self::Fleet => "fleet",
            Self::Vault => "vault",
        }
    }
}

impl Variables {
    /// The same variables with one more, which replaces one of the same name.
    pub fn set(&mut self, namespace: Namespace, name: impl Into<String>, entry: Entry) {
        Arc::make_mut(self.spaces.entry(namespace).or_default()).insert(name.into(), entry);
    }

    /// Takes over all variables of a namespace.
    pub fn set_all(&mut self, namespace: Namespace, entries: Arc<BTreeMap<String, Entry>>) {
        self.spaces.insert(namespace, entries);
    }

    pub(crate) fn space(&self, namespace: Namespace) -> Arc<BTreeMap<String, Entry>> {
        self.spaces.get(&namespace).cloned().unwrap_or_default()
    }
}

impl fmt::Display for Namespace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
