//! Clients of the manager's live stream, who count what they are told.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use anyhow::{Context, Result};
use futures::StreamExt;
use serde_json::Value;
use shelly_types::Mac;
use tokio::{net::TcpStream, task::JoinSet, time::timeout};
use tokio_tungstenite::{WebSocketStream, client_async, tungstenite::Message};

use crate::{manager::Manager, simulated::since_1970};

/// How long is waited for a change.
const PATIENCE: Duration = Duration::from_secs(5);

/// Some clients.
#[derive(Debug)]
pub struct Clients {
    board: Arc<Mutex<Board>>,
    bell: Arc<tokio::sync::Notify>,
    /// Dropping it ends them.
    _tasks: JoinSet<()>,
}

/// What all clients were told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Told {
    /// Lines of devices.
    pub devices: u64,
    /// Bytes of all messages.
    pub bytes: u64,
    /// Times that a client was told to read its lists again, because messages were lost.
    pub resyncs: u64,
}

#[derive(Debug, Default)]
struct Board {
    told: Told,
    watched: Option<Watched>,
}

/// A device of which each client should be told a change.
#[derive(Debug)]
struct Watched {
    mac: String,
    on: bool,
    seen: Vec<Option<Duration>>,
}

impl Clients {
    /// Connects them.
    pub async fn connect(manager: &Manager, count: usize) -> Result<Self> {
        let board = Arc::new(Mutex::new(Board::default()));
        let bell = Arc::new(tokio::sync::Notify::new());
        let mut tasks = JoinSet::new();
        for index in 0..count {
            let (request, stream) = manager.stream().await?;
            let (socket, _) = client_async(request, stream).await.context("open the live stream")?;
            tasks.spawn(listen(index, socket, board.clone(), bell.clone()));
        }
        Ok(Self { board, bell, _tasks: tasks })
    }

    /// What they were told so far.
    pub fn told(&self) -> Told {
        self.board.lock().unwrap_or_else(PoisonError::into_inner).told
    }

    /// Watches for a device whose first output becomes `on`; `count` clients have to see it.
    pub fn watch(&self, mac: Mac, on: bool, count: usize) {
        let watched = Watched { mac: mac.to_string(), on, seen: vec![None; count] };
        self.board.lock().unwrap_or_else(PoisonError::into_inner).watched = Some(watched);
    }

    /// When each client saw what is watched, as time since 1970; none for those that did not see it in time.
    pub async fn seen(&self) -> Vec<Option<Duration>> {
        let all = async {
            loop {
                let rung = self.bell.notified();
                if self.is_seen() {
                    return;
                }
                rung.await;
            }
        };
        // Who did not see it is counted by the caller.
        let _ = timeout(PATIENCE, all).await;
        let mut board = self.board.lock().unwrap_or_else(PoisonError::into_inner);
        board.watched.take().map(|watched| watched.seen).unwrap_or_default()
    }

    fn is_seen(&self) -> bool {
        let board = self.board.lock().unwrap_or_else(PoisonError::into_inner);
        board.watched.as_ref().is_none_or(|watched| watched.seen.iter().all(Option::is_some))
    }
}

async fn listen(
    index: usize,
    mut socket: WebSocketStream<TcpStream>,
    board: Arc<Mutex<Board>>,
    bell: Arc<tokio::sync::Notify>,
) {
    while let Some(Ok(message)) = socket.next().await {
        let Message::Text(text) = message else { continue };
        if board.lock().unwrap_or_else(PoisonError::into_inner).take(index, &text) {
            bell.notify_one();
        }
    }
}

impl Board {
    /// Takes in a message; tells whether it shows what is watched.
    fn take(&mut self, client: usize, text: &str) -> bool {
        self.told.bytes += text.len() as u64;
        if text.starts_with(r#"{"type":"resync""#) {
            self.told.resyncs += 1;
        }
        if !text.starts_with(r#"{"type":"device""#) && !text.starts_with(r#"{"type":"readings""#) {
            return false;
        }
        self.told.devices += text.matches(r#""mac":"#).count() as u64;
        let Some(watched) = &mut self.watched else { return false };
        if !text.contains(&watched.mac) || !watched.is_shown(text) {
            return false;
        }
        let Some(seen @ None) = watched.seen.get_mut(client) else { return false };
        *seen = since_1970().ok();
        true
    }
}

impl Watched {
    fn is_shown(&self, text: &str) -> bool {
        let Ok(message) = serde_json::from_str::<Value>(text) else { return false };
        let is_it = |line: &Value| line["mac"] == self.mac.as_str() && line["outputs"][0]["on"] == self.on;
        is_it(&message["device"]) || message["readings"].as_array().is_some_and(|lines| lines.iter().any(is_it))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_seen_once_by_each_client() {
        let watched = Watched { mac: "A8032A010000".to_owned(), on: true, seen: vec![None; 2] };
        let mut board = Board { watched: Some(watched), ..Board::default() };
        let line =
            |on: bool| format!(r#"{{"type":"device","device":{{"mac":"A8032A010000","outputs":[{{"on":{on}}}]}}}}"#);
        assert!(!board.take(0, r#"{"type":"hello","seq":1}"#) && !board.take(0, &line(false)));
        let readings = |on: bool| {
            let one = |mac, on| format!(r#"{{"mac":"{mac}","outputs":[{{"on":{on}}}]}}"#);
            format!(r#"{{"type":"readings","readings":[{},{}]}}"#, one("A8032A010001", !on), one("A8032A010000", on))
        };
        assert!(board.take(0, &line(true)) && !board.take(0, &line(true)));
        assert!(!board.take(1, &readings(false)) && board.take(1, &readings(true)));
        board.take(0, r#"{"type":"resync","seq":1}"#);
        assert_eq!((board.told.devices, board.told.resyncs), (7, 1));
    }
}
