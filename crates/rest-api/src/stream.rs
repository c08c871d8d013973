//! The live stream: events by sequence, then newest device lines.

use std::{collections::BTreeSet, time::Duration};

use api_types::events::StreamMessage;
use axum::{
    extract::{
        State, WebSocketUpgrade,
        ws::{Message, WebSocket},
    },
    response::Response,
};
use fleet::{Fleet, Notice, NoticeError};
use schemars::JsonSchema;
use serde::Deserialize;
use shelly_types::Mac;

use crate::{actor::By, extract::Query, views};

/// Device lines are sent this often at most, so that a busy fleet costs a client little.
const DEVICE_INTERVAL: Duration = Duration::from_millis(250);

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
    By(actor): By,
    Query(query): Query<StreamQuery>,
    upgrade: WebSocketUpgrade,
) -> Response {
    upgrade.on_upgrade(move |socket| async move {
        // The error is that of a client that went away.
        let _ = run(&fleet, &actor, query.since, socket).await;
    })
}

async fn run(
    fleet: &Fleet,
    actor: &fleet::Actor,
    since: Option<i64>,
    mut socket: WebSocket,
) -> Result<(), axum::Error> {
    let mut notices = fleet.subscribe();
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
    let mut changed = BTreeSet::new();
    let mut tick = tokio::time::interval(DEVICE_INTERVAL);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            notice = notices.recv() => match notice {
                Ok(Notice::Event(event)) => {
                    send(&mut socket, &StreamMessage::Event { event: views::event(&event) }).await?;
                }
                Ok(Notice::Device(mac)) => { changed.insert(mac); }
                Err(NoticeError::Lagged) => {
                    let seq = fleet.newest_event().await.unwrap_or_default();
                    send(&mut socket, &StreamMessage::Resync { seq }).await?;
                }
                Err(NoticeError::Closed) => return Ok(()),
            },
            _ = tick.tick(), if !changed.is_empty() => {
                send_devices(fleet, actor, &mut socket, std::mem::take(&mut changed)).await?;
            }
            message = socket.recv() => match message {
                Some(Ok(Message::Close(_))) | None => return Ok(()),
                Some(message) => { message?; }
            },
        }
    }
}

async fn send_devices(
    fleet: &Fleet,
    actor: &fleet::Actor,
    socket: &mut WebSocket,
    changed: BTreeSet<Mac>,
) -> Result<(), axum::Error> {
    let macs: Vec<Mac> = changed.into_iter().collect();
    for device in fleet.devices_by_mac(actor, &macs).await.unwrap_or_default() {
        send(socket, &StreamMessage::Device { device: Box::new(views::device(&device)) }).await?;
    }
    Ok(())
}

async fn send(socket: &mut WebSocket, message: &StreamMessage) -> Result<(), axum::Error> {
    let text = serde_json::to_string(message).map_err(axum::Error::new)?;
    socket.send(Message::Text(text.into())).await
}
