//! Loads the catalogue of models: what each has, its first values and its quirks.

use std::{fmt, ops::Deref, sync::Arc, sync::LazyLock};

use serde::Deserialize;
use serde_json::{Map, Value};
use shelly_types::{Firmware, Generation, Model};

/// Our own description of one model, as `catalogue/*.toml` states it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelSpec {
    /// Order code, as `/shelly` prints it.
    pub model: Model,
    /// Name of the product.
    pub name: String,
    /// Generation.
    pub generation: Generation,
    /// Application name of the firmware (Gen2+ `app`); empty on Gen1.
    #[serde(default)]
    pub app: String,
    /// What the device id and the host name begin with.
    pub id_prefix: String,
    /// What the name of the factory access point begins with.
    pub ap_prefix: String,
    /// Build id of the firmware it starts with.
    pub firmware: Firmware,
    /// Sets of components; the first is the factory state. Several on models with a mode or profile.
    pub profiles: Vec<Profile>,
    /// Components beyond those of the profile which exist once, for example `eth` (Gen2+).
    #[serde(default)]
    pub singles: Vec<String>,
    /// Components made at run time, visible only in `Shelly.GetComponents` (Gen2+).
    #[serde(default)]
    pub dynamic: Vec<String>,
    /// Counters listed in Gen1's `/shelly`, for example `num_outputs`.
    #[serde(default)]
    pub counts: Vec<String>,
    /// Names of Gen1's URL actions.
    #[serde(default)]
    pub actions: Vec<String>,
    /// Values which replace or join the usual first configuration, by kind of component; `device` means the root
    /// of Gen1's `/settings`.
    #[serde(default)]
    pub config: Map<String, Value>,
    /// Values which join Gen1's `/status`.
    #[serde(default)]
    pub status: Map<String, Value>,
    /// Electrical and other facts.
    #[serde(default)]
    pub facts: Facts,
    /// Behaviour only some models have.
    #[serde(default)]
    pub quirks: Quirks,
}

/// One set of components a model can be in: Gen1 `mode`, Gen2+ `profile`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// Name on the wire; empty where the model has only one.
    #[serde(default)]
    pub name: String,
    /// Component keys, such as `switch:0`.
    pub components: Vec<String>,
}

/// Electrical and other facts of a model.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Facts {
    /// Whether outputs are metered.
    pub metered: bool,
    /// Whether meters also give the power factor.
    pub power_factor: bool,
    /// Whether the device measures the supply voltage and names faults of each output (Gen1).
    pub voltmeter: bool,
    /// Whether the device measures its own temperature.
    pub thermometer: bool,
    /// Highest power limit, in watts.
    pub max_power_w: f64,
    /// Highest current limit, in amperes.
    pub max_current_a: f64,
    /// Power of the load behind each output while it is fully on, in watts.
    pub load_w: f64,
    /// Size of the memory, in bytes.
    pub ram_bytes: u32,
    /// Size of the file system, in bytes.
    pub fs_bytes: u32,
}

impl Default for Facts {
    fn default() -> Self {
        Self {
            metered: false,
            power_factor: false,
            voltmeter: false,
            thermometer: false,
            max_power_w: 4480.0,
            max_current_a: 16.0,
            load_w: 60.0,
            ram_bytes: 256_000,
            fs_bytes: 393_216,
        }
    }
}

/// Behaviour only some models have.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Quirks {
    /// Runs on batteries and may sleep.
    pub battery: bool,
    /// More connections than this at once make it reboot (small Gen1 devices run out of memory); 0 is never.
    pub heap_connections: u32,
    /// Reboots on every write of `eco_mode_enabled`, also of the value it has (Gen1).
    pub eco_reboots: bool,
    /// Changing `mode` reboots (Gen1).
    pub mode_reboots: bool,
    /// Prints `is_valid` of meters as text (seen on RGBW2 in white mode).
    pub valid_as_text: bool,
    /// Lists meters it does not have.
    pub phantom_meters: bool,
    /// Another chip with firmware numbers, announcements and limits of its own, and no second WiFi (Gen1 Motion and
    /// TRV).
    pub second_chip: bool,
    /// Has colours and tunable white in every mode (Gen1 bulbs).
    pub bulb: bool,
    /// Has the firmware line of Wall Displays: version numbers, ids in mixed case, counts in text (Gen2).
    pub wall_display: bool,
    /// Speaks Matter (Gen3, Gen4).
    pub matter: bool,
}

/// A model of the catalogue, or one of its own read from a capture.
#[derive(Clone)]
pub(crate) enum Spec {
    Catalogue(&'static ModelSpec),
    Own(Arc<ModelSpec>),
}

impl Deref for Spec {
    type Target = ModelSpec;

    fn deref(&self) -> &ModelSpec {
        match self {
            Self::Catalogue(spec) => spec,
            Self::Own(spec) => spec,
        }
    }
}

impl fmt::Debug for Spec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.model)
    }
}

impl ModelSpec {
    /// Whether the firmware is at least this release.
    pub(crate) fn since(&self, major: u32, minor: u32, patch: u32) -> bool {
        if self.quirks.wall_display {
            return WALL_DISPLAY_LEVEL >= (major, minor, patch);
        }
        self.firmware.release().is_none_or(|release| release >= (major, minor, patch))
    }

    /// The profile of this name, or the first.
    pub(crate) fn profile(&self, name: &str) -> Option<&Profile> {
        self.profiles.iter().find(|profile| profile.name == name).or(self.profiles.first())
    }

    /// Whether a profile of this name exists.
    pub(crate) fn has_profile(&self, name: &str) -> bool {
        !name.is_empty() && self.profiles.iter().any(|profile| profile.name == name)
    }

    /// Values of the catalogue for components of this kind.
    pub(crate) fn overrides(&self, kind: &str) -> Option<&Map<String, Value>> {
        self.config.get(kind).and_then(Value::as_object)
    }
}

impl Profile {
    /// Ids of the components of this kind, in order.
    pub(crate) fn ids(&self, kind: &str) -> Vec<u32> {
        self.components
            .iter()
            .filter_map(|key| key.split_once(':'))
            .filter(|(of, _)| *of == kind)
            .filter_map(|(_, id)| id.parse().ok())
            .collect()
    }
}

/// What the firmware of Wall Displays has in common with releases of the others.
const WALL_DISPLAY_LEVEL: (u32, u32, u32) = (1, 4, 99);

const SOURCES: &[&str] = &[
    include_str!("../catalogue/shsw-1.toml"),
    include_str!("../catalogue/shsw-pm.toml"),
    include_str!("../catalogue/shsw-25.toml"),
    include_str!("../catalogue/shplg-s.toml"),
    include_str!("../catalogue/shdm-2.toml"),
    include_str!("../catalogue/shrgbw2.toml"),
    include_str!("../catalogue/shbduo-1.toml"),
    include_str!("../catalogue/shem.toml"),
    include_str!("../catalogue/shix3-1.toml"),
    include_str!("../catalogue/shht-1.toml"),
    include_str!("../catalogue/shsw-l.toml"),
    include_str!("../catalogue/shair-1.toml"),
    include_str!("../catalogue/shem-3.toml"),
    include_str!("../catalogue/shuni-1.toml"),
    include_str!("../catalogue/shcb-1.toml"),
    include_str!("../catalogue/shvin-1.toml"),
    include_str!("../catalogue/shbtn-2.toml"),
    include_str!("../catalogue/shwt-1.toml"),
    include_str!("../catalogue/shsm-01.toml"),
    include_str!("../catalogue/shdw-2.toml"),
    include_str!("../catalogue/shgs-1.toml"),
    include_str!("../catalogue/shmos-01.toml"),
    include_str!("../catalogue/shmos-02.toml"),
    include_str!("../catalogue/shtrv-01.toml"),
    include_str!("../catalogue/snsw-001x16eu.toml"),
    include_str!("../catalogue/snsw-102p16eu.toml"),
    include_str!("../catalogue/snsn-0024x.toml"),
    include_str!("../catalogue/snpl-00112eu.toml"),
    include_str!("../catalogue/snsn-0013a.toml"),
    include_str!("../catalogue/sndc-0d4p10ww.toml"),
    include_str!("../catalogue/spdc-0d5pe16eu.toml"),
    include_str!("../catalogue/spsw-004pe16eu.toml"),
    include_str!("../catalogue/spem-003cebeu.toml"),
    include_str!("../catalogue/s3sw-001x8eu.toml"),
    include_str!("../catalogue/s3sw-002p16eu.toml"),
    include_str!("../catalogue/s3dm-0010ww.toml"),
    include_str!("../catalogue/s3pm-001pceu16.toml"),
    include_str!("../catalogue/s4sw-001p16eu.toml"),
    include_str!("../catalogue/s4pl-00416eu.toml"),
    include_str!("../catalogue/sawd-0a1xx10eu1.toml"),
    include_str!("../catalogue/sndm-0013us.toml"),
    include_str!("../catalogue/snpl-00112uk.toml"),
    include_str!("../catalogue/snsn-0031z.toml"),
    include_str!("../catalogue/snsn-0043x.toml"),
    include_str!("../catalogue/spcb-02veneu.toml"),
    include_str!("../catalogue/spem-002cebeu50.toml"),
    include_str!("../catalogue/spsh-002pe16eu.toml"),
    include_str!("../catalogue/s1cm-0dxw00.toml"),
    include_str!("../catalogue/s3bl-c010007aeu.toml"),
    include_str!("../catalogue/s3dm-0a1ww.toml"),
    include_str!("../catalogue/s3gw-1dbt001.toml"),
    include_str!("../catalogue/s3mx-0a.toml"),
    include_str!("../catalogue/s3pl-30116eu.toml"),
    include_str!("../catalogue/s3sn-0u53x.toml"),
    include_str!("../catalogue/s3xt-0s.toml"),
    include_str!("../catalogue/s4em-001pxceu16.toml"),
    include_str!("../catalogue/s4pb-00cu000002.toml"),
    include_str!("../catalogue/s4sn-0071a.toml"),
    include_str!("../catalogue/s4sn-0u61x.toml"),
    include_str!("../catalogue/s4sw-001x16eu.toml"),
    include_str!("../catalogue/s4sw-002p16eu.toml"),
];

static CATALOGUE: LazyLock<Vec<ModelSpec>> = LazyLock::new(|| {
    SOURCES.iter().map(|text| toml::from_str(text).expect("each file of the catalogue is read by a test")).collect()
});

/// All models of the catalogue, Gen1 first.
pub fn catalogue() -> &'static [ModelSpec] {
    &CATALOGUE
}

/// The model with this order code.
pub fn find(model: &str) -> Option<&'static ModelSpec> {
    catalogue().iter().find(|spec| spec.model.code() == model)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// V8
    #[test]
    fn the_catalogue_covers_all_generations() {
        let codes: BTreeSet<&str> = catalogue().iter().map(|spec| spec.model.code()).collect();
        assert_eq!(codes.len(), SOURCES.len(), "every model once");
        assert!(codes.len() >= 18);
        let generations: BTreeSet<u8> = catalogue().iter().map(|spec| spec.generation.0).collect();
        assert_eq!(generations, BTreeSet::from([1, 2, 3, 4]));
        for spec in catalogue() {
            assert!(!spec.profiles.is_empty(), "{}", spec.model);
            assert!(spec.firmware.release().is_some(), "{}", spec.model);
        }
    }
}
