//! Webhooks and actions call their URLs when what they wait for happens (K6).

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use serde_json::{Value, json};
use shelly_sim::{FleetPlan, Pace, Push, Quirk, SimDevice, SimFleet, SimHandle};
use shelly_types::{ComponentKey, Mac};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    sync::{Semaphore, mpsc},
    time::timeout,
};

use crate::client::{get, rpc};

/// Whom devices call: it notes what was asked for, and answers as often as it may.
struct Called {
    address: SocketAddr,
    targets: mpsc::UnboundedReceiver<String>,
    answers: Arc<Semaphore>,
    most_at_once: Arc<AtomicU32>,
}

impl Called {
    async fn new(answers: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let (sender, targets) = mpsc::unbounded_channel();
        let (answers, most_at_once) = (Arc::new(Semaphore::new(answers)), Arc::new(AtomicU32::new(0)));
        let (may, most, open) = (Arc::clone(&answers), Arc::clone(&most_at_once), Arc::new(AtomicU32::new(0)));
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.expect("a connection");
                let (sender, may, most, open) =
                    (sender.clone(), Arc::clone(&may), Arc::clone(&most), Arc::clone(&open));
                tokio::spawn(async move {
                    most.fetch_max(open.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    let mut request = Vec::new();
                    while !request.ends_with(b"\r\n\r\n") {
                        assert_ne!(stream.read_buf(&mut request).await.expect("a request"), 0);
                    }
                    let text = String::from_utf8(request).expect("text");
                    let target = text.strip_prefix("GET ").and_then(|rest| rest.split(' ').next()).expect("a read");
                    sender.send(target.to_owned()).expect("a test that still runs");
                    may.acquire().await.expect("an answer").forget();
                    open.fetch_sub(1, Ordering::SeqCst);
                    let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await;
                });
            }
        });
        Self { address, targets, answers, most_at_once }
    }

    fn url(&self, target: &str) -> String {
        format!("http://{}{target}", self.address)
    }

    async fn next(&mut self) -> String {
        timeout(Duration::from_secs(10), self.targets.recv()).await.expect("in time").expect("a call")
    }
}

const MAC: Mac = Mac::new([0xA8, 0x03, 0x2A, 0, 11, 1]);

async fn start(model: &str, pace: Pace) -> (SimFleet, SimHandle) {
    start_device(SimDevice::of_model(model, MAC).expect("a model"), pace).await
}

async fn start_device(device: SimDevice, pace: Pace) -> (SimFleet, SimHandle) {
    let mut plan = FleetPlan::new(vec![device]);
    plan.pace = pace;
    let fleet = SimFleet::start(plan).await.expect("a free port");
    let handle = fleet.devices()[0].clone();
    (fleet, handle)
}

async fn hook(device: &SimHandle, event: &str, url: &str, more: Value) -> Value {
    let mut params = json!({"cid": 0, "event": event, "enable": true, "urls": [url]});
    params.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    rpc(device.endpoint(), "Webhook.Create", params).await["id"].clone()
}

fn key(text: &str) -> ComponentKey {
    text.parse().expect("a component key")
}

/// K6: an output calls whatever switched it, hooks that are disabled or deleted call nobody.
#[tokio::test]
async fn outputs_call_whatever_switched_them() {
    let mut called = Called::new(100).await;
    let (_fleet, plug) = start("SNPL-00112EU", Pace::default()).await;
    let to = plug.endpoint();
    rpc(to, "Switch.Set", json!({"id": 0, "on": true})).await;
    let on = hook(&plug, "switch.on", &called.url("/on"), json!({})).await;
    hook(&plug, "switch.off", &called.url("/off?id=${info.id}&w=${status[\"switch:0\"].output}"), json!({})).await;
    let silent = json!({"cid": 0, "event": "switch.on", "urls": [called.url("/disabled")]});
    rpc(to, "Webhook.Create", silent).await;
    hook(&plug, "switch.on", "http://192.0.2.7/elsewhere", json!({})).await;

    rpc(to, "Switch.Set", json!({"id": 0, "on": true})).await;
    assert!(plug.set_output(&key("switch:0"), false));
    assert_eq!(
        called.next().await,
        format!("/off?id={}&w=false", plug.id()),
        "it was on already, so /on is not called"
    );
    rpc(to, "Switch.Set", json!({"id": 0, "on": true, "toggle_after": 0.2})).await;
    assert_eq!(called.next().await, "/on");
    assert!(called.next().await.starts_with("/off"), "the timer switched");
    rpc(to, "Webhook.Delete", json!({"id": on})).await;
    rpc(to, "Switch.Toggle", json!({"id": 0})).await;
    rpc(to, "Switch.Toggle", json!({"id": 0})).await;
    assert!(called.next().await.starts_with("/off"), "nobody waits for it to be on any more");
    assert_eq!((plug.counters().calls, plug.counters().calls_skipped), (4, 0));
}

/// K6, D6: over TLS only those are called whom the authority in `ssl_ca` vouches for.
#[tokio::test]
async fn over_tls_the_authority_counts() {
    let device =
        |number| SimDevice::of_model("SNPL-00112EU", Mac::new([0xA8, 0x03, 0x2A, 0, 11, number])).expect("a model");
    let devices = vec![device(1), device(2).with_quirk(Quirk::TlsOnly)];
    let fleet = SimFleet::start(FleetPlan::new(devices)).await.expect("a free port");
    let [plug, called] = fleet.devices() else { panic!("two devices") };
    let url = |target| format!("https://{}/rpc/{target}", called.endpoint());
    // No authority was uploaded, so nobody is trusted by one.
    hook(plug, "switch.on", &url("Shelly.Reboot"), json!({"ssl_ca": "user_ca.pem"})).await;
    hook(plug, "switch.on", &url("Switch.Set?id=0&on=true"), json!({})).await;
    assert!(plug.set_output(&key("switch:0"), true));
    timeout(Duration::from_secs(10), async {
        while called.output(&key("switch:0")) != Some(true) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await
    .expect("the call of the second hook");
    assert_eq!((called.counters().reboots, plug.counters().calls), (0, 1));
}

/// K6: each way to push a button is an event of its own, and a wire has two.
#[tokio::test]
async fn inputs_call() {
    let mut called = Called::new(100).await;
    let (_fleet, buttons) = start("SNSN-0024X", Pace::default()).await;
    for event in ["button_push", "button_doublepush", "button_triplepush", "button_longpush", "toggle_on", "toggle_off"]
    {
        hook(&buttons, &format!("input.{event}"), &called.url(&format!("/{event}")), json!({})).await;
    }
    for (push, expected) in [
        (Push::Single, "/button_push"),
        (Push::Double, "/button_doublepush"),
        (Push::Triple, "/button_triplepush"),
        (Push::Long, "/button_longpush"),
    ] {
        assert!(buttons.push(1, Push::Single) && buttons.push(0, push));
        assert_eq!(called.next().await, expected);
    }
    let types = rpc(buttons.endpoint(), "Webhook.ListSupported", json!({})).await["types"].clone();
    assert!(types.get("input.button_push").is_some() && types.get("input.toggle_on").is_none(), "{types}");
    assert!(buttons.set_config("input:0.type", json!("switch")));
    assert!(buttons.set_input(0, true) && buttons.set_input(0, false));
    assert_eq!((called.next().await, called.next().await), ("/toggle_on".into(), "/toggle_off".into()));
}

/// K6: conditions, rests and hours hold calls back, and tokens tell what was measured.
#[tokio::test]
async fn conditions_rests_and_hours_hold_back() {
    let mut called = Called::new(100).await;
    // 22:30 in UTC.
    let pace = Pace { start_unix_s: Some(1_764_109_800), ..Pace::default() };
    let (_fleet, sensor) = start("SNSN-0013A", pace).await;
    sensor.set_config("sys.location.tz", Value::Null);
    let change = "temperature.change";
    hook(&sensor, change, &called.url("/day"), json!({"active_between": ["06:00", "22:00"]})).await;
    hook(&sensor, change, &called.url("/odd"), json!({"condition": "Shelly.call() > 3"})).await;
    hook(&sensor, change, &called.url("/once"), json!({"condition": "ev.tC > 25", "repeat_period": -1})).await;
    hook(&sensor, change, &called.url("/rest"), json!({"condition": "event.tC>25", "repeat_period": 3600})).await;
    hook(&sensor, change, &called.url("/night?t=${ev.tC}"), json!({"active_between": ["22:00", "06:00"]})).await;
    for (celsius, expected) in [
        (26.5, &["/once", "/rest", "/night?t=26.5"][..]),
        (26.7, &[]),
        (28.0, &["/night?t=28.0"]),
        (20.0, &["/night?t=20.0"]),
        (30.0, &["/once", "/night?t=30.0"]),
    ] {
        sensor.measure("temperature:0.tC", json!(celsius));
        for target in expected {
            assert_eq!(&called.next().await, target, "{celsius}");
        }
    }
}

/// K6: a cover that moves and arrives, and a virtual button and number.
#[tokio::test]
async fn covers_and_virtual_components_call() {
    let mut called = Called::new(100).await;
    let device = SimDevice::of_model("S3SW-002P16EU", MAC).expect("a model").with_profile("cover");
    let (_fleet, cover) = start_device(device, Pace { speed: 60.0, ..Pace::default() }).await;
    let to = cover.endpoint();
    rpc(to, "Virtual.Add", json!({"type": "number", "id": 200})).await;
    rpc(to, "Virtual.Add", json!({"type": "button", "id": 201})).await;
    for (cid, event) in [(200, "number.change"), (201, "button.single_push")] {
        hook(&cover, event, &called.url(&format!("/{event}")), json!({"cid": cid})).await;
    }
    rpc(to, "Number.Set", json!({"id": 200, "value": 7})).await;
    assert_eq!(called.next().await, "/number.change");
    rpc(to, "Button.Trigger", json!({"id": 201, "event": "single_push"})).await;
    assert_eq!(called.next().await, "/button.single_push");
    for event in ["opening", "open", "closing", "stopped"] {
        hook(&cover, &format!("cover.{event}"), &called.url(&format!("/{event}")), json!({})).await;
    }
    rpc(to, "Cover.Open", json!({"id": 0})).await;
    assert_eq!((called.next().await, called.next().await), ("/opening".into(), "/open".into()));
    rpc(to, "Cover.GoToPosition", json!({"id": 0, "pos": 50})).await;
    assert_eq!((called.next().await, called.next().await), ("/closing".into(), "/stopped".into()));
}

/// K6: actions of Gen1 outputs and buttons, by index, with several URLs and hours.
#[tokio::test]
async fn actions_of_gen1_call() {
    let mut called = Called::new(100).await;
    let pace = Pace { start_unix_s: Some(1_764_109_800), ..Pace::default() };
    let (_fleet, relay) = start("SHSW-25", pace).await;
    relay.set_config("tz_utc_offset", json!(0));
    let to = relay.endpoint();
    let action = |name: &str, rest: &str| format!("/settings/actions?name={name}&enabled=1&{rest}");
    let urls = format!("index=1&urls[]={}&urls[]={}", called.url("/on1"), called.url("/on1-again"));
    get(to, &action("out_on_url", &urls)).await;
    get(to, &action("out_on_url", &format!("index=0&urls[]={}", called.url("/on0")))).await;
    let hours = |at: u8, hours: &str, target| format!("urls[{at}][url]={}&urls[{at}][int]={hours}", called.url(target));
    let timed = format!("index=1&{}&{}", hours(0, "0600-2200", "/day"), hours(1, "2200-0600", "/night"));
    get(to, &action("shortpush_url", &timed)).await;
    get(to, &format!("/settings/actions?name=out_off_url&index=1&enabled=0&urls[]={}", called.url("/off"))).await;
    get(to, "/relay/1?turn=on").await;
    assert_eq!((called.next().await, called.next().await), ("/on1".into(), "/on1-again".into()));
    get(to, "/relay/1?turn=off").await;
    assert!(relay.push(1, Push::Single));
    assert_eq!(called.next().await, "/night");
    assert!(relay.set_output(&key("switch:0"), true));
    assert_eq!(called.next().await, "/on0");
}

/// K6: Gen1 sensors report when they wake, call at thresholds and alarms.
#[tokio::test]
async fn sensors_of_gen1_report() {
    let mut called = Called::new(100).await;
    let (_fleet, flood) = start("SHWT-1", Pace::default()).await;
    let to = flood.endpoint();
    for (name, rest) in
        [("report_url", ""), ("flood_detected_url", ""), ("temp_over_url", "&temp_over_value=30&temp_over_onetime=1")]
    {
        let url = called.url(&format!("/{name}"));
        let answer = get(to, &format!("/settings/actions?name={name}&enabled=1&urls[]={url}{rest}")).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
    }
    flood.measure("flood", json!(true));
    assert_eq!(called.next().await, "/flood_detected_url");
    flood.measure("tmp.tC", json!(31.5));
    assert_eq!(called.next().await, "/temp_over_url");
    flood.power_cycle();
    assert_eq!(called.next().await, format!("/report_url?id={}&temp=31.5", flood.id()));
}

/// K6: one call at a time, few that wait, and those that find no room are counted.
#[tokio::test]
async fn too_many_calls_are_skipped() {
    let mut called = Called::new(0).await;
    let (_fleet, buttons) = start("SHIX3-1", Pace::default()).await;
    let to = buttons.endpoint();
    get(to, &format!("/settings/actions?name=shortpush_url&enabled=1&urls[]={}", called.url("/push"))).await;
    for _ in 0..20 {
        assert!(buttons.push(0, Push::Single));
    }
    assert_eq!(called.next().await, "/push");
    called.answers.add_permits(100);
    for _ in 0..7 {
        assert_eq!(called.next().await, "/push");
    }
    assert_eq!(called.most_at_once.load(Ordering::SeqCst), 1);
    assert_eq!((buttons.counters().calls, buttons.counters().calls_skipped), (8, 12));
    assert_eq!(get(to, "/status").await.json()["actions_stats"]["skipped"], 12);
}
