//! Looks into a running device and changes it from outside.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use serde_json::Value;
use shelly_types::{ComponentKey, Firmware, Generation, Mac, Model};

use crate::{
    catalogue::ModelSpec,
    device::{Counters, Device, Write},
    fault::Fault,
    gatt::{self, SimAdvertisement, SimGatt},
    gen1, gen2,
    input::{self, Push},
    json,
    outside::{self, RadioJoined, RadioWish},
    quirk::Quirk,
    state::Reach,
    wifi,
};

/// A running device. Clones are the same device.
#[derive(Debug, Clone)]
pub struct SimHandle(Arc<Device>);

impl SimHandle {
    pub(crate) fn new(device: Arc<Device>) -> Self {
        Self(device)
    }

    /// The hardware address.
    pub fn mac(&self) -> Mac {
        self.0.mac
    }

    /// The order code.
    pub fn model(&self) -> &Model {
        &self.0.spec.model
    }

    /// The generation.
    pub fn generation(&self) -> Generation {
        self.0.spec.generation
    }

    /// The description of its model.
    pub fn spec(&self) -> &ModelSpec {
        &self.0.spec
    }

    /// Device id: host name, realm and default MQTT topic.
    pub fn id(&self) -> &str {
        &self.0.id
    }

    /// The firmware it runs now.
    pub fn firmware(&self) -> Firmware {
        self.0.state().firmware.clone()
    }

    /// The profile (Gen2+) or mode (Gen1) it is in; empty where the model has only one.
    pub fn profile(&self) -> String {
        self.0.state().profile.to_string()
    }

    /// Where it listens; changes with [`crate::SimFleet::swap`].
    pub fn endpoint(&self) -> SocketAddr {
        self.0.address()
    }

    /// The name a person gave it.
    pub fn name(&self) -> Option<String> {
        let document = json::parse(&self.0.state().config);
        let path = if self.0.is_gen1() { "name" } else { "sys.device.name" };
        json::text(&document, path).map(str::to_owned)
    }

    /// The password, if it is protected and the password was set from this side.
    pub fn password(&self) -> Option<String> {
        self.0.state().password.as_deref().map(str::to_owned)
    }

    /// Whether it asks for credentials.
    pub fn is_protected(&self) -> bool {
        self.0.state().login.is_some()
    }

    /// Sets, changes or clears the password, as someone else would do it.
    pub fn set_password(&self, password: Option<&str>) {
        self.0.change(|state| self.0.set_password(state, password));
    }

    /// Adds a fault.
    pub fn inject(&self, fault: Fault) {
        let mut state = self.0.state();
        if matches!(fault, Fault::Asleep { .. }) {
            state.asleep_since = self.0.clock.now();
            state.awake_until = None;
        }
        state.faults.push(fault);
        drop(state);
        self.0.ring();
        self.0.stir.notify_one();
    }

    /// Takes one fault away.
    pub fn heal(&self, fault: &Fault) {
        self.0.state().faults.retain(|active| active != fault);
        self.0.ring();
        self.0.stir.notify_one();
    }

    /// Takes all faults away.
    pub fn heal_all(&self) {
        self.0.state().faults.clear();
        self.0.ring();
        self.0.stir.notify_one();
    }

    /// The faults it has.
    pub fn faults(&self) -> Vec<Fault> {
        self.0.state().faults.clone()
    }

    /// Wakes a sleeping device for a while, as its button does.
    pub fn wake(&self, stays: Duration) {
        self.0.change(|state| {
            let now = state.clock.now();
            if matches!(state.reach(now), Reach::Down(_)) {
                state.wakes += 1;
            }
            state.awake_until = Some(now + stays);
        });
        self.0.ring();
    }

    /// Cuts the power for a moment: it restarts at once.
    pub fn power_cycle(&self) {
        self.0.restart(&mut self.0.state(), Duration::ZERO);
    }

    /// Whether it takes connections now.
    pub fn is_up(&self) -> bool {
        let wanted = matches!(self.0.reach(), Reach::Up(_));
        wanted && self.0.is_listening()
    }

    /// The WiFi network it is in; none while it is in none, or in a fleet without networks.
    pub fn network(&self) -> Option<String> {
        let state = self.0.state();
        state.radio.as_ref()?.ssid(state.clock.now()).map(str::to_owned)
    }

    /// What it wants of its radio, for whoever plays it ([`crate::SimDevice::with_outside_radio`]).
    pub fn radio_wish(&self) -> RadioWish {
        outside::wish(&self.0.state(), self.0.is_gen1())
    }

    /// Tells it in which network it is, by whoever plays its radio ([`crate::SimDevice::with_outside_radio`]).
    pub fn radio_joined(&self, joined: Option<RadioJoined>) {
        self.0.change(|state| {
            if let Some(outside) = &mut state.outside {
                outside.joined = joined;
            }
        });
        self.0.ring();
    }

    /// Waits until it takes connections.
    pub async fn until_up(&self) {
        while !self.is_up() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// What happened to it so far.
    pub fn counters(&self) -> Counters {
        self.0.counters()
    }

    /// The writes it took, oldest first; at most the last thousand.
    pub fn writes(&self) -> Vec<Write> {
        self.0.state().log.iter().cloned().collect()
    }

    /// Its whole configuration as it would serve it: `/settings` or `Shelly.GetConfig`.
    pub fn config_json(&self) -> Value {
        let state = self.0.state();
        json::parse(&if self.0.is_gen1() { gen1::settings_text(&state) } else { gen2::config_text(&state) })
    }

    /// Its whole status as it would serve it: `/status` or `Shelly.GetStatus`.
    pub fn status_json(&self) -> Value {
        let mut state = self.0.state();
        let text = if self.0.is_gen1() {
            gen1::status_text(&self.0, &mut state)
        } else {
            gen2::status_text(&self.0, &mut state)
        };
        json::parse(&text)
    }

    /// Changes a setting behind the manager's back, as a person with the vendor's app does. The path is that of the
    /// device's own document; false when it does not exist.
    pub fn set_config(&self, path: &str, value: Value) -> bool {
        self.0.change(|state| {
            let mut document = json::parse(&state.config);
            if json::at(&document, path).is_none() {
                return false;
            }
            json::set(&mut document, path, value);
            if self.0.is_gen1() {
                gen1::settings::store(state, &document);
            } else {
                gen2::config::changed_outside(state, document, path);
            }
            wifi::look(&self.0, state);
            true
        })
    }

    /// Whether an output is on; none when there is no such output.
    pub fn output(&self, component: &ComponentKey) -> Option<bool> {
        let mut state = self.0.state();
        state.output(component.kind(), component.id().unwrap_or(0)).map(|output| output.on)
    }

    /// Switches an output by hand; false when there is no such output.
    pub fn set_output(&self, component: &ComponentKey, on: bool) -> bool {
        let source = if self.0.is_gen1() { "input" } else { "button" };
        self.0.change(|state| {
            let now = state.clock.now();
            let Some(output) = state.output(component.kind(), component.id().unwrap_or(0)) else { return false };
            output.switch(on, source, None, now);
            if let Some(played) = &mut state.played {
                played.untouched = false;
            }
            true
        })
    }

    /// Pushes the button at an input; false when there is none (Gen2+: or the input is no button).
    pub fn push(&self, input: u32, push: Push) -> bool {
        self.0.change(|state| input::push(&self.0, state, input, push))
    }

    /// Puts the wire at an input on or off, as a wall switch does; false when there is no such input.
    pub fn set_input(&self, input: u32, on: bool) -> bool {
        self.0.change(|state| input::set(&self.0, state, input, on))
    }

    /// Lets a sensor measure something, by path in the status: `temperature:0.tC`, `smoke:0.alarm`, Gen1 `flood` or
    /// `sensor.motion`. Null lets it measure by itself again.
    pub fn measure(&self, path: &str, value: Value) {
        self.0.change(|state| {
            if value.is_null() {
                state.readings.remove(path);
            } else {
                state.readings.insert(path.to_owned(), value);
            }
        });
    }

    /// The load behind an output, in watts while it is fully on; false when there is no such output.
    pub fn set_load(&self, component: &ComponentKey, watts: f32) -> bool {
        self.0.change(|state| {
            let now = state.clock.now();
            let Some(output) = state.output(component.kind(), component.id().unwrap_or(0)) else { return false };
            output.advance(now);
            output.load_w = watts.max(0.0);
            true
        })
    }

    /// What it advertises over Bluetooth; none for Gen1, and while it is off or has no Bluetooth.
    pub fn advertisement(&self) -> Option<SimAdvertisement> {
        gatt::advertisement(&self.0)
    }

    /// Connects over Bluetooth; none when it takes no RPC there.
    pub fn bluetooth(&self) -> Option<SimGatt> {
        gatt::connect(&self.0)
    }

    /// Whether an update of its firmware runs.
    pub fn is_updating(&self) -> bool {
        self.0.state().update.is_some()
    }

    /// Devices behind its range extender, and the ports they are reached at.
    pub fn extended(&self) -> Vec<Self> {
        self.0.clients().into_iter().map(Self).collect()
    }

    /// The oddities it was given.
    pub fn quirks(&self) -> Vec<Quirk> {
        self.0.quirks().iter().collect()
    }
}
