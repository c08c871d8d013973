//! Names what an owner makes on a device: scripts, stored values, webhooks, schedules, actions, virtual components.
//!
//! Each is a few settings below its name: `scripts.NAME.code`. So layers, drift, plans and snapshots treat them as they
//! treat every setting.

mod name;
mod table;

use std::sync::LazyLock;

use rustc_hash::FxHashMap;
use shelly_types::ComponentKey;

use crate::{SettingFacts, SettingPath, SettingSelector, SettingValue};

pub use name::{encode_name, shown_name};
pub use table::secret_in_url;

/// The field that says whether only ours may be there: `scripts.exclusive`.
const EXCLUSIVE: &str = "exclusive";

/// What an owner makes on a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ResourceKind {
    /// Stored values by key; Gen2 and later.
    Kvs,
    /// Virtual components by name; Gen2 and later.
    Virtuals,
    /// Scripts by name; Gen2 and later.
    Scripts,
    /// Jobs of the schedule by the name we gave; Gen2 and later.
    Schedules,
    /// Webhooks by name; Gen2 and later.
    Webhooks,
    /// Actions by event and channel; Gen1.
    Actions,
}

/// A resource: its kind and the name as it is written in a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Resource<'a> {
    /// The kind.
    pub kind: ResourceKind,
    /// The name, encoded.
    pub name: &'a str,
}

impl ResourceKind {
    /// All, in the order in which they are written: what others use comes first.
    pub const ALL: [Self; 6] =
        [Self::Kvs, Self::Virtuals, Self::Scripts, Self::Schedules, Self::Webhooks, Self::Actions];

    /// The kind of the component that stands for it: `scripts`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Kvs => "kvs",
            Self::Virtuals => "virtuals",
            Self::Scripts => "scripts",
            Self::Schedules => "schedules",
            Self::Webhooks => "webhooks",
            Self::Actions => "actions",
        }
    }

    /// The kind that this component stands for.
    pub fn of(component: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == component)
    }

    /// The component that stands for it.
    pub fn component(self) -> ComponentKey {
        ComponentKey::single(self.as_str())
    }

    /// The setting `field` of the resource of this name, which is encoded.
    pub fn path(self, name: &str, field: &str) -> SettingPath {
        SettingPath::new(self.component(), format!("{name}.{field}"))
    }

    /// The setting that says whether only ours may be there.
    pub fn exclusive(self) -> SettingPath {
        SettingPath::new(self.component(), EXCLUSIVE)
    }

    /// Fields of which one makes a resource: while all of them are null there is none.
    pub fn makers(self) -> &'static [&'static str] {
        match self {
            Self::Kvs => &["value", "json", "secret"],
            Self::Virtuals => &["type"],
            Self::Scripts => &["code", "secret_code"],
            Self::Schedules => &["timespec"],
            Self::Webhooks | Self::Actions => &["urls", "secret_urls"],
        }
    }

    /// Of the same thing the field that shows it and the one that hides it, in this order.
    pub fn hiding(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Kvs => Some(("value", "secret")),
            Self::Scripts => Some(("code", "secret_code")),
            Self::Webhooks | Self::Actions => Some(("urls", "secret_urls")),
            Self::Virtuals | Self::Schedules => None,
        }
    }
}

impl<'a> Resource<'a> {
    /// The resource of a setting, and the field within it. None for other settings.
    pub fn of(path: &'a SettingPath) -> Option<(Self, &'a str)> {
        Self::split(path.component().kind(), path.field())
    }

    /// The same for what a layer names.
    pub fn of_selector(selector: &'a SettingSelector) -> Option<(Self, &'a str)> {
        Self::split(selector.kind(), selector.field())
    }

    fn split(kind: &str, field: &'a str) -> Option<(Self, &'a str)> {
        let kind = ResourceKind::of(kind)?;
        let (name, field) = field.split_once('.')?;
        Some((Self { kind, name }, field))
    }

    /// A setting of it.
    pub fn path(self, field: &str) -> SettingPath {
        self.kind.path(self.name, field)
    }
}

/// The facts of a setting of a resource, whatever its name.
pub(crate) fn facts_of(kind: &str, field: &str) -> Option<&'static SettingFacts> {
    static BY_FIELD: LazyLock<FxHashMap<(&str, &str), &SettingFacts>> =
        LazyLock::new(|| resource_facts().iter().map(|row| ((row.kind, row.field), row)).collect());
    ResourceKind::of(kind)?;
    if field == EXCLUSIVE {
        return BY_FIELD.get(&(kind, EXCLUSIVE)).copied();
    }
    let (name, field) = field.split_once('.')?;
    BY_FIELD.get(&(kind, field)).copied().filter(|row| row.field != EXCLUSIVE && !name.is_empty())
}

/// What is true of the fields of resources, without a name: `code` of `scripts`.
pub fn resource_facts() -> &'static [SettingFacts] {
    static ALL: LazyLock<Vec<SettingFacts>> = LazyLock::new(table::rows);
    &ALL
}

/// Why a value would show a secret, where its setting shows it; and the setting that hides it.
pub(crate) fn shows_secret(selector: &SettingSelector, value: &SettingValue) -> Option<String> {
    let (resource, field) = Resource::of_selector(selector)?;
    let (shown, hidden) = resource.kind.hiding()?;
    let SettingValue::List(items) = value else { return None };
    let has_secret = items.iter().filter_map(SettingValue::as_text).any(secret_in_url);
    (field == shown && has_secret).then(|| resource.path(hidden).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Supported, check, facts};

    /// K2, K5, K6, K8: every kind has facts, whatever the name.
    #[test]
    fn settings_of_resources_are_known() {
        for path in [
            "scripts.watch-dog.code",
            "scripts.a%20b.running",
            "kvs.price%2Elow.value",
            "webhooks.Bell.urls",
            "schedules.morning.timespec",
            "actions.switch_on:0.urls",
            "virtuals.level.type",
            "scripts.exclusive",
        ] {
            let path: SettingPath = path.parse().unwrap();
            assert!(facts(path.component().kind(), path.field()).is_some(), "{path}");
        }
        for path in ["scripts.code", "scripts.a.b.code", "scripts.a.exclusive", "kvs.a"] {
            let path: SettingPath = path.parse().unwrap();
            assert!(facts(path.component().kind(), path.field()).is_none(), "{path}");
        }
    }

    #[test]
    fn a_resource_is_read_from_its_setting() {
        let path: SettingPath = "scripts.watch.code".parse().unwrap();
        let (resource, field) = Resource::of(&path).unwrap();
        assert_eq!((resource.kind, resource.name, field), (ResourceKind::Scripts, "watch", "code"));
        assert_eq!(resource.path("enable").to_string(), "scripts.watch.enable");
        assert_eq!(Resource::of(&"scripts.exclusive".parse().unwrap()), None);
        assert_eq!(Resource::of(&"switch:0.name".parse().unwrap()), None);
    }

    #[test]
    fn wishes_are_checked() {
        let wish = |path: &str, value: SettingValue| check(&path.parse().unwrap(), value);
        assert!(wish("scripts.a.code", "let x = 1;".into()).is_ok());
        assert!(wish("scripts.a.code", SettingValue::Null).is_ok(), "it shall not be there");
        assert!(matches!(wish("kvs.a.secret", "hush".into()), Ok(SettingValue::Secret(_))));
        assert!(wish("kvs.a.value", 7.0.into()).is_ok() && wish("kvs.a.value", true.into()).is_ok());
        assert!(wish("kvs.a.json", "{\"b\": 1}".into()).is_ok());
        assert!(wish("scripts.a.hash", "x".into()).is_err(), "it is only shown");
        assert!(wish("scripts.exclusive", "mine".into()).is_err() && wish("scripts.exclusive", true.into()).is_ok());
    }

    #[test]
    fn a_password_in_an_address_has_its_own_setting() {
        let urls = |url: &str| SettingValue::from(vec![url.into()]);
        let path = "webhooks.Bell.urls".parse().unwrap();
        assert!(check(&path, urls("http://hub.lan/ring?who=door")).is_ok());
        let refused = check(&path, urls("http://me:planted@hub.lan/ring")).unwrap_err().to_string();
        assert!(refused.contains("webhooks.Bell.secret_urls") && !refused.contains("planted"), "{refused}");
    }

    #[test]
    fn what_is_not_there_can_be_made() {
        use shelly_types::{Firmware, Generation, Model};
        let of = |generation, component: ResourceKind| {
            let model = Model::new("S3SW-001P16EU");
            crate::Support::new(generation, model, Firmware::new("1.4.4"), [component.component()])
        };
        let path = "scripts.a.code".parse().unwrap();
        let shown = [("scripts.b.code".parse().unwrap(), "x".into())].into_iter().collect();
        assert_eq!(of(Generation::GEN3, ResourceKind::Scripts).of(&path, &shown), Supported::Yes);
        assert_eq!(of(Generation::GEN3, ResourceKind::Kvs).of(&path, &shown), Supported::NoSuchComponent);
        assert_eq!(of(Generation::GEN1, ResourceKind::Scripts).of(&path, &shown), Supported::NotOnThisGeneration);
    }
}
