//! Makes up a fleet to show: rooms, all generations, a few troubles.

use std::time::Duration;

use rand::{RngExt, SeedableRng, rngs::SmallRng, seq::SliceRandom};
use serde_json::json;
use shelly_types::{Generation, Mac};

use crate::{
    catalogue::{ModelSpec, catalogue, find},
    fault::{Fault, Wakes},
    plan::FleetPlan,
    sim_device::{SimDevice, UnknownModel},
};

/// The one password of all protected devices of a demo fleet.
const PASSWORD: &str = "correct horse";

const ROOMS: &[&str] = &[
    "Kitchen",
    "Living room",
    "Bedroom",
    "Bathroom",
    "Hall",
    "Office",
    "Garage",
    "Garden",
    "Cellar",
    "Attic",
    "Workshop",
    "Terrace",
    "Nursery",
    "Stairs",
    "Laundry",
    "Pantry",
];

impl FleetPlan {
    /// A fleet to show: devices of all four generations with the names of rooms, every fourth one protected by one
    /// password ([`FleetPlan::password`]), one slow, one flaky, and one asleep that wakes by itself now and then.
    pub fn demo(count: usize, seed: u64) -> Self {
        let mut rng = SmallRng::seed_from_u64(seed);
        let mut models: Vec<&'static ModelSpec> = catalogue().iter().collect();
        models.shuffle(&mut rng);
        let models = interleave(&models);
        let devices = (0..count).map(|index| device(index, models[index % models.len()], &mut rng)).collect();
        let mut plan = Self { seed, password: Some(PASSWORD.into()), ..Self::new(devices) };
        trouble(&mut plan.devices);
        plan
    }
}

impl FleetPlan {
    /// One device of every model in each of its profiles.
    pub fn all_models() -> Self {
        let each = catalogue().iter().flat_map(|spec| spec.profiles.iter().map(move |profile| (spec, profile)));
        let devices = each
            .zip(1..)
            .map(|((spec, profile), number)| SimDevice::new(spec, numbered(spec, number)).with_profile(&profile.name));
        Self::new(devices.collect())
    }

    /// A device of each of these models, by order code.
    ///
    /// # Errors
    /// When the catalogue has no such model.
    pub fn of_models<S: AsRef<str>>(models: &[S]) -> Result<Self, UnknownModel> {
        let one = |(model, number): (&S, u32)| {
            let spec = find(model.as_ref()).ok_or_else(|| UnknownModel(model.as_ref().to_owned()))?;
            Ok(SimDevice::new(spec, numbered(spec, number)))
        };
        Ok(Self::new(models.iter().zip(1..).map(one).collect::<Result<_, _>>()?))
    }
}

/// A hardware address of the maker with this number.
fn numbered(spec: &ModelSpec, number: u32) -> Mac {
    let maker = if spec.generation.is_gen1() { [0x34, 0x94] } else { [0xA8, 0x03] };
    let number = number.to_be_bytes();
    Mac::new([maker[0], maker[1], number[0] ^ 0x2A, number[1], number[2], number[3]])
}

/// One model of each generation after the other, so that small fleets have all four.
fn interleave(models: &[&'static ModelSpec]) -> Vec<&'static ModelSpec> {
    let mut queues: Vec<Vec<_>> = (1..=4)
        .map(|number| models.iter().copied().filter(|spec| spec.generation == Generation(number)).collect())
        .collect();
    let mut order = Vec::with_capacity(models.len());
    while order.len() < models.len() {
        order.extend(queues.iter_mut().filter_map(Vec::pop));
    }
    order
}

fn device(index: usize, spec: &'static ModelSpec, rng: &mut SmallRng) -> SimDevice {
    let mac = numbered(spec, u32::try_from(index).unwrap_or(u32::MAX));
    let room = ROOMS[index % ROOMS.len()];
    let what = what(spec);
    let round = index / ROOMS.len();
    let name = if round == 0 { format!("{room} {what}") } else { format!("{room} {what} {}", round + 1) };
    let mut device = SimDevice::new(spec, mac).named(name);
    if let Some(profile) = spec.profiles.get(index / 3 % spec.profiles.len()) {
        device = device.with_profile(&profile.name);
    }
    if index % 4 == 3 {
        device = device.with_password(PASSWORD);
    }
    if rng.random_bool(0.5) {
        let path = if spec.generation.is_gen1() { "timezone" } else { "sys.location.tz" };
        device = device.with_setting(path, json!("Europe/Berlin")).with_setting("tz_utc_offset", json!(3600));
    }
    if rng.random_bool(0.3) {
        let path = if spec.generation.is_gen1() { "relays.0.default_state" } else { "switch:0.initial_state" };
        let value = if spec.generation.is_gen1() { "last" } else { "restore_last" };
        device = device.with_setting(path, json!(value));
    }
    device
}

fn what(spec: &ModelSpec) -> &'static str {
    let first = spec.profiles.iter().flat_map(|profile| &profile.components).next();
    let kind = first.and_then(|key| key.split(':').next()).unwrap_or_default();
    match kind {
        "switch" if spec.name.contains("Plug") || spec.name.contains("Strip") => "plug",
        "switch" => "switch",
        "light" | "rgbw" | "rgb" | "cct" => "light",
        "input" => "buttons",
        "temperature" => "climate",
        _ => "meter",
    }
}

/// One device is slow, one flaky, one asleep.
fn trouble(devices: &mut [SimDevice]) {
    let battery = devices.iter().position(|device| device.spec().quirks.battery);
    if let Some(device) = battery.and_then(|at| devices.get_mut(at)) {
        let wakes = Wakes { every: Duration::from_mins(1), stays: Duration::from_secs(20) };
        device.add_fault(Fault::Asleep { wakes: Some(wakes) });
    }
    let mut mains = devices.iter_mut().filter(|device| !device.spec().quirks.battery).skip(1).step_by(3);
    if let Some(device) = mains.next() {
        device.add_fault(Fault::Latency { delay: Duration::from_millis(700), jitter: Duration::from_millis(400) });
    }
    if let Some(device) = mains.next() {
        device.add_fault(Fault::Flaky { probability: 0.25 });
    }
}
