//! Plays every capture outside the repository and compares what is served (V8).

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
};

use serde_json::Value;
use shelly_sim::{FleetPlan, SimDevice, SimFleet};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// Where captures lie; none on a machine without them.
fn captures() -> Option<PathBuf> {
    let usual = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/fixtures");
    let root = std::env::var_os("SHELLY_FIXTURES").map_or_else(usual, PathBuf::from);
    let open = root.join("open");
    let found = if open.is_dir() { open } else { root };
    if found.is_dir() {
        return Some(found);
    }
    assert!(std::env::var("CI").as_deref() != Ok("true"), "no captures in {}", found.display());
    None
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a readable folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "json") {
            found.push(path);
        }
    }
}

async fn get(to: SocketAddr, target: &str) -> String {
    let mut stream = TcpStream::connect(to).await.expect("a device");
    let request = format!("GET {target} HTTP/1.1\r\nHost: {to}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("a request");
    let mut text = String::new();
    stream.read_to_string(&mut text).await.expect("an answer");
    text.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).expect("a body")
}

#[tokio::test]
async fn captures_are_served_as_captured() {
    let Some(folder) = captures() else {
        println!("no captures here, nothing to play");
        return;
    };
    let mut paths = Vec::new();
    files(&folder, &mut paths);
    let mut played = 0;
    for path in paths {
        let text = std::fs::read_to_string(&path).expect("a readable file");
        let Ok(device) = SimDevice::from_capture_text(&text) else { continue };
        let envelope: Value = serde_json::from_str(&text).expect("read before");
        let fleet = SimFleet::start(FleetPlan::new(vec![device])).await.expect("a free port");
        let to = fleet.devices()[0].endpoint();
        let names = [
            ("/settings", "/settings"),
            ("/status", "/status"),
            ("Shelly.GetConfig", "/rpc/Shelly.GetConfig"),
            ("Shelly.GetStatus", "/rpc/Shelly.GetStatus"),
        ];
        for (name, target) in names {
            let Some(expected) = envelope["endpoints"].get(name) else { continue };
            let served = get(to, target).await;
            let served: Value = serde_json::from_str(&served).unwrap_or_else(|error| panic!("{error}: {served}"));
            assert_eq!(served, *expected, "{} {name}", path.display());
        }
        fleet.shutdown().await;
        played += 1;
    }
    println!("{played} captures played");
    assert!(played > 0);
}
