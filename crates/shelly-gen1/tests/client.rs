//! What the client sends, and what it makes of every kind of answer.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::json;
use shelly_gen1::{Client, Endpoint, Error, LightCommand, Login, RelayCommand, RollerCommand, Turn};
use shelly_types::{Credentials, Generation};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

/// A device that gives prepared answers, one a connection, and remembers what it was asked.
struct Device {
    endpoint: Endpoint,
    heads: Arc<Mutex<Vec<String>>>,
    most_at_once: Arc<AtomicUsize>,
}

impl Device {
    /// A device with these answers: status and body; none closes the connection without one.
    async fn with(answers: &[Option<(u16, &str)>]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback");
        let endpoint = listener.local_addr().expect("address").into();
        let answers: VecDeque<Option<(u16, String)>> =
            answers.iter().map(|answer| answer.map(|(status, body)| (status, body.to_owned()))).collect();
        let answers = Arc::new(Mutex::new(answers));
        let heads = Arc::new(Mutex::new(Vec::new()));
        let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let (seen, most_at_once) = (Arc::clone(&heads), Arc::clone(&most));
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let (answers, seen, now, most) = (answers.clone(), seen.clone(), now.clone(), most.clone());
                tokio::spawn(async move {
                    most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    let mut head = Vec::new();
                    let mut part = [0; 1024];
                    while !head.ends_with(b"\r\n\r\n") {
                        let count = stream.read(&mut part).await.unwrap_or(0);
                        if count == 0 {
                            return;
                        }
                        head.extend_from_slice(&part[..count]);
                    }
                    seen.lock().expect("heads").push(String::from_utf8_lossy(&head).into_owned());
                    let answer = answers.lock().expect("answers").pop_front().expect("an answer is prepared");
                    now.fetch_sub(1, Ordering::SeqCst);
                    if let Some((status, body)) = answer {
                        let length = body.len();
                        let answer = format!("HTTP/1.1 {status} X\r\nContent-Length: {length}\r\n\r\n{body}");
                        stream.write_all(answer.as_bytes()).await.expect("answer is taken");
                    }
                });
            }
        });
        Self { endpoint, heads, most_at_once }
    }

    fn client(&self) -> Client {
        Client::new(self.endpoint.clone())
    }

    /// Request lines so far, without method and version.
    fn asked(&self) -> Vec<String> {
        let heads = self.heads.lock().expect("heads");
        heads.iter().map(|head| head.split(' ').nth(1).unwrap_or_default().to_owned()).collect()
    }

    fn last_head(&self) -> String {
        self.heads.lock().expect("heads").last().cloned().unwrap_or_default().to_lowercase()
    }
}

const SHELLY: &str = r#"{"type":"SHSW-25","mac":"C45BBE6A1122","auth":true,"fw":"20230913-112234/v1.14.0-gcb84623",
    "mode":"roller","num_outputs":2}"#;

fn admin() -> Credentials {
    Credentials::new("admin", "pässword")
}

/// A1: `/shelly` identifies, and never sees credentials.
#[tokio::test]
async fn identity_is_asked_without_credentials() {
    let device = Device::with(&[Some((200, SHELLY))]).await;
    let identity = device.client().with_credentials(Some(admin())).identity().await.unwrap();
    assert_eq!(identity.mac.to_string(), "C45BBE6A1122");
    assert_eq!((identity.generation, identity.model.code()), (Generation::GEN1, "SHSW-25"));
    assert_eq!((identity.profile.as_deref(), identity.auth_required), (Some("roller"), true));
    assert!(!device.last_head().contains("authorization"));
}

#[tokio::test]
async fn other_generations_are_not_gen1() {
    let gen2 = r#"{"id":"shellyplus1-a8032ab12345","mac":"A8032AB12345","gen":2,"model":"SNSW-001X16EU","type":"x"}"#;
    for body in [gen2, "{}", r#"{"mac":"nonsense","type":"SHSW-1"}"#] {
        let device = Device::with(&[Some((200, body))]).await;
        let error = device.client().identity().await.unwrap_err();
        assert!(matches!(error, Error::NotGen1 { .. }), "{error:?}");
    }
}

#[tokio::test]
async fn credentials_are_sent_at_once() {
    let device = Device::with(&[Some((200, r#"{"name":"Kitchen"}"#))]).await;
    let settings = device.client().with_credentials(Some(admin())).settings().await.unwrap();
    assert_eq!(settings.name.as_str(), Some("Kitchen"));
    let expected = format!("basic {}", STANDARD.encode("admin:pässword")).to_lowercase();
    assert!(device.last_head().contains(&expected), "{}", device.last_head());
}

#[tokio::test]
async fn a_401_says_whether_credentials_were_given() {
    let device = Device::with(&[Some((401, "401 Unauthorized")), Some((401, "401 Unauthorized"))]).await;
    let error = device.client().status().await.unwrap_err();
    assert!(matches!(error, Error::Unauthorized { credentials_given: false, .. }), "{error:?}");
    let error = device.client().with_credentials(Some(admin())).status().await.unwrap_err();
    assert!(matches!(error, Error::Unauthorized { credentials_given: true, .. }), "{error:?}");
}

#[tokio::test]
async fn texts_are_refusals() {
    let device = Device::with(&[
        Some((400, "Not calibrated!")),
        Some((200, "Timezone and time should be set")),
        Some((404, "Not Found")),
    ])
    .await;
    let error = device.client().roller(0, RollerCommand::Position(50)).await.unwrap_err();
    assert!(matches!(&error, Error::Refused { status: 400, text, .. } if text == "Not calibrated!"), "{error:?}");
    let error = device.client().write("/settings/light/0", &[("auto_on", "5".into())]).await.unwrap_err();
    assert!(matches!(&error, Error::Refused { status: 200, .. }), "{error:?}");
    assert!(error.to_string().contains("Timezone"), "{error}");
    let error = device.client().get("/nope", &[]).await.unwrap_err();
    assert!(matches!(&error, Error::Refused { status: 404, .. }), "{error:?}");
}

#[tokio::test]
async fn pages_and_broken_json_are_named() {
    let page = "<!DOCTYPE html><html><body>router</body></html>";
    let device = Device::with(&[
        Some((200, page)),
        Some((200, "")),
        Some((200, r#"{"wifi_sta":{"connected":tr"#)),
        Some((200, r#"{"a":1,,"b":2}"#)),
        Some((200, "[1]")),
    ])
    .await;
    let client = device.client();
    let error = client.status().await.unwrap_err();
    assert!(matches!(&error, Error::NotJson { begins_with, .. } if begins_with.starts_with("<!DOC")), "{error:?}");
    assert!(matches!(client.status().await.unwrap_err(), Error::NotJson { .. }));
    assert!(matches!(client.status().await.unwrap_err(), Error::Truncated { .. }));
    assert!(matches!(client.status().await.unwrap_err(), Error::Garbled { .. }));
    assert!(matches!(client.status().await.unwrap_err(), Error::NotAnObject { .. }));
}

#[tokio::test]
async fn reads_are_repeated_once_and_writes_never() {
    let device = Device::with(&[None, Some((200, "{}"))]).await;
    device.client().status().await.unwrap();
    assert_eq!(device.asked(), ["/status", "/status"]);

    let device = Device::with(&[None, None]).await;
    let error = device.client().status().await.unwrap_err();
    assert!(error.is_unreachable());
    assert_eq!(device.asked().len(), 2);

    let device = Device::with(&[None]).await;
    let error = device.client().write("/settings", &[("name", "x".into())]).await.unwrap_err();
    assert!(error.is_unreachable() && error.may_have_arrived());
    assert_eq!(device.asked(), ["/settings?name=x"]);
}

#[tokio::test]
async fn one_request_is_in_flight() {
    let device = Device::with(&[Some((200, "{}")); 12]).await;
    let client = Arc::new(device.client());
    let tasks: Vec<_> = (0..12)
        .map(|_| {
            let client = Arc::clone(&client);
            tokio::spawn(async move { client.status().await })
        })
        .collect();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    assert_eq!(device.most_at_once.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn commands_use_the_vendors_words() {
    let device = Device::with(&[Some((200, r#"{"ison":true}"#)); 9]).await;
    let client = device.client();
    let relay = client.relay(0, Turn::Toggle).await.unwrap();
    assert!(relay.ison.copied().unwrap().is_on());
    client.relay(1, RelayCommand { turn: Turn::On, timer: Some(1.5) }).await.unwrap();
    client.roller(0, RollerCommand::Open { duration: Some(3.0) }).await.unwrap();
    client.roller(0, RollerCommand::Position(40)).await.unwrap();
    client.roller(0, RollerCommand::Stop).await.unwrap();
    let dim = LightCommand { turn: Some(Turn::On), brightness: Some(30), ..LightCommand::default() };
    client.light(0, &dim).await.unwrap();
    client.color(0, &LightCommand { rgb: Some([1, 2, 3]), gain: Some(9), ..LightCommand::default() }).await.unwrap();
    client.login(&Login::Set(admin())).await.unwrap();
    client.login(&Login::Clear).await.unwrap();
    assert_eq!(
        device.asked(),
        [
            "/relay/0?turn=toggle",
            "/relay/1?turn=on&timer=1.5",
            "/roller/0?go=open&duration=3",
            "/roller/0?go=to_pos&roller_pos=40",
            "/roller/0?go=stop",
            "/light/0?turn=on&brightness=30",
            "/color/0?red=1&green=2&blue=3&gain=9",
            "/settings/login?enabled=1&username=admin&password=p%C3%A4ssword",
            "/settings/login?enabled=0",
        ]
    );
}

#[tokio::test]
async fn a_restart_may_cut_the_answer() {
    let device = Device::with(&[None, Some((200, r#"{"ok":true}"#)), Some((401, ""))]).await;
    let client = device.client();
    client.reboot().await.unwrap();
    client.reboot().await.unwrap();
    assert!(matches!(client.reboot().await.unwrap_err(), Error::Unauthorized { .. }));
    assert_eq!(device.asked(), ["/reboot", "/reboot", "/reboot"]);
}

/// Errors may be logged, so passwords are not in them.
#[tokio::test]
async fn errors_hold_no_parameters() {
    let device = Device::with(&[None, Some((400, "Bad"))]).await;
    for _ in 0..2 {
        let error = device.client().login(&Login::Set(admin())).await.unwrap_err();
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains("pässword") && !shown.contains("p%C3%A4"), "{shown}");
    }
}

#[tokio::test]
async fn actions_are_read() {
    let body = json!({"actions": {"out_on_url": [{"index": 0, "urls": ["http://a/"], "enabled": true}]}}).to_string();
    let device = Device::with(&[Some((200, &body))]).await;
    let actions = device.client().actions().await.unwrap();
    assert_eq!(actions.actions.get().unwrap()["out_on_url"][0].urls.get().unwrap().len(), 1);
}
