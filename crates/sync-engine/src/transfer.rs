//! Takes the configuration of one device over to another, also of another model or generation: what goes as it is, what
//! in another form, and what does not go, and why (J10, J11).
//!
//! Both devices are in the same words already, so most settings go under their own name. What is left are parts that the
//! other device does not have or has under another number, words and ranges of one generation, and what Gen1 keeps in
//! another place: its actions and timetables.

mod place;
mod resources;
mod timetable;
mod value;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use capability_config::{ResourceKind, SettingPath, SettingSelector, SettingValue, facts};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shelly_types::ComponentKey;

use crate::{
    Drift, NetworkSlot, NotApplicableReason, Observed, Origin, Resolution, Resolved, Scope,
    diff::{Setting, unsupported},
    plan::masked,
    same,
};

use self::{place::destination, value::Taken};

/// What becomes of every setting of a device when another one takes its place.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Transfer {
    /// Every setting of the former device, by path, each once.
    pub fields: Vec<TransferField>,
}

/// A setting of the former device.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TransferField {
    /// The setting.
    pub from: SettingPath,
    /// Its value on the former device. Secrets are hidden.
    pub value: SettingValue,
    /// What becomes of it.
    pub fate: Fate,
}

/// What becomes of a setting.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "fate", rename_all = "snake_case")]
pub enum Fate {
    /// It goes as it is.
    Kept,
    /// It goes under another name or with another value.
    Converted {
        /// What it becomes; nothing when the name of something else says it.
        to: Vec<TransferTarget>,
        /// In which way, in words.
        how: String,
    },
    /// It would go, and a wish says otherwise.
    Overruled {
        /// Who wishes.
        by: Origin,
        /// What.
        wish: SettingValue,
    },
    /// It does not go.
    Dropped {
        /// Why.
        why: WhyDropped,
    },
}

/// What a setting becomes on the other device.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TransferTarget {
    /// The setting.
    pub path: SettingPath,
    /// Its value.
    pub value: SettingValue,
}

/// Why a setting does not go.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum WhyDropped {
    /// The former device only reports it.
    ReadOnly,
    /// It names the former device.
    Identity,
    /// It says in which network the device is.
    Network,
    /// It is of the static address, which is left out.
    Address {
        /// Why.
        reason: String,
    },
    /// The other device keeps its own login.
    Login,
    /// The former device hides it, so it is not known.
    Secret,
    /// It needs a certificate that the owner put on the former device.
    Certificate,
    /// The resource of this name tells it.
    Covered,
    /// Another setting goes to the same place.
    Taken,
    /// The other device cannot have it.
    NotThere {
        /// Why.
        reason: NotApplicableReason,
    },
    /// The other device does not know this event, or cannot tell it in this way.
    Event {
        /// Why.
        reason: String,
    },
    /// The other device cannot have this value.
    Value {
        /// Why.
        reason: String,
    },
}

/// What is decided about a transfer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TransferOptions {
    /// What the former device is called in its network (hardware address, host name): a setting with one of these in it is
    /// of the former device alone.
    pub names: Vec<String>,
    /// Why the static address does not go; without a reason it goes.
    pub address_left: Option<String>,
}

/// Name of the layer that stands for the former device.
const LAYER: &str = "former device";

/// Fields of the first network that make a static address.
const ADDRESS: [&str; 5] = ["ipv4mode", "ip", "netmask", "gw", "nameserver"];

/// Takes the configuration of `former` over to the device that shows `to`.
pub fn transfer(former: &Observed, to: &Observed, options: &TransferOptions) -> Transfer {
    let mut fates: BTreeMap<SettingPath, Fate> = resources::fates(former, to);
    timetable::fates(former, to, &mut fates);
    for (path, value) in &former.settings {
        if !fates.contains_key(path) {
            fates.insert(path.clone(), fate_of(path, value, former, to, options));
        }
    }
    let mut taken = BTreeSet::new();
    let field = |(from, fate): (SettingPath, Fate)| {
        let value = former.settings.get(&from)?;
        let fate = unless_taken(fate, &from, &mut taken);
        Some(TransferField { value: masked(value), from, fate })
    };
    Transfer { fields: fates.into_iter().filter_map(field).collect() }
}

/// Takes the wishes for one device over to another. Gives those that go, and those that do not with the reason. A wish for
/// every part of a kind goes as it is.
pub fn transfer_wishes(
    wishes: &BTreeMap<SettingSelector, SettingValue>,
    former: &Observed,
    to: &Observed,
    options: &TransferOptions,
    is_template: impl Fn(&SettingValue) -> bool,
) -> (BTreeMap<SettingSelector, SettingValue>, Vec<(SettingSelector, WhyDropped)>) {
    let (mut gone, mut left) = (BTreeMap::new(), Vec::new());
    for (selector, wish) in wishes {
        let known = facts(selector.kind(), selector.field());
        let is_of_generation =
            known.is_none_or(|facts| if to.support.generation().is_gen1() { facts.gen1 } else { facts.rpc });
        if !is_of_generation {
            let reason = NotApplicableReason::NotOnThisGeneration;
            left.push((selector.clone(), WhyDropped::NotThere { reason }));
            continue;
        }
        let Some(path) = selector.as_path() else {
            gone.insert(selector.clone(), wish.clone());
            continue;
        };
        let is_resource = ResourceKind::of(path.component().kind()).is_some();
        if let Some(why) = address_left(&path, options) {
            left.push((selector.clone(), why));
            continue;
        }
        if is_resource && !to.components.contains(path.component()) {
            let reason = NotApplicableReason::NoSuchComponent;
            left.push((selector.clone(), WhyDropped::NotThere { reason }));
            continue;
        }
        let Some(place) = destination(path.component(), former, to).filter(|_| !is_resource) else {
            if is_resource {
                gone.insert(selector.clone(), wish.clone());
            } else {
                let reason = NotApplicableReason::NoSuchComponent;
                left.push((selector.clone(), WhyDropped::NotThere { reason }));
            }
            continue;
        };
        let target = SettingPath::new(place, path.field());
        let is_plain = !is_template(wish) && !matches!(wish, SettingValue::Secret(_));
        match if is_plain { value::taken(&target, wish, to) } else { Taken::AsItIs } {
            Taken::AsItIs => drop(gone.insert(SettingSelector::from(&target), wish.clone())),
            Taken::As(value, _) => drop(gone.insert(SettingSelector::from(&target), value)),
            Taken::Not(why) => left.push((selector.clone(), why)),
        }
    }
    (gone, left)
}

impl Transfer {
    /// The wish that the other device is as the former one was, with what is wished of it going before. What moves it to
    /// another network is left out of that.
    pub fn wish(&mut self, wished: &Resolution) -> Resolution {
        let origin = Origin { layer: LAYER.into(), scope: Scope::Device };
        let mut wish = Resolution { conflicts: wished.conflicts.clone(), ..Resolution::default() };
        wish.conflicts.retain(|conflict| !is_of_network(&conflict.path));
        for target in self.targets() {
            let (origin, agreeing, overruled) = (origin.clone(), Vec::new(), Vec::new());
            let resolved = Resolved { value: target.value, origin, agreeing, overruled };
            wish.settings.insert(target.path, resolved);
        }
        let wished = wished.settings.iter().filter(|(path, _)| !is_of_network(path));
        for (path, resolved) in wished {
            if let Some(before) = wish.settings.insert(path.clone(), resolved.clone())
                && !same(&before.value, &resolved.value)
            {
                self.overrule(path, resolved);
            }
        }
        wish
    }

    /// Notes what the other device cannot have, as the comparison with it says.
    pub fn settle(&mut self, drift: &Drift) {
        for wish in &drift.not_applicable {
            let reason = wish.reason.clone();
            for field in self.fields.iter_mut().filter(|field| field.goes_to(&wish.path)) {
                let is_last = match &mut field.fate {
                    Fate::Converted { to, .. } => {
                        to.retain(|target| target.path != wish.path);
                        to.is_empty()
                    }
                    Fate::Kept | Fate::Overruled { .. } | Fate::Dropped { .. } => true,
                };
                if is_last {
                    field.fate = Fate::Dropped { why: WhyDropped::NotThere { reason: reason.clone() } };
                }
            }
        }
    }

    /// What is to be on the other device.
    fn targets(&self) -> Vec<TransferTarget> {
        let targets = |field: &TransferField| match &field.fate {
            Fate::Kept => vec![TransferTarget { path: field.from.clone(), value: field.value.clone() }],
            Fate::Converted { to, .. } => to.clone(),
            Fate::Overruled { .. } | Fate::Dropped { .. } => Vec::new(),
        };
        self.fields.iter().flat_map(targets).collect()
    }

    fn overrule(&mut self, path: &SettingPath, resolved: &Resolved) {
        for field in self.fields.iter_mut().filter(|field| field.goes_to(path)) {
            let fate = Fate::Overruled { by: resolved.origin.clone(), wish: masked(&resolved.value) };
            match &mut field.fate {
                Fate::Converted { to, .. } if to.len() > 1 => to.retain(|target| target.path != *path),
                Fate::Kept | Fate::Converted { .. } => field.fate = fate,
                Fate::Overruled { .. } | Fate::Dropped { .. } => {}
            }
        }
    }
}

impl TransferField {
    fn goes_to(&self, path: &SettingPath) -> bool {
        match &self.fate {
            Fate::Kept => self.from == *path,
            Fate::Converted { to, .. } => to.iter().any(|target| target.path == *path),
            Fate::Overruled { .. } | Fate::Dropped { .. } => false,
        }
    }
}

/// What becomes of a setting that is of no resource.
fn fate_of(
    path: &SettingPath,
    value: &SettingValue,
    former: &Observed,
    to: &Observed,
    options: &TransferOptions,
) -> Fate {
    if let Some(why) = unmovable(path, value, former, options) {
        return Fate::Dropped { why };
    }
    let known = facts(path.component().kind(), path.field());
    let is_of_generation =
        known.is_none_or(|facts| if to.support.generation().is_gen1() { facts.gen1 } else { facts.rpc });
    let Some(place) = destination(path.component(), former, to) else {
        return not_there(if is_of_generation {
            NotApplicableReason::NoSuchComponent
        } else {
            NotApplicableReason::NotOnThisGeneration
        });
    };
    let target = SettingPath::new(place, path.field());
    if let Some(reason) = lacks(&target, to) {
        return not_there(reason);
    }
    match value::taken(&target, value, to) {
        Taken::Not(why) => Fate::Dropped { why },
        Taken::As(value, how) => Fate::Converted { to: vec![TransferTarget { path: target, value }], how },
        Taken::AsItIs if target == *path => Fate::Kept,
        Taken::AsItIs => {
            let how = format!("{} is {} there", path.component(), target.component());
            Fate::Converted { to: vec![TransferTarget { path: target, value: value.clone() }], how }
        }
    }
}

/// Why a setting goes to no other device.
fn unmovable(
    path: &SettingPath,
    value: &SettingValue,
    former: &Observed,
    options: &TransferOptions,
) -> Option<WhyDropped> {
    let (component, field) = (path.component(), path.field());
    if component.kind() == "auth" {
        return Some(WhyDropped::Login);
    }
    let known = facts(component.kind(), field);
    if known.is_some_and(|facts| facts.is_read_only_on(former.support.generation())) {
        return Some(WhyDropped::ReadOnly);
    }
    if place::is_covered(component, &former.components) {
        return Some(WhyDropped::Covered);
    }
    if let Some(why) = address_left(path, options) {
        return Some(why);
    }
    if is_of_network(path) && !is_address(path) {
        return Some(WhyDropped::Network);
    }
    if matches!(value, SettingValue::Hidden | SettingValue::Secret(_)) {
        return Some(WhyDropped::Secret);
    }
    let text = value.as_text().unwrap_or_default();
    if (field == "ssl_ca" && text == "user_ca.pem") || (field == "use_client_cert" && *value == true.into()) {
        return Some(WhyDropped::Certificate);
    }
    let lower = text.to_ascii_lowercase();
    let names = options.names.iter().map(|name| name.to_ascii_lowercase());
    let is_named = names.into_iter().any(|name| !name.is_empty() && lower.contains(&name));
    is_named.then_some(WhyDropped::Identity)
}

/// Whether a setting says in which network, and where in it, a device is.
fn is_of_network(path: &SettingPath) -> bool {
    let is_of_cable = path.component().kind() == "eth" && path.field() != "server_mode";
    let is_slot = NetworkSlot::First.has(path) || NetworkSlot::Second.has(path);
    is_of_cable || is_slot || (path.component().kind() == "wifi" && path.field().ends_with(".hostname"))
}

fn is_address(path: &SettingPath) -> bool {
    ADDRESS.iter().any(|field| *path == NetworkSlot::First.path(field))
}

fn address_left(path: &SettingPath, options: &TransferOptions) -> Option<WhyDropped> {
    let reason = options.address_left.clone().filter(|_| is_address(path))?;
    Some(WhyDropped::Address { reason })
}

/// Why the other device does not have a setting.
fn lacks(path: &SettingPath, to: &Observed) -> Option<NotApplicableReason> {
    unsupported(&Setting::of(path, to), to)
}

fn not_there(reason: NotApplicableReason) -> Fate {
    Fate::Dropped { why: WhyDropped::NotThere { reason } }
}

/// What goes to a place to which something else goes already is dropped.
fn unless_taken(fate: Fate, from: &SettingPath, taken: &mut BTreeSet<SettingPath>) -> Fate {
    let mut free = |path: &SettingPath| taken.insert(path.clone());
    match fate {
        Fate::Kept if !free(from) => Fate::Dropped { why: WhyDropped::Taken },
        Fate::Converted { mut to, how } if !to.is_empty() => {
            to.retain(|target| free(&target.path));
            if to.is_empty() { Fate::Dropped { why: WhyDropped::Taken } } else { Fate::Converted { to, how } }
        }
        Fate::Kept | Fate::Converted { .. } | Fate::Overruled { .. } | Fate::Dropped { .. } => fate,
    }
}

/// Whether a device has a component.
fn has(observed: &Observed, component: &ComponentKey) -> bool {
    observed.components.contains(component)
}

impl fmt::Display for WhyDropped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ReadOnly => f.write_str("the device only reports it"),
            Self::Identity => f.write_str("it names the former device"),
            Self::Network => f.write_str("the network that the new device is in stays as it is"),
            Self::Address { reason } => write!(f, "the static address is left out: {reason}"),
            Self::Login => f.write_str("the new device keeps its own login"),
            Self::Secret => f.write_str("the former device hides it, so it is not known"),
            Self::Certificate => f.write_str("it needs a certificate of yours on the device"),
            Self::Covered => f.write_str("told by the resource of this name"),
            Self::Taken => f.write_str("another setting goes to the same place"),
            Self::NotThere { reason } => reason.fmt(f),
            Self::Event { reason } | Self::Value { reason } => f.write_str(reason),
        }
    }
}
