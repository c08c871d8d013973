//! Says which agent a task goes to: a decision from values alone.

use std::collections::HashSet;

use chrono::{DateTime, TimeDelta, Utc};
use fleet_model::{AccessPointRecord, AgentAbility, AgentId, AgentTask, ProvisionWork, TaskWork};

use crate::agents::Connected;

/// An access point counts as there for so long after it was seen.
const FRESH: TimeDelta = TimeDelta::minutes(5);

/// Where a device is provisioned over Bluetooth, in place of an interface.
pub(super) const BLUETOOTH: &str = "bluetooth";

/// An agent that can be given work.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    pub(super) agent: Connected,
    /// Its location and those around it.
    pub(super) places: Vec<String>,
}

/// All that the decision is made from.
#[derive(Debug)]
pub(super) struct Board<'a> {
    pub(super) candidates: &'a [Candidate],
    pub(super) points: &'a [AccessPointRecord],
    /// Radios that work is done on.
    pub(super) busy: &'a HashSet<(AgentId, String)>,
    pub(super) now: DateTime<Utc>,
}

/// The decision.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Choice {
    /// It goes there.
    Give {
        /// Agent.
        agent: AgentId,
        /// Interface, if it needs one.
        interface: Option<String>,
        /// Access point of the device.
        ssid: Option<String>,
    },
    /// It waits for a radio, for this reason.
    Wait(String),
    /// It waits until somebody sees its access point.
    Look(String),
}

impl Board<'_> {
    pub(super) fn choose(&self, task: &AgentTask) -> Choice {
        match &task.work {
            TaskWork::Provision(work) if work.bluetooth => self.bluetooth(task, work),
            TaskWork::Provision(work) => self.provision(task, work),
            TaskWork::Scan | TaskWork::Restore => self.radio(task),
            TaskWork::Probe { .. } => self.probe(task),
        }
    }

    /// The agents that may do a task and can.
    fn able(&self, task: &AgentTask, ability: AgentAbility) -> Vec<&Candidate> {
        let may = |candidate: &&Candidate| {
            task.only_agent.is_none_or(|only| only == candidate.agent.id) && candidate.agent.about.can(ability)
        };
        self.candidates.iter().filter(may).collect()
    }

    fn is_free(&self, agent: AgentId, interface: &str) -> bool {
        !self.busy.contains(&(agent, interface.to_owned()))
    }

    fn probe(&self, task: &AgentTask) -> Choice {
        let able = self.able(task, AgentAbility::Discovery);
        able.first().map_or_else(
            || Choice::Wait("no agent that looks for devices is connected".to_owned()),
            |candidate| Choice::Give { agent: candidate.agent.id, interface: None, ssid: None },
        )
    }

    fn radio(&self, task: &AgentTask) -> Choice {
        let able = self.able(task, AgentAbility::Wifi);
        let radios = able.iter().flat_map(|candidate| {
            let radios = candidate.agent.about.radios().map(|radio| (candidate.agent.id, radio));
            radios.collect::<Vec<_>>()
        });
        let wanted = |radio: &str| task.only_interface.as_deref().is_none_or(|only| only == radio);
        let mut radios: Vec<(AgentId, &str)> = radios.filter(|(_, radio)| wanted(radio)).collect();
        if radios.is_empty() {
            return Choice::Wait("no agent with such a radio is connected".to_owned());
        }
        radios.retain(|(agent, radio)| self.is_free(*agent, radio));
        radios.first().map_or_else(
            || Choice::Wait("the radio works on something else".to_owned()),
            |(agent, radio)| Choice::Give { agent: *agent, interface: Some((*radio).to_owned()), ssid: None },
        )
    }

    fn bluetooth(&self, task: &AgentTask, work: &ProvisionWork) -> Choice {
        let able = self.able(task, AgentAbility::Bluetooth);
        if able.is_empty() {
            return Choice::Wait("no agent with Bluetooth is connected".to_owned());
        }
        let mut free: Vec<&&Candidate> =
            able.iter().filter(|candidate| self.is_free(candidate.agent.id, BLUETOOTH)).collect();
        free.sort_by_key(|candidate| !is_near(candidate, work));
        free.first().map_or_else(
            || Choice::Wait("the Bluetooth adapter works on something else".to_owned()),
            |candidate| Choice::Give { agent: candidate.agent.id, interface: Some(BLUETOOTH.to_owned()), ssid: None },
        )
    }

    fn provision(&self, task: &AgentTask, work: &ProvisionWork) -> Choice {
        let able = self.able(task, AgentAbility::Wifi);
        if able.is_empty() {
            return Choice::Wait("no agent with WiFi is connected".to_owned());
        }
        let fits =
            |point: &&AccessPointRecord| self.now - point.last_seen_at < FRESH && work.device.fits_ssid(&point.ssid);
        let seen = self.points.iter().filter(fits).filter_map(|point| {
            let candidate = able.iter().find(|candidate| candidate.agent.id == point.agent_id)?;
            let is_radio = candidate.agent.about.radios().any(|radio| radio == point.interface);
            is_radio.then_some((point, *candidate))
        });
        let mut seen: Vec<(&AccessPointRecord, &Candidate)> = seen.collect();
        let Some((first, _)) = seen.first() else {
            return Choice::Look("no agent sees its access point".to_owned());
        };
        let ssid = first.ssid.clone();
        if let Some((other, _)) = seen.iter().find(|(point, _)| point.ssid != ssid) {
            let why = format!("{ssid} and {} both end like this: name the whole MAC address", other.ssid);
            return Choice::Wait(why);
        }
        seen.retain(|(point, _)| self.is_free(point.agent_id, &point.interface));
        // Who is where the device goes first, then who hears it best.
        seen.sort_by_key(|(point, candidate)| (!is_near(candidate, work), -point.signal_dbm));
        seen.first().map_or_else(
            || Choice::Wait("the radios that see it work on something else".to_owned()),
            |(point, _)| Choice::Give {
                agent: point.agent_id,
                interface: Some(point.interface.clone()),
                ssid: Some(ssid.clone()),
            },
        )
    }
}

fn is_near(candidate: &Candidate, work: &ProvisionWork) -> bool {
    work.location.as_ref().is_some_and(|location| candidate.places.contains(location))
}

#[cfg(test)]
mod tests {
    use fleet_model::{
        AgentAbout, AgentInterface, AgentRadio, AgentTaskId, ApSecurity, SequenceIds, TaskReport, TaskState,
    };

    use super::*;

    const SSID: &str = "ShellyPlus1-A8032AB12345";

    struct Scene {
        ids: SequenceIds,
        candidates: Vec<Candidate>,
        points: Vec<AccessPointRecord>,
        busy: HashSet<(AgentId, String)>,
        now: DateTime<Utc>,
    }

    impl Scene {
        fn new() -> Self {
            let now = DateTime::UNIX_EPOCH + TimeDelta::days(1);
            let (candidates, points, busy) = (Vec::new(), Vec::new(), HashSet::new());
            Self { ids: SequenceIds::default(), candidates, points, busy, now }
        }

        fn agent(&mut self, place: &str) -> AgentId {
            let id = AgentId::new(&self.ids);
            let radio = AgentRadio { is_usable: true, ..AgentRadio::default() };
            let wlan0 = AgentInterface { name: "wlan0".to_owned(), radio: Some(radio), ..AgentInterface::default() };
            let about =
                AgentAbout { interfaces: vec![wlan0], abilities: vec![AgentAbility::Wifi], ..AgentAbout::default() };
            let agent = Connected { id, about, holds: Vec::new() };
            self.candidates.push(Candidate { agent, places: vec![place.to_owned()] });
            id
        }

        fn sees(&mut self, agent_id: AgentId, ssid: &str, signal_dbm: i32, seconds_ago: i64) {
            let at = self.now - TimeDelta::seconds(seconds_ago);
            self.points.push(AccessPointRecord {
                agent_id,
                interface: "wlan0".to_owned(),
                ssid: ssid.to_owned(),
                bssid: String::new(),
                signal_dbm,
                frequency_mhz: 0,
                security: ApSecurity::Open,
                first_seen_at: at,
                last_seen_at: at,
            });
        }

        fn choose(&self, device: &str, location: Option<&str>) -> Choice {
            let work = ProvisionWork {
                device: device.parse().unwrap(),
                ssid: None,
                network: "home".to_owned(),
                fallback: None,
                address: None,
                name: None,
                location: location.map(str::to_owned),
                group: None,
                profile: None,
                bluetooth: false,
            };
            let board = Board { candidates: &self.candidates, points: &self.points, busy: &self.busy, now: self.now };
            board.choose(&task(TaskWork::Provision(Box::new(work)), &self.ids))
        }
    }

    fn task(work: TaskWork, ids: &SequenceIds) -> AgentTask {
        AgentTask {
            id: AgentTaskId::new(ids),
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
            deadline_at: DateTime::UNIX_EPOCH,
            not_before: None,
            report: TaskReport::default(),
            reason: None,
            mac: None,
            job_id: None,
            created_at: DateTime::UNIX_EPOCH,
            created_by: "local".to_owned(),
            started_at: None,
            finished_at: None,
            revision: 0,
        }
    }

    fn given(choice: &Choice) -> Option<AgentId> {
        match choice {
            Choice::Give { agent, .. } => Some(*agent),
            Choice::Wait(_) | Choice::Look(_) => None,
        }
    }

    #[test]
    fn w18_who_is_there_first_then_who_hears_it_best() {
        let mut scene = Scene::new();
        let (hall, attic) = (scene.agent("hall"), scene.agent("attic"));
        assert!(matches!(scene.choose("B12345", None), Choice::Look(_)));
        scene.sees(hall, SSID, -80, 10);
        scene.sees(attic, SSID, -50, 10);
        assert_eq!(given(&scene.choose("B12345", None)), Some(attic), "it hears it best");
        assert_eq!(given(&scene.choose("A8032AB12345", Some("hall"))), Some(hall), "it is there");
        scene.busy.insert((attic, "wlan0".to_owned()));
        assert_eq!(given(&scene.choose("B12345", None)), Some(hall), "one at a time on a radio");
        scene.busy.insert((hall, "wlan0".to_owned()));
        assert!(matches!(scene.choose("B12345", None), Choice::Wait(_)));
    }

    #[test]
    fn w20_what_was_not_seen_for_long_and_what_is_ambiguous_waits() {
        let mut scene = Scene::new();
        let hall = scene.agent("hall");
        scene.sees(hall, SSID, -50, 600);
        assert!(matches!(scene.choose("B12345", None), Choice::Look(_)), "seen ten minutes ago");
        scene.sees(hall, SSID, -50, 1);
        scene.sees(hall, "ShellyPlus2PM-C45BBEB12345", -50, 1);
        let Choice::Wait(why) = scene.choose("B12345", None) else { panic!("two devices end alike") };
        assert!(why.contains("whole MAC"), "{why}");
        assert_eq!(given(&scene.choose("A8032AB12345", None)), Some(hall));
    }
}
