//! What an agent does beside its tasks: it looks around by itself, and passes calls on to devices.

use std::time::Duration;

use provisioner::{
    link::{Timetable, v1},
    tasks::probe::Lan,
};
use tokio::time::timeout;
use v1::{agent_message::Body as Up, manager_message::Body as Down, task_result::Outcome as End};

use super::{
    played::{LIMIT, Line, Manager, Running, link_with, provision},
    site::{Site, new_device},
};

/// Looks around without being asked, at the manager's pace.
const OFTEN: v1::Timetable = v1::Timetable { access_points_ms: Some(100), lan_ms: Some(100) };

/// By the manager's timetable, without listening.
const BY_THE_MANAGER: Timetable = Timetable { access_points: None, lan: None, listen: Some(Duration::ZERO) };

/// What is looked at in these tests: the address of the device.
fn around(site: &Site) -> impl FnOnce(&mut Lan) {
    let target = discovery::parse_targets([site.device.handle.endpoint().to_string()]).unwrap();
    move |lan| lan.targets = target
}

/// W20, B4: an agent tells what it sees without being asked, again and again, and not while it works on a task.
#[tokio::test]
async fn w20_b4_an_agent_looks_around_by_itself() {
    let (site, mut manager) = (Site::with(new_device("SNSW-001X16EU")).await, Manager::start().await);
    manager.timetable = Some(OFTEN);
    let running = Running::start(link_with(&site, &manager, None, BY_THE_MANAGER, around(&site)));
    let mut session = manager.welcomed(0).await;
    let (mut points, mut devices) = (0, 0);
    while points < 2 || devices < 2 {
        match session.next().await {
            Up::AccessPoints(report) => {
                assert!(report.is_complete && report.interface == "wlan9", "{report:?}");
                assert_eq!(report.points[0].ssid, site.device.ssid().to_string());
                points += 1;
            }
            Up::LanDevices(report) => {
                let seen = &report.devices[0];
                assert_eq!(seen.endpoint, site.device.handle.endpoint().to_string());
                assert_eq!(seen.device.as_ref().unwrap().mac, site.device.handle.mac().to_string());
                devices += 1;
            }
            other => panic!("nothing was asked: {other:?}"),
        }
    }
    session.say(Down::Task(provision(&site, "t"))).await;
    let mut told = Vec::new();
    while !matches!(told.last(), Some(Up::Result(_))) {
        told.push(session.next().await);
    }
    let began = told.iter().position(|told| matches!(told, Up::Progress(_))).unwrap();
    let beside = told[began..].iter().find(|told| !matches!(told, Up::Progress(_) | Up::Result(_)));
    assert!(beside.is_none(), "the task has the radio: {beside:?}");
    running.stop().await.unwrap();
}

/// W20: a scan disturbs the connection of its radio, so the one to the manager is left alone. B4: the networks are looked at.
#[tokio::test]
async fn w20_a_radio_that_carries_the_session_does_not_scan() {
    let (site, mut manager) = (Site::with(new_device("SNSW-001X16EU")).await, Manager::start().await);
    manager.timetable = Some(OFTEN);
    let why = Some("wlan9 carries the session");
    let running = Running::start(link_with(&site, &manager, why, BY_THE_MANAGER, around(&site)));
    let mut session = manager.welcomed(0).await;
    for _ in 0..3 {
        let told = session.next().await;
        assert!(matches!(told, Up::LanDevices(_)), "{told:?}");
    }
    running.stop().await.unwrap();
    assert!(site.wifi.log().is_empty(), "the radio was not used");
}

/// A manager that is older says no timetable and takes no calls: the session goes on, by the agent's own measure.
#[tokio::test]
async fn w15_an_older_manager_is_worked_for() {
    let (site, mut manager) = (Site::with(new_device("SNSW-001X16EU")).await, Manager::older().await);
    let open = |lan: &mut Lan| lan.relay_to = vec!["127.0.0.0/8".parse().unwrap()];
    let running = Running::start(link_with(&site, &manager, None, BY_THE_MANAGER, open));
    let mut session = manager.welcomed(0).await;
    assert!(session.hello.abilities.contains(&v1::Ability::Relay.into()));
    assert!(matches!(session.next().await, Up::AccessPoints(_)), "it looks around once at the start");
    session.say(Down::Task(provision(&site, "t"))).await;
    let result = loop {
        if let Up::Result(result) = session.next().await {
            break result;
        }
    };
    assert!(matches!(result.outcome, Some(End::Provisioned(_))), "{result:?}");
    running.stop().await.unwrap();
}

/// Asks over the line, and gives what came of it.
async fn asked(line: &mut Line, relay: v1::Relay) -> v1::relay_answer::Outcome {
    let number = 7 + u64::from(relay.limit_ms);
    line.1.send(Ok(v1::RelayRequest { number, exchange: Some(relay) })).await.unwrap();
    let answer = timeout(LIMIT, line.0.message()).await.unwrap().unwrap().unwrap();
    assert_eq!(answer.number, number);
    answer.outcome.unwrap()
}

/// C4, B4: calls are passed on to the device that is meant, and to nobody else.
#[tokio::test]
async fn c4_calls_are_passed_on_to_the_device_that_is_meant() {
    use v1::{RelayFailureKind as Kind, relay_answer::Outcome as Answer};
    let (site, mut manager) = (Site::with(new_device("SNSW-001X16EU")).await, Manager::start().await);
    let open = |lan: &mut Lan| lan.relay_to = vec!["127.0.0.0/8".parse().unwrap()];
    let never = Timetable { access_points: Some(Duration::ZERO), lan: Some(Duration::ZERO), listen: None };
    let running = Running::start(link_with(&site, &manager, None, never, open));
    let _session = manager.welcomed(0).await;
    let mut line = timeout(LIMIT, manager.lines.recv()).await.unwrap().unwrap();
    let device = &site.device.handle;
    let relay = |method: &str, path: &str, body: &str| v1::Relay {
        endpoint: device.endpoint().to_string(),
        mac: device.mac().to_string(),
        method: method.to_owned(),
        path: path.to_owned(),
        headers: vec![v1::Header { name: "Content-Type".to_owned(), value: "application/json".to_owned() }],
        body: body.as_bytes().to_vec(),
        limit_ms: 3000,
        max_body_bytes: 100_000,
    };
    let frame = r#"{"id":1,"method":"Sys.SetConfig","params":{"config":{"device":{"name":"hall"}}}}"#;
    let Answer::Answer(answer) = asked(&mut line, relay("POST", "/rpc", frame)).await else { panic!("no answer") };
    assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
    assert!(!answer.headers.is_empty());
    let writes = device.writes().len();
    assert_eq!((writes, device.name().as_deref()), (1, Some("hall")));

    let kind = |outcome: Answer| match outcome {
        Answer::Failure(failure) => failure.kind(),
        Answer::Answer(answer) => panic!("passed on: {answer:?}"),
    };
    let other = v1::Relay { mac: "A8032AB12346".to_owned(), ..relay("POST", "/rpc", frame) };
    assert_eq!(kind(asked(&mut line, other).await), Kind::WrongDevice);
    let outside = v1::Relay { endpoint: "8.8.8.8:80".to_owned(), ..relay("GET", "/shelly", "") };
    assert_eq!(kind(asked(&mut line, outside).await), Kind::NotAllowed);
    let named = v1::Relay { endpoint: "localhost:80".to_owned(), ..relay("GET", "/shelly", "") };
    assert_eq!(kind(asked(&mut line, named).await), Kind::NotAllowed);
    assert_eq!(kind(asked(&mut line, relay("DELETE", "/rpc", "")).await), Kind::NotAllowed);
    assert_eq!(kind(asked(&mut line, relay("GET", "/two words", "")).await), Kind::NotAllowed);
    let short = v1::Relay { max_body_bytes: 10, ..relay("GET", "/shelly", "") };
    assert_eq!(kind(asked(&mut line, short).await), Kind::TooLarge);
    assert_eq!(device.writes().len(), writes, "nothing of this was written");
    site.device.set_power(false);
    let silent = kind(asked(&mut line, relay("GET", "/shelly", "")).await);
    assert!(matches!(silent, Kind::Unreachable | Kind::Refused | Kind::Closed | Kind::TimedOut), "{silent:?}");
    running.kill().await;
}
