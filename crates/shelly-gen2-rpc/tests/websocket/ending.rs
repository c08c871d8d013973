//! All the ways in which a WebSocket ends.

use std::{sync::Arc, time::Duration};

use futures::{SinkExt, StreamExt};
use serde_json::Value;
use shelly_gen2_rpc::{
    Channel, Error, WebSocketChannel, WebSocketOptions,
    channel::{Closed, News},
};
use tokio::sync::{Semaphore, mpsc};
use tokio_tungstenite::tungstenite::{
    Message,
    protocol::{CloseFrame, frame::coding::CloseCode},
};

use super::{device, dial};

fn quick() -> WebSocketOptions {
    WebSocketOptions {
        ping_after: Duration::from_millis(20),
        silence: Duration::from_millis(80),
        ..WebSocketOptions::default()
    }
}

#[tokio::test]
async fn waiting_calls_learn_that_the_device_closed() {
    let endpoint = device(async |mut peer| {
        peer.next().await.unwrap();
        peer.next().await.unwrap();
        let reason = CloseFrame { code: CloseCode::Away, reason: "reboot".into() };
        peer.0.close(Some(reason)).await.unwrap();
        while peer.0.next().await.is_some() {}
    })
    .await;
    let channel = dial(&endpoint).await;
    let (first, second) = tokio::join!(channel.call("Switch.Set", None), channel.call("Sys.GetStatus", None));
    let expected = Closed::ByDevice { code: 1001, reason: "reboot".to_owned() };
    for error in [first.unwrap_err(), second.unwrap_err()] {
        assert!(matches!(&error, Error::Ended { sent: true, source, .. } if *source == expected), "{error:?}");
        assert!(error.is_unreachable() && error.may_have_arrived());
    }
    let later = channel.call("Sys.GetStatus", None).await.unwrap_err();
    assert!(!later.may_have_arrived(), "{later:?}");
    assert_eq!(channel.closed().await, expected);
}

#[tokio::test]
async fn a_broken_connection_is_told() {
    let endpoint = device(async |mut peer| {
        peer.next().await.unwrap();
    })
    .await;
    let channel = dial(&endpoint).await;
    let error = channel.call("Switch.Set", None).await.unwrap_err();
    assert!(matches!(error, Error::Ended { source: Closed::Broken { .. }, .. }), "{error:?}");
}

/// The reader gets what came before the end, and then the end.
#[tokio::test]
async fn the_reader_hears_the_end() {
    let endpoint = device(async |mut peer| {
        let request = peer.next().await.unwrap();
        peer.answer(&request, Value::Null).await;
        peer.notify(1).await;
        let _ = peer.0.close(None).await;
    })
    .await;
    let channel = dial(&endpoint).await;
    let (_, mut notifications) = channel.subscribe().await.unwrap();
    channel.closed().await;
    assert!(matches!(notifications.next().await, Some(News::Notification(_))));
    assert_eq!(notifications.next().await, None);
}

#[tokio::test]
async fn a_device_that_says_nothing_is_given_up() {
    let endpoint = device(async |peer| {
        // Does not read, so it does not answer pings either.
        std::future::pending::<()>().await;
        drop(peer);
    })
    .await;
    let channel = WebSocketChannel::dial(&endpoint, &quick(), None).await.unwrap();
    assert_eq!(channel.closed().await, Closed::Silent { silence: Duration::from_millis(80) });
}

#[tokio::test]
async fn answers_to_pings_keep_a_connection() {
    let (pings, mut pinged) = mpsc::channel(1);
    let endpoint = device(move |mut peer| {
        let pings = pings.clone();
        async move {
            while let Some(Ok(message)) = peer.0.next().await {
                if matches!(message, Message::Ping(_)) {
                    // The answer is sent by the next read.
                    let _ = peer.0.flush().await;
                    let _ = pings.send(()).await;
                }
            }
        }
    })
    .await;
    let options = WebSocketOptions { silence: Duration::from_mins(1), ..quick() };
    let channel = WebSocketChannel::dial(&endpoint, &options, None).await.unwrap();
    for _ in 0..4 {
        pinged.recv().await.unwrap();
    }
    assert_eq!(channel.is_closed(), None);
}

#[tokio::test]
async fn a_frame_that_is_too_long_ends_it() {
    let endpoint = device(async |mut peer| {
        let request = peer.next().await.unwrap();
        peer.answer(&request, "x".repeat(5000)).await;
        while peer.0.next().await.is_some_and(|message| message.is_ok()) {}
    })
    .await;
    let options = WebSocketOptions { max_message_bytes: 4096, ..WebSocketOptions::default() };
    let channel = WebSocketChannel::dial(&endpoint, &options, None).await.unwrap();
    let error = channel.call("Sys.GetStatus", None).await.unwrap_err();
    assert!(matches!(error, Error::Ended { source: Closed::TooLong { limit: 4096, .. }, .. }), "{error:?}");
}

/// What the other end hears of our end.
async fn last_words(end: impl AsyncFnOnce(WebSocketChannel)) -> Option<u16> {
    let (words, mut heard) = mpsc::channel(1);
    let endpoint = device(move |mut peer| {
        let words = words.clone();
        async move {
            let mut code = None;
            while let Some(Ok(message)) = peer.0.next().await {
                if let Message::Close(frame) = message {
                    code = frame.map(|frame| u16::from(frame.code));
                }
            }
            words.send(code).await.unwrap();
        }
    })
    .await;
    end(dial(&endpoint).await).await;
    heard.recv().await.unwrap()
}

#[tokio::test]
async fn closing_says_good_bye() {
    let code = last_words(async |channel| {
        channel.close().await;
        assert_eq!(channel.closed().await, Closed::ByUs);
        channel.close().await;
        let error = channel.call("Sys.GetStatus", None).await.unwrap_err();
        assert!(matches!(error, Error::Ended { sent: false, source: Closed::ByUs, .. }), "{error:?}");
        // The good-bye is written after the calls have been told.
        std::mem::forget(channel);
    })
    .await;
    assert_eq!(code, Some(1000));
}

#[tokio::test]
async fn dropping_the_channel_ends_everything() {
    assert_eq!(last_words(async |channel| drop(channel)).await, None);
}

#[tokio::test]
async fn dropping_the_channel_ends_the_notifications() {
    let gate = Arc::new(Semaphore::new(0));
    let held = Arc::clone(&gate);
    let endpoint = device(move |mut peer| {
        let held = Arc::clone(&held);
        async move {
            let request = peer.next().await.unwrap();
            peer.answer(&request, Value::Null).await;
            let _wait = held.acquire().await;
        }
    })
    .await;
    let channel = dial(&endpoint).await;
    let (_, mut notifications) = channel.subscribe().await.unwrap();
    drop(channel);
    assert_eq!(notifications.next().await, None);
    gate.add_permits(1);
}
