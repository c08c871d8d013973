//! What a device tells by itself (A3).

use serde_json::{Value, json};
use shelly_gen2_rpc::{Channel, News, WebSocketChannel, WebSocketOptions};

use super::{device, dial};

fn number(news: &News) -> Option<u64> {
    match news {
        News::Notification(notification) => notification.params["ts"].as_u64(),
        _ => None,
    }
}

/// Nothing comes before the first request that says who asks; then everything comes in order.
#[tokio::test]
async fn notifications_come_in_order_after_the_status() {
    let endpoint = device(async |mut peer| {
        let request = peer.next().await.unwrap();
        assert_eq!((&request["method"], &request["src"]), (&json!("Shelly.GetStatus"), &json!("fleet-1")));
        peer.answer(&request, json!({"switch:0": {"output": false}})).await;
        for number in 0..40 {
            peer.notify(number).await;
        }
        peer.echo().await;
    })
    .await;
    let options = WebSocketOptions { source: "fleet-1".to_owned(), ..WebSocketOptions::default() };
    let channel = WebSocketChannel::dial(&endpoint, &options, None).await.unwrap();
    let (status, mut notifications) = channel.subscribe().await.unwrap();
    assert_eq!(status["switch:0"]["output"], json!(false));
    for expected in 0..40 {
        assert_eq!(number(&notifications.next().await.unwrap()), Some(expected));
    }
    assert_eq!(channel.device(), Some(super::ID));
}

/// A reader that sleeps is told so once, and then hears what is new.
#[tokio::test]
async fn a_slow_reader_is_told_what_it_missed() {
    let endpoint = device(async |mut peer| {
        while let Some(request) = peer.next().await {
            peer.answer(&request, Value::Null).await;
            let (from, to) = if request["method"] == "Shelly.GetStatus" { (0, 10) } else { (10, 11) };
            for number in from..to {
                peer.notify(number).await;
            }
            // The answer to a later request comes after all of them.
            let request = peer.next().await.unwrap();
            peer.answer(&request, Value::Null).await;
        }
    })
    .await;
    let options = WebSocketOptions { notifications: 4, ..WebSocketOptions::default() };
    let channel = WebSocketChannel::dial(&endpoint, &options, None).await.unwrap();
    let (_, mut notifications) = channel.subscribe().await.unwrap();
    channel.call("Test.Wait", None).await.unwrap();
    channel.call("Test.More", None).await.unwrap();
    channel.call("Test.Wait", None).await.unwrap();
    assert_eq!(notifications.next().await, Some(News::Lagged { missed: 10 }));
    assert_eq!(number(&notifications.next().await.unwrap()), Some(10));
}

/// What cannot be read may have been a change of status.
#[tokio::test]
async fn an_unreadable_frame_counts_as_missed() {
    let endpoint = device(async |mut peer| {
        let request = peer.next().await.unwrap();
        peer.answer(&request, Value::Null).await;
        for text in ["", "{", r#"{"method":"NotifyStatus","params":{"temperature:0":{"tC":nan}}}"#, "[]", "7"] {
            peer.send_text(text.to_owned()).await;
        }
        peer.notify(1).await;
        peer.echo().await;
    })
    .await;
    let channel = dial(&endpoint).await;
    let (_, mut notifications) = channel.subscribe().await.unwrap();
    let mut missed = 0;
    let last = loop {
        match notifications.next().await.unwrap() {
            News::Lagged { missed: more } => missed += more,
            other => break other,
        }
    };
    assert_eq!((missed, number(&last)), (5, Some(1)));
}

/// Devices may ask us (protocol 1). We have no methods, and say so.
#[tokio::test]
async fn requests_of_the_device_are_refused() {
    let endpoint = device(async |mut peer| {
        let request = peer.next().await.unwrap();
        peer.send(json!({"id": 9, "src": super::ID, "method": "Shelly.GetStatus"})).await;
        let refusal = peer.next().await.unwrap();
        peer.answer(&request, refusal).await;
        peer.echo().await;
    })
    .await;
    let refusal = dial(&endpoint).await.call("Test.Ask", None).await.unwrap();
    assert_eq!(
        (&refusal["id"], &refusal["dst"], &refusal["error"]["code"]),
        (&json!(9), &json!(super::ID), &json!(404))
    );
}

/// While nobody reads, nothing is kept.
#[tokio::test]
async fn a_later_reader_starts_afresh() {
    let endpoint = device(async |mut peer| {
        for round in 0.. {
            let Some(request) = peer.next().await else { return };
            peer.answer(&request, json!(round)).await;
            peer.notify(round).await;
        }
    })
    .await;
    let channel = dial(&endpoint).await;
    channel.call("Test.First", None).await.unwrap();
    let (status, first) = channel.subscribe().await.unwrap();
    assert_eq!(status, json!(1));
    let (_, mut second) = channel.subscribe().await.unwrap();
    drop(first);
    let mut heard = number(&second.next().await.unwrap());
    // The notification of the round before may still have been under way.
    if heard == Some(1) {
        heard = number(&second.next().await.unwrap());
    }
    assert_eq!(heard, Some(2));
}
