//! Starts and stops a fleet of devices.

use std::{
    collections::HashMap,
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
};

use shelly_types::Mac;
use tokio::sync::broadcast;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    clock::Clock,
    coiot::{self, GroupAsk},
    day,
    device::Device,
    handle::SimHandle,
    life, load,
    mdns::{self, MdnsError},
    plan::{FleetPlan, Layout},
    quirk::Quirk,
    sim_device::{Ground, SimDevice},
    slot::{Crew, Slot, listen},
    tls::{Authority, CertificateError},
};

/// A fleet cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The layout has fewer places than the plan has devices.
    #[error("find a place for device {index}: the layout has no more addresses")]
    NoRoom {
        /// Number of the device in the plan, from 0.
        index: usize,
    },
    /// An address cannot be listened on.
    #[error("listen on {address} for {mac}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// The device meant to be there.
        mac: Mac,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The device whose range extender is meant is not there yet.
    #[error("put {client} behind the range extender of {mac}: that device has to come before it")]
    NoExtender {
        /// The device meant to extend.
        mac: Mac,
        /// The device meant to be behind it.
        client: Mac,
    },
    /// The responder for mDNS cannot start.
    #[error(transparent)]
    Mdns(#[from] MdnsError),
    /// A certificate cannot be made.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// Two devices have one hardware address.
    #[error("start {0} twice: a hardware address belongs to one device")]
    Twice(Mac),
}

/// Running devices. They stop when this is dropped.
#[derive(Debug)]
pub struct SimFleet {
    handles: Vec<SimHandle>,
    devices: Arc<Mutex<Vec<Arc<Device>>>>,
    slots: HashMap<Mac, Arc<Slot>>,
    crew: Crew,
    plan: FleetPlan,
    ground: Ground,
    asks: broadcast::Sender<GroupAsk>,
}

impl SimFleet {
    /// Starts all devices of a plan. Each one listens when this returns.
    ///
    /// Must run inside a tokio runtime; the devices live on it.
    ///
    /// # Errors
    /// When an address is taken or the layout is too small; devices started so far stop.
    #[expect(clippy::unused_async, reason = "async says that a runtime is needed")]
    pub async fn start(plan: FleetPlan) -> Result<Self, StartError> {
        let crew = Crew { stop: CancellationToken::new(), tasks: TaskTracker::new() };
        let secure = plan.authority || plan.devices.iter().any(|device| device.has_quirk(Quirk::TlsOnly));
        let ground = Ground {
            timing: plan.timing,
            clock: Clock::start(plan.pace),
            seed: plan.seed,
            dials: plan.dials,
            crew: crew.clone(),
            authority: if secure { Some(Authority::new()?) } else { None },
            networks: plan.networks.clone().into(),
        };
        let asks = broadcast::Sender::new(16);
        let mut fleet =
            Self { handles: Vec::new(), devices: Arc::default(), slots: HashMap::new(), crew, plan, ground, asks };
        if let Some(coiot) = fleet.plan.coiot {
            fleet.crew.tasks.spawn(coiot::group(coiot, fleet.asks.clone(), fleet.crew.stop.clone()));
        }
        for index in 0..fleet.plan.devices.len() {
            fleet.open(index)?;
        }
        fleet.set_going()?;
        Ok(fleet)
    }

    /// Starts what concerns all devices: announcements, reports, the day.
    fn set_going(&self) -> Result<(), StartError> {
        let devices = || {
            let devices = Arc::clone(&self.devices);
            move || devices.lock().unwrap_or_else(PoisonError::into_inner).clone()
        };
        let stop = || self.crew.stop.clone();
        if let Some(mdns) = self.plan.mdns {
            self.crew.tasks.spawn(mdns::announce(mdns::start(mdns)?, devices(), stop()));
        }
        if self.plan.reports_per_s > 0.0 {
            self.crew.tasks.spawn(load::run(devices(), self.plan.reports_per_s, stop()));
        }
        if let Some(day) = self.plan.day.clone() {
            self.crew.tasks.spawn(day::play(day, self.ground.clock, devices(), stop()));
        }
        Ok(())
    }

    /// Starts one more device, placed by the layout after those of the plan.
    ///
    /// # Errors
    /// As for [`SimFleet::start`].
    pub fn add(&mut self, device: SimDevice) -> Result<SimHandle, StartError> {
        self.plan.devices.push(device);
        let opened = self.open(self.plan.devices.len() - 1);
        if opened.is_err() {
            self.plan.devices.pop();
        }
        opened
    }

    fn open(&mut self, index: usize) -> Result<SimHandle, StartError> {
        let spec = &self.plan.devices[index];
        let mac = spec.mac();
        if self.slots.contains_key(&mac) {
            return Err(StartError::Twice(mac));
        }
        let address = match spec.extender() {
            None => self.plan.layout.address(index).ok_or(StartError::NoRoom { index })?,
            Some(mac) => {
                let extender = self.slots.get(&mac).ok_or(StartError::NoExtender { mac, client: spec.mac() })?;
                SocketAddr::new(extender.address.ip(), 0)
            }
        };
        let failed = |source| StartError::Listen { address, mac, source };
        let socket = listen(address).map_err(failed)?;
        let device: Arc<Device> = spec.build(&self.ground, socket.local_addr().map_err(failed)?)?;
        if let Some(extender) = spec.extender().and_then(|mac| self.slots.get(&mac)) {
            extender.device().extend(&device);
        }
        let slot = Slot::open(&device, socket, &self.crew).map_err(failed)?;
        self.slots.insert(mac, slot);
        self.crew.tasks.spawn(life::live(Arc::clone(&device), self.crew.stop.clone()));
        self.speak(&device);
        self.devices.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::clone(&device));
        let handle = SimHandle::new(device);
        self.handles.push(handle.clone());
        Ok(handle)
    }

    /// Starts the ways a device speaks on by itself.
    fn speak(&self, device: &Arc<Device>) {
        let (device, stop) = (Arc::clone(device), self.crew.stop.clone());
        if let Some(coiot) = self.plan.coiot.filter(|_| device.is_gen1() && device.extender().is_none()) {
            let alone = matches!(self.plan.layout, Layout::Subnet { .. });
            self.crew.tasks.spawn(coiot::speak(device, coiot, alone, self.asks.clone(), stop));
        }
    }

    /// The devices in the order of the plan.
    pub fn devices(&self) -> &[SimHandle] {
        &self.handles
    }

    /// The device with this hardware address.
    pub fn device(&self, mac: Mac) -> Option<&SimHandle> {
        self.handles.iter().find(|handle| handle.mac() == mac)
    }

    /// The certificate of the authority that signed those of the devices, as PEM; none in a fleet without TLS.
    pub fn ca_pem(&self) -> Option<&str> {
        self.ground.authority.as_ref().map(Authority::pem)
    }

    /// The password of the protected devices of a demo fleet.
    pub fn password(&self) -> Option<&str> {
        self.plan.password.as_deref()
    }

    /// Where a device is now.
    fn slot(&self, mac: Mac) -> Option<Arc<Slot>> {
        let started = self.slots.get(&mac)?;
        let device = started.device();
        let place = device.place.lock().unwrap_or_else(PoisonError::into_inner);
        // It may have gone to another network by itself.
        place.1.upgrade().or_else(|| Some(Arc::clone(started)))
    }

    /// Exchanges the addresses of two devices, as leases do; false when one of them is not here.
    pub fn swap(&mut self, a: Mac, b: Mac) -> bool {
        let (Some(one), Some(other)) = (self.slot(a), self.slot(b)) else {
            return false;
        };
        let (first, second) = (one.device(), other.device());
        one.settle(&second);
        other.settle(&first);
        first.cut.notify_waiters();
        second.cut.notify_waiters();
        self.slots.insert(a, other);
        self.slots.insert(b, one);
        true
    }

    /// Moves a device to another port of its address, as range extenders do with their clients; answers where it is
    /// now. None when it is not here or no port is free.
    pub fn change_port(&mut self, mac: Mac) -> Option<SocketAddr> {
        let old = self.slot(mac)?;
        let socket = listen(SocketAddr::new(old.address.ip(), 0)).ok()?;
        let device = old.device();
        old.close();
        let slot = Slot::open(&device, socket, &self.crew).ok()?;
        device.cut.notify_waiters();
        let address = slot.address;
        self.slots.insert(mac, slot);
        Some(address)
    }

    /// Stops all devices and waits until their sockets are closed.
    pub async fn shutdown(self) {
        self.crew.stop.cancel();
        self.crew.tasks.close();
        self.crew.tasks.wait().await;
    }
}

impl Drop for SimFleet {
    fn drop(&mut self) {
        self.crew.stop.cancel();
    }
}
