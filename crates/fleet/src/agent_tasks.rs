//! Work of agents: bringing devices into a network, one by one or from a list, and looking around.

mod choose;
mod give;
mod hand_over;
mod report;

use std::net::Ipv4Addr;

use chrono::TimeDelta;
use fleet_model::{
    Actor, AgentId, AgentTask, AgentTaskId, FixedAddress, FleetEvent, MacEnding, NewEvent, Page, PageRequest,
    Permission, ProvisionWork, ProvisioningId, ProvisioningRecord, TaskCounts, TaskReport, TaskState, TaskWork,
};
use secrets::Secret;
use storage::TaskSecrets;

use crate::{Error, ErrorKind, Fleet, groups::checked_name};

/// States in which an agent holds a task.
pub(crate) const HELD: &[TaskState] = &[TaskState::Given, TaskState::Running, TaskState::Cancelling];

/// States in which a task has not ended.
pub(crate) const OPEN: &[TaskState] = &[
    TaskState::Waiting,
    TaskState::Given,
    TaskState::Running,
    TaskState::Cancelling,
    TaskState::HandingOver,
    TaskState::Applying,
];

/// Devices in one list.
const MOST_DEVICES: usize = 1000;

/// How long a device is waited for when nothing was said, and what each further one of a list adds.
const WAIT: TimeDelta = TimeDelta::minutes(30);
const WAIT_PER_DEVICE: TimeDelta = TimeDelta::minutes(2);
const MAX_WAIT_MINUTES: u32 = 7 * 24 * 60;

/// How long an agent listens when nothing was said, and at most, seconds.
const LISTEN_S: u32 = 10;
const MAX_LISTEN_S: u32 = 300;

/// How long something that is done at once may wait for its agent.
const AT_ONCE: TimeDelta = TimeDelta::minutes(2);

/// Something that a provisioning is without, in bytes: longest name and password of a network (802.11).
const MAX_SSID: usize = 32;
const PASSWORDS: std::ops::RangeInclusive<usize> = 8..=63;

/// Devices that are to be brought into a network.
#[derive(Debug, Clone, Default)]
pub struct ProvisioningRequest {
    /// What it is, in words.
    pub title: Option<String>,
    /// Network that the devices join.
    pub network: WifiLogin,
    /// Network that they use when that is out of reach.
    pub fallback: Option<WifiLogin>,
    /// The devices.
    pub devices: Vec<DeviceToProvision>,
    /// Gateway for those with a fixed address.
    pub gateway: Option<Ipv4Addr>,
    /// Name server for those.
    pub nameserver: Option<Ipv4Addr>,
    /// Only by this agent.
    pub agent: Option<AgentId>,
    /// Minutes to wait for the devices.
    pub wait_minutes: Option<u32>,
}

/// Name and password of a network.
#[derive(Debug, Clone, Default)]
pub struct WifiLogin {
    /// Name.
    pub ssid: String,
    /// Password; none for an open network.
    pub password: Option<Secret<String>>,
}

/// A device that is to be brought into a network.
#[derive(Debug, Clone, Default)]
pub struct DeviceToProvision {
    /// MAC address, or its last 6 digits.
    pub device: String,
    /// Name it gets.
    pub name: Option<String>,
    /// Group it gets into.
    pub group: Option<String>,
    /// Profile it is assigned to.
    pub profile: Option<String>,
    /// Location it is put into.
    pub location: Option<String>,
    /// Fixed address with prefix length, `192.0.2.7/24`.
    pub address: Option<String>,
    /// Password of its access point.
    pub access_point_password: Option<Secret<String>>,
    /// Password of the device.
    pub device_password: Option<Secret<String>>,
    /// Over Bluetooth.
    pub bluetooth: bool,
}

/// A provisioning, device by device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProvisioningWithTasks {
    /// What it is.
    pub record: ProvisioningRecord,
    /// Its devices.
    pub tasks: Vec<AgentTask>,
}

/// Work for one agent at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AgentErrand {
    /// Look for access points, on this interface or on every radio that may be used.
    Scan {
        /// Interface.
        interface: Option<String>,
    },
    /// Look for devices on its own networks.
    Probe {
        /// Networks or hosts to ask one by one; none: only listen.
        targets: Vec<String>,
        /// Seconds to listen.
        listen_s: Option<u32>,
    },
    /// Give a radio's host network back.
    Restore {
        /// Interface.
        interface: String,
    },
}

impl Fleet {
    /// Begins to bring devices into a network. Each waits until an agent sees it.
    pub async fn provisioning_create(
        &self,
        actor: &Actor,
        request: ProvisioningRequest,
    ) -> Result<ProvisioningWithTasks, Error> {
        Self::authorize(actor, Permission::Configure)?;
        let count = request.devices.len();
        if !(1..=MOST_DEVICES).contains(&count) {
            return Err(Error::invalid(format!("a list has 1 to {MOST_DEVICES} devices")));
        }
        checked_network("the network", &request.network)?;
        if let Some(fallback) = &request.fallback {
            checked_network("the second network", fallback)?;
        }
        if let Some(agent) = request.agent {
            self.agent_record(agent).await?;
        }
        let wait = match request.wait_minutes {
            Some(minutes) if !(1..=MAX_WAIT_MINUTES).contains(&minutes) => {
                return Err(Error::invalid(format!("devices are waited for 1 to {MAX_WAIT_MINUTES} minutes")));
            }
            Some(minutes) => TimeDelta::minutes(minutes.into()),
            None => WAIT + WAIT_PER_DEVICE * i32::try_from(count).unwrap_or(i32::MAX),
        };
        let now = self.now();
        let record = ProvisioningRecord {
            id: ProvisioningId::new(self.ids()),
            title: match &request.title {
                Some(title) => checked_name("provisioning", title)?,
                None if count == 1 => format!("1 device into {}", request.network.ssid),
                None => format!("{count} devices into {}", request.network.ssid),
            },
            network: request.network.ssid.clone(),
            created_at: now,
            created_by: actor.to_string(),
            counts: TaskCounts::default(),
        };
        let works = self.provision_works(actor, &request).await?;
        let mut tasks = Vec::with_capacity(count);
        for (position, (work, device)) in works.into_iter().zip(&request.devices).enumerate() {
            let secrets = TaskSecrets {
                network: request.network.password.clone(),
                fallback: request.fallback.as_ref().and_then(|fallback| fallback.password.clone()),
                access_point: device.access_point_password.clone(),
                device: device.device_password.clone(),
            };
            let mut task = self.new_task(actor, TaskWork::Provision(Box::new(work)), wait);
            task.provisioning_id = Some(record.id);
            task.position = u32::try_from(position).unwrap_or(u32::MAX);
            task.only_agent = request.agent;
            tasks.push((task, secrets));
        }
        let id = record.id;
        let event = FleetEvent::ProvisioningChanged { id, device: record.title.clone(), action: "begun".to_owned() };
        let event = NewEvent::new(now, actor, event);
        self.publish(self.store().agent_tasks_insert(Some(record), tasks, vec![event]).await?.events);
        self.agent_hub().ring();
        self.provisioning(actor, id).await
    }

    /// What is to be done with each device of a list; all that is wrong with the list is said at once.
    async fn provision_works(&self, actor: &Actor, request: &ProvisioningRequest) -> Result<Vec<ProvisionWork>, Error> {
        let groups: Vec<String> = self.groups(actor).await?.into_iter().map(|group| group.name).collect();
        let profiles: Vec<String> = self.profiles(actor).await?.into_iter().map(|profile| profile.name).collect();
        let locations: Vec<String> =
            self.store().locations_all().await?.into_iter().map(|location| location.name).collect();
        let mut works: Vec<ProvisionWork> = Vec::with_capacity(request.devices.len());
        let mut wrong = Vec::new();
        for (row, device) in request.devices.iter().enumerate() {
            let mut complain = |field: &str, what: String| wrong.push((format!("devices.{row}.{field}"), what));
            for (field, name, known) in [
                ("group", &device.group, &groups),
                ("profile", &device.profile, &profiles),
                ("location", &device.location, &locations),
            ] {
                if let Some(name) = name
                    && !known.contains(name)
                {
                    complain(field, format!("there is no {field} `{name}`"));
                }
            }
            let name = device.name.as_deref().map(|name| checked_name("device", name)).transpose();
            let name = name.unwrap_or_else(|error| {
                complain("name", error.to_string());
                None
            });
            let address = device.address.as_deref().map(|address| fixed(address, request)).transpose();
            let address = address.unwrap_or_else(|what| {
                complain("address", what);
                None
            });
            let parsed = match device.device.parse::<MacEnding>() {
                Ok(parsed) if works.iter().any(|work| work.device == parsed) => {
                    complain("device", format!("{parsed} is in the list twice"));
                    continue;
                }
                Ok(parsed) => parsed,
                Err(error) => {
                    complain("device", error.to_string());
                    continue;
                }
            };
            works.push(ProvisionWork {
                device: parsed,
                ssid: None,
                network: request.network.ssid.clone(),
                fallback: request.fallback.as_ref().map(|fallback| fallback.ssid.clone()),
                address,
                name,
                location: device.location.clone(),
                group: device.group.clone(),
                profile: device.profile.clone(),
                bluetooth: device.bluetooth,
            });
        }
        if wrong.is_empty() {
            return Ok(works);
        }
        let kind = ErrorKind::Invalid { setting: None, fields: wrong };
        Err(Error::new("the list of devices cannot be used as it is; nothing was begun", kind))
    }

    /// Provisionings, newest first.
    pub async fn provisionings_page(
        &self,
        actor: &Actor,
        page: &PageRequest,
    ) -> Result<Page<ProvisioningRecord>, Error> {
        Self::authorize(actor, Permission::Read)?;
        Ok(self.store().provisionings_page(page.clone()).await?)
    }

    /// A provisioning, device by device.
    pub async fn provisioning(&self, actor: &Actor, id: ProvisioningId) -> Result<ProvisioningWithTasks, Error> {
        Self::authorize(actor, Permission::Read)?;
        let record = self.store().provisioning_get(id).await?;
        let record = record.ok_or_else(|| Error::not_found("such provisioning"))?;
        Ok(ProvisioningWithTasks { tasks: self.store().agent_tasks_of(id).await?, record })
    }

    /// Calls a provisioning off, or these tasks of it. What an agent has begun it puts back; what is in the network stays.
    pub async fn provisioning_cancel(
        &self,
        actor: &Actor,
        id: ProvisioningId,
        only: &[AgentTaskId],
    ) -> Result<ProvisioningWithTasks, Error> {
        Self::authorize(actor, Permission::Configure)?;
        let known = self.provisioning(actor, id).await?;
        if let Some(stranger) = only.iter().find(|task| !known.tasks.iter().any(|known| known.id == **task)) {
            return Err(Error::not_found(format!("task {stranger} in this provisioning")));
        }
        for task in known.tasks.iter().filter(|task| only.is_empty() || only.contains(&task.id)) {
            self.task_call_off(actor, task.id).await?;
        }
        self.agent_hub().ring();
        self.provisioning(actor, id).await
    }

    /// Gives an agent something to do at once.
    pub async fn agent_errand(
        &self,
        actor: &Actor,
        agent: AgentId,
        errand: AgentErrand,
    ) -> Result<Vec<AgentTask>, Error> {
        Self::authorize(actor, Permission::Configure)?;
        let record = self.agent_record(agent).await?;
        if !self.agent_hub().is_connected(agent) && !record.is_online(self.now()) {
            return Err(Error::new(format!("agent {} is not connected", record.name), ErrorKind::Conflict));
        }
        let works: Vec<(TaskWork, Option<String>)> = match errand {
            AgentErrand::Scan { interface: Some(interface) } => vec![(TaskWork::Scan, Some(interface))],
            AgentErrand::Scan { interface: None } => {
                record.about.radios().map(|radio| (TaskWork::Scan, Some(radio.to_owned()))).collect()
            }
            AgentErrand::Probe { targets, listen_s } => {
                let parsed = if targets.is_empty() { Ok(Vec::new()) } else { discovery::parse_targets(&targets) };
                parsed.map_err(|error| Error::invalid(error.to_string()))?;
                let listen_s = listen_s.unwrap_or(LISTEN_S);
                if listen_s > MAX_LISTEN_S {
                    return Err(Error::invalid(format!("an agent listens for {MAX_LISTEN_S} seconds at most")));
                }
                vec![(TaskWork::Probe { targets, listen_s }, None)]
            }
            AgentErrand::Restore { interface } => vec![(TaskWork::Restore, Some(interface))],
        };
        if works.is_empty() {
            let doing = format!("agent {} has no radio that may be used", record.name);
            return Err(Error::new(doing, ErrorKind::Conflict));
        }
        let mut tasks = Vec::with_capacity(works.len());
        for (work, interface) in works {
            let mut task = self.new_task(actor, work, AT_ONCE);
            (task.only_agent, task.only_interface) = (Some(agent), interface);
            tasks.push((task, TaskSecrets::default()));
        }
        let made = tasks.iter().map(|(task, _)| task.clone()).collect();
        self.publish(self.store().agent_tasks_insert(None, tasks, Vec::new()).await?.events);
        self.agent_hub().ring();
        Ok(made)
    }

    /// A task.
    pub async fn agent_task(&self, actor: &Actor, id: AgentTaskId) -> Result<AgentTask, Error> {
        Self::authorize(actor, Permission::Read)?;
        self.store().agent_task_get(id).await?.ok_or_else(|| Error::not_found("such task"))
    }

    /// What an agent works on now.
    pub async fn agent_tasks_held(&self, actor: &Actor, id: AgentId) -> Result<Vec<AgentTask>, Error> {
        Self::authorize(actor, Permission::Read)?;
        let held = self.store().agent_tasks_in(HELD).await?;
        Ok(held.into_iter().filter(|task| task.agent_id == Some(id)).collect())
    }

    fn new_task(&self, actor: &Actor, work: TaskWork, wait: TimeDelta) -> AgentTask {
        let now = self.now();
        AgentTask {
            id: AgentTaskId::new(self.ids()),
            provisioning_id: None,
            position: 0,
            work,
            state: TaskState::Waiting,
            priority: 0,
            only_agent: None,
            only_interface: None,
            agent_id: None,
            interface: None,
            fence: 0,
            attempts: 0,
            lease_until: None,
            deadline_at: now + wait,
            not_before: None,
            report: TaskReport::default(),
            reason: None,
            mac: None,
            job_id: None,
            created_at: now,
            created_by: actor.to_string(),
            started_at: None,
            finished_at: None,
            revision: 0,
        }
    }
}

fn checked_network(what: &str, network: &WifiLogin) -> Result<(), Error> {
    if network.ssid.is_empty() || network.ssid.len() > MAX_SSID {
        return Err(Error::invalid(format!("the name of {what} has 1 to {MAX_SSID} bytes")));
    }
    let fits = network.password.as_ref().is_none_or(|password| PASSWORDS.contains(&password.expose().len()));
    if fits {
        return Ok(());
    }
    Err(Error::invalid(format!(
        "the password of {what} has {} to {} characters; leave it out for an open network",
        PASSWORDS.start(),
        PASSWORDS.end()
    )))
}

/// A fixed address with what belongs to it.
fn fixed(text: &str, request: &ProvisioningRequest) -> Result<FixedAddress, String> {
    let wrong = || format!("`{text}` is no address with prefix length, such as 192.168.1.50/24");
    let (address, prefix) = text.trim().split_once('/').ok_or_else(wrong)?;
    let address: Ipv4Addr = address.parse().map_err(|_| wrong())?;
    let prefix: u32 = prefix.parse().ok().filter(|prefix| (1..=30).contains(prefix)).ok_or_else(wrong)?;
    let netmask = Ipv4Addr::from(u32::MAX << (32 - prefix));
    Ok(FixedAddress { address, netmask, gateway: request.gateway, nameserver: request.nameserver })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn l8_a_fixed_address_has_a_netmask() {
        let request = ProvisioningRequest { gateway: Some(Ipv4Addr::new(192, 0, 2, 1)), ..Default::default() };
        let address = fixed("192.0.2.7/24", &request).unwrap();
        assert_eq!((address.netmask, address.gateway), (Ipv4Addr::new(255, 255, 255, 0), request.gateway));
        for wrong in ["192.0.2.7", "192.0.2.7/33", "192.0.2.7/0", "host/24"] {
            assert!(fixed(wrong, &request).is_err(), "{wrong}");
        }
    }

    #[test]
    fn w22_a_password_that_no_network_takes_is_refused() {
        let login = |ssid: &str, password: Option<&str>| WifiLogin {
            ssid: ssid.to_owned(),
            password: password.map(|password| Secret::new(password.to_owned())),
        };
        assert!(checked_network("it", &login("home", Some("12345678"))).is_ok());
        assert!(checked_network("it", &login("home", None)).is_ok());
        assert!(checked_network("it", &login("home", Some("short"))).is_err());
        assert!(checked_network("it", &login("", None)).is_err());
    }
}
