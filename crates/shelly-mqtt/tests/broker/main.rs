//! What the connection does with a real broker that comes and goes (A6). Without a Mosquitto nothing is tested.
#![expect(clippy::unwrap_used, reason = "helpers of tests may fail")]

use std::{sync::Arc, time::Duration};

use rustls::{ClientConfig, RootCertStore, crypto::ring};
use shelly_mqtt::{
    Address, BackOff, Broker, Delivery, Error, Filter, LastWill, Login, Options, Received, State, Subscription,
};
use test_broker::{ANYBODY, Mosquitto};

fn options(address: Address) -> Options {
    let back_off = BackOff { first: Duration::from_millis(20), longest: Duration::from_millis(50) };
    Options { back_off, ..Options::new(address) }
}

fn plain(mosquitto: &Mosquitto) -> Options {
    options(Address::plain("127.0.0.1", mosquitto.port()))
}

async fn connected(options: &Options) -> Broker {
    let broker = Broker::connect(options).unwrap();
    assert!(broker.connected().await);
    broker
}

fn subscribe(broker: &Broker, filter: &str) -> Subscription {
    broker.subscribe([filter.parse::<Filter>().unwrap()])
}

/// The next message, as `topic=payload`.
async fn next(subscription: &mut Subscription) -> String {
    match subscription.recv().await.unwrap() {
        Received::Message(message) => {
            format!("{}={}", message.topic, String::from_utf8_lossy(&message.payload))
        }
        Received::Lagged { missed } => format!("missed {missed}"),
        _ => String::new(),
    }
}

/// Publishes until `subscription` receives it, as a subscription takes effect some time after it was asked for.
async fn reach(broker: &Broker, subscription: &mut Subscription, topic: &str) {
    let knock = format!("{topic}=knock");
    let mut ticks = tokio::time::interval(Duration::from_millis(10));
    loop {
        tokio::select! {
            received = next(subscription) => if received == knock { return },
            _ = ticks.tick() => {
                // Refused while there is no connection.
                let _ = broker.publish(topic, "knock", Delivery::default());
            }
        }
    }
}

/// The next message that is no knock.
async fn news(subscription: &mut Subscription) -> String {
    loop {
        let received = next(subscription).await;
        if !received.ends_with("=knock") {
            return received;
        }
    }
}

#[tokio::test]
async fn messages_reach_everybody_who_wants_them() {
    let Some(mosquitto) = Mosquitto::start(ANYBODY, &[]).await else { return };
    let broker = connected(&plain(&mosquitto)).await;
    let (mut exact, mut wide, mut same) =
        (subscribe(&broker, "shelly1/online"), subscribe(&broker, "+/online"), subscribe(&broker, "+/online"));
    let mut several = broker.subscribe(["shelly1/online", "shelly1/#"].map(|filter| filter.parse().unwrap()));
    for subscription in [&mut exact, &mut wide, &mut same, &mut several] {
        reach(&broker, subscription, "shelly1/online").await;
    }
    let at_least_once = Delivery { at_least_once: true, retain: true };
    broker.publish("shelly1/online", "true", at_least_once).unwrap();
    broker.publish("shelly1/online", "false", at_least_once).unwrap();
    // Once each, although several filters of the connection mean it.
    for subscription in [&mut exact, &mut wide, &mut same, &mut several] {
        assert_eq!(news(subscription).await, "shelly1/online=true");
        assert_eq!(news(subscription).await, "shelly1/online=false");
    }
    // What the broker keeps reaches later subscriptions, also where a wider one is there already.
    assert_eq!(next(&mut subscribe(&broker, "shelly1/online")).await, "shelly1/online=false");
    drop((exact, wide, several));
    broker.publish("shelly1/online", "again", Delivery::default()).unwrap();
    let mut last = news(&mut same).await;
    while last == "shelly1/online=false" {
        last = news(&mut same).await;
    }
    assert_eq!(last, "shelly1/online=again");
}

#[tokio::test]
async fn everything_resumes_after_the_broker_was_killed() {
    let Some(mut mosquitto) = Mosquitto::start(ANYBODY, &[]).await else { return };
    let broker = connected(&plain(&mosquitto)).await;
    let mut narrow = subscribe(&broker, "a/b");
    let mut wide = subscribe(&broker, "a/+");
    reach(&broker, &mut narrow, "a/b").await;
    let mut state = broker.state();
    for _ in 0..3 {
        mosquitto.kill();
        state.wait_for(|state| matches!(state, State::Lost { failures, .. } if *failures > 1)).await.unwrap();
        let refused = broker.publish("a/b", "late", Delivery { at_least_once: true, retain: true }).unwrap_err();
        assert!(matches!(refused, Error::NotConnected { .. }), "{refused}");
        let mut asleep = subscribe(&broker, "a/c");
        mosquitto.restart().await;
        assert!(broker.connected().await);
        reach(&broker, &mut narrow, "a/b").await;
        reach(&broker, &mut wide, "a/b").await;
        reach(&broker, &mut asleep, "a/c").await;
    }
    // Whoever waited all the time knows that something may be missing.
    let mut told = subscribe(&broker, "a/d");
    mosquitto.kill();
    mosquitto.restart().await;
    assert_eq!(next(&mut told).await, "missed 0");
}

/// The answer to something published right after the subscription is not missed, also not after a loss.
#[tokio::test]
async fn what_is_established_misses_nothing() {
    let Some(mut mosquitto) = Mosquitto::start(ANYBODY, &[]).await else { return };
    let broker = connected(&plain(&mosquitto)).await;
    let filters = ["answers/me", "answers/+"].map(|filter| filter.parse::<Filter>().unwrap());
    for filter in filters {
        let mut answers = broker.subscribe([filter.clone()]);
        for round in 0..2 {
            broker.established(&filter).await.unwrap();
            broker.publish("answers/me", "1", Delivery::default()).unwrap();
            if round > 0 {
                assert_eq!(next(&mut answers).await, "missed 0");
            }
            assert_eq!(next(&mut answers).await, "answers/me=1");
            mosquitto.kill();
            broker.state().wait_for(|state| matches!(state, State::Lost { .. })).await.unwrap();
            assert!(matches!(broker.established(&filter).await, Err(Error::NotConnected { .. })));
            mosquitto.restart().await;
            assert!(broker.connected().await);
        }
    }
}

#[tokio::test]
async fn a_slow_reader_is_told() {
    let Some(mosquitto) = Mosquitto::start(ANYBODY, &[]).await else { return };
    let options = Options { incoming: 4, outgoing: 200, ..plain(&mosquitto) };
    let broker = connected(&options).await;
    let (mut slow, mut quick) = (subscribe(&broker, "a"), subscribe(&broker, "b"));
    reach(&broker, &mut slow, "a").await;
    reach(&broker, &mut quick, "b").await;
    for number in 0..100 {
        broker.publish("a", number.to_string(), Delivery::default()).unwrap();
    }
    broker.publish("b", "end", Delivery::default()).unwrap();
    assert_eq!(news(&mut quick).await, "b=end");
    let first = news(&mut slow).await;
    assert!(first.starts_with("missed "), "{first}");
}

#[tokio::test]
async fn the_last_will_is_for_those_who_do_not_part() {
    let Some(mosquitto) = Mosquitto::start(ANYBODY, &[]).await else { return };
    let watcher = connected(&plain(&mosquitto)).await;
    let mut seen = subscribe(&watcher, "manager/#");
    reach(&watcher, &mut seen, "manager/online").await;
    let will = LastWill { topic: "manager/online".to_owned(), payload: "false".into(), retain: false };
    let options = Options { last_will: Some(will), ..plain(&mosquitto) };

    let broker = connected(&options).await;
    let mut ending = subscribe(&broker, "a");
    broker.publish("manager/said", "good-bye", Delivery::default()).unwrap();
    broker.close().await;
    assert_eq!(news(&mut seen).await, "manager/said=good-bye");
    assert_eq!(ending.recv().await, None);
    assert_eq!(*broker.state().borrow(), State::Closed);
    assert!(!broker.connected().await);
    assert!(matches!(broker.publish("a", "b", Delivery::default()), Err(Error::NotConnected { .. })));
    assert_eq!(subscribe(&broker, "b").recv().await, None);

    drop(connected(&options).await);
    assert_eq!(news(&mut seen).await, "manager/online=false");
}

#[tokio::test]
async fn a_broker_that_refuses_us_says_so() {
    const SECRETS: &str = "allow_anonymous false\npassword_file {folder}/passwords\n";
    // `mosquitto_passwd` made it for user `manager` and password `secret`.
    const PASSWORDS: &str = "\
        manager:$7$101$4LGvbduhtRXLahak$1tNn4S+rVfk6S+L4F53sDOSUukhjTXamzyJJKf\
        XACagvYPRWiM9uvNTVpUx2nsc/LC+tC1b9dM0nCDeE+LUiBw==\n";
    let Some(mosquitto) = Mosquitto::start(SECRETS, &[("passwords", PASSWORDS)]).await else { return };
    let login = Login { user: "manager".to_owned(), password: "wrong".to_owned() };
    for login in [None, Some(login)] {
        let broker = Broker::connect(&Options { login, ..plain(&mosquitto) }).unwrap();
        let mut state = broker.state();
        let lost = state.wait_for(|state| matches!(state, State::Lost { failures: 2, .. })).await.unwrap().clone();
        assert!(lost.to_string().starts_with("the broker refuses us"), "{lost}");
        broker.close().await;
    }
    let login = Some(Login { user: "manager".to_owned(), password: "secret".to_owned() });
    connected(&Options { login, ..plain(&mosquitto) }).await;
}

#[tokio::test]
async fn a_broker_over_tls_is_verified() {
    let Some((mosquitto, shown)) = Mosquitto::start_over_tls().await else { return };
    let mut roots = RootCertStore::empty();
    roots.add(shown.authority_der.into()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let address = Address::tls("localhost", mosquitto.port());
    let trusting = Options { tls: Some(Arc::new(config)), ..options(address.clone()) };
    let broker = connected(&trusting).await;
    let mut subscription = subscribe(&broker, "a");
    reach(&broker, &mut subscription, "a").await;

    let stranger = Broker::connect(&options(address)).unwrap();
    let mut state = stranger.state();
    let lost = state.wait_for(|state| matches!(state, State::Lost { .. })).await.unwrap().clone();
    assert!(lost.to_string().contains("TLS"), "{lost}");
}

#[tokio::test]
async fn nobody_at_the_address_is_told() {
    let broker = Broker::connect(&options(Address::plain("127.0.0.1", 1))).unwrap();
    let mut state = broker.state();
    state.wait_for(|state| matches!(state, State::Lost { failures: 3, .. })).await.unwrap();
    let error = broker.publish("a/+", "b", Delivery::default()).unwrap_err();
    assert!(matches!(error, Error::Invalid { .. }), "{error}");
    broker.close().await;
    assert_eq!(*state.borrow_and_update(), State::Closed);
}
