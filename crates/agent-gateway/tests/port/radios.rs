//! Nothing runs twice on a radio, whatever happens (W18, L3).

use agent_proto::v1::{self, agent_message, manager_message::Body, task_result::Outcome};
use fleet::Actor;
use fleet_model::TaskState;

use crate::{
    agent::{TestAgent, failure, held, provisioned, result},
    on_both_databases,
    world::World,
};

on_both_databases! {
    a_radio_does_one_task_at_a_time
    a_manager_that_starts_again_goes_on_with_what_runs
    a_task_that_the_agent_never_got_is_sent_again
    a_cut_within_the_lease_changes_nothing
    after_the_lease_another_agent_gets_it_and_the_first_is_not_heard_any_more
    who_comes_back_late_and_has_done_it_is_believed
    an_agent_that_puts_something_back_gets_nothing_else
    what_is_called_off_keeps_its_radio_until_it_is_put_back
}

const ONE: &str = "ShellyPlus1-A8032AB12345";
const TWO: &str = "ShellyPlus1-A8032AB12346";

async fn a_radio_does_one_task_at_a_time(world: &mut World) {
    let agent = world.agent("pi").await;
    let mut talk = agent.here(world).await;
    talk.sees(&[(ONE, -50), (TWO, -50)]).await;
    let begun = world.provision(&["A8032AB12345", "A8032AB12346"]).await.record.id;
    let first = talk.task().await;
    talk.steps(&first, v1::Step::Joining).await;
    let tasks = world
        .tasks(begun, "one runs, one waits", |tasks| tasks[0].state == TaskState::Running && tasks[1].reason.is_some())
        .await;
    assert_eq!(tasks[1].state, TaskState::Waiting);
    assert!(tasks[1].reason.as_ref().unwrap().contains("something else"), "{:?}", tasks[1].reason);
    talk.ends(&first, failure(v1::FailureKind::Network)).await;
    let second = talk.task().await;
    assert_ne!(first.task_id, second.task_id);
    let held = world.fleet().agent_tasks_held(&Actor::Local, agent.id).await.unwrap();
    assert_eq!(held.len(), 1);
}

async fn a_manager_that_starts_again_goes_on_with_what_runs(world: &mut World) {
    let agent = world.agent("pi").await;
    let mut talk = agent.here(world).await;
    talk.sees(&[(ONE, -50)]).await;
    let begun = world.provision(&["B12345"]).await.record.id;
    let task = talk.task().await;
    talk.steps(&task, v1::Step::Writing).await;
    world.task_is(begun, TaskState::Running).await;
    world.stop().await;
    drop(talk);
    world.start().await;
    let hello = v1::Hello { tasks: vec![held(&task)], ..TestAgent::hello("first") };
    let mut talk = agent.come_at(world, hello, 7).await.unwrap();
    talk.gets_nothing(&[&task]).await;
    let running = world.task_is(begun, TaskState::Running).await;
    assert_eq!((running.fence, running.attempts), (1, 1), "it was not given out again");
    talk.ends(&task, failure(v1::FailureKind::DevicePassword)).await;
    world.task_is(begun, TaskState::Failed).await;
}

async fn a_task_that_the_agent_never_got_is_sent_again(world: &mut World) {
    let agent = world.agent("pi").await;
    let mut talk = agent.here(world).await;
    talk.sees(&[(ONE, -50)]).await;
    let begun = world.provision(&["B12345"]).await.record.id;
    world.task_is(begun, TaskState::Given).await;
    drop(talk);
    let mut talk = agent.here(world).await;
    let task = talk.task().await;
    assert_eq!(task.fence, 1, "it is the same one");
    let Some(v1::task::Kind::Provision(work)) = task.kind else { panic!("a device is provisioned") };
    let network = work.network.unwrap();
    assert_eq!((network.ssid.as_str(), network.password.as_str()), ("home", crate::world::WIFI_PASSWORD));
}

async fn a_cut_within_the_lease_changes_nothing(world: &mut World) {
    let (agent, other) = (world.agent("pi").await, world.agent("other").await);
    let mut talk = agent.here(world).await;
    talk.sees(&[(ONE, -50)]).await;
    let mut beside = other.here(world).await;
    let begun = world.provision(&["B12345"]).await.record.id;
    let task = talk.task().await;
    beside.sees(&[(ONE, -40)]).await;
    talk.steps(&task, v1::Step::Joining).await;
    world.task_is(begun, TaskState::Running).await;
    drop(talk);
    world.advance(60);
    beside.gets_nothing(&[]).await;
    let hello = v1::Hello { tasks: vec![held(&task)], ..TestAgent::hello("first") };
    let mut talk = agent.come_at(world, hello, 20).await.unwrap();
    talk.beats(&[&task]).await;
    let seq = talk.seq;
    talk.acknowledged(seq).await;
    world.advance(60);
    beside.gets_nothing(&[]).await;
    let running = world.task_is(begun, TaskState::Running).await;
    assert_eq!((running.agent_id, running.fence), (Some(agent.id), 1));
}

async fn after_the_lease_another_agent_gets_it_and_the_first_is_not_heard_any_more(world: &mut World) {
    let (agent, other) = (world.agent("pi").await, world.agent("other").await);
    let mut talk = agent.here(world).await;
    talk.sees(&[(ONE, -50)]).await;
    let begun = world.provision(&["B12345"]).await.record.id;
    let task = talk.task().await;
    talk.steps(&task, v1::Step::Joining).await;
    world.task_is(begun, TaskState::Running).await;
    let mut beside = other.here(world).await;
    drop(talk);
    world.advance(80);
    beside.sees(&[(ONE, -70)]).await;
    let taken = beside.provision().await;
    assert_eq!((taken.task_id.as_str(), taken.fence), (task.task_id.as_str(), 2));

    // The first one is back, believes that it still has it, and even that it is done.
    let hello = v1::Hello { tasks: vec![held(&task)], ..TestAgent::hello("first") };
    let mut talk = agent.come_at(world, hello, 20).await.unwrap();
    match talk.hear().await {
        Some(Body::Cancel(cancel)) => assert_eq!((cancel.task_id, cancel.fence), (task.task_id.clone(), 1)),
        other => panic!("it may not go on: {other:?}"),
    }
    talk.steps(&task, v1::Step::Finding).await;
    talk.ends(&task, provisioned("A8032AB12345", "192.0.2.7:80", "SNSW-001X16EU")).await;
    let seq = talk.seq;
    talk.acknowledged(seq).await;
    let held = world.task_is(begun, TaskState::Given).await;
    assert_eq!((held.agent_id, held.fence, held.mac), (Some(other.id), 2, None), "the one who has it decides");
    beside.ends(&taken, failure(v1::FailureKind::DevicePassword)).await;
    world.task_is(begun, TaskState::Failed).await;
}

/// The device is in the network, and nobody else has begun: then that is what counts.
async fn who_comes_back_late_and_has_done_it_is_believed(world: &mut World) {
    let agent = world.agent("pi").await;
    let mut talk = agent.here(world).await;
    talk.sees(&[(ONE, -50)]).await;
    let begun = world.provision(&["B12345"]).await.record.id;
    let task = talk.task().await;
    talk.steps(&task, v1::Step::Writing).await;
    world.task_is(begun, TaskState::Running).await;
    drop(talk);
    world.advance(80);
    world.task_is(begun, TaskState::Waiting).await;
    let hello = v1::Hello { tasks: vec![held(&task)], ..TestAgent::hello("first") };
    let mut talk = agent.come_at(world, hello, 20).await.unwrap();
    talk.ends(&task, provisioned("A8032AB12345", "127.0.0.1:9", "SNSW-001X16EU")).await;
    let late = world.task_is(begun, TaskState::HandingOver).await;
    assert_eq!((late.fence, late.mac.map(|mac| mac.to_string())), (1, Some("A8032AB12345".to_owned())));
}

async fn an_agent_that_puts_something_back_gets_nothing_else(world: &mut World) {
    let agent = world.agent("pi").await;
    let mut talk = agent.here(world).await;
    talk.sees(&[(ONE, -50)]).await;
    let begun = world.provision(&["B12345"]).await.record.id;
    let task = talk.task().await;
    talk.steps(&task, v1::Step::Writing).await;
    world.task_is(begun, TaskState::Running).await;
    drop(talk);
    world.advance(80);
    world.task_is(begun, TaskState::Waiting).await;
    let hello = v1::Hello { tasks: vec![held(&task)], ..TestAgent::hello("first") };
    let mut talk = agent.come_at(world, hello, 20).await.unwrap();
    assert!(matches!(talk.hear().await, Some(Body::Cancel(_))));
    talk.sees(&[(ONE, -50)]).await;
    talk.gets_nothing(&[&task]).await;
    let waiting = world.task_is(begun, TaskState::Waiting).await;
    assert_eq!(waiting.fence, 1, "its radio is not free");
    talk.ends(&task, failure(v1::FailureKind::Cancelled)).await;
    talk.beats(&[]).await;
    let again = loop {
        match talk.hear().await {
            Some(Body::Task(task)) => break task,
            Some(Body::Cancel(_)) => {}
            other => panic!("no task: {other:?}"),
        }
    };
    assert_eq!((again.task_id, again.fence), (task.task_id, 2), "now it is");
}

async fn what_is_called_off_keeps_its_radio_until_it_is_put_back(world: &mut World) {
    let agent = world.agent("pi").await;
    let mut talk = agent.here(world).await;
    talk.sees(&[(ONE, -50), (TWO, -50)]).await;
    let begun = world.provision(&["A8032AB12345", "A8032AB12346"]).await;
    let (id, first) = (begun.record.id, begun.tasks[0].id);
    let task = talk.task().await;
    talk.steps(&task, v1::Step::Writing).await;
    world.task_is(id, TaskState::Running).await;
    world.fleet().provisioning_cancel(&Actor::Local, id, &[first]).await.unwrap();
    match talk.hear().await {
        Some(Body::Cancel(cancel)) => assert_eq!(cancel.task_id, task.task_id),
        other => panic!("it was called off: {other:?}"),
    }
    talk.steps(&task, v1::Step::RollingBack).await;
    talk.gets_nothing(&[&task]).await;
    let tasks = world.tasks(id, "called off", |tasks| tasks[0].state == TaskState::Cancelling).await;
    assert_eq!(tasks[1].state, TaskState::Waiting);
    let ended = result(&task, failure(v1::FailureKind::Cancelled));
    talk.say(agent_message::Body::Result(ended)).await;
    let next = talk.task().await;
    assert_ne!(next.task_id, task.task_id);
    world.task_is(id, TaskState::Cancelled).await;
    talk.ends(&next, Outcome::Failure(v1::Failure::default())).await;
}
