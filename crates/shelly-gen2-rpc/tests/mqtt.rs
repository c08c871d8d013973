//! How calls and notifications travel over a real broker (A6). Without a Mosquitto nothing is tested.
#![expect(clippy::unwrap_used, reason = "helpers of tests may fail")]

use std::time::Duration;

use serde_json::{Value, json};
use shelly_gen2_rpc::{
    Channel, Client, Error, News,
    channel::{Announcements, ChannelKind, MqttLink, MqttNews, MqttOptions, Sighted},
};
use shelly_mqtt::{Address, BackOff, Broker, Delivery, Options, Received, State};
use test_broker::{ANYBODY, Mosquitto};

const ID: &str = "shellyplus1pm-a8032ab12345";

async fn connected(mosquitto: &Mosquitto) -> Broker {
    let back_off = BackOff { first: Duration::from_millis(20), longest: Duration::from_millis(50) };
    let address = Address::plain("127.0.0.1", mosquitto.port());
    let broker = Broker::connect(&Options { back_off, ..Options::new(address) }).unwrap();
    assert!(broker.connected().await);
    broker
}

/// A device below `prefix` that answers with its parameters, an error for `Spoon.Bend`, and nothing for `Test.Silence`.
async fn device(mosquitto: &Mosquitto, prefix: &'static str) -> Broker {
    let broker = connected(mosquitto).await;
    let filter: shelly_mqtt::Filter = format!("{prefix}/rpc").parse().unwrap();
    let mut requests = broker.subscribe([filter.clone()]);
    broker.established(&filter).await.unwrap();
    let answering = broker.clone();
    tokio::spawn(async move {
        while let Some(received) = requests.recv().await {
            let Received::Message(message) = received else { continue };
            let request: Value = serde_json::from_slice(&message.payload).unwrap();
            let mut answer = json!({"id": request["id"], "src": ID, "dst": request["src"]});
            match request["method"].as_str().unwrap() {
                "Test.Silence" => continue,
                "Spoon.Bend" => answer["error"] = json!({"code": 404, "message": "No handler for Spoon.Bend"}),
                _ => answer["result"] = request["params"].clone(),
            }
            let topic = format!("{}/rpc", request["src"].as_str().unwrap());
            answering.publish(&topic, answer.to_string(), Delivery::default()).unwrap();
        }
    });
    broker
}

fn notification(number: u64) -> String {
    json!({"src": ID, "dst": "x/events", "method": "NotifyStatus", "params": {"ts": number}}).to_string()
}

async fn number(news: &mut MqttNews) -> Option<u64> {
    match news.next().await.unwrap() {
        News::Notification(news) => news.params["ts"].as_u64(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn calls_find_their_device_and_answers_their_caller() {
    let Some(mosquitto) = Mosquitto::start(ANYBODY, &[]).await else { return };
    let (_first, _second) = (device(&mosquitto, "one").await, device(&mosquitto, "home/two").await);
    let link = MqttLink::new(connected(&mosquitto).await, MqttOptions::default()).unwrap();
    let channels = ["one", "home/two"].map(|prefix| link.channel(prefix).unwrap());
    let ask = async |number: usize| {
        let channel = &channels[number % 2];
        channel.call("Test.Echo", Some(json!([channel.prefix(), number]))).await.unwrap()
    };
    let answers = futures::future::join_all((0..20).map(ask)).await;
    for (number, answer) in answers.into_iter().enumerate() {
        assert_eq!(answer, json!([channels[number % 2].prefix(), number]));
    }
    assert_eq!(channels[0].kind(), ChannelKind::Mqtt);
    assert_eq!(channels[0].endpoint().to_string(), format!("127.0.0.1:{}", mosquitto.port()));

    let options = MqttOptions { answer: Duration::from_millis(200), ..MqttOptions::default() };
    let impatient = MqttLink::new(link.broker().clone(), options).unwrap();
    for (prefix, method) in [("one", "Test.Silence"), ("nobody", "Sys.GetStatus")] {
        let error = impatient.channel(prefix).unwrap().call(method, None).await.unwrap_err();
        assert!(matches!(error, Error::NoAnswer { .. }), "{error:?}");
    }
    let [channel, _] = channels;
    let error = Client::new(channel).call("Spoon.Bend", None).await.unwrap_err();
    assert!(error.is_no_such_method(), "{error}");
    assert!(link.channel("a/+").is_err() && link.channel("").is_ok());
}

#[tokio::test]
async fn a_device_tells_by_itself() {
    let Some(mosquitto) = Mosquitto::start(ANYBODY, &[]).await else { return };
    let device = device(&mosquitto, "one").await;
    device.publish("one/online", "true", Delivery { at_least_once: true, retain: true }).unwrap();
    let link = MqttLink::new(connected(&mosquitto).await, MqttOptions::default()).unwrap();
    let channel = link.channel("one").unwrap();
    let mut news = channel.subscribe();
    assert_eq!(news.next().await, Some(News::Online(true)));
    // The answer to a call proves that the broker has taken the subscription, which was asked for before.
    channel.call("Test.Echo", Some(json!(1))).await.unwrap();
    for number in 0..5 {
        device.publish("one/events/rpc", notification(number), Delivery::default()).unwrap();
    }
    device.publish("one/status/switch:0", r#"{"id":0,"output":true}"#, Delivery::default()).unwrap();
    device.publish("one/status/switch:0", r#"{"id":0,"#, Delivery::default()).unwrap();
    for expected in 0..5 {
        assert_eq!(number(&mut news).await, Some(expected));
    }
    let status = json!({"id": 0, "output": true});
    assert_eq!(news.next().await, Some(News::ComponentStatus { key: "switch:0".to_owned(), status }));
    assert_eq!(news.next().await, Some(News::Lagged { missed: 1 }));
    link.broker().close().await;
    assert_eq!(news.next().await, None);
}

#[tokio::test]
async fn everything_resumes_after_the_broker_was_killed() {
    let Some(mut mosquitto) = Mosquitto::start(ANYBODY, &[]).await else { return };
    let device = device(&mosquitto, "one").await;
    let link = MqttLink::new(connected(&mosquitto).await, MqttOptions::default()).unwrap();
    let channel = link.channel("one").unwrap();
    let mut news = channel.subscribe();
    assert_eq!(channel.call("Test.Echo", Some(json!(1))).await.unwrap(), json!(1));
    for _ in 0..2 {
        mosquitto.kill();
        for broker in [&device, link.broker()] {
            broker.state().wait_for(|state| matches!(state, State::Lost { .. })).await.unwrap();
        }
        let error = channel.call("Switch.Set", None).await.unwrap_err();
        assert!(matches!(error, Error::Broker { .. }) && !error.may_have_arrived(), "{error:?}");
        mosquitto.restart().await;
        assert!(link.broker().connected().await && device.connected().await);
        device.established(&"one/rpc".parse().unwrap()).await.unwrap();
        assert_eq!(channel.call("Test.Echo", Some(json!(2))).await.unwrap(), json!(2));
        assert_eq!(news.next().await, Some(News::Lagged { missed: 0 }));
        device.publish("one/events/rpc", notification(7), Delivery::default()).unwrap();
        assert_eq!(number(&mut news).await, Some(7));
    }
}

#[tokio::test]
async fn devices_are_sighted() {
    let Some(mosquitto) = Mosquitto::start(ANYBODY, &[]).await else { return };
    let device = connected(&mosquitto).await;
    let kept = Delivery { at_least_once: true, retain: true };
    device.publish(&format!("{ID}/online"), "true", kept).unwrap();
    let broker = connected(&mosquitto).await;
    let mut sightings = Announcements::new(&broker, ["+"]).unwrap();
    let sighted = |prefix: &str, device: Option<&str>, online| {
        let (prefix, device) = (prefix.to_owned(), device.map(str::to_owned));
        move |found: Option<Sighted>| {
            let found = found.unwrap();
            assert_eq!((found.prefix, found.device, found.online), (prefix, device, online));
        }
    };
    sighted(ID, Some(ID), Some(true))(sightings.next().await);
    broker.established(&"+/events/rpc".parse().unwrap()).await.unwrap();
    for _ in 0..3 {
        device.publish(&format!("{ID}/events/rpc"), notification(1), Delivery::default()).unwrap();
    }
    device.publish("zigbee/online", "yes", Delivery::default()).unwrap();
    device.publish("kitchen/online", "true", Delivery::default()).unwrap();
    device.publish("kitchen/events/rpc", notification(2), Delivery::default()).unwrap();
    device.publish(&format!("{ID}/online"), "false", kept).unwrap();
    sighted("kitchen", None, Some(true))(sightings.next().await);
    sighted("kitchen", Some(ID), Some(true))(sightings.next().await);
    sighted(ID, Some(ID), Some(false))(sightings.next().await);
    assert!(Announcements::new(&broker, ["a#"]).is_err());
}
