//! The way forward: from the access point into the network.

use std::time::Duration;

use shelly_driver::{Class, Command, Device, Error, SetupWindow, Urgency};
use shelly_http::Endpoint;
use shelly_types::{ComponentStatus, DeviceStatus};
use sync_engine::Target;
use tokio::time::{Instant, sleep};
use wifi_control::{AccessPoint, Join, Joined, WifiControl};

use super::{
    Contact, Halt, Provisioning, chain,
    device::{before, is_written, station_step, system_step},
    trouble,
};
use crate::{Expected, FailureKind, FindOnLan, Journal, Known, Progress, Provision, Step, Way, What};

/// Questions to a device that has just let us in; it may be busy with that.
const FIRST_QUESTIONS: u32 = 4;

impl<W: WifiControl, F: FindOnLan, J: Journal> Provisioning<'_, W, F, J> {
    /// One part of the way.
    pub(super) async fn forward(&mut self) -> Result<(), Halt> {
        if self.position.may_be_written() {
            if !self.position.is_host_back {
                return self.leave().await;
            }
            return self.find().await;
        }
        let Some(task) = self.task else {
            return trouble(FailureKind::Interrupted, "the agent was ended in the middle");
        };
        if task.by == Way::Bluetooth {
            return self.by_bluetooth(task).await;
        }
        let joined = self.approach(task).await?;
        let device = self.identify(task, &joined).await?;
        let (joined, mut device) = self.firmware_first(task, joined, device).await?;
        self.write(task, &Contact::AccessPoint(joined), &mut device).await
    }

    /// Remembers where the host is, and joins the access point.
    async fn approach(&mut self, task: &Provision) -> Result<Joined, Halt> {
        self.told(Step::Preparing, format!("looks for {}", task.ssid));
        let wifi = self.tools.wifi.remember().await?;
        self.note(What::Remembered { wifi }).await?;
        let point = self.until_seen(task).await?;
        self.told(Step::Joining, format!("{} at {} dBm", point.ssid, point.signal_dbm));
        let join = Join {
            ssid: task.ssid.clone(),
            bssid: Some(point.bssid),
            key: task.access_point_key.clone(),
            limit: self.tools.patience.join,
        };
        Ok(self.tools.wifi.join(&join).await?)
    }

    async fn until_seen(&self, task: &Provision) -> Result<AccessPoint, Halt> {
        let until = Instant::now() + self.tools.patience.appear;
        loop {
            let seen = self.tools.wifi.scan().await?;
            if let Some(point) = seen.into_iter().find(|point| point.ssid == task.ssid) {
                if point.security.needs_key() && task.access_point_key.is_none() {
                    let text = format!("the access point {} has a key, and the task names none", task.ssid);
                    return trouble(FailureKind::AccessPointKey, text);
                }
                return Ok(point);
            }
            if Instant::now() >= until {
                let text = format!(
                    "no access point {} is in range; switch the device off and on, or bring the agent closer",
                    task.ssid
                );
                return trouble(FailureKind::NoAccessPoint, text);
            }
            sleep(self.tools.patience.pause).await;
        }
    }

    /// Makes sure that it is the right device, that it does not restart all the time, and that there is time enough.
    pub(super) async fn identify(&mut self, task: &Provision, joined: &Joined) -> Result<Device, Halt> {
        self.told(Step::Identifying, "");
        let expected = task.expected();
        let device = self.connect(task, joined, expected.as_ref()).await?;
        self.check(task, &device).await?;
        Ok(device)
    }

    /// The same for a device that was reached.
    pub(super) async fn check(&mut self, task: &Provision, device: &Device) -> Result<(), Halt> {
        let expected = task.expected();
        let found = device.identity().mac;
        if let Some(expected) = expected.filter(|expected| !expected.is(found)) {
            let text = format!("the device at {} is {found}, not {expected}; nothing was written to it", task.ssid);
            return trouble(FailureKind::WrongDevice, text);
        }
        if device.identity().auth_required && task.credentials.is_none() {
            let text = format!("{found} asks for a password; give the device's password with the task, or reset it");
            return trouble(FailureKind::DevicePassword, text);
        }
        let first = uptime(&device.status().await.map_err(|error| device_trouble(&error))?);
        sleep(self.tools.patience.steady).await;
        let second = uptime(&device.status().await.map_err(|error| device_trouble(&error))?);
        if let (Some(first), Some(second)) = (first, second)
            && second < first
        {
            let text = format!("{found} restarts by itself: it ran for {first} s and a moment later for {second} s");
            return trouble(FailureKind::Device, text);
        }
        self.note(What::Identified { device: Known::from(device.identity()) }).await?;
        self.window(device, self.tools.patience.window).await
    }

    async fn connect(&self, task: &Provision, joined: &Joined, expected: Option<&Expected>) -> Result<Device, Halt> {
        let endpoint = Endpoint::from(joined.device);
        let mut asked = 0;
        loop {
            asked += 1;
            let mac = expected.and_then(Expected::mac);
            let options = self.options_for(joined);
            match Device::connect(endpoint.clone(), mac, task.credentials.clone(), options).await {
                Ok(device) => return Ok(device),
                Err(error) if error.is_unreachable() && asked < FIRST_QUESTIONS => {
                    sleep(self.tools.patience.pause).await;
                }
                Err(error) => return Err(device_trouble(&error)),
            }
        }
    }

    /// Tells the countdown, and begins nothing that will not end in time (D7).
    pub(super) async fn window(&mut self, device: &Device, least: Duration) -> Result<(), Halt> {
        let mac = device.identity().mac;
        match device.setup_window().await.map_err(|error| device_trouble(&error))? {
            None | Some(SetupWindow::Passed) => Ok(()),
            Some(SetupWindow::Locked) => {
                let text = format!("the setup window of {mac} is closed; switch the device off and on");
                trouble(FailureKind::WindowClosed, text)
            }
            Some(SetupWindow::Open { left }) => {
                (self.tools.progress)(Progress {
                    task: self.position.task.clone(),
                    step: self.step,
                    detail: format!("its setup window is open for another {} s", left.as_secs()),
                    window_left: Some(left),
                    device: self.position.device.clone(),
                });
                if left >= least {
                    return Ok(());
                }
                let text = format!(
                    "the setup window of {mac} closes in {} s, which is too short; switch the device off and on",
                    left.as_secs()
                );
                trouble(FailureKind::WindowClosed, text)
            }
        }
    }

    /// Writes the station, and what else there is. From the first entry on it may have been written.
    pub(super) async fn write(&mut self, task: &Provision, contact: &Contact, device: &mut Device) -> Result<(), Halt> {
        self.told(Step::Writing, format!("the network {}", task.network.ssid));
        let shown = device.observe().await.map_err(|error| Halt::Trouble(of_class(error.class), error.message))?;
        let is_gen1 = device.identity().generation.is_gen1();
        let before = before(&shown);
        let was_there =
            is_in(&device.status().await.map_err(|error| device_trouble(&error))?, task.network.ssid.as_str());
        // A secret goes out now: whoever answers has to be the device, at its access point or the end of its connection.
        if !contact.stands(self.tools.wifi).await? {
            return trouble(FailureKind::NoAccessPoint, format!("{} went away", task.ssid));
        }
        self.note(What::Writing { before }).await?;
        if !is_gen1 {
            self.clock_and_name(task, device).await?;
        }
        match device.write(&station_step(task, is_gen1)).await {
            // The device leaves its access point at once, often without an answer (gen1 protocol 5).
            Err(error) if !error.class.leaves_doubt() => return trouble(of_class(error.class), error.message),
            Ok(_) | Err(_) => {}
        }
        let address = if is_gen1 {
            // Some keep their access point until they are restarted (gen1 protocol 5); most are gone already.
            let _ = device.command_for(Urgency::Background, &Command::Restart).await;
            None
        } else {
            self.prove(task, device).await?;
            self.watch(task, contact, device, was_there.is_some()).await?
        };
        Ok(self.note(What::Written { address }).await?)
    }

    /// What a device of Gen2 and later gets besides its network. It does not fail for want of a clock.
    async fn clock_and_name(&self, task: &Provision, device: &mut Device) -> Result<(), Halt> {
        if let Err(error) = device.set_clock(self.tools.clock.now()).await {
            tracing::info!(device.mac = %device.identity().mac, error = %chain(&error), "its clock was not set");
        }
        let Some(step) = system_step(task) else { return Ok(()) };
        device.write(&step).await.map(drop).map_err(|error| Halt::Trouble(of_class(error.class), error.message))
    }

    /// Reads back what was written, as long as the device is there: unknown parameters are ignored with an answer of success.
    async fn prove(&self, task: &Provision, device: &mut Device) -> Result<(), Halt> {
        let Ok(shown) = device.observe().await else { return Ok(()) };
        match is_written(task, &shown) {
            Ok(()) => Ok(()),
            Err(what) => {
                trouble(FailureKind::Device, format!("{} ignores what is written: {what}", device.identity().mac))
            }
        }
    }

    /// Watches at the access point whether the device gets into the network, and tells its address there. A device that is
    /// gone may have made it: one radio cannot be in two places.
    async fn watch(
        &self,
        task: &Provision,
        contact: &Contact,
        device: &Device,
        was_there: bool,
    ) -> Result<Option<std::net::IpAddr>, Halt> {
        let until = Instant::now() + self.tools.patience.watch;
        // What a device says at first may be of an earlier time.
        let mut is_stale = was_there;
        let mut silent = 0;
        loop {
            match device.status().await {
                Ok(status) => {
                    silent = 0;
                    match is_in(&status, task.network.ssid.as_str()) {
                        Some(there) if !is_stale => return Ok(there.address),
                        Some(_) => {}
                        None => is_stale = false,
                    }
                }
                Err(error) => {
                    silent += 1;
                    tracing::debug!(error = %chain(&error), "the device does not answer at its access point");
                    if silent >= FIRST_QUESTIONS || !contact.stands(self.tools.wifi).await? {
                        return Ok(None);
                    }
                }
            }
            if Instant::now() >= until {
                if is_stale || silent > 0 {
                    return Ok(None);
                }
                let text = format!(
                    "{} could not join {}: its name or key is wrong, or it is out of range of the device",
                    device.identity().mac,
                    task.network.ssid
                );
                return trouble(FailureKind::Network, text);
            }
            sleep(self.tools.patience.pause).await;
        }
    }

    async fn leave(&mut self) -> Result<(), Halt> {
        self.told(Step::Leaving, "");
        match self.host_back().await? {
            Ok(()) => Ok(()),
            Err(text) => trouble(FailureKind::Radio, text),
        }
    }

    /// Looks for the device in the network.
    async fn find(&mut self) -> Result<(), Halt> {
        self.told(Step::Finding, "");
        let Some(mac) = self.position.device.as_ref().map(|device| device.mac) else {
            return trouble(FailureKind::Internal, "a device without an address was written to");
        };
        let told = self.position.address;
        let patience = self.task.and_then(|task| task.find).unwrap_or(self.tools.patience.find);
        let until = Instant::now() + patience;
        loop {
            if let Some(found) = self.tools.find.look(mac, told).await {
                return Ok(self.note(What::Found { found }).await?);
            }
            if Instant::now() >= until {
                break;
            }
            sleep(self.tools.patience.pause).await;
        }
        let waited = patience.as_secs();
        match (self.task, told) {
            (None, _) => {
                trouble(FailureKind::Interrupted, format!("the agent was ended in the middle, and {mac} is not there"))
            }
            (Some(_), Some(address)) => {
                let text = format!(
                    "{mac} said that it has {address}, and was not found in {waited} s; is it another network than ours?"
                );
                trouble(FailureKind::NotFound, text)
            }
            (Some(task), None) => {
                let text = format!(
                    "{mac} did not come into {} within {waited} s: its name or key is wrong, or it is out of range",
                    task.network.ssid
                );
                trouble(FailureKind::Network, text)
            }
        }
    }
}

/// Seconds since the device started.
pub(super) fn uptime(status: &DeviceStatus) -> Option<u64> {
    status.components.values().find_map(|component| match component {
        ComponentStatus::System(system) => system.uptime_s,
        _ => None,
    })
}

/// What a device says of its place in a network.
struct InNetwork {
    address: Option<std::net::IpAddr>,
}

/// Whether the device has an address in this network, and which, as far as it tells.
fn is_in(status: &DeviceStatus, ssid: &str) -> Option<InNetwork> {
    status.components.values().find_map(|component| match component {
        ComponentStatus::Wifi(wifi) => {
            let is = wifi.connected == Some(true) && wifi.ssid.as_deref() == Some(ssid);
            is.then(|| InNetwork { address: wifi.ip.as_deref().and_then(|ip| ip.parse().ok()) })
        }
        _ => None,
    })
}

/// What trouble with a device means for the task.
pub(super) fn device_trouble(error: &Error) -> Halt {
    let kind = match error {
        Error::WrongDevice { .. } => FailureKind::WrongDevice,
        error => of_class(error.class()),
    };
    let mut text = chain(error);
    if matches!(error, Error::TlsOnly { .. }) {
        text.push_str("; tell the agent which authority to trust, with --device-ca");
    }
    Halt::Trouble(kind, text)
}

fn of_class(class: Class) -> FailureKind {
    match class {
        Class::WrongDevice => FailureKind::WrongDevice,
        Class::Unauthorized | Class::LockedOut => FailureKind::DevicePassword,
        Class::Unreachable | Class::Interrupted | Class::Garbled | Class::Refused | Class::Unsupported => {
            FailureKind::Device
        }
    }
}
