//! The agent and a manager that is played here: what is told arrives once, and nothing runs twice on a radio.

use provisioner::{
    FileJournal, Outcome, Stop, TaskId,
    link::{LinkError, v1},
};
use tokio::time::timeout;
use v1::{agent_message::Body as Up, manager_message::Body as Down, task_result::Outcome as End};

use super::{
    played::{LIMIT, Manager, Running, link, provision, times_written},
    site::{KEY, Site, new_device},
};

/// W15, W17, W18, W19: a task comes down, each step and the end go up, and the end is told until it is acknowledged.
#[tokio::test]
async fn w18_w19_a_task_is_done_and_told() {
    let (site, mut manager) = (Site::with(new_device("SNSW-001X16EU")).await, Manager::start().await);
    let running = Running::start(link(&site, &manager, None));
    let mut session = manager.welcomed(0).await;
    assert!(session.hello.abilities.contains(&v1::Ability::Wifi.into()) && session.hello.tasks.is_empty());

    session
        .say(Down::Task(v1::Task {
            task_id: "scan".to_owned(),
            kind: Some(v1::task::Kind::Scan(v1::Scan {})),
            ..v1::Task::default()
        }))
        .await;
    let mut told = Vec::new();
    while told.len() < 4 {
        told.push(session.next().await);
    }
    let Up::AccessPoints(points) = &told[2] else { panic!("{told:?}") };
    assert!(points.is_complete && points.points[0].ssid == site.device.ssid().to_string());

    session.say(Down::Task(provision(&site, "t"))).await;
    let (steps, result) = session.result().await;
    assert_eq!((steps[0], steps.last()), (v1::Step::Accepted, Some(&v1::Step::Finding)), "{steps:?}");
    let Some(End::Provisioned(done)) = result.outcome else { panic!("{result:?}") };
    assert!(
        done.is_host_restored && result.fence == 4 && done.device.unwrap().mac == site.device.handle.mac().to_string()
    );
    assert!(session.numbers.windows(2).all(|pair| pair[0] < pair[1]), "{:?}", session.numbers);

    session.say(Down::Cancel(v1::CancelTask { task_id: "unknown".to_owned(), fence: 9, reason: String::new() })).await;
    let (_, result) = session.result().await;
    let Some(End::Failure(failure)) = result.outcome else { panic!("{result:?}") };
    assert_eq!((failure.kind(), result.fence), (v1::FailureKind::Cancelled, 9));
    session
        .say(Down::Task(v1::Task { task_id: "of a newer manager".to_owned(), kind: None, ..v1::Task::default() }))
        .await;
    let (_, result) = session.result().await;
    assert!(matches!(result.outcome, Some(End::Failure(failure)) if failure.kind() == v1::FailureKind::Unsupported));
    running.stop().await.unwrap();
    assert!(site.wifi.is_home() && times_written(&site) == 1);
}

/// W15, L3: the connection breaks in the middle; the task goes on, and what was not acknowledged comes again, once done.
#[tokio::test]
async fn w15_l3_a_broken_session_is_resumed() {
    let (site, mut manager) = (Site::with(new_device("SNSW-001X16EU")).await, Manager::start().await);
    let running = Running::start(link(&site, &manager, None));
    let mut session = manager.welcomed(0).await;
    session.acknowledges = false;
    session.say(Down::Task(provision(&site, "t"))).await;
    assert!(matches!(session.next().await, Up::Progress(_)));
    let epoch = session.hello.epoch.clone();
    drop(session);
    // The manager has taken in nothing; it does not give the task again, because the agent names it.
    let mut session = manager.welcomed(0).await;
    assert_eq!(session.hello.epoch, epoch);
    assert_eq!((session.hello.tasks[0].task_id.as_str(), session.hello.tasks[0].fence), ("t", 4));
    let (steps, result) = session.result().await;
    assert_eq!(steps[0], v1::Step::Accepted, "it is told again from the first");
    assert!(matches!(result.outcome, Some(End::Provisioned(_))) && times_written(&site) == 1);
    running.stop().await.unwrap();
}

/// L3: an end that nobody acknowledged is told by the next life, and the task is not done again when it is given again.
#[tokio::test]
async fn l3_an_end_survives_the_agent() {
    let (site, mut manager) = (Site::with(new_device("SNSW-001X16EU")).await, Manager::start().await);
    let running = Running::start(link(&site, &manager, None));
    let mut session = manager.welcomed(0).await;
    session.acknowledges = false;
    session.say(Down::Task(provision(&site, "t"))).await;
    session.result().await;
    running.kill().await;
    let running = Running::start(link(&site, &manager, None));
    let mut session = manager.welcomed(0).await;
    assert_eq!(session.hello.tasks[0].task_id, "t");
    let (_, result) = session.result().await;
    assert!(matches!(result.outcome, Some(End::Provisioned(_))) && result.fence == 4);
    session.say(Down::Task(provision(&site, "t"))).await;
    let (_, again) = session.result().await;
    assert!(matches!(again.outcome, Some(End::Provisioned(_))) && times_written(&site) == 1);
    running.stop().await.unwrap();
    let journal = FileJournal::open(&site.journal()).unwrap();
    assert!(journal.tasks().all().iter().all(|position| position.is_told));
}

/// L3: a lease that the manager does not extend ends the task, and what it did is taken back.
#[tokio::test]
async fn l3_a_lease_that_runs_out_ends_the_task() {
    let (site, mut manager) = (Site::with(new_device("SNSW-001X16EU")).await, Manager::start().await);
    site.device.set_power(false);
    let running = Running::start(link(&site, &manager, None));
    let mut session = manager.welcomed(0).await;
    // It is told that nothing of it arrives.
    session.acknowledges = false;
    let task = v1::Task { lease_ms: 1, ..provision(&site, "t") };
    session.say(Down::Task(task)).await;
    let (_, result) = session.result().await;
    let Some(End::Failure(failure)) = result.outcome else { panic!("{result:?}") };
    assert!(matches!(failure.kind(), v1::FailureKind::TimedOut | v1::FailureKind::NoAccessPoint), "{failure:?}");
    assert!(failure.is_host_restored && site.wifi.is_home());
    running.kill().await;
}

/// A radio that carries the session is not used, and a manager that does not want the agent ends it.
#[tokio::test]
async fn w17_a_radio_that_is_needed_is_left_alone_and_a_revoked_agent_ends() {
    let (site, mut manager) = (Site::with(new_device("SNSW-001X16EU")).await, Manager::start().await);
    let running = Running::start(link(&site, &manager, Some("wlan9 carries the session")));
    let mut session = manager.welcomed(0).await;
    assert!(!session.hello.abilities.contains(&v1::Ability::Wifi.into()));
    session.say(Down::Task(provision(&site, "t"))).await;
    let (_, result) = session.result().await;
    let Some(End::Failure(failure)) = result.outcome else { panic!("{result:?}") };
    assert!(failure.kind() == v1::FailureKind::Unsupported && failure.text.contains("wlan9"));
    let reason = v1::RejectReason::Revoked.into();
    session.say(Down::Reject(v1::Reject { reason, text: "no more".to_owned(), ..v1::Reject::default() })).await;
    let ended = timeout(LIMIT, running.task).await.unwrap().unwrap();
    assert!(matches!(ended, Err(LinkError::Revoked(_))), "{ended:?}");
}

/// A stop in the middle takes back what is under way, and tells it.
#[tokio::test]
async fn l6_a_stop_takes_back_and_tells() {
    let (site, mut manager) = (Site::with(new_device("SNSW-001X16EU")).await, Manager::start().await);
    site.device.set_power(false);
    let running = Running::start(link(&site, &manager, None));
    let mut session = manager.welcomed(0).await;
    session.say(Down::Task(provision(&site, "t"))).await;
    assert!(matches!(session.next().await, Up::Progress(_)));
    running.stop.cancel();
    let (_, result) = session.result().await;
    let Some(End::Failure(failure)) = result.outcome else { panic!("{result:?}") };
    assert!(failure.is_host_restored, "{failure:?}");
    running.stop().await.unwrap();
    let agent = site.agent();
    let again = agent.provision(TaskId::new("t"), 4, &site.task(KEY), &Stop::default(), &|_| {}).await.unwrap();
    assert!(matches!(again, Outcome::Failed(_)) && site.wifi.is_home());
}

/// L7: an agent with Bluetooth says so, and does the manager's tasks over it while its radio is needed for the session.
#[tokio::test]
async fn l7_the_manager_has_a_device_provisioned_over_bluetooth() {
    let (site, mut manager) = (Site::with(new_device("S3SW-002P16EU")).await, Manager::start().await);
    let running = Running::start(link(&site, &manager, Some("wlan9 carries the session")));
    let mut session = manager.welcomed(0).await;
    let abilities = &session.hello.abilities;
    assert!(abilities.contains(&v1::Ability::Bluetooth.into()) && !abilities.contains(&v1::Ability::Wifi.into()));
    let mut task = provision(&site, "t");
    if let Some(v1::task::Kind::Provision(wish)) = &mut task.kind {
        wish.transport = v1::Transport::Bluetooth.into();
    }
    session.say(Down::Task(task)).await;
    let (_, result) = session.result().await;
    assert!(matches!(result.outcome, Some(End::Provisioned(_))), "{result:?}");
    assert_eq!((site.wifi.log(), site.bluetooth.connected()), (Vec::new(), None));
    running.kill().await;
}
