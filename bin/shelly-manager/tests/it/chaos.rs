//! Devices with every kind of trouble, a job over all of them, and a manager that is killed again and again.
//!
//! `CHAOS_DEVICES`, `CHAOS_KILLS` and `CHAOS_SEED` make it longer or other; see `docs/testing.md`.

use std::{collections::BTreeMap, net::TcpListener, time::Duration};

use api_types::{
    config::ScopeView,
    jobs::{JobDetail, JobRequest, JobState, JobUnitView, UnitState},
};
use rollout::Rollout;
use serde_json::{Value, json};
use shelly_sim::{Fault, FleetPlan, SimDevice, SimFleet, SimHandle};
use shelly_types::Mac;

use crate::{
    database::Database,
    manager::Manager,
    on_each_database,
    support::{adopt, ended, of_device, on_device, scan, targets, unit, wish},
};

on_each_database! {
    every_device_ends_well_or_says_why
}

/// Mains-powered models of all generations with a relay.
const MODELS: [&str; 8] =
    ["SNSW-001X16EU", "SHSW-1", "S3SW-001X8EU", "SHPLG-S", "SNPL-00112EU", "SHSW-PM", "S4PL-00416EU", "SNSW-102P16EU"];

const NAME: &str = "Chaos";
const DELAY_S: f64 = 300.0;

/// What is wrong with a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trouble {
    None,
    LosesRequests,
    AnswersInHtml,
    CutsAnswers,
    RebootsWhenWritten,
    IgnoresTheName,
    BendsTheDelay,
    /// Somebody gives it a password that we do not know.
    Locked,
    /// It exchanges its address with its neighbour.
    Moved,
}

impl Trouble {
    /// Half of the devices are well; neighbours move together.
    fn of(index: usize) -> Self {
        match index % 20 {
            1 => Self::LosesRequests,
            3 => Self::AnswersInHtml,
            5 => Self::CutsAnswers,
            7 => Self::RebootsWhenWritten,
            9 => Self::IgnoresTheName,
            11 => Self::BendsTheDelay,
            13 => Self::Locked,
            16 | 17 => Self::Moved,
            _ => Self::None,
        }
    }

    fn befall(self, handle: &SimHandle) {
        let relay = if handle.generation().is_gen1() { "relays.0" } else { "switch:0" };
        handle.inject(Fault::Latency { delay: Duration::from_millis(40), jitter: Duration::from_millis(80) });
        match self {
            Self::None | Self::Moved => {}
            Self::LosesRequests => handle.inject(Fault::Flaky { probability: 0.2 }),
            Self::AnswersInHtml => handle.inject(Fault::Html),
            Self::CutsAnswers => handle.inject(Fault::TruncatedJson),
            Self::RebootsWhenWritten => handle.inject(Fault::RebootOnWrite),
            Self::IgnoresTheName => handle.inject(Fault::IgnoreField { path: format!("{relay}.name") }),
            Self::BendsTheDelay => {
                handle.inject(Fault::ClampField { path: format!("{relay}.auto_off"), min: 0.0, max: 100.0 });
                handle.inject(Fault::ClampField { path: format!("{relay}.auto_off_delay"), min: 0.0, max: 100.0 });
            }
            Self::Locked => handle.set_password(Some("someone else's")),
        }
    }
}

/// How large the run is. The one of the tests is always the same.
struct Scale {
    devices: usize,
    kills: usize,
    seed: u64,
}

impl Scale {
    fn of(database: &Database) -> Self {
        let set = |name: &str| std::env::var(name).ok().map(|text| text.parse().expect("a number"));
        let (devices, kills) = if database.url().is_some() { (60, 5) } else { (120, 8) };
        Self {
            devices: set("CHAOS_DEVICES").map_or(devices, |number| usize::try_from(number).expect("a small number")),
            kills: set("CHAOS_KILLS").map_or(kills, |number| usize::try_from(number).expect("a small number")),
            seed: set("CHAOS_SEED").unwrap_or(20_261_129),
        }
    }

    /// The next time that the manager lives.
    fn next_life(&mut self) -> Duration {
        self.seed = self.seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        Duration::from_millis(100 + (self.seed >> 33) % 900)
    }
}

async fn fleet(count: usize) -> SimFleet {
    let device = |index: usize| {
        let [high, low] = u16::try_from(index).expect("fewer than 65,536").to_be_bytes();
        let mac = Mac::new([0xA8, 0x03, 0x2A, 0x30, high, low]);
        SimDevice::of_model(MODELS[index % MODELS.len()], mac).unwrap().named(format!("Device {index}")).robust()
    };
    let process = std::process::id();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let network = format!("127.{}.{}.0/22", 128 + process % 64, process / 64 % 64 * 4);
    SimFleet::start(FleetPlan::new((0..count).map(device).collect()).on_subnet(network.parse().unwrap(), port))
        .await
        .unwrap()
}

/// What the job changes, as the device has it.
fn facts(handle: &SimHandle) -> [Value; 3] {
    if handle.generation().is_gen1() {
        ["relays.0.name", "relays.0.auto_off", "name"].map(|path| on_device(handle, path))
    } else {
        ["switch:0.name", "switch:0.auto_off_delay", "sys.device.name"].map(|path| on_device(handle, path))
    }
}

fn own_name(handle: &SimHandle) -> String {
    format!("I am {}", handle.mac())
}

/// H2, H4, F10, F11, H9, B7, A16: whatever happens to devices and manager, each device ends verified, put back or failed
/// with its reason, nothing is written twice or to another device, and an undo brings back all that was changed.
async fn every_device_ends_well_or_says_why(database: Database) {
    let mut scale = Scale::of(&database);
    let mut manager = Manager::on(database).await;
    let mut fleet = fleet(scale.devices).await;
    let handles = fleet.devices().to_vec();
    adopt(&manager, &handles).await;
    let wishes = [
        ("switch:0.name", json!(NAME)),
        ("switch:0.auto_off", json!(true)),
        ("switch:0.auto_off_delay", json!(DELAY_S)),
    ];
    wish(&manager, ScopeView::Fleet, &wishes).await;
    let moved: Vec<&SimHandle> =
        (0..).zip(&handles).filter(|(at, _)| Trouble::of(*at) == Trouble::Moved).map(|(_, handle)| handle).collect();
    for handle in &moved {
        wish(&manager, of_device(handle), &[("sys.device.name", json!(own_name(handle)))]).await;
    }
    let before: BTreeMap<Mac, _> = handles.iter().map(|handle| (handle.mac(), facts(handle))).collect();
    let rollout = Rollout { at_once: Some(12), ..Rollout::default() };
    let job = manager.client().job_create(&JobRequest { rollout, ..JobRequest::default() }).await.unwrap();
    assert_eq!(job.job.units.pending as usize, scale.devices);

    for (index, handle) in handles.iter().enumerate() {
        Trouble::of(index).befall(handle);
    }
    for pair in moved.chunks_exact(2) {
        assert!(fleet.swap(pair[0].mac(), pair[1].mac()));
    }
    manager.client().job_start(job.job.id).await.unwrap();
    for kill in 0..scale.kills {
        tokio::time::sleep(scale.next_life()).await;
        let state = manager.client().job(job.job.id).await.unwrap().job;
        assert_eq!(state.state, JobState::Running, "the job was over after {kill} kills: {:?}", state.units);
        manager.kill();
        manager.start().await;
    }
    let done = ended(&manager, job.job.id).await;
    assert_eq!(done.job.units.open(), 0, "{:?}", done.job.units);
    for (index, handle) in handles.iter().enumerate() {
        judge(Trouble::of(index), handle, unit(&done, handle), &before[&handle.mac()]);
    }

    for (index, handle) in handles.iter().enumerate() {
        handle.heal_all();
        if Trouble::of(index) == Trouble::Locked {
            handle.set_password(None);
        }
    }
    // Those that moved are found where they are now.
    scan(&manager, targets(&handles), false).await;
    let undo = manager.client().job_undo(done.job.id).await.unwrap();
    manager.client().job_start(undo.job.id).await.unwrap();
    let undone = ended(&manager, undo.job.id).await;
    assert_eq!(undone.job.state, JobState::Done, "{:?}", odd(&undone));
    for handle in handles.iter().filter(|handle| !is_in_doubt(unit(&done, handle))) {
        assert_eq!(facts(handle), before[&handle.mac()], "{} is as it was", handle.mac());
    }
    fleet.shutdown().await;
}

/// The manager died just after the device had bent a value: that could as well be somebody's, so it is left and named.
fn is_in_doubt(unit: &JobUnitView) -> bool {
    unit.reason.as_deref().is_some_and(|reason| reason.contains("not put back: switch:0.auto_off_delay"))
}

fn judge(trouble: Trouble, handle: &SimHandle, unit: &JobUnitView, before: &[Value; 3]) {
    let [name, delay, own] = facts(handle);
    let told = format!("{trouble:?} {} {:?} {:?}", handle.model(), unit.state, unit.reason);
    let is_done = name == json!(NAME) && delay.as_f64() == Some(DELAY_S);
    let reason = unit.reason.as_deref().unwrap_or_default();
    match unit.state {
        UnitState::Verified => assert!(is_done, "{told}"),
        UnitState::RolledBack if is_in_doubt(unit) => assert_eq!(name, before[0], "{told}"),
        UnitState::RolledBack => assert_eq!(&facts(handle), before, "{told}"),
        UnitState::Failed | UnitState::Blocked => assert!(!reason.is_empty(), "{told}"),
        _ => panic!("{told}"),
    }
    match trouble {
        Trouble::None => {
            assert_eq!(unit.state, UnitState::Verified, "{told}");
            assert_eq!(handle.writes().len(), 1, "written once: {told} {:?}", handle.writes());
        }
        // When the manager died as well, nobody waits for the device.
        Trouble::RebootsWhenWritten => assert!(is_done && handle.writes().len() == 1, "{told} {:?}", handle.writes()),
        Trouble::LosesRequests => {}
        Trouble::IgnoresTheName | Trouble::BendsTheDelay => assert_eq!(unit.state, UnitState::RolledBack, "{told}"),
        Trouble::AnswersInHtml => assert!(unit.state == UnitState::Failed && reason.contains("JSON"), "{told}"),
        Trouble::CutsAnswers => assert!(unit.state == UnitState::Failed && reason.contains("closed"), "{told}"),
        Trouble::Locked => assert!(unit.state == UnitState::Failed && reason.contains("password"), "{told}"),
        Trouble::Moved => {
            assert!(own == before[2] || own == json!(own_name(handle)), "{told}: has the name of another: {own}");
            assert!(unit.state != UnitState::Verified || own == json!(own_name(handle)), "{told}");
        }
    }
}

fn odd(job: &JobDetail) -> Vec<(UnitState, &str, &str)> {
    let odd = job.devices.iter().filter(|unit| unit.reason.is_some());
    odd.map(|unit| (unit.state, unit.name.as_str(), unit.reason.as_deref().unwrap_or_default())).collect()
}
