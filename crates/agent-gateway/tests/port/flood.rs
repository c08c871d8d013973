//! A thousand agents that come at once (W17, L10).

use std::collections::BTreeSet;

use agent_proto::v1::{self, agent_message::Body};
use fleet::Actor;
use tokio::task::JoinSet;

use crate::{
    agent::{Talk, TestAgent},
    on_both_databases,
    world::World,
};

on_both_databases! {
    a_thousand_agents_come_at_once_and_all_are_there
}

const ALL: usize = 1000;

/// Agents that open a connection at the same moment; the rest is right behind them.
const AT_ONCE: usize = 100;

/// All of them come, each is told its own, each beats and is acknowledged, and each is there once.
async fn a_thousand_agents_come_at_once_and_all_are_there(world: &mut World) {
    let agents = world.agents(ALL).await;
    assert_eq!(agents.iter().map(|agent| agent.id).collect::<BTreeSet<_>>().len(), ALL);
    let mut talks: Vec<Talk> = Vec::with_capacity(ALL);
    for some in agents.chunks(AT_ONCE) {
        let mut coming = JoinSet::new();
        for agent in some {
            let (agent, address) = (agent.clone(), world.address());
            coming.spawn(async move { agent.come_to(address, TestAgent::hello("a"), 0).await });
        }
        while let Some(come) = coming.join_next().await {
            talks.push(come.unwrap().expect("to be taken in"));
        }
        // Those that wait for the others say that they live.
        for talk in &mut talks {
            talk.say(Body::Heartbeat(v1::Heartbeat::default())).await;
        }
    }
    let sessions: BTreeSet<String> = talks.iter().map(|talk| talk.welcome.session_id.clone()).collect();
    assert_eq!(sessions.len(), ALL);
    for talk in &mut talks {
        talk.say(Body::Heartbeat(v1::Heartbeat::default())).await;
    }
    for talk in &mut talks {
        let seq = talk.seq;
        talk.acknowledged(seq).await;
    }
    let there = world.fleet().agents(&Actor::Local).await.unwrap();
    assert_eq!((there.len(), there.iter().filter(|agent| agent.is_online).count()), (ALL, ALL));
}
