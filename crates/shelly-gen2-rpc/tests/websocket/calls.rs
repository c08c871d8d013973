//! Calls at the same time, their answers, and those that nobody waits for any more.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use serde_json::json;
use shelly_gen2_rpc::{Channel, ChannelKind, Client, Error, WebSocketChannel, WebSocketOptions};
use tokio::sync::{mpsc, oneshot};

use super::{device, dial};

/// A14: never more than three calls wait, and their answers may come in any order.
#[tokio::test]
async fn answers_are_matched_by_number() {
    let most = Arc::new(AtomicUsize::new(0));
    let peak = Arc::clone(&most);
    let endpoint = device(move |mut peer| {
        let peak = Arc::clone(&peak);
        async move {
            let mut waiting = Vec::new();
            while let Some(request) = peer.next().await {
                waiting.push(request);
                peak.fetch_max(waiting.len(), Ordering::SeqCst);
                if waiting.len() == 3 {
                    while let Some(request) = waiting.pop() {
                        let params = request["params"].clone();
                        peer.answer(&request, params).await;
                    }
                }
            }
        }
    })
    .await;
    let channel = dial(&endpoint).await;
    let ask = async |number: u64| channel.call("Test.Echo", Some(json!(number))).await.unwrap();
    let answers = futures::future::join_all((0..12).map(ask)).await;
    assert_eq!(answers, (0..12).map(|number| json!(number)).collect::<Vec<_>>());
    assert_eq!(most.load(Ordering::SeqCst), 3);
    assert_eq!((channel.kind(), channel.endpoint()), (ChannelKind::WebSocket, &endpoint));
}

#[tokio::test]
async fn an_error_keeps_its_code() {
    let endpoint = device(async |mut peer| {
        while let Some(request) = peer.next().await {
            peer.refuse(&request, 404, "No handler for Spoon.Bend").await;
        }
    })
    .await;
    let error = Client::new(dial(&endpoint).await).call("Spoon.Bend", None).await.unwrap_err();
    assert!(error.is_no_such_method(), "{error}");
}

#[tokio::test]
async fn silence_ends_at_the_deadline() {
    let endpoint = device(async |mut peer| while peer.next().await.is_some() {}).await;
    let options = WebSocketOptions { answer: Duration::from_millis(50), ..WebSocketOptions::default() };
    let channel = WebSocketChannel::dial(&endpoint, &options, None).await.unwrap();
    let error = channel.call("Switch.Toggle", None).await.unwrap_err();
    assert!(matches!(error, Error::NoAnswer { .. }) && error.may_have_arrived(), "{error:?}");
}

/// A call that was given up leaves no trace: its late answer disturbs nobody, and its place is free.
#[tokio::test]
async fn an_abandoned_call_leaves_no_trace() {
    let (seen, mut asked) = mpsc::channel(8);
    let endpoint = device(move |mut peer| {
        let seen = seen.clone();
        async move {
            let first = peer.next().await.unwrap();
            seen.send(()).await.unwrap();
            let second = peer.next().await.unwrap();
            peer.answer(&first, "late").await;
            peer.answer(&second, "right").await;
            peer.echo().await;
        }
    })
    .await;
    let options = WebSocketOptions { in_flight: 1, ..WebSocketOptions::default() };
    let channel = WebSocketChannel::dial(&endpoint, &options, None).await.unwrap();
    let given_up = async {
        tokio::select! {
            answer = channel.call("Test.First", None) => panic!("{answer:?}"),
            _ = asked.recv() => {}
        }
    };
    given_up.await;
    assert_eq!(channel.call("Test.Second", None).await.unwrap(), json!("right"));
}

/// What was dropped before it was written is not carried out.
#[tokio::test]
async fn a_call_dropped_before_it_was_written_is_not_sent() {
    let (report, heard) = oneshot::channel();
    let report = Arc::new(std::sync::Mutex::new(Some(report)));
    let endpoint = device(move |mut peer| {
        let report = report.lock().unwrap().take();
        async move {
            let first = peer.next().await.unwrap();
            report.unwrap().send(first["method"].clone()).unwrap();
        }
    })
    .await;
    let channel = dial(&endpoint).await;
    // Polled once, so that the frame waits for the task, which shares this thread and has not run.
    drop(futures::FutureExt::now_or_never(channel.call("Switch.Toggle", None)));
    drop(futures::FutureExt::now_or_never(channel.call("Test.Last", None)));
    let _ = channel.call("Sys.GetStatus", None).await;
    assert_eq!(heard.await.unwrap(), json!("Sys.GetStatus"));
}
