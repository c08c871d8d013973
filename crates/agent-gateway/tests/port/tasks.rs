//! From a device in its own access point to one that is ours (W16, W18, W19, W56, L8, L11).

use agent_proto::v1::{self, task_result::Outcome};
use fleet::{
    Actor, DeviceToProvision, GroupChange, LocationChange, PlacementRequest, ProfileChange, ProvisioningRequest,
    WifiLogin,
};
use fleet_model::{TaskFailure, TaskState};
use secrets::Secret;
use shelly_sim::{FleetPlan, SimDevice, SimFleet};
use shelly_types::Mac;

use crate::{
    agent::{failure, provisioned},
    on_both_databases,
    world::World,
};

on_both_databases! {
    a_device_becomes_ours_with_all_that_the_list_says
    a_new_device_is_where_the_rules_say
    a_list_that_is_wrong_begins_nothing
    a_device_that_nobody_sees_is_looked_for
    what_may_go_better_is_tried_again_and_what_may_not_is_not
    whoever_waits_too_long_has_failed
    passwords_are_in_no_answer_and_gone_at_the_end
}

const MODEL: &str = "SNPL-00112EU";

fn mac(number: u8) -> Mac {
    Mac::new([0xA8, 0x03, 0x2A, 0x10, 0, number])
}

async fn device(number: u8) -> (SimFleet, String) {
    let device = SimDevice::of_model(MODEL, mac(number)).unwrap();
    let fleet = SimFleet::start(FleetPlan::new(vec![device])).await.unwrap();
    let endpoint = fleet.devices()[0].endpoint().to_string();
    (fleet, endpoint)
}

fn login() -> WifiLogin {
    WifiLogin { ssid: "home".to_owned(), password: Some(Secret::new(crate::world::WIFI_PASSWORD.to_owned())) }
}

async fn a_device_becomes_ours_with_all_that_the_list_says(world: &mut World) {
    let (simulated, endpoint) = device(1).await;
    let fleet = world.fleet().clone();
    let named = |name: &str| Some(name.to_owned());
    fleet.location_create(&Actor::Local, LocationChange { name: named("hall"), ..Default::default() }).await.unwrap();
    let group = GroupChange { name: named("lamps"), ..Default::default() };
    let group = fleet.group_create(&Actor::Local, group).await.unwrap();
    let profile = ProfileChange { name: named("plugs"), ..Default::default() };
    let profile = fleet.profile_create(&Actor::Local, profile).await.unwrap();
    let agent = world.agent("pi").await;
    let mut talk = agent.here(world).await;
    talk.sees(&[("ShellyPlusPlugS-A8032A100001", -50)]).await;
    let listed = DeviceToProvision {
        device: mac(1).to_string(),
        name: named("Lamp"),
        group: named("lamps"),
        profile: named("plugs"),
        location: named("hall"),
        address: named("192.0.2.7/24"),
        ..Default::default()
    };
    let request = ProvisioningRequest { network: login(), devices: vec![listed], ..Default::default() };
    let begun = fleet.provisioning_create(&Actor::Local, request).await.unwrap().record.id;
    let task = talk.task().await;
    let Some(v1::task::Kind::Provision(work)) = &task.kind else { panic!("a device is provisioned") };
    assert_eq!((work.ssid.as_str(), work.name.as_str()), ("ShellyPlusPlugS-A8032A100001", "Lamp"));
    assert_eq!(work.address.as_ref().unwrap().netmask, "255.255.255.0");
    assert_eq!(task.interface, "wlan0");
    for step in [v1::Step::Joining, v1::Step::Identifying, v1::Step::Writing, v1::Step::Finding] {
        talk.steps(&task, step).await;
    }
    talk.ends(&task, provisioned(&mac(1).to_string(), &endpoint, MODEL)).await;
    let done = world.task_is(begun, TaskState::Done).await;
    assert_eq!((done.mac, done.report.is_host_restored, done.reason), (Some(mac(1)), Some(true), None));
    let device = fleet.device(&Actor::Local, mac(1)).await.unwrap().record;
    assert_eq!(device.label.as_deref(), Some("Lamp"));
    assert_eq!(device.location.map(|location| location.name).as_deref(), Some("hall"));
    assert_eq!(device.groups.iter().map(|group| group.id).collect::<Vec<_>>(), [group.id]);
    let under = fleet.profile_show(&Actor::Local, profile.id).await.unwrap().devices;
    assert!(under.iter().any(|under| under.mac == mac(1) && under.assigned));
    assert!(done.job_id.is_some(), "a job brought it to the wish");
    let counts = fleet.provisioning(&Actor::Local, begun).await.unwrap().record.counts;
    assert_eq!((counts.done, counts.total()), (1, 1));
    simulated.shutdown().await;
}

/// L11: rules hold for every new device, also for one that nobody put anywhere.
async fn a_new_device_is_where_the_rules_say(world: &mut World) {
    let (simulated, endpoint) = device(2).await;
    let fleet = world.fleet().clone();
    let named = |name: &str| Some(name.to_owned());
    fleet.location_create(&Actor::Local, LocationChange { name: named("attic"), ..Default::default() }).await.unwrap();
    let profile = ProfileChange { name: named("plugs"), ..Default::default() };
    let profile = fleet.profile_create(&Actor::Local, profile).await.unwrap();
    let by_subnet = PlacementRequest {
        name: "here".to_owned(),
        subnet: named("127.0.0.0/8"),
        location: named("attic"),
        ..Default::default()
    };
    let by_model = PlacementRequest {
        name: "plugs".to_owned(),
        models: vec![MODEL.to_owned()],
        profile: named("plugs"),
        ..Default::default()
    };
    for rule in [by_subnet, by_model.clone()] {
        fleet.placement_create(&Actor::Local, rule).await.unwrap();
    }
    assert!(fleet.placement_create(&Actor::Local, by_model).await.is_err(), "the name is taken");
    let nothing = PlacementRequest { name: "nothing".to_owned(), ..Default::default() };
    assert!(fleet.placement_create(&Actor::Local, nothing).await.is_err(), "it says nothing");
    let agent = world.agent("pi").await;
    let mut talk = agent.here(world).await;
    talk.sees(&[("ShellyPlusPlugS-A8032A100002", -50)]).await;
    let begun = world.provision(&["100002"]).await.record.id;
    let task = talk.task().await;
    talk.ends(&task, provisioned(&mac(2).to_string(), &endpoint, MODEL)).await;
    world.task_is(begun, TaskState::Done).await;
    let device = fleet.device(&Actor::Local, mac(2)).await.unwrap().record;
    assert_eq!(device.location.map(|location| location.name).as_deref(), Some("attic"));
    let under = fleet.profile_show(&Actor::Local, profile.id).await.unwrap().devices;
    assert!(under.iter().any(|under| under.mac == mac(2) && under.assigned));
    simulated.shutdown().await;
}

async fn a_list_that_is_wrong_begins_nothing(world: &mut World) {
    let row = |device: &str, group: Option<&str>, address: Option<&str>| DeviceToProvision {
        device: device.to_owned(),
        group: group.map(str::to_owned),
        address: address.map(str::to_owned),
        ..Default::default()
    };
    let devices = vec![
        row("A8032AB12345", Some("nobody"), None),
        row("A8:03:2A:B1:23:45", None, Some("here")),
        row("noise", None, None),
    ];
    let request = ProvisioningRequest { network: login(), devices, ..Default::default() };
    let error = world.fleet().provisioning_create(&Actor::Local, request).await.unwrap_err();
    let fleet::ErrorKind::Invalid { fields, .. } = error.kind() else { panic!("{error}") };
    let fields: Vec<&str> = fields.iter().map(|(field, _)| field.as_str()).collect();
    assert_eq!(fields, ["devices.0.group", "devices.1.address", "devices.1.device", "devices.2.device"]);
    let page = fleet_model::PageRequest::first(10);
    assert!(world.fleet().provisionings_page(&Actor::Local, &page).await.unwrap().items.is_empty());
}

/// W20: while a device is waited for, radios that are free look for it.
async fn a_device_that_nobody_sees_is_looked_for(world: &mut World) {
    let agent = world.agent("pi").await;
    let mut talk = agent.here(world).await;
    let begun = world.provision(&["B12345"]).await.record.id;
    let scan = talk.task().await;
    assert!(matches!(scan.kind, Some(v1::task::Kind::Scan(_))), "{scan:?}");
    talk.sees(&[("ShellyPlus1-A8032AB12345", -60)]).await;
    talk.ends(&scan, Outcome::Scan(v1::ScanDone { points: 1 })).await;
    let task = talk.provision().await;
    assert_eq!(task.fence, 1);
    let points = world.fleet().access_points(&Actor::Local).await.unwrap();
    assert_eq!((points[0].best.ssid.as_str(), points[0].heard[0].agent.as_str()), ("ShellyPlus1-A8032AB12345", "pi"));
    assert!(points[0].window_ends_at.is_some(), "D7: it closes");
    world.task_is(begun, TaskState::Given).await;
}

async fn what_may_go_better_is_tried_again_and_what_may_not_is_not(world: &mut World) {
    let agent = world.agent("pi").await;
    let mut talk = agent.here(world).await;
    talk.sees(&[("ShellyPlus1-A8032AB12345", -60)]).await;
    let begun = world.provision(&["B12345"]).await.record.id;
    for fence in 1..=3 {
        let task = talk.provision().await;
        assert_eq!(task.fence, fence);
        talk.ends(&task, failure(v1::FailureKind::Radio)).await;
    }
    let failed = world.task_is(begun, TaskState::Failed).await;
    assert_eq!((failed.attempts, failed.report.failure), (3, Some(TaskFailure::Radio)));
    let begun = world.provision(&["B12345"]).await.record.id;
    let task = talk.provision().await;
    talk.ends(&task, failure(v1::FailureKind::Network)).await;
    let failed = world.task_is(begun, TaskState::Failed).await;
    assert_eq!((failed.attempts, failed.reason.as_deref()), (1, Some("it did not work")));
}

async fn whoever_waits_too_long_has_failed(world: &mut World) {
    let begun = world.provision(&["B12345"]).await.record.id;
    world.tasks(begun, "a reason", |tasks| tasks[0].reason.is_some()).await;
    world.advance(33 * 60);
    let failed = world.task_is(begun, TaskState::Failed).await;
    assert!(failed.reason.as_ref().unwrap().contains("waited in vain"), "{:?}", failed.reason);
}

async fn passwords_are_in_no_answer_and_gone_at_the_end(world: &mut World) {
    let agent = world.agent("pi").await;
    let mut talk = agent.here(world).await;
    talk.sees(&[("ShellyPlus1-A8032AB12345", -60)]).await;
    let begun = world.provision(&["B12345"]).await;
    let shown = format!("{begun:?}");
    assert!(!shown.contains(crate::world::WIFI_PASSWORD), "{shown}");
    let task = talk.provision().await;
    talk.ends(&task, failure(v1::FailureKind::Network)).await;
    world.task_is(begun.record.id, TaskState::Failed).await;
    let events = world.fleet().events(&Actor::Local, None, None, 100).await.unwrap();
    assert!(!format!("{events:?}").contains(crate::world::WIFI_PASSWORD));
}
