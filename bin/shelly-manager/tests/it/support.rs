//! Waits for conditions, and does what most journeys begin with.

use std::time::{Duration, Instant};

use api_types::{
    config::{ChangeLayerRequest, DeviceConfigView, ScopeView, SelectionRequest, SettingView},
    discovery::{ScanState, ScanView, StartScanRequest},
    groups::{ChangeMembersRequest, CreateGroupRequest},
    jobs::{JobDetail, JobRequest, JobState, JobUnitView},
};
use serde_json::{Value, json};
use shelly_sim::{FleetPlan, SimDevice, SimFleet, SimHandle};
use shelly_types::Mac;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use uuid::Uuid;

use crate::manager::Manager;

/// How long a condition may take to come true. Generous: the machine may be busy with other things.
const PATIENCE: Duration = Duration::from_secs(90);

/// Looks again and again until `look` finds something.
pub(crate) async fn eventually<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(Instant::now() < deadline, "waited in vain for {what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// A device of this model; its address ends with `number`.
pub(crate) fn model(code: &str, number: u8) -> SimDevice {
    SimDevice::of_model(code, Mac::new([0xA8, 0x03, 0x2A, 0x10, 0, number])).unwrap()
}

/// These devices on free ports.
pub(crate) async fn start(devices: Vec<SimDevice>) -> (SimFleet, Vec<SimHandle>) {
    let fleet = SimFleet::start(FleetPlan::new(devices)).await.unwrap();
    let handles = fleet.devices().to_vec();
    (fleet, handles)
}

/// Where these devices are, as scan targets.
pub(crate) fn targets(handles: &[SimHandle]) -> Vec<String> {
    handles.iter().map(|handle| handle.endpoint().to_string()).collect()
}

/// Scans to the end.
pub(crate) async fn scan(manager: &Manager, targets: Vec<String>, adopt: bool) -> ScanView {
    let client = manager.client();
    let started = client.scan_start(&StartScanRequest { targets, adopt }).await.unwrap();
    let done = eventually("the end of a scan", async || {
        let scan = client.scan(started.id).await.unwrap();
        (scan.state != ScanState::Running).then_some(scan)
    })
    .await;
    assert_eq!(done.state, ScanState::Done, "{:?}", done.error);
    done
}

/// Scans for these devices and adopts them all.
pub(crate) async fn adopt(manager: &Manager, handles: &[SimHandle]) {
    let done = scan(manager, targets(handles), true).await;
    let inbox = manager.client().inbox().await.unwrap();
    assert_eq!((done.found, done.adopted), (handles.len() as u64, handles.len() as u64), "{inbox:?}");
}

/// Makes a group of these devices.
pub(crate) async fn group(manager: &Manager, name: &str, rank: u32, members: &[SimHandle]) -> Uuid {
    let client = manager.client();
    let made = client
        .group_create(&CreateGroupRequest { name: name.to_owned(), rank: Some(rank), query: None })
        .await
        .unwrap();
    let add = members.iter().map(SimHandle::mac).collect();
    let group = client.group_members(made.id, &ChangeMembersRequest { add, remove: Vec::new() }).await.unwrap();
    assert_eq!(group.members, members.len() as u64);
    group.id
}

pub(crate) fn of_group(name: &str) -> ScopeView {
    ScopeView::Group { name: name.to_owned() }
}

pub(crate) fn of_device(handle: &SimHandle) -> ScopeView {
    ScopeView::Device { mac: handle.mac() }
}

/// States wishes.
pub(crate) async fn wish(manager: &Manager, scope: ScopeView, settings: &[(&str, Value)]) {
    let set = settings.iter().map(|(path, value)| ((*path).to_owned(), value.clone())).collect();
    let request = ChangeLayerRequest { scope: Some(scope), set, ..ChangeLayerRequest::default() };
    manager.client().layer_change(&request).await.unwrap();
}

/// Takes a wish back.
pub(crate) async fn clear(manager: &Manager, scope: ScopeView, path: &str) {
    let clear = vec![path.to_owned()];
    let request = ChangeLayerRequest { scope: Some(scope), clear, ..ChangeLayerRequest::default() };
    manager.client().layer_change(&request).await.unwrap();
}

/// All devices.
pub(crate) fn all() -> SelectionRequest {
    SelectionRequest::default()
}

/// One device.
pub(crate) fn only(handle: &SimHandle) -> SelectionRequest {
    SelectionRequest { devices: vec![handle.mac()], ..SelectionRequest::default() }
}

/// Makes a job, says yes if there is something to do, and waits for its end.
pub(crate) async fn plan_and_apply(manager: &Manager, selection: &SelectionRequest) -> JobDetail {
    run_job(manager, &selection.clone().into()).await
}

/// The same with all that can be said of a job.
pub(crate) async fn run_job(manager: &Manager, request: &JobRequest) -> JobDetail {
    let client = manager.client();
    let job = client.job_create(request).await.unwrap();
    if job.job.state != JobState::Proposed {
        return job;
    }
    client.job_start(job.job.id).await.unwrap();
    ended(manager, job.job.id).await
}

/// Waits for the end of a job.
pub(crate) async fn ended(manager: &Manager, id: Uuid) -> JobDetail {
    eventually("the end of a job", async || {
        let job = manager.client().job(id).await.unwrap();
        (!job.job.state.is_going()).then_some(job)
    })
    .await
}

/// The unit of a device.
pub(crate) fn unit<'a>(plan: &'a JobDetail, handle: &SimHandle) -> &'a JobUnitView {
    plan.devices.iter().find(|unit| unit.mac == handle.mac()).unwrap()
}

/// One setting of a configuration.
pub(crate) fn setting<'a>(config: &'a DeviceConfigView, path: &str) -> &'a SettingView {
    config.settings.iter().find(|setting| setting.path.to_string() == path).unwrap()
}

/// The value at a dotted path of the device's own document.
pub(crate) fn on_device(handle: &SimHandle, path: &str) -> Value {
    let document = handle.config_json();
    let step = |value: Value, name: &str| match name.parse::<usize>() {
        Ok(index) if value.is_array() => value[index].clone(),
        _ => value[name].clone(),
    };
    path.split('.').fold(document, step)
}

/// What a device of Gen2 answers to a call that somebody else makes.
pub(crate) async fn call(handle: &SimHandle, method: &str, params: &Value) -> Value {
    let body = json!({"id": 1, "method": method, "params": params}).to_string();
    let request = format!(
        "POST /rpc HTTP/1.1\r\nHost: device\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut stream = TcpStream::connect(handle.endpoint()).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let body = answer.split_once("\r\n\r\n").unwrap().1;
    let answer: Value = serde_json::from_str(body).unwrap();
    assert!(answer.get("error").is_none(), "{method}: {answer}");
    answer["result"].clone()
}
