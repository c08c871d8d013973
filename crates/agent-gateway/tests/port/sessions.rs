//! How sessions begin, go on after a cut, and end (W15, W17).

use agent_proto::v1::{self, RejectReason, agent_message::Body, task_result::Outcome};
use fleet::Actor;
use fleet_model::{SightingSource, TaskState};

use crate::{
    agent::{TestAgent, held, provisioned, result},
    on_both_databases,
    world::World,
};

on_both_databases! {
    protocols_that_do_not_meet_are_told_why
    a_second_agent_with_the_same_certificate_is_refused_and_the_same_one_replaces_itself
    what_was_acknowledged_is_not_taken_in_again
    numbers_that_make_no_sense_end_the_session
    devices_of_other_networks_are_in_the_inbox
    a_manager_that_stops_says_so
}

const SSID: &str = "ShellyPlus1-A8032AB12345";

async fn protocols_that_do_not_meet_are_told_why(world: &mut World) {
    let agent = world.agent("pi").await;
    let newer = v1::Hello { protocol_min: 7, protocol_max: 9, ..TestAgent::hello("a") };
    let refused = agent.come(world, newer).await.err().unwrap();
    assert_eq!((refused.reason(), refused.protocol_max), (RejectReason::UnsupportedProtocol, 1));
    assert!(refused.text.contains("7 to 9"), "{}", refused.text);
    let both = v1::Hello { protocol_max: 9, ..TestAgent::hello("a") };
    assert_eq!(agent.come(world, both).await.unwrap().welcome.protocol, 1, "a newer one that still speaks the old");
}

async fn a_second_agent_with_the_same_certificate_is_refused_and_the_same_one_replaces_itself(world: &mut World) {
    let agent = world.agent("pi").await;
    let mut first = agent.come(world, TestAgent::hello("first")).await.unwrap();
    let refused = agent.come(world, TestAgent::hello("copy")).await.err().unwrap();
    assert_eq!(refused.reason(), RejectReason::Duplicate);
    first.beats(&[]).await;
    let beat = first.seq;
    first.acknowledged(beat).await;
    let mut again = agent.come(world, TestAgent::hello("first")).await.unwrap();
    assert_eq!(first.rejected().await, RejectReason::Replaced);
    again.say_as(beat + 1, Body::Heartbeat(v1::Heartbeat::default())).await;
    again.acknowledged(beat + 1).await;
    assert!(
        world.fleet().agent(&Actor::Local, agent.id).await.unwrap().is_online,
        "the end of the first changes nothing"
    );
}

async fn what_was_acknowledged_is_not_taken_in_again(world: &mut World) {
    let agent = world.agent("pi").await;
    let mut talk = agent.here(world).await;
    assert_eq!(talk.welcome.acknowledged, 0);
    talk.sees(&[(SSID, -50)]).await;
    let begun = world.provision(&["B12345"]).await.record.id;
    let task = talk.task().await;
    talk.ends(&task, crate::agent::failure(v1::FailureKind::Network)).await;
    let seq = talk.seq;
    talk.acknowledged(seq).await;
    world.task_is(begun, TaskState::Failed).await;
    drop(talk);
    let again = agent.come_at(world, TestAgent::hello("first"), seq).await.unwrap();
    assert_eq!(again.welcome.acknowledged, seq, "it goes on where it was");
    // The same number with other words: the manager has had it.
    again.say_as(seq, Body::Result(result(&task, provisioned("A8032AB12345", "192.0.2.7:80", "SNSW-001X16EU")))).await;
    let mut again = again;
    again.beats(&[]).await;
    let beat = again.seq;
    again.acknowledged(beat).await;
    assert_eq!(world.task_is(begun, TaskState::Failed).await.mac, None);
    drop(again);
    let anew = agent.come(world, TestAgent::hello("second")).await.unwrap();
    assert_eq!(anew.welcome.acknowledged, 0, "another count");
}

async fn numbers_that_make_no_sense_end_the_session(world: &mut World) {
    let agent = world.agent("pi").await;
    let mut talk = agent.come(world, TestAgent::hello("a")).await.unwrap();
    talk.say_as(0, Body::Heartbeat(v1::Heartbeat::default())).await;
    assert_eq!(talk.rejected().await, RejectReason::ProtocolError);
    let mut talk = agent.come(world, TestAgent::hello("a")).await.unwrap();
    let points = vec![v1::AccessPoint::default(); 257];
    talk.say(Body::AccessPoints(v1::AccessPoints { points, ..Default::default() })).await;
    assert_eq!(talk.rejected().await, RejectReason::ProtocolError, "too many at once");
    let many = v1::Hello { tasks: vec![v1::HeldTask::default(); 257], ..TestAgent::hello("a") };
    assert_eq!(agent.come(world, many).await.err().unwrap().reason(), RejectReason::ProtocolError);
}

/// B4: what an agent finds in a network of its own is in the inbox, with who saw it.
async fn devices_of_other_networks_are_in_the_inbox(world: &mut World) {
    let agent = world.agent("pi").await;
    let mut talk = agent.here(world).await;
    let probe = fleet::AgentErrand::Probe { targets: vec!["192.0.2.0/30".to_owned()], listen_s: Some(1) };
    let tasks = world.fleet().agent_errand(&Actor::Local, agent.id, probe).await.unwrap();
    let task = talk.task().await;
    let Some(v1::task::Kind::Probe(probe)) = &task.kind else { panic!("a probe was asked for: {task:?}") };
    assert_eq!((probe.targets.as_slice(), probe.listen_ms), (&["192.0.2.0/30".to_owned()][..], 1000));
    let device = v1::Device { mac: "A8032AB12345".to_owned(), generation: 2, ..Default::default() };
    let devices = vec![
        v1::LanDevice { device: Some(device), endpoint: "192.0.2.2:80".to_owned(), source: "scan".to_owned() },
        v1::LanDevice { device: None, endpoint: "192.0.2.3:80".to_owned(), source: "scan".to_owned() },
    ];
    talk.say(Body::LanDevices(v1::LanDevices { devices })).await;
    talk.ends(&task, Outcome::Probe(v1::ProbeDone { asked: 2, devices: 1 })).await;
    let seq = talk.seq;
    talk.acknowledged(seq).await;
    let inbox = world.fleet().inbox(&Actor::Local).await.unwrap();
    let found: Vec<(&str, SightingSource)> = inbox.iter().map(|seen| (seen.endpoint.as_str(), seen.source)).collect();
    assert_eq!(found, [("192.0.2.2:80", SightingSource::Agent)]);
    let done = world.fleet().agent_task(&Actor::Local, tasks[0].id).await.unwrap();
    assert_eq!((done.state, done.report.found), (TaskState::Done, Some(1)));
}

async fn a_manager_that_stops_says_so(world: &mut World) {
    let agent = world.agent("pi").await;
    let mut talk = agent.here(world).await;
    talk.sees(&[(SSID, -50)]).await;
    world.provision(&["B12345"]).await;
    let task = talk.task().await;
    world.stop().await;
    assert_eq!(talk.rejected().await, RejectReason::ShuttingDown);
    world.start().await;
    let hello = v1::Hello { tasks: vec![held(&task)], ..TestAgent::hello("first") };
    assert_eq!(agent.come(world, hello).await.unwrap().welcome.acknowledged, 0, "it does not know the count any more");
}
