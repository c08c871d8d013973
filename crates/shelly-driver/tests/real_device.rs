//! Runs the program `real-device` against simulated devices: it reads all, harms nothing, and tells nobody whose they
//! are (W13).

#![expect(clippy::unwrap_used, reason = "helpers of tests may fail")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::Output,
};

use serde_json::{Value, json};
use shelly_driver::captures::read_capture;
use shelly_gen2_rpc::{Client, HttpChannel};
use shelly_sim::{Coiot, FleetPlan, SimDevice, SimFleet, SimHandle};
use shelly_types::{Credentials, Mac};

/// What must never be seen in capture, report or output.
const PLANTED: [&str; 9] = [
    "Olga's cellar",
    "Villa Kunterbunt",
    "wlan-pass",
    "broker.kunterbunt.example",
    "mqtt-olga",
    "mqtt-s3cret",
    "Sofia",
    "42.69",
    "correct horse",
];

/// A folder that is removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("real-device-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    /// The contents of the files with this ending.
    fn read(&self, ending: &str) -> String {
        let files = fs::read_dir(self.0.join("out")).unwrap().map(|entry| entry.unwrap().path());
        let found: Vec<PathBuf> = files.filter(|file| file.extension().is_some_and(|found| found == ending)).collect();
        assert_eq!(found.len(), 1, "{found:?}");
        fs::read_to_string(&found[0]).unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

/// Visits a device that is protected with `correct horse`.
async fn visit(device: &SimHandle, folder: &Path, more: &[&str]) -> Output {
    let password = folder.join("password");
    fs::write(&password, "correct horse\n").unwrap();
    let mut program = tokio::process::Command::new(env!("CARGO_BIN_EXE_real-device"));
    program.arg(device.endpoint().to_string()).arg("--password-file").arg(password);
    program.arg("--out").arg(folder.join("out")).args(["--listen", "1"]).args(more);
    program.output().await.unwrap()
}

/// Neither planted secrets nor the identity of the device are seen anywhere.
fn nothing_private(device: &SimHandle, texts: &[&str]) {
    let mac = device.mac().to_string();
    let tail = &mac[6..];
    let address = device.endpoint().ip().to_string();
    for text in texts {
        let lower = text.to_lowercase();
        for secret in PLANTED.iter().copied().chain([mac.as_str(), tail, address.as_str(), device.id()]) {
            assert!(!lower.contains(&secret.to_lowercase()), "{secret} is seen in:\n{text}");
        }
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A capture that was redacted is read as well as the device itself.
fn still_understood(capture: &Value) {
    let report = read_capture(capture);
    assert!(report.failures.is_empty() && report.lost.is_empty(), "{report:?}");
    assert!(report.configuration.understood > 20 && report.status.understood > 10, "{report:?}");
}

/// A device with the planted name and password, on an address of its own where it speaks CoIoT.
async fn started(device: SimDevice) -> (SimFleet, SimHandle) {
    let is_gen1 = device.spec().generation.is_gen1();
    let plan = FleetPlan::new(vec![device.with_password("correct horse").named(PLANTED[0]).robust()]);
    let process = std::process::id();
    let network = format!("127.{}.{}.0/24", 192 + process % 60, process / 60 % 250);
    let plan = if is_gen1 {
        let coiot = Coiot { port: 15683, ..Coiot::default() };
        plan.on_subnet(network.parse().unwrap(), 18080).with_coiot(coiot)
    } else {
        plan
    };
    let fleet = SimFleet::start(plan).await.unwrap();
    let handle = fleet.devices()[0].clone();
    (fleet, handle)
}

/// Things that people make on a device.
async fn furnish(device: &SimHandle) {
    let channel = HttpChannel::new(device.endpoint().into());
    let channel = channel.with_credentials(Some(Credentials::new("admin", "correct horse")));
    let client = Client::new(channel);
    let url = "http://broker.kunterbunt.example/doorbell?pass=wlan-pass";
    for (method, params) in [
        ("KVS.Set", json!({ "key": "Olga's cellar code", "value": "wlan-pass" })),
        ("Script.Create", json!({ "name": "Olga's cellar watch" })),
        ("Webhook.Create", json!({ "cid": 0, "enable": true, "event": "switch.on", "name": "Sofia", "urls": [url] })),
        (
            "Schedule.Create",
            json!({ "enable": true, "timespec": "0 0 7 * * *",
            "calls": [{ "method": "HTTP.GET", "params": { "url": url, "note": "Olga's cellar" } }] }),
        ),
    ] {
        client.call(method, Some(params)).await.unwrap_or_else(|error| panic!("{method}: {error}"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gen1_device_is_visited() {
    let device = SimDevice::of_model("SHSW-25", Mac::new([0xA8, 0x03, 0x2A, 0xBE, 0x54, 0xDC])).unwrap();
    let device = [
        ("wifi_sta.ssid", json!(PLANTED[1])),
        ("mqtt.server", json!("broker.kunterbunt.example:1883")),
        ("mqtt.user", json!(PLANTED[4])),
        ("lat", json!(42.69)),
        ("timezone", json!("Europe/Sofia")),
        ("relays.0.name", json!("Olga's cellar light")),
    ]
    .into_iter()
    .fold(device, |device, (path, value)| device.with_setting(path, value));
    let (fleet, handle) = started(device).await;
    let folder = Folder::new("gen1");
    let before = handle.config_json();

    let output = visit(&handle, &folder.0, &["--write", "--coiot-port", "15683"]).await;
    let (out, page, capture) = (text(&output.stdout), folder.read("md"), folder.read("json"));
    assert!(output.status.success(), "{out}{}", text(&output.stderr));
    nothing_private(&handle, &[&out, &page, &capture, &text(&output.stderr)]);
    let capture: Value = serde_json::from_str(&capture).unwrap();
    for endpoint in ["/shelly", "/settings", "/status", "/settings/actions", "coap:/cit/d", "coap:/cit/s"] {
        assert!(capture["endpoints"][endpoint].is_object(), "{endpoint} is missing in {capture}");
    }
    still_understood(&capture);
    assert!(page.contains("it asks for Basic") && page.contains("restore the name |"), "{page}");
    assert_eq!(handle.config_json()["name"], before["name"]);
    assert_eq!(handle.counters().writes, 3);
    fleet.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gen2_device_is_visited() {
    let device = SimDevice::of_model("SNSW-102P16EU", Mac::new([0xA8, 0x03, 0x2A, 0xBE, 0x54, 0xDD])).unwrap();
    let device = [
        ("wifi.sta.ssid", json!(PLANTED[1])),
        ("mqtt.server", json!("broker.kunterbunt.example:1883")),
        ("mqtt.user", json!(PLANTED[4])),
        ("mqtt.topic_prefix", json!("Olga's cellar/boiler")),
        ("sys.location.lat", json!(42.69)),
        ("sys.location.tz", json!("Europe/Sofia")),
        ("switch:0.name", json!("Olga's cellar light")),
    ]
    .into_iter()
    .fold(device, |device, (path, value)| device.with_setting(path, value));
    let (fleet, handle) = started(device).await;
    furnish(&handle).await;
    let folder = Folder::new("gen2");

    let output = visit(&handle, &folder.0, &["--write"]).await;
    let (out, page, capture) = (text(&output.stdout), folder.read("md"), folder.read("json"));
    assert!(output.status.success(), "{out}{}", text(&output.stderr));
    nothing_private(&handle, &[&out, &page, &capture, &text(&output.stderr)]);
    let capture: Value = serde_json::from_str(&capture).unwrap();
    for endpoint in ["Shelly.GetDeviceInfo?ident=true", "Shelly.GetConfig", "KVS.List", "http_headers"] {
        assert!(capture["endpoints"][endpoint].is_object(), "{endpoint} is missing in {capture}");
    }
    still_understood(&capture);
    assert!(page.contains("One nonce serves several calls.") && page.contains("WebSocket: "), "{page}");
    assert_eq!(handle.name().as_deref(), Some(PLANTED[0]));
    fleet.shutdown().await;
}

/// A wrong password is tried by the calls themselves alone, and nothing is written without being asked for.
#[tokio::test(flavor = "multi_thread")]
async fn without_a_password_only_what_is_open_is_read() {
    let device = SimDevice::of_model("SNPL-00112EU", Mac::new([0xA8, 0x03, 0x2A, 0xBE, 0x54, 0xDE])).unwrap();
    let fleet = SimFleet::start(FleetPlan::new(vec![device.with_password("correct horse")])).await.unwrap();
    let handle = &fleet.devices()[0];
    let folder = Folder::new("closed");
    let mut program = tokio::process::Command::new(env!("CARGO_BIN_EXE_real-device"));
    program.arg(handle.endpoint().to_string()).arg("--out").arg(folder.0.join("out"));
    let output = program.args(["--listen", "1"]).output().await.unwrap();
    assert!(output.status.success(), "{}{}", text(&output.stdout), text(&output.stderr));
    let page = folder.read("md");
    assert!(page.contains("| Shelly.GetConfig |") && page.contains("needs a password"), "{page}");
    assert_eq!(handle.counters().writes, 0);
    fleet.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_answer_is_named() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let nobody = listener.local_addr().unwrap().to_string();
    drop(listener);
    let mut program = tokio::process::Command::new(env!("CARGO_BIN_EXE_real-device"));
    let output = program.arg(&nobody).output().await.unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains(&nobody), "{output:?}");
}
