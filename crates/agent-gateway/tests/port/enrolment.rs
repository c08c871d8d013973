//! Who gets a certificate, and what it is good for (W17, L10).

use agent_proto::v1::{self, RejectReason, enrollment_client::EnrollmentClient};
use chrono::{TimeDelta, Utc};
use fleet::{Actor, AgentCodeRequest};
use tonic::Code;

use crate::{
    agent::{TestAgent, csr, stranger},
    on_both_databases,
    world::World,
};

on_both_databases! {
    a_code_is_good_for_so_many_agents_and_so_long
    without_a_certificate_there_is_nothing_but_enrolling
    a_revoked_agent_is_sent_away_and_stays_out
    an_expired_certificate_is_refused_and_a_renewed_one_is_not
    a_flood_of_a_thousand_gets_what_the_code_allows
}

async fn refusal(world: &World, code: &str) -> Code {
    TestAgent::enroll(world, code, "pi").await.err().expect("to be refused").code()
}

async fn a_code_is_good_for_so_many_agents_and_so_long(world: &mut World) {
    let made = world.code(2).await;
    assert_eq!(made.fingerprint, world.tls().fingerprint());
    assert_eq!(refusal(world, "K7Q2-M9XD-04TB").await, Code::Unauthenticated);
    assert_eq!(refusal(world, "noise").await, Code::Unauthenticated);
    // A request that is no use does not use the code up.
    let bad = v1::EnrollRequest { code: made.code.clone(), csr_der: vec![1, 2, 3], ..Default::default() };
    let refused = EnrollmentClient::new(stranger(world).await).enroll(bad).await.unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument);
    let first = TestAgent::enroll(world, &made.code, "pi").await.unwrap();
    let second = TestAgent::enroll(world, &made.code.to_lowercase(), "pi").await.unwrap();
    assert_eq!(refusal(world, &made.code).await, Code::Unauthenticated, "it is spent");
    let agents = world.fleet().agents(&Actor::Local).await.unwrap();
    let mut names: Vec<&str> = agents.iter().map(|agent| agent.record.name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names.len(), 2);
    assert!(names[0] == "pi" && names[1].starts_with("pi-"), "{names:?}");
    assert!(agents.iter().all(|agent| agent.record.enrolled_with == "tests" && !agent.is_online));
    assert_ne!(first.id, second.id);

    let request = AgentCodeRequest { label: "short".to_owned(), minutes: Some(5), ..Default::default() };
    let short = world.fleet().agent_code_create(&Actor::Local, request).await.unwrap();
    world.advance(5 * 60);
    assert_eq!(refusal(world, &short.code).await, Code::Unauthenticated, "it has ended");
}

async fn without_a_certificate_there_is_nothing_but_enrolling(world: &mut World) {
    let mut client = v1::agent_client::AgentClient::new(stranger(world).await);
    let refused = client.session(futures::stream::empty()).await.unwrap_err();
    assert_eq!(refused.code(), Code::Unauthenticated);
    let refused = client.renew(v1::RenewRequest { csr_der: csr().0 }).await.unwrap_err();
    assert_eq!(refused.code(), Code::Unauthenticated);
}

async fn a_revoked_agent_is_sent_away_and_stays_out(world: &mut World) {
    let agent = world.agent("pi").await;
    let mut talk = agent.here(world).await;
    assert!(world.fleet().agent(&Actor::Local, agent.id).await.unwrap().is_online);
    world.fleet().agent_revoke(&Actor::Local, agent.id).await.unwrap();
    assert_eq!(talk.rejected().await, RejectReason::Revoked);
    let mut client = agent.client(world).await.unwrap();
    let refused = client.session(futures::stream::empty()).await.unwrap_err();
    assert_eq!(refused.code(), Code::PermissionDenied);
    let refused = client.renew(v1::RenewRequest { csr_der: csr().0 }).await.unwrap_err();
    assert_eq!(refused.code(), Code::PermissionDenied, "nor does it get another certificate");
    world.fleet().agent_forget(&Actor::Local, agent.id).await.unwrap();
    let refused = client.session(futures::stream::empty()).await.unwrap_err();
    assert_eq!(refused.code(), Code::Unauthenticated);
}

/// Somebody stole a certificate that has ended meanwhile: TLS itself refuses it. One that the agent renewed is good.
async fn an_expired_certificate_is_refused_and_a_renewed_one_is_not(world: &mut World) {
    let agent = world.agent("pi").await;
    let (request, key) = csr();
    let yesterday = Utc::now() - TimeDelta::days(1);
    let stolen = world.tls().issue(&request, agent.id, yesterday).unwrap();
    let thief = agent.with(key, &stolen.certificate);
    let is_refused = match thief.client(world).await {
        // With TLS 1.3 the client finds out at its first message.
        Ok(mut client) => client.session(futures::stream::pending()).await.is_err(),
        Err(_) => true,
    };
    assert!(is_refused);
    let (csr_der, key) = csr();
    let mut client = agent.client(world).await.unwrap();
    let renewed = client.renew(v1::RenewRequest { csr_der }).await.unwrap().into_inner();
    assert_eq!(renewed.agent_id, agent.id.to_string());
    assert!(renewed.renew_after_s < renewed.valid_s);
    let talk = agent.with(key, &renewed.certificate_der).here(world).await;
    drop(agent.client(world).await.unwrap());
    assert_eq!(talk.welcome.protocol, 1, "and the old one is still good");
}

/// W17: a thousand hosts try one code that is good for a hundred, while an agent that is in goes on.
async fn a_flood_of_a_thousand_gets_what_the_code_allows(world: &mut World) {
    const ALL: usize = 1000;
    const GOOD: u32 = 100;
    let agent = world.agent("pi").await;
    let mut talk = agent.here(world).await;
    let code = world.code(GOOD).await.code;
    let (csr_der, _) = csr();
    let mut channels = Vec::new();
    for _ in 0..20 {
        channels.push(stranger(world).await);
    }
    let mut flood = tokio::task::JoinSet::new();
    for number in 0..ALL {
        let mut client = EnrollmentClient::new(channels[number % channels.len()].clone());
        let name = format!("host {number}");
        let request = v1::EnrollRequest { code: code.clone(), csr_der: csr_der.clone(), name, version: String::new() };
        flood.spawn(async move { client.enroll(request).await.map(drop).map_err(|status| status.code()) });
    }
    talk.beats(&[]).await;
    let beat = talk.seq;
    talk.acknowledged(beat).await;
    let mut good = 0;
    while let Some(done) = flood.join_next().await {
        match done.unwrap() {
            Ok(()) => good += 1,
            Err(Code::Unauthenticated | Code::ResourceExhausted) => {}
            Err(code) => panic!("refused as {code:?}"),
        }
    }
    let agents = world.fleet().agents(&Actor::Local).await.unwrap();
    assert_eq!(agents.len(), good + 1, "who was let in is there, and nobody else");
    assert!(good <= GOOD as usize && good > 0, "{good}");
    talk.beats(&[]).await;
    let beat = talk.seq;
    talk.acknowledged(beat).await;
}
