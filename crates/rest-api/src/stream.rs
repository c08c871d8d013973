//! The live stream: events by sequence, and the newest lines of devices.

mod press;

use api_types::events::StreamMessage;
use axum::{
    Extension,
    extract::{
        State, WebSocketUpgrade,
        ws::{Message, Utf8Bytes, WebSocket},
    },
    response::Response,
};
use fleet::Fleet;
use futures::SinkExt;
use schemars::JsonSchema;
use serde::Deserialize;

pub(crate) use self::press::Press;
use self::press::{NoSheet, Reader};
use crate::{actor::By, extract::Query, problem::ApiError, views};

/// Events sent again after a reconnect; a client further behind is told to read its lists again.
const MAX_REPLAY: u32 = 500;

/// Where a client left off.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct StreamQuery {
    /// Sequence number of the last event it saw.
    since: Option<i64>,
}

pub(crate) async fn open(
    State(fleet): State<Fleet>,
    Extension(press): Extension<Press>,
    By(actor): By,
    Query(query): Query<StreamQuery>,
    upgrade: WebSocketUpgrade,
) -> Result<Response, ApiError> {
    // What all clients get needs the right to read.
    fleet.devices_by_mac(&actor, &[]).await?;
    Ok(upgrade.on_upgrade(move |socket| async move {
        let reader = press.read(&fleet);
        drop(press);
        // The error is that of a client that went away.
        let _ = run(&fleet, &actor, query.since, socket, reader).await;
    }))
}

async fn run(
    fleet: &Fleet,
    actor: &fleet::Actor,
    since: Option<i64>,
    mut socket: WebSocket,
    mut reader: Reader,
) -> Result<(), axum::Error> {
    let newest = fleet.newest_event().await.unwrap_or_default();
    send(&mut socket, &StreamMessage::Hello { seq: newest }).await?;
    if let Some(since) = since.filter(|since| *since < newest) {
        match fleet.events(actor, Some(since), None, MAX_REPLAY).await {
            Ok(events) if events.len() < MAX_REPLAY as usize => {
                for event in &events {
                    send(&mut socket, &StreamMessage::Event { event: views::event(event) }).await?;
                }
            }
            _ => send(&mut socket, &StreamMessage::Resync { seq: newest }).await?,
        }
    }
    loop {
        tokio::select! {
            sheet = reader.next() => match sheet {
                Ok(sheet) => {
                    for text in sheet.iter() {
                        socket.feed(Message::Text(text.clone())).await?;
                    }
                    socket.flush().await?;
                }
                Err(NoSheet::Missed) => {
                    let seq = fleet.newest_event().await.unwrap_or_default();
                    send(&mut socket, &StreamMessage::Resync { seq }).await?;
                }
                Err(NoSheet::End) => return Ok(()),
            },
            message = socket.recv() => match message {
                Some(Ok(Message::Close(_))) | None => return Ok(()),
                Some(message) => { message?; }
            },
        }
    }
}

async fn send(socket: &mut WebSocket, message: &StreamMessage) -> Result<(), axum::Error> {
    let text = serde_json::to_string(message).map_err(axum::Error::new)?;
    socket.send(Message::Text(Utf8Bytes::from(text))).await
}
