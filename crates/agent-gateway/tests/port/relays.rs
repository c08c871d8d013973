//! Calls to devices go through an agent that passes them on (B4, C4).

use agent_proto::v1::{self, agent_message::Body, relay_answer::Outcome};
use fleet::Actor;
use fleet_model::{Channel, DeviceState};
use shelly_http::{Endpoint, HeaderName, Limits, Method, Request, exchange};
use shelly_sim::{FleetPlan, SimDevice, SimFleet, SimHandle};
use shelly_types::Mac;
use tokio::{sync::mpsc, task::JoinHandle};

use crate::{
    agent::TestAgent,
    on_both_databases,
    world::{World, eventually},
};

on_both_databases! {
    a_device_that_only_an_agent_reaches_is_ours
    a_revoked_agent_passes_nothing_on
}

/// Nobody listens there.
const CLOSED: &str = "127.0.0.1:9";

async fn device(number: u8) -> (SimFleet, SimHandle) {
    let device = SimDevice::of_model("SNPL-00112EU", Mac::new([0xA8, 0x03, 0x2A, 0x13, 0, number])).unwrap();
    let fleet = SimFleet::start(FleetPlan::new(vec![device])).await.unwrap();
    let handle = fleet.devices()[0].clone();
    (fleet, handle)
}

fn hello() -> v1::Hello {
    let abilities = vec![v1::Ability::Discovery.into(), v1::Ability::Relay.into()];
    v1::Hello { abilities, ..TestAgent::hello("first") }
}

/// What the agent of a test does with a call.
async fn pass_on(relay: v1::Relay, device: Endpoint) -> Outcome {
    let headers: Vec<(HeaderName, String)> =
        relay.headers.iter().map(|header| (header.name.parse().unwrap(), header.value.clone())).collect();
    let request = Request {
        method: Method::from_bytes(relay.method.as_bytes()).unwrap(),
        path_and_query: &relay.path,
        headers: &headers,
        body: (!relay.body.is_empty()).then(|| relay.body.clone().into()),
        content_type: None,
    };
    match exchange(&device, &request, &Limits::default()).await {
        Ok(answer) => Outcome::Answer(v1::Relayed {
            status: answer.status.into(),
            headers: answer
                .headers
                .iter()
                .map(|(name, value)| v1::Header {
                    name: name.to_string(),
                    value: value.to_str().unwrap_or_default().to_owned(),
                })
                .collect(),
            body: answer.body.to_vec(),
        }),
        Err(error) => Outcome::Failure(v1::RelayFailure {
            kind: v1::RelayFailureKind::Unreachable.into(),
            text: error.to_string(),
        }),
    }
}

/// Opens the line, and passes on what comes, to the device.
async fn line(world: &World, agent: &TestAgent, device: &SimHandle) -> JoinHandle<usize> {
    let (answers, out) = mpsc::channel(8);
    let out = futures::stream::unfold(out, |mut out| async { out.recv().await.map(|answer| (answer, out)) });
    let mut client = agent.client(world).await.unwrap().max_decoding_message_size(agent_proto::RELAY_MESSAGE_BYTES);
    let mut requests = client.relay(out).await.unwrap().into_inner();
    let device: Endpoint = device.endpoint().into();
    tokio::spawn(async move {
        let mut passed = 0;
        while let Ok(Some(request)) = requests.message().await {
            let relay = request.exchange.unwrap();
            assert_eq!(relay.endpoint, CLOSED, "as the agent reaches it");
            let outcome = Some(pass_on(relay, device.clone()).await);
            passed += 1;
            if answers.send(v1::RelayAnswer { number: request.number, outcome }).await.is_err() {
                break;
            }
        }
        passed
    })
}

async fn a_device_that_only_an_agent_reaches_is_ours(world: &mut World) {
    let (_fleet, device) = device(1).await;
    let agent = world.agent("pi").await;
    let mut talk = agent.come(world, hello()).await.unwrap();
    let line = line(world, &agent, &device).await;
    let seen = v1::Device { mac: device.mac().to_string(), generation: 2, ..Default::default() };
    let seen = v1::LanDevice { device: Some(seen), endpoint: CLOSED.to_owned(), source: "scan".to_owned() };
    talk.say(Body::LanDevices(v1::LanDevices { devices: vec![seen] })).await;
    let seq = talk.seq;
    talk.acknowledged(seq).await;
    let fleet = world.fleet().clone();
    let decided = fleet.inbox_adopt(&Actor::Local, &[device.mac()], false).await.unwrap();
    assert_eq!(decided.done, [device.mac()], "{:?}", decided.failed);
    let ours = eventually("a reading through the agent", async || {
        let ours = fleet.device(&Actor::Local, device.mac()).await.unwrap();
        (ours.channel.is_some() && ours.record.state == DeviceState::Online).then_some(ours)
    })
    .await;
    assert_eq!((ours.channel, ours.record.endpoint.as_str()), (Some(Channel::Agent), CLOSED));
    drop(talk);
    world.stop().await;
    assert!(line.await.unwrap() > 0);
}

async fn a_revoked_agent_passes_nothing_on(world: &mut World) {
    let agent = world.agent("pi").await;
    let _talk = agent.come(world, hello()).await.unwrap();
    let mut client = agent.client(world).await.unwrap();
    let mut requests = client.relay(futures::stream::pending()).await.unwrap().into_inner();
    world.fleet().agent_revoke(&Actor::Local, agent.id).await.unwrap();
    let ended = tokio::time::timeout(crate::world::PATIENCE, requests.message()).await.unwrap();
    assert!(matches!(ended, Ok(None) | Err(_)), "{ended:?}");
    let refused = client.relay(futures::stream::pending()).await.unwrap_err();
    assert_eq!(refused.code(), tonic::Code::PermissionDenied);
}
