//! Gen1 behaviour over real sockets (V8).

use std::time::Duration;

use crate::client::{get, get_basic, send};
use serde_json::json;
use shelly_sim::{FleetPlan, SimDevice, SimFleet, SimHandle};
use shelly_types::{ComponentKey, Mac};

const MAC: Mac = Mac::new([0x34, 0x94, 0x54, 0, 0, 1]);

async fn start(device: SimDevice) -> (SimFleet, SimHandle) {
    let fleet = SimFleet::start(FleetPlan::new(vec![device])).await.expect("a free port");
    let handle = fleet.devices()[0].clone();
    (fleet, handle)
}

fn model(code: &str) -> SimDevice {
    SimDevice::of_model(code, MAC).expect("a model of the catalogue")
}

#[tokio::test]
async fn documents_have_the_shape_of_the_family() {
    let (_fleet, device) = start(model("SHSW-25").named("Blinds")).await;
    let shelly = get(device.endpoint(), "/shelly").await;
    assert_eq!((shelly.status, shelly.header("connection")), (200, Some("close")));
    assert_eq!(shelly.header("server"), Some("Mongoose/6.18"));
    let shelly = shelly.json();
    assert_eq!(shelly["type"], "SHSW-25");
    assert_eq!(shelly["mac"], "349454000001");
    assert_eq!((&shelly["num_rollers"], &shelly["mode"], shelly.get("gen")), (&json!(1), &json!("relay"), None));
    let settings = get(device.endpoint(), "/settings").await.json();
    assert_eq!(settings["name"], "Blinds");
    assert_eq!(settings["relays"].as_array().map(Vec::len), Some(2));
    assert_eq!(settings["rollers"].as_array().map(Vec::len), Some(1), "settings list both kinds in both modes");
    let status = get(device.endpoint(), "/status").await.json();
    assert!(status.get("rollers").is_none() && status["relays"].as_array().is_some());
    for key in ["wifi_sta", "cloud", "mqtt", "uptime", "ram_free", "update", "meters", "inputs", "tmp"] {
        assert!(status.get(key).is_some(), "{key}");
    }
    assert_eq!(get(device.endpoint(), "/nothing").await.status, 404);
}

#[tokio::test]
async fn writes_answer_with_the_object_and_ignore_unknown_names() {
    let (_fleet, device) = start(model("SHSW-25")).await;
    let to = device.endpoint();
    let relay = get(to, "/settings/relay/0?auto_off=30&name=Lamp&nonsense=1").await.json();
    assert_eq!((&relay["auto_off"], &relay["name"]), (&json!(30.0), &json!("Lamp")));
    let form = send(
        to,
        "POST",
        "/settings/relay/1",
        "Content-Type: application/x-www-form-urlencoded\r\n",
        "default_state=last",
    )
    .await;
    assert_eq!(form.unwrap().json()["default_state"], "last");
    let roller = get(to, "/settings/roller/0?button_type=detached").await.json();
    assert_eq!(roller["button_type"], "toggle", "the read name is no write name");
    let roller = get(to, "/settings/roller/0?btn_type=detached").await.json();
    assert_eq!(roller["button_type"], "detached");
    let sta =
        get(to, "/settings/sta1?enabled=1&ssid=other&key=secret-key&mask=1.1.1.1&netmask=255.255.0.0").await.json();
    assert_eq!((&sta["mask"], &sta["ssid"]), (&json!("255.255.0.0"), &json!("other")));
    assert!(!get(to, "/settings").await.text().contains("secret-key"), "keys are never shown");
    assert_eq!(device.writes().len(), 5);
    assert_eq!(device.writes()[0].target, "/settings/relay/0");
}

#[tokio::test]
async fn values_out_of_range_are_refused_or_clamped() {
    let (_fleet, device) = start(model("SHSW-PM")).await;
    let to = device.endpoint();
    let refused = get(to, "/settings/relay/0?auto_off=-1").await;
    assert_eq!((refused.status, refused.text().as_str()), (400, "Bad auto_off!"));
    assert_eq!(get(to, "/settings/relay/0?default_state=maybe").await.status, 400);
    assert_eq!(get(to, "/settings/relay/0?default_state=switch").await.status, 200);
    let held = get(to, "/settings/relay/0?btn_type=momentary&default_state=switch").await;
    assert_eq!((held.status, held.text().as_str()), (400, "Bad default_state!"));
    let all = get(to, "/settings?coiot_update_period=3&max_power=99999").await.json();
    assert_eq!((&all["coiot"]["update_period"], &all["max_power"]), (&json!(15), &json!(3500.0)));
    get(to, "/settings?mqtt_enable=1&mqtt_server=10.0.0.9:1883&mqtt_pass=hidden").await;
    let all = get(to, "/settings").await.json();
    assert_eq!((&all["mqtt"]["enable"], &all["cloud"]["enabled"]), (&json!(true), &json!(false)));
    assert!(!all.to_string().contains("hidden"));
    assert_eq!(get(to, "/status").await.json()["mqtt"]["connected"], false, "MQTT starts with the next start");
    get(to, "/reboot").await;
    wait_for_reboot(&device).await;
    assert_eq!(get(to, "/status").await.json()["mqtt"]["connected"], true);
}

async fn wait_for_reboot(device: &SimHandle) {
    while device.counters().reboots == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    device.until_up().await;
}

#[tokio::test]
async fn relays_switch_with_timers_and_fall_back_on_reboot() {
    let (_fleet, device) = start(model("SHSW-PM")).await;
    let to = device.endpoint();
    let on = get(to, "/relay/0?turn=on&timer=600").await.json();
    assert_eq!((&on["ison"], &on["has_timer"], &on["source"]), (&json!(true), &json!(true), &json!("http")));
    let power = get(to, "/status").await.json()["meters"][0]["power"].as_f64().unwrap();
    assert!(power > 500.0, "a load is drawn: {power}");
    assert_eq!(get(to, "/settings").await.json()["relays"][0]["ison"], true);
    assert_eq!(device.output(&ComponentKey::instance("switch", 0)), Some(true));
    assert_eq!(get(to, "/relay/0?turn=sideways").await.status, 400);
    get(to, "/reboot").await;
    while device.is_up() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    wait_for_reboot(&device).await;
    let status = get(to, "/status").await.json();
    assert_eq!(status["relays"][0]["ison"], false, "the power-on default is off");
    assert!(status["uptime"].as_u64().unwrap() < 5);
}

#[tokio::test]
async fn a_mode_change_reboots_and_changes_what_answers() {
    let (_fleet, device) = start(model("SHRGBW2")).await;
    let to = device.endpoint();
    assert_eq!(get(to, "/color/0?turn=on&red=10&gain=80").await.json()["red"], 10);
    assert_eq!(get(to, "/white/0").await.text(), "Device mode is not dimmer!");
    assert_eq!(get(to, "/settings?mode=white").await.status, 200);
    wait_for_reboot(&device).await;
    let status = get(to, "/status").await.json();
    assert_eq!(status["lights"].as_array().map(Vec::len), Some(4));
    assert_eq!(status["meters"][0]["is_valid"], "true");
    assert_eq!(get(to, "/white/3?turn=on&brightness=25").await.json()["brightness"], 25);
}

#[tokio::test]
async fn basic_authentication_leaves_identity_open() {
    let (_fleet, device) = start(model("SHPLG-S").with_password("s3cret")).await;
    let to = device.endpoint();
    assert_eq!(get(to, "/shelly").await.json()["auth"], true);
    let refused = get(to, "/status").await;
    assert_eq!((refused.status, refused.header("www-authenticate")), (401, Some("Basic realm=\"Shelly\"")));
    assert_eq!(get_basic(to, "/status", "wrong").await.status, 401);
    assert_eq!(get_basic(to, "/settings", "s3cret").await.json()["login"]["enabled"], true);
    assert_eq!(device.counters().auth_failures, 2);
    assert_eq!(get_basic(to, "/settings/login?enabled=0", "s3cret").await.status, 200);
    assert_eq!(get(to, "/status").await.status, 200);
    assert_eq!(get(to, "/settings/login?enabled=1&username=me").await.status, 400, "a login needs a password");
    get(to, "/settings/login?enabled=1&username=admin&password=next").await;
    assert_eq!(device.password().as_deref(), Some("next"));
}

#[tokio::test]
async fn too_many_connections_make_a_small_device_reboot() {
    let (_fleet, device) = start(model("SHPLG-S")).await;
    let mut held = Vec::new();
    for _ in 0..6 {
        held.push(tokio::net::TcpStream::connect(device.endpoint()).await);
    }
    wait_for_reboot(&device).await;
    assert!(device.counters().max_parallel > 4);
    let (_fleet, robust) = start(model("SHPLG-S").robust()).await;
    for _ in 0..8 {
        held.push(tokio::net::TcpStream::connect(robust.endpoint()).await);
    }
    assert_eq!(get(robust.endpoint(), "/shelly").await.status, 200);
    assert_eq!(robust.counters().reboots, 0);
}

#[tokio::test]
async fn actions_and_eco_mode() {
    let (_fleet, device) = start(model("SHBDUO-1")).await;
    let to = device.endpoint();
    let answer = get(to, "/settings/actions?index=0&name=out_on_url&enabled=1&urls[]=http://10.0.0.2/x").await.json();
    assert_eq!(answer["actions"]["out_on_url"][0]["urls"], json!(["http://10.0.0.2/x"]));
    assert_eq!(get(to, "/settings").await.json()["actions"]["active"], true);
    get(to, "/settings?eco_mode_enabled=0").await;
    wait_for_reboot(&device).await;
}
