//! Measures what devices that call in cost: `crowd [DEVICES] [NOTIFICATIONS]`, memory at rest and processor time for each
//! notification (Linux). The devices are a process of their own.
#![expect(clippy::print_stdout, reason = "an example prints")]

use std::{env, process::Command, time::Duration};

use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use shelly_gen2_rpc::{
    Channel, News, Notifications, WebSocketChannel, WebSocketOptions,
    channel::{Arrival, accept},
};
use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinSet,
};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async, tungstenite::Message};

/// Devices that are taken in at the same time.
const AT_ONCE: usize = 32;

type Failure = Box<dyn std::error::Error + Send + Sync>;

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let runtime = tokio::runtime::Runtime::new()?;
    if arguments.first().is_some_and(|first| first == "play") {
        return runtime.block_on(play(&arguments[1], arguments[2].parse()?, arguments[3].parse()?));
    }
    let number = |at: usize, usual| arguments.get(at).map_or(Ok(usual), |text| text.parse());
    runtime.block_on(measure(number(0, 1000)?, number(1, 20)?))
}

/// Kibibytes in memory and seconds of processor time of this process.
fn usage() -> Result<(f64, f64), Failure> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
    let memory = line.trim().trim_end_matches(" kB").parse()?;
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let after = stat.rsplit_once(')').ok_or("no stat")?.1;
    let ticks: Vec<f64> = after.split_whitespace().skip(11).take(2).filter_map(|field| field.parse().ok()).collect();
    Ok((memory, ticks.iter().sum::<f64>() / 100.0))
}

/// A device that has arrived, its first frame read and who it is forgotten.
async fn arrived(
    arriving: &mut JoinSet<Result<Arrival, shelly_gen2_rpc::Error>>,
) -> Result<Option<(WebSocketChannel, Notifications)>, Failure> {
    let Some(arrival) = arriving.join_next().await else { return Ok(None) };
    let Arrival { channel, mut notifications, .. } = arrival??;
    notifications.next().await;
    Ok(Some((channel, notifications)))
}

async fn measure(devices: u32, notifications: u32) -> Result<(), Failure> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?.to_string();
    let arguments = ["play", &address, &devices.to_string(), &notifications.to_string()];
    let mut player = Command::new(env::current_exe()?).args(arguments).spawn()?;

    let (before, _) = usage()?;
    let (mut arriving, mut arrivals) = (JoinSet::new(), Vec::new());
    for _ in 0..devices {
        if arriving.len() >= AT_ONCE {
            arrivals.extend(arrived(&mut arriving).await?);
        }
        let (stream, peer) = listener.accept().await?;
        arriving.spawn(async move { accept(stream, peer.into(), &WebSocketOptions::default(), |_| true).await });
    }
    while let Some(arrival) = arrived(&mut arriving).await? {
        arrivals.push(arrival);
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    let (connected, busy_before) = usage()?;
    println!("{:.1} KiB for each of {devices} connections", (connected - before) / f64::from(devices));

    let mut reading = JoinSet::new();
    for (channel, mut news) in arrivals {
        reading.spawn(async move {
            let start = channel.call("Test.Start", None).await;
            let mut heard = 0;
            while heard < notifications {
                match news.next().await {
                    Some(News::Notification(_)) => heard += 1,
                    other => return Err(format!("{start:?}, then {other:?}")),
                }
            }
            Ok((channel, news))
        });
    }
    let arrivals: Vec<_> = reading.join_all().await.into_iter().collect::<Result<_, _>>()?;
    let (after, busy_after) = usage()?;
    let each = (busy_after - busy_before) * 1e6 / f64::from(devices) / f64::from(notifications);
    println!("{each:.0} us of processor time for each notification");
    println!("{:.1} KiB for each connection after that", (after - before) / f64::from(devices));
    drop(arrivals);
    player.wait()?;
    Ok(())
}

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// Plays the devices.
async fn play(address: &str, devices: u32, notifications: u32) -> Result<(), Failure> {
    let mut crowd = JoinSet::new();
    for number in 0..devices {
        let (socket, _) = connect_async(format!("ws://{address}/")).await?;
        crowd.spawn(device(socket, number, notifications));
    }
    while let Some(device) = crowd.join_next().await {
        device??;
    }
    Ok(())
}

async fn device(mut socket: Socket, number: u32, notifications: u32) -> Result<(), Failure> {
    let mac = format!("A8032A{number:06X}");
    let id = format!("shellyplus1pm-{}", mac.to_lowercase());
    let status = json!({"ts": 1, "switch:0": {"id": 0, "output": true, "apower": 12.5, "voltage": 231.2, "current": 0.1,
        "aenergy": {"total": 1234.5, "by_minute": [1.5, 2.5, 3.5], "minute_ts": 1_700_000_000}}});
    let frame =
        |method: &str| Message::text(json!({"src": id, "dst": "ws", "method": method, "params": status}).to_string());
    socket.send(frame("NotifyFullStatus")).await?;
    while let Some(Ok(message)) = socket.next().await {
        let Message::Text(text) = message else { continue };
        let request: Value = serde_json::from_str(text.as_str())?;
        let info = json!({"id": id, "mac": mac, "model": "SNSW-001P16EU", "gen": 2, "app": "Plus1PM", "auth_en": false,
            "fw_id": "20241011-114455/1.4.4-g6d2a586", "ver": "1.4.4"});
        let answer = json!({"id": request["id"], "src": id, "dst": request["src"], "result": info});
        socket.send(Message::text(answer.to_string())).await?;
        if request["method"] == "Test.Start" {
            for _ in 0..notifications {
                socket.send(frame("NotifyStatus")).await?;
                tokio::task::yield_now().await;
            }
        }
    }
    Ok(())
}
