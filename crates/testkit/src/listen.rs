//! The bare limit of hearing: a WebSocket to each device, each message parsed into a plain JSON value, and nothing else.

use std::{
    io::BufRead,
    net::SocketAddr,
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use anyhow::{Context, Result};
use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::{net::TcpStream, sync::mpsc, time::timeout};
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config,
    tungstenite::{Message, protocol::WebSocketConfig},
};

use crate::{
    program::Program,
    simulated::{Simulated, SimulatedDevice, since_1970},
    table::{Durations, say},
};

/// How long is waited for a notification.
const PATIENCE: Duration = Duration::from_secs(5);

/// Number of the one question.
const QUESTION: u32 = 1;

/// The loop, in a process of its own, so that its cost is that of the process.
#[derive(Debug)]
pub struct Bare {
    program: Program,
}

impl Bare {
    /// Starts it without a connection.
    pub fn start() -> Result<Self> {
        let program = std::env::current_exe().context("find this program")?;
        Ok(Self { program: Program::start("the bare loop", Command::new(program).arg("listen"))? })
    }

    /// Lets it open a connection to each device, and waits for all of them.
    pub fn listen_to(&mut self, devices: &[SimulatedDevice]) -> Result<()> {
        for device in devices {
            self.program.tell(&device.address.to_string())?;
            self.program.line()?;
        }
        Ok(())
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.program.pid()
    }

    /// Notifications heard so far.
    pub fn heard(&mut self) -> Result<u64> {
        self.program.tell("count")?;
        let line = self.program.line()?;
        line.parse().with_context(|| format!("understand `{line}`"))
    }

    /// Ends it.
    pub fn stop(self) -> Result<()> {
        self.program.stop()
    }
}

/// Listens to each device whose address comes in, until standard input ends. This is the other side of [`Bare`].
pub async fn hear() -> Result<()> {
    let (sender, mut lines) = mpsc::channel(1);
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            if sender.blocking_send(line).is_err() {
                return;
            }
        }
    });
    let heard = Arc::new(AtomicU64::new(0));
    while let Some(line) = lines.recv().await {
        if line == "count" {
            say(&heard.load(Relaxed).to_string())?;
            continue;
        }
        let address: SocketAddr = line.parse().with_context(|| format!("understand `{line}`"))?;
        open(address, heard.clone()).await.with_context(|| format!("listen to {address}"))?;
        say("open")?;
    }
    Ok(())
}

/// Opens a connection, and counts what is told over it.
async fn open(address: SocketAddr, heard: Arc<AtomicU64>) -> Result<()> {
    let mut socket = connect(address).await?;
    tokio::spawn(async move {
        while let Some(Ok(message)) = socket.next().await {
            let Message::Text(text) = message else { continue };
            let value: Option<Value> = serde_json::from_str(&text).ok();
            if value.is_some_and(|value| value.get("method").is_some()) {
                heard.fetch_add(1, Relaxed);
            }
        }
    });
    Ok(())
}

/// Opens a connection and lets the device know that somebody listens.
async fn connect(address: SocketAddr) -> Result<WebSocketStream<TcpStream>> {
    let stream = TcpStream::connect(address).await?;
    let config = WebSocketConfig::default().read_buffer_size(1024).write_buffer_size(0);
    let (mut socket, _) = client_async_with_config(format!("ws://{address}/rpc"), stream, Some(config)).await?;
    let question = json!({ "id": QUESTION, "src": "bench", "method": "Sys.GetStatus" });
    socket.send(Message::Text(question.to_string().into())).await?;
    Ok(socket)
}

/// Times from a switched output to the notification of it, straight from a device.
pub async fn latency(simulated: &mut Simulated, index: usize, rounds: u32) -> Result<Durations> {
    let device = simulated.devices.get(index).context("find the device to switch")?;
    let mut socket = connect(device.address).await?;
    // Until it has answered, the device may not know yet that it has a listener.
    next(&mut socket, |answer| answer["id"] == QUESTION).await?;
    let mut times = Durations::default();
    for _ in 0..rounds {
        let (at, on) = simulated.switch(index)?;
        next(&mut socket, |told| told["params"]["switch:0"]["output"] == on).await?;
        times.add(since_1970()?.saturating_sub(at));
    }
    Ok(times)
}

/// Waits for such a message.
async fn next(socket: &mut WebSocketStream<TcpStream>, is_meant: impl Fn(&Value) -> bool) -> Result<()> {
    let meant = async {
        loop {
            let message = socket.next().await.context("the device closed the connection")??;
            let Message::Text(text) = message else { continue };
            if is_meant(&serde_json::from_str(&text)?) {
                return Ok(());
            }
        }
    };
    timeout(PATIENCE, meant).await.context("wait for what a device tells")?
}
