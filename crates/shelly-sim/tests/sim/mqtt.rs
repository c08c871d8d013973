//! MQTT of both families against a real Mosquitto (A6); without one on the machine the tests say so and pass.

use std::{
    net::TcpListener,
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::Duration,
};

use rumqttc::{AsyncClient, Event, EventLoop, MqttOptions, Packet, PublishOptions, QoS};
use serde_json::{Value, json};
use shelly_sim::{FleetPlan, SimDevice, SimFleet, SimHandle};
use shelly_types::Mac;
use tokio::time::timeout;

use crate::client::{get, rpc};

/// A broker for one test.
struct Broker {
    process: Child,
    port: u16,
    folder: PathBuf,
}

impl Broker {
    /// None on a machine without Mosquitto.
    fn start(password: Option<&str>) -> Option<Self> {
        let program = ["/usr/sbin/mosquitto", "/usr/bin/mosquitto", "/usr/local/sbin/mosquitto"]
            .into_iter()
            .find(|path| std::path::Path::new(path).exists());
        let Some(program) = program else {
            assert!(std::env::var("CI").as_deref() != Ok("true"), "no mosquitto on the build server");
            return None;
        };
        let port = TcpListener::bind("127.0.0.1:0").ok()?.local_addr().ok()?.port();
        let folder = std::env::temp_dir().join(format!("shelly-sim-broker-{port}"));
        std::fs::create_dir_all(&folder).expect("a folder");
        let mut config = format!("listener {port} 127.0.0.1\nuser root\n");
        if let Some(password) = password {
            let file = folder.join("users");
            let made =
                Command::new("mosquitto_passwd").args(["-b", "-c"]).arg(&file).args(["shelly", password]).status();
            assert!(made.expect("mosquitto_passwd").success());
            config.push_str("allow_anonymous false\npassword_file ");
            config.extend([file.to_str().expect("text"), "\n"]);
        } else {
            config += "allow_anonymous true\n";
        }
        let file = folder.join("mosquitto.conf");
        std::fs::write(&file, config).expect("a file");
        let process = Command::new(program).arg("-c").arg(&file).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        Some(Self { process: process.expect("a process"), port, folder })
    }

    fn place(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// A client that hears everything.
struct Listener {
    client: AsyncClient,
    events: EventLoop,
    heard: Vec<(String, String, bool)>,
}

impl Listener {
    async fn new(broker: &Broker, password: Option<&str>) -> Self {
        for _ in 0..100 {
            let mut options = MqttOptions::new("listener", ("127.0.0.1", broker.port));
            if let Some(password) = password {
                options.set_credentials("shelly", password.to_owned());
            }
            let (client, mut events) = AsyncClient::builder(options).capacity(16).build();
            client.try_subscribe("#", QoS::AtMostOnce).expect("room");
            if matches!(timeout(Duration::from_secs(5), events.poll()).await, Ok(Ok(_))) {
                return Self { client, events, heard: Vec::new() };
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the broker does not start");
    }

    fn say(&self, topic: &str, text: &str) {
        self.client.try_publish(topic, text.to_owned(), PublishOptions::new(QoS::AtMostOnce)).expect("room");
    }

    /// Waits for a message on this topic with this text.
    async fn hears(&mut self, topic: &str, holds: impl Fn(&str) -> bool) -> String {
        let wait = timeout(Duration::from_secs(15), async {
            loop {
                if let Some(at) = self.heard.iter().position(|(known, text, _)| known == topic && holds(text)) {
                    return self.heard.remove(at).1;
                }
                if let Event::Incoming(Packet::Publish(message)) = self.events.poll().await.expect("a broker") {
                    let topic = String::from_utf8_lossy(&message.topic).into_owned();
                    let text = String::from_utf8_lossy(&message.payload).into_owned();
                    self.heard.push((topic, text, message.retain));
                }
            }
        });
        let Ok(text) = wait.await else { panic!("nothing on {topic}, but {:?}", self.heard) };
        text
    }

    async fn hears_json(&mut self, topic: &str, holds: impl Fn(&Value) -> bool) -> Value {
        let text = self.hears(topic, |text| serde_json::from_str(text).is_ok_and(|value| holds(&value))).await;
        serde_json::from_str(&text).expect("JSON")
    }
}

async fn start(device: SimDevice) -> (SimFleet, SimHandle) {
    let fleet = SimFleet::start(FleetPlan::new(vec![device])).await.expect("a free port");
    let handle = fleet.devices()[0].clone();
    (fleet, handle)
}

fn model(code: &str) -> SimDevice {
    SimDevice::of_model(code, Mac::new([0xA8, 0x03, 0x2A, 0, 11, 1])).expect("a model of the catalogue")
}

/// A6: configured over RPC, connected after the restart; RPC, notifications, status, control words, last will.
#[tokio::test]
async fn gen2_speaks_frames() {
    let Some(broker) = Broker::start(Some("correct horse")) else {
        println!("no mosquitto here, nothing to speak to");
        return;
    };
    let mut listener = Listener::new(&broker, Some("correct horse")).await;
    let (fleet, plug) = start(model("SNPL-00112EU")).await;
    let config = json!({"config": {
        "enable": true, "server": broker.place(), "user": "shelly", "pass": "correct horse", "topic_prefix": "house/plug"
    }});
    assert_eq!(rpc(plug.endpoint(), "MQTT.SetConfig", config).await["restart_required"], true);
    plug.power_cycle();
    assert_eq!(listener.hears("house/plug/online", |_| true).await, "true");
    let call = json!({"id": 7, "src": "me", "method": "Switch.Set", "params": {"id": 0, "on": true}});
    listener.say("house/plug/rpc", &call.to_string());
    let answer = listener.hears_json("me/rpc", |frame| frame["id"] == 7).await;
    assert_eq!((&answer["src"], &answer["result"]["was_on"]), (&json!(plug.id()), &json!(false)));
    let told =
        listener.hears_json("house/plug/events/rpc", |frame| frame["params"]["switch:0"]["output"] == true).await;
    assert_eq!((&told["dst"], &told["method"]), (&json!("house/plug/events"), &json!("NotifyStatus")));
    rpc(plug.endpoint(), "MQTT.SetConfig", json!({"config": {"status_ntf": true}})).await;
    listener.say("house/plug/command/switch:0", "off");
    let status = listener.hears_json("house/plug/status/switch:0", |status| status["output"] == false).await;
    assert_eq!(status["source"], "MQTT");
    listener.say("house/plug/command/switch:0", "explode");
    listener.hears("house/plug/error/switch:0", |_| true).await;
    listener.say("house/plug/command", "status_update");
    listener.hears_json("house/plug/status/sys", |status| status["mac"].is_string()).await;
    assert_eq!(plug.status_json()["mqtt"]["connected"], true);
    fleet.shutdown().await;
    listener.hears("house/plug/online", |text| text == "false").await;
}

/// A6: a wrong password never connects, and the device keeps trying.
#[tokio::test]
async fn a_wrong_password_is_not_let_in() {
    let Some(broker) = Broker::start(Some("correct horse")) else {
        println!("no mosquitto here, nothing to speak to");
        return;
    };
    let _listener = Listener::new(&broker, Some("correct horse")).await;
    let plug = model("SNPL-00112EU")
        .with_setting("mqtt.enable", json!(true))
        .with_setting("mqtt.server", json!(broker.place()))
        .with_setting("mqtt.user", json!("shelly"));
    let (_fleet, plug) = start(plug).await;
    tokio::time::sleep(Duration::from_millis(400)).await;
    assert_eq!(plug.status_json()["mqtt"]["connected"], false);
}

/// A6: Gen1 announces itself, reports a topic for each value, takes commands, and leaves a last will.
#[tokio::test]
async fn gen1_speaks_topics() {
    let Some(broker) = Broker::start(None) else {
        println!("no mosquitto here, nothing to speak to");
        return;
    };
    let mut listener = Listener::new(&broker, None).await;
    let (_fleet, relay) = start(model("SHSW-25")).await;
    get(relay.endpoint(), &format!("/settings?mqtt_enable=1&mqtt_server={}&mqtt_id=twin", broker.place())).await;
    relay.power_cycle();
    let announced = listener.hears_json("shellies/announce", |_| true).await;
    assert_eq!(
        (&announced["id"], &announced["model"], &announced["mode"]),
        (&json!("twin"), &json!("SHSW-25"), &json!("relay"))
    );
    listener.hears_json("shellies/twin/info", |status| status["uptime"].is_u64()).await;
    assert_eq!(listener.hears("shellies/twin/online", |_| true).await, "true");
    assert_eq!(listener.hears("shellies/twin/relay/1", |_| true).await, "off");
    listener.say("shellies/twin/relay/1/command", "on");
    listener.hears("shellies/twin/relay/1", |text| text == "on").await;
    listener.hears("shellies/twin/relay/1/power", |text| text.parse::<f64>().is_ok_and(|watts| watts > 0.0)).await;
    relay.push(0, shelly_sim::Push::Long);
    let event = listener.hears_json("shellies/twin/input_event/0", |event| event["event"] == "L").await;
    assert_eq!(event["event_cnt"], 1);
    listener.heard.clear();
    listener.say("shellies/command", "announce");
    listener.hears("shellies/twin/announce", |_| true).await;
    relay.power_cycle();
    listener.hears("shellies/twin/online", |text| text == "false").await;
    listener.hears("shellies/twin/online", |text| text == "true").await;
}

/// A6: lights take documents, rollers take positions.
#[tokio::test]
async fn gen1_lights_and_rollers_take_commands() {
    let Some(broker) = Broker::start(None) else {
        println!("no mosquitto here, nothing to speak to");
        return;
    };
    let mut listener = Listener::new(&broker, None).await;
    let wanted = |device: SimDevice, id: &str| {
        device
            .with_setting("mqtt.enable", json!(true))
            .with_setting("mqtt.server", json!(broker.place()))
            .with_setting("mqtt.id", json!(id))
    };
    let roller = wanted(model("SHSW-25").with_profile("roller"), "shutter");
    let light = SimDevice::of_model("SHDM-2", Mac::new([0x34, 0x94, 0x54, 0, 0, 7])).expect("a model");
    let plan = FleetPlan::new(vec![roller, wanted(light, "dimmer")]);
    let _fleet = SimFleet::start(plan).await.expect("free ports");
    listener.hears("shellies/shutter/online", |text| text == "true").await;
    listener.hears("shellies/dimmer/online", |text| text == "true").await;
    listener.say("shellies/dimmer/light/0/set", r#"{"turn":"on","brightness":33}"#);
    listener
        .hears_json("shellies/dimmer/light/0/status", |light| light["brightness"] == 33 && light["ison"] == true)
        .await;
    listener.say("shellies/shutter/roller/0/command/pos", "80");
    listener.hears("shellies/shutter/roller/0", |text| text == "open").await;
    listener.say("shellies/shutter/roller/0/command", "stop");
    listener.hears("shellies/shutter/roller/0", |text| text == "stop").await;
}
