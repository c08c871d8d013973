//! How the manager goes about its work.

use std::time::Duration;

use discovery::mdns::MdnsOptions;
use fleet_model::Retention;
use secrets::Secret;
use shelly_driver::CoiotConfig;

/// How the manager goes about its work. The defaults suit a home and a building alike.
#[derive(Debug, Clone)]
pub struct FleetOptions {
    /// Time between two polls of a device's status.
    pub poll_interval: Duration,
    /// Keep a WebSocket open to every device of Gen2 or later that does not sleep, and hear at once what it tells. Such a
    /// device is polled less often.
    pub follow: bool,
    /// Where the reports of Gen1 devices are heard; none for not at all.
    pub coiot: Option<CoiotConfig>,
    /// How devices are heard that announce themselves by mDNS; none for not at all.
    pub mdns: Option<MdnsOptions>,
    /// The broker at which devices are heard, and called when their address does not answer; none for no broker.
    pub mqtt: Option<shelly_mqtt::Options>,
    /// Longest time between two polls of a device that does not answer.
    pub poll_backoff_limit: Duration,
    /// Time between two drift checks of the fleet; none turns them off.
    pub drift_interval: Option<Duration>,
    /// Where to look for devices by itself, and when.
    pub timetables: Vec<Timetable>,
    /// Adopt devices that are heard: by mDNS, CoIoT, on a broker, behind range extenders, and those that dial in with the
    /// token.
    pub auto_adopt: bool,
    /// What devices show when they dial in to be let in: the last part of the path that they are told to dial, or `token`
    /// in its query. None lets in only devices of ours that call from where we know them.
    pub device_token: Option<Secret<String>>,
    /// Devices worked on in the background at the same time.
    pub at_once: usize,
    /// How long a plan waits for a yes.
    pub plan_lifetime: Duration,
    /// How long a plan's unit is ours without a sign of life; a manager that starts later takes it over after that.
    pub lease: Duration,
    /// Name under which units of plans are held. A manager that starts again under its name takes its units up at once;
    /// none for a new name at each start.
    pub owner: Option<String>,
    /// How long a device that is moved to another network or address is waited for.
    pub move_limit: Duration,
    /// How long things are kept.
    pub retention: Retention,
    /// Time between two removals of what is old; none turns them off.
    pub sweep_interval: Option<Duration>,
    /// How agents are worked with.
    pub agents: AgentOptions,
    /// How devices are spoken to.
    pub driver: shelly_driver::Options,
}

/// How agents are worked with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentOptions {
    /// Time between two signs of life.
    pub heartbeat: Duration,
    /// After this long without one an agent is taken for lost.
    pub silence: Duration,
    /// How long an agent holds a task without a sign of life.
    pub lease: Duration,
    /// How much longer the manager waits before it gives the task to another one.
    pub grace: Duration,
    /// How long one try may take.
    pub task_time: Duration,
    /// How often a task is tried.
    pub most_attempts: u32,
    /// Time before another try.
    pub retry_wait: Duration,
    /// Time between two scans for access points of new devices that an agent does by itself; zero for none.
    pub scan_every: Duration,
    /// Time between two looks for devices on its own networks that it does by itself; zero for none.
    pub look_every: Duration,
}

impl Default for AgentOptions {
    fn default() -> Self {
        Self {
            heartbeat: Duration::from_secs(10),
            silence: Duration::from_secs(35),
            lease: Duration::from_mins(1),
            grace: Duration::from_secs(15),
            task_time: Duration::from_mins(5),
            most_attempts: 3,
            retry_wait: Duration::from_secs(10),
            scan_every: Duration::from_mins(2),
            look_every: Duration::from_mins(15),
        }
    }
}

/// Scans by timetable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timetable {
    /// Where to look.
    pub targets: Vec<String>,
    /// Time between two scans.
    pub interval: Duration,
    /// Adopt what is found.
    pub adopt: bool,
}

impl Default for FleetOptions {
    fn default() -> Self {
        Self {
            poll_interval: Duration::from_secs(30),
            follow: true,
            coiot: None,
            mdns: None,
            mqtt: None,
            poll_backoff_limit: Duration::from_mins(10),
            drift_interval: Some(Duration::from_hours(1)),
            timetables: Vec::new(),
            auto_adopt: false,
            device_token: None,
            at_once: 64,
            plan_lifetime: Duration::from_hours(1),
            lease: Duration::from_mins(2),
            owner: None,
            move_limit: Duration::from_mins(3),
            retention: Retention::default(),
            sweep_interval: Some(Duration::from_hours(24)),
            agents: AgentOptions::default(),
            driver: shelly_driver::Options::default(),
        }
    }
}
