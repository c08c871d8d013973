//! Describes one device of a plan and brings it to life.

use std::{
    collections::{BTreeMap, VecDeque},
    net::SocketAddr,
    sync::Arc,
};

use rand::{RngExt, SeedableRng, rngs::SmallRng};
use serde_json::Value;
use shelly_types::{Firmware, Mac};
use tokio::time::Instant;

use crate::{
    catalogue::{self, ModelSpec, Spec},
    clock::Clock,
    coiot::Wanted,
    device::{Build, Device},
    digest::Nonces,
    fault::Fault,
    gen1, gen2,
    input::Input,
    json,
    link::{Dials, Wiring},
    ota::Offer,
    output::{Output, OutputKind},
    outside::Outside,
    plan::Timing,
    played::{self, Capture, CaptureError, Played},
    quirk::{Quirk, QuirkSet},
    setup::Setup,
    slot::Crew,
    state::{Revisions, State},
    tls::{Authority, CertificateError},
    wifi::{Radio, SimNetwork},
};

/// The catalogue has no such model.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the catalogue has no model `{0}`")]
pub struct UnknownModel(pub String);

/// What all devices of a fleet stand on.
#[derive(Debug)]
pub(crate) struct Ground {
    pub(crate) timing: Timing,
    pub(crate) clock: Clock,
    pub(crate) seed: u64,
    pub(crate) dials: Dials,
    pub(crate) crew: Crew,
    pub(crate) authority: Option<Authority>,
    pub(crate) networks: Arc<[SimNetwork]>,
}

/// One device of a fleet before it starts.
#[derive(Debug, Clone)]
pub struct SimDevice {
    spec: Spec,
    mac: Mac,
    id: Option<String>,
    name: Option<String>,
    profile: String,
    password: Option<String>,
    faults: Vec<Fault>,
    settings: Vec<(String, Value)>,
    firmware: Option<Firmware>,
    offer: Offer,
    behind: Option<Mac>,
    quirks: QuirkSet,
    fragile: bool,
    user_ca: Option<String>,
    captured: Option<(Box<str>, Played)>,
    is_new: bool,
    outside: bool,
}

impl SimDevice {
    /// A factory-new device of a model of the catalogue, already on the network.
    pub fn new(spec: &'static ModelSpec, mac: Mac) -> Self {
        let profile = spec.profiles.first().map(|profile| profile.name.clone()).unwrap_or_default();
        Self {
            spec: Spec::Catalogue(spec),
            mac,
            id: None,
            name: None,
            profile,
            password: None,
            faults: Vec::new(),
            settings: Vec::new(),
            firmware: None,
            offer: Offer::default(),
            behind: None,
            quirks: QuirkSet::default(),
            fragile: true,
            user_ca: None,
            captured: None,
            is_new: false,
            outside: false,
        }
    }

    /// The same for the model with this order code.
    pub fn of_model(model: &str, mac: Mac) -> Result<Self, UnknownModel> {
        catalogue::find(model).map(|spec| Self::new(spec, mac)).ok_or_else(|| UnknownModel(model.to_owned()))
    }

    /// A device that plays a capture: reads are served as captured, writes are merged in.
    ///
    /// The envelope is an object whose `endpoints` hold `/shelly`, `/settings` and `/status` of a Gen1 device, or
    /// `Shelly.GetDeviceInfo`, `Shelly.GetConfig` and `Shelly.GetStatus`, and whatever else is to be answered.
    pub fn from_capture(envelope: &Value) -> Result<Self, CaptureError> {
        Self::from_capture_text(&envelope.to_string())
    }

    /// Like [`SimDevice::from_capture`], and keeps the text of numbers: `60.000000` is served so.
    pub fn from_capture_text(envelope: &str) -> Result<Self, CaptureError> {
        let Capture { spec, mac, id, name, profile, config, played } = played::read(envelope)?;
        Ok(Self {
            spec: Spec::Own(Arc::new(spec)),
            mac,
            id: Some(id),
            name,
            profile,
            password: None,
            faults: Vec::new(),
            settings: Vec::new(),
            firmware: None,
            offer: Offer::default(),
            behind: None,
            quirks: QuirkSet::default(),
            fragile: true,
            user_ca: None,
            captured: Some((config, played)),
            is_new: false,
            outside: false,
        })
    }

    /// Gives it a name, as a person would.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Puts it into a profile (Gen2+) or mode (Gen1); a name the model does not have changes nothing.
    #[must_use]
    pub fn with_profile(mut self, profile: &str) -> Self {
        if self.spec.has_profile(profile) {
            profile.clone_into(&mut self.profile);
        }
        self
    }

    /// Protects it. The user is `admin`.
    #[must_use]
    pub fn with_password(mut self, password: impl Into<String>) -> Self {
        self.password = Some(password.into());
        self
    }

    /// Starts it with a fault.
    #[must_use]
    pub fn with_fault(mut self, fault: Fault) -> Self {
        self.add_fault(fault);
        self
    }

    /// Starts it with another firmware than its model's: a build id such as `20200309-104554/v1.6.0@43056d58`.
    ///
    /// Gen1 devices older than 1.8.0 speak version 1 of CoIoT; the shape of the documents stays that of the model.
    #[must_use]
    pub fn with_firmware(mut self, build_id: &str) -> Self {
        self.firmware = Some(Firmware::new(build_id));
        self
    }

    /// Offers it a newer firmware as the stable release, by build id.
    #[must_use]
    pub fn with_update(mut self, build_id: &str) -> Self {
        self.offer.stable = Some(Firmware::new(build_id));
        self
    }

    /// Offers it a newer firmware as the beta release, by build id.
    #[must_use]
    pub fn with_beta(mut self, build_id: &str) -> Self {
        self.offer.beta = Some(Firmware::new(build_id));
        self
    }

    /// Puts it behind the range extender of a device that comes before it in the plan: it is reached at a port of that
    /// device's address, and not at all while that device is down. A Gen1 device hides there too; its CoIoT is not
    /// heard outside.
    #[must_use]
    pub fn behind(mut self, extender: Mac) -> Self {
        self.behind = Some(extender);
        self
    }

    /// Gives it an oddity.
    #[must_use]
    pub fn with_quirk(mut self, quirk: Quirk) -> Self {
        self.quirks.add(quirk);
        self
    }

    /// Starts it with another value of a setting. The path is that of the device's own document
    /// (`switch:0.auto_off_delay`, Gen1 `relays.0.auto_off`); one it does not have changes nothing.
    #[must_use]
    pub fn with_setting(mut self, path: impl Into<String>, value: Value) -> Self {
        self.settings.push((path.into(), value));
        self
    }

    /// Gives it an authority (PEM) to trust, as `Shelly.PutUserCA` does; settings such as `ws.ssl_ca` name it
    /// `user_ca.pem`.
    #[must_use]
    pub fn with_user_ca(mut self, authority: impl Into<String>) -> Self {
        self.user_ca = Some(authority.into());
        self
    }

    /// As from the factory: it is in no network, and its access point is open.
    #[must_use]
    pub fn as_new(mut self) -> Self {
        self.is_new = true;
        self
    }

    /// Something outside plays its radio: it hears [`crate::SimHandle::radio_wish`] and tells
    /// [`crate::SimHandle::radio_joined`]. Until
    /// then the device says that it is in no network.
    #[must_use]
    pub fn with_outside_radio(mut self) -> Self {
        self.outside = true;
        self
    }

    /// Lets it bear any number of connections at once. A Gen1 device otherwise reboots when it has too many, a Gen2+
    /// device closes those above six.
    #[must_use]
    pub fn robust(mut self) -> Self {
        self.fragile = false;
        self
    }

    /// The hardware address.
    pub fn mac(&self) -> Mac {
        self.mac
    }

    /// The description of its model.
    pub fn spec(&self) -> &ModelSpec {
        &self.spec
    }

    pub(crate) fn extender(&self) -> Option<Mac> {
        self.behind
    }

    pub(crate) fn has_quirk(&self, quirk: Quirk) -> bool {
        self.quirks.has(quirk)
    }

    pub(crate) fn add_fault(&mut self, fault: Fault) {
        self.faults.push(fault);
    }

    /// Makes the running device.
    pub(crate) fn build(&self, ground: &Ground, address: SocketAddr) -> Result<Arc<Device>, CertificateError> {
        let Ground { timing, clock, seed, dials, crew, authority, networks } = ground;
        let (timing, clock, dials) = (*timing, *clock, *dials);
        let gen1 = self.spec.generation.is_gen1();
        let mac_text = self.mac.to_string();
        let id: Box<str> = match &self.id {
            Some(id) => id.as_str().into(),
            None if gen1 => format!("{}-{mac_text}", self.spec.id_prefix).into(),
            None if self.spec.quirks.wall_display => format!("{}-{mac_text}", self.spec.id_prefix).into(),
            None => format!("{}-{}", self.spec.id_prefix, mac_text.to_lowercase()).into(),
        };
        let mut rng = SmallRng::seed_from_u64(seed ^ u64::from_be_bytes(mac_number(self.mac)));
        let mut state = self.first_state(&id, timing, clock, &mut rng);
        state.fleet_ca = authority.as_ref().map(|authority| authority.pem().into());
        if let Some(authority) = authority.as_ref().filter(|_| self.quirks.has(Quirk::TlsOnly)) {
            state.acceptor = Some(authority.acceptor(&id, address.ip())?);
            state.own_acceptor.clone_from(&state.acceptor);
        }
        state.rewire(gen1);
        if self.spec.generation.is_gen1() {
            gen1::settings::refresh(&mut state);
        } else {
            gen2::config::refresh(&mut state);
        }
        let limit = match (self.fragile, gen1) {
            (false, _) => 0,
            (true, true) => self.spec.quirks.heap_connections,
            (true, false) => gen2::CONNECTIONS,
        };
        let (spec, mut quirks) = (self.spec.clone(), self.quirks);
        if spec.quirks.wall_display {
            quirks.add(Quirk::TextNc);
        }
        let build = Build {
            spec,
            mac: self.mac,
            id,
            timing,
            clock,
            quirks,
            connection_limit: limit,
            address,
            dials,
            crew: crew.clone(),
        };
        if self.quirks.has(Quirk::FullNonceTable) {
            state.nonces.fill(clock.now());
        }
        let device = Device::new(build, state);
        let radio = Radio::start(Arc::clone(networks), &device, &mut device.state());
        device.state().radio = radio;
        if let Some(password) = &self.password {
            device.set_password(&mut device.state(), Some(password));
        }
        Ok(device)
    }

    fn first_config(&self, id: &str) -> Box<str> {
        let mut config = match &self.captured {
            Some((config, _)) => config.clone(),
            None if self.spec.generation.is_gen1() => self.gen1_config(id),
            None => self.gen2_config(id),
        };
        let gen1 = self.spec.generation.is_gen1();
        if self.is_new || (self.quirks.has(Quirk::SetupWindow) && !gen1) {
            let mut document = json::parse(&config);
            let (wifi, on) = if gen1 { ("wifi_", "enabled") } else { ("wifi.", "enable") };
            json::set(&mut document, &format!("{wifi}sta.ssid"), Value::Null);
            json::set(&mut document, &format!("{wifi}sta.{on}"), false);
            json::set(&mut document, &format!("{wifi}ap.{on}"), true);
            config = document.to_string().into();
        }
        if self.quirks.has(Quirk::TlsOnly) && !self.spec.generation.is_gen1() {
            let mut document = json::parse(&config);
            document["sys"]["device"]["enhanced_security"] = Value::Bool(true);
            config = document.to_string().into();
        }
        if !self.settings.is_empty() {
            let mut document = json::parse(&config);
            for (path, value) in &self.settings {
                json::set(&mut document, path, value.clone());
            }
            config = document.to_string().into();
        }
        config
    }

    fn first_state(&self, id: &str, timing: Timing, clock: Clock, rng: &mut SmallRng) -> State {
        let now = clock.now();
        let config = self.first_config(id);
        let is_new = self.quirks.has(Quirk::SetupWindow) && !self.spec.generation.is_gen1();
        State {
            offer: self.offer.clone(),
            update: None,
            next_firmware: None,
            clockless: self.quirks.has(Quirk::NoClock),
            time_was_set: false,
            setup: is_new.then(|| Setup::begin(now)),
            fast_writes: VecDeque::new(),
            loops_left: 0,
            backup: None,
            answer_lost: false,
            readings: BTreeMap::new(),
            firmware: self.firmware.clone().unwrap_or_else(|| self.spec.firmware.clone()),
            outputs: outputs(&self.spec, &self.profile, rng, now),
            inputs: inputs(&self.spec, &self.profile),
            input_minute: (0, 0),
            wiring: Wiring::default(),
            wiring_revision: 0,
            files: self.user_ca.iter().map(|authority| ("user_ca".to_owned(), authority.clone())).collect(),
            fleet_ca: None,
            acceptor: None,
            own_acceptor: None,
            coiot: self.spec.generation.is_gen1().then(|| Wanted::of(&config)),
            clock,
            source: "init",
            events: VecDeque::new(),
            calls: false,
            happened: Vec::new(),
            dialled: false,
            profile: self.profile.as_str().into(),
            config,
            dynamic: match &self.captured {
                Some((_, played)) => {
                    played.endpoints.get("Shelly.GetComponents").and_then(|text| gen2::dynamic::captured(text))
                }
                None => gen2::dynamic::first(&self.spec),
            },
            played: self.captured.as_ref().map(|(_, played)| Box::new(played.clone())),
            radio: None,
            outside: self.outside.then(Outside::default),
            booted: now,
            // A device in its setup window has just got its power.
            uptime_before_s: if is_new { 0 } else { rng.random_range(3_600..1_900_000) },
            restart: None,
            restart_required: false,
            mqtt_runs: false,
            mqtt_connected: None,
            login: None,
            password: None,
            secrets: BTreeMap::new(),
            revisions: Revisions { config: rng.random_range(5..40), kvs: 0, schedule: 0, webhook: 0 },
            lists: None,
            faults: self.all_faults(timing),
            asleep_since: now,
            awake_until: None,
            wakes: 0,
            changes_since_boot: 0,
            reboots: 0,
            log: VecDeque::new(),
            nonces: Nonces::default(),
            rng: SmallRng::seed_from_u64(rng.random()),
        }
    }

    /// The faults it starts with; deep sleep is one that real devices are built with.
    fn all_faults(&self, timing: Timing) -> Vec<Fault> {
        let mut faults = self.faults.clone();
        if self.quirks.has(Quirk::DeepSleep) {
            faults.push(Fault::Asleep { wakes: Some(timing.sleep) });
        }
        faults
    }

    fn gen1_config(&self, id: &str) -> Box<str> {
        let mut document = gen1::settings::first(&self.spec, self.mac, id, &self.profile);
        if let Some(name) = &self.name {
            json::set(&mut document, "name", name.as_str());
        }
        document.to_string().into()
    }

    fn gen2_config(&self, id: &str) -> Box<str> {
        let mut document = gen2::first::document(&self.spec, self.mac, id, &self.profile);
        if let Some(name) = &self.name {
            json::set(&mut document, "sys.device.name", name.as_str());
        }
        document.to_string().into()
    }
}

/// The inputs of a profile.
pub(crate) fn inputs(spec: &ModelSpec, profile: &str) -> Vec<Input> {
    let ids = spec.profile(profile).map(|profile| profile.ids("input")).unwrap_or_default();
    ids.into_iter().map(Input::new).collect()
}

/// The outputs of a profile with loads near those of the model.
pub(crate) fn outputs(spec: &ModelSpec, profile: &str, rng: &mut SmallRng, now: Instant) -> Vec<Output> {
    let components = spec.profile(profile).map(|profile| profile.components.as_slice()).unwrap_or_default();
    let mut outputs = Vec::new();
    for key in components {
        let Some((kind, id)) = key.split_once(':') else { continue };
        let (Some(kind), Ok(id)) = (OutputKind::of(kind), id.parse()) else { continue };
        #[expect(clippy::cast_possible_truncation, reason = "a load in watts needs no more digits")]
        let load_w = (spec.facts.load_w * rng.random_range(0.8..1.2)) as f32;
        outputs.push(Output::new(kind, id, load_w, now));
    }
    outputs
}

fn mac_number(mac: Mac) -> [u8; 8] {
    let mut number = [0; 8];
    number[2..].copy_from_slice(&mac.bytes());
    number
}
