//! Connects to an MQTT broker as the settings of the device say.

mod gen1;
mod gen2;

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use rumqttc::{
    AsyncClient, Event, EventLoop, LastWill, MqttOptions, Packet, PublishOptions, QoS, SubscribeFilter,
    TlsConfiguration, Transport,
};
use serde_json::Value;
use tokio::sync::broadcast::error::RecvError;

use crate::{
    air::{Ear, Note},
    device::Device,
    json,
    link::{back_off, until_up},
    tls::{self, Trust},
};

/// Messages that may wait to be sent; more are lost.
const QUEUE: usize = 128;
/// Largest message either way, in bytes.
const LARGEST: usize = 32 * 1024;
/// Port of brokers, and with TLS.
const PORTS: (u16, u16) = (1883, 8883);

/// A broker and how to speak to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Broker {
    pub(crate) host: String,
    port: u16,
    client_id: String,
    user: Option<String>,
    password: String,
    trust: Option<Trust>,
    clean: bool,
    keep_alive_s: u16,
    qos: QoS,
    retain: bool,
    dialect: Dialect,
}

/// What is said on which topics.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Dialect {
    /// `shellies/<id>/…`, with the time between two reports; zero reports on change only.
    Gen1 { id: String, period: Duration },
    /// `<prefix>/…`.
    Gen2 { prefix: String, rpc: bool, control: bool },
}

impl Broker {
    /// Reads the settings of a Gen1 device; none when MQTT is off.
    pub(crate) fn gen1(root: &Value, secrets: &BTreeMap<String, String>) -> Option<Self> {
        let mqtt = root.get("mqtt").filter(|mqtt| json::truth(mqtt, "enable"))?;
        let whole = |name: &str, most: u64| {
            mqtt.get(name).and_then(Value::as_f64).map_or(0, |value| {
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "clamped to what settings hold"
                )]
                let whole = value.clamp(0.0, most as f64) as u64;
                whole
            })
        };
        let id = json::text(mqtt, "id").unwrap_or_default().to_owned();
        let (host, port) = place(json::text(mqtt, "server")?, PORTS.0)?;
        Some(Self {
            host,
            port,
            client_id: id.clone(),
            user: json::text(mqtt, "user").filter(|user| !user.is_empty()).map(str::to_owned),
            password: secrets.get("mqtt.pass").cloned().unwrap_or_default(),
            trust: None,
            clean: mqtt.get("clean_session").and_then(Value::as_bool).unwrap_or(true),
            keep_alive_s: u16::try_from(whole("keep_alive", 65_535)).unwrap_or(60),
            qos: match whole("max_qos", 2) {
                0 => QoS::AtMostOnce,
                1 => QoS::AtLeastOnce,
                _ => QoS::ExactlyOnce,
            },
            retain: json::truth(mqtt, "retain"),
            dialect: Dialect::Gen1 { id, period: Duration::from_secs(whole("update_period", 65_535)) },
        })
    }

    /// Reads the settings of a Gen2+ device; none when MQTT is off or has no server.
    pub(crate) fn gen2(root: &Value, secrets: &BTreeMap<String, String>, trust: Trust) -> Option<Self> {
        let mqtt = root.get("mqtt").filter(|mqtt| json::truth(mqtt, "enable"))?;
        let secure = json::text(mqtt, "ssl_ca").is_some();
        let (host, port) = place(json::text(mqtt, "server")?, if secure { PORTS.1 } else { PORTS.0 })?;
        let text = |name: &str| json::text(mqtt, name).filter(|text| !text.is_empty()).map(str::to_owned);
        let truth = |name: &str| mqtt.get(name).and_then(Value::as_bool).unwrap_or(true);
        let client_id = text("client_id")?;
        Some(Self {
            host,
            port,
            user: text("user"),
            password: secrets.get("mqtt.pass").cloned().unwrap_or_default(),
            trust: secure.then_some(trust),
            clean: true,
            keep_alive_s: 60,
            qos: QoS::AtLeastOnce,
            retain: false,
            dialect: Dialect::Gen2 {
                prefix: text("topic_prefix").unwrap_or_else(|| client_id.clone()),
                rpc: truth("enable_rpc"),
                control: truth("enable_control"),
            },
            client_id,
        })
    }

    fn options(&self) -> Option<MqttOptions> {
        let mut options =
            MqttOptions::new(self.client_id.clone(), (self.host.trim_matches(['[', ']']).to_owned(), self.port));
        options.set_keep_alive(self.keep_alive_s);
        options.set_clean_session(self.clean);
        options.set_max_packet_size(LARGEST, LARGEST);
        if let Some(user) = &self.user {
            options.set_credentials(user.clone(), self.password.clone());
        }
        if let Some(trust) = &self.trust {
            let config = tls::client(trust)?;
            options.set_transport(Transport::tls_with_config(TlsConfiguration::Rustls(config)));
        }
        let (topic, retain) = match &self.dialect {
            Dialect::Gen1 { id, .. } => (format!("shellies/{id}/online"), self.retain),
            Dialect::Gen2 { prefix, .. } => (format!("{prefix}/online"), true),
        };
        options.set_last_will(LastWill::new(topic, "false", self.qos, retain));
        Some(options)
    }
}

fn place(server: &str, port: u16) -> Option<(String, u16)> {
    if server.is_empty() {
        return None;
    }
    match server.rsplit_once(':') {
        Some((host, text)) if !host.is_empty() => Some((host.to_owned(), text.parse().ok()?)),
        _ => Some((server.to_owned(), port)),
    }
}

/// Keeps the connection as long as the device is up.
pub(crate) async fn run(device: Arc<Device>, broker: Broker) {
    let mut tries = 0;
    loop {
        let mut ear = device.listen();
        until_up(&device, &mut ear).await;
        device.change(|state| state.mqtt_connected = Some(false));
        let cut = device.cut.notified();
        let met = tokio::select! {
            () = cut => false,
            met = once(&device, &broker, ear) => met,
        };
        device.change(|state| state.mqtt_connected = Some(false));
        if met {
            tries = 0;
        }
        back_off(&device, &mut tries).await;
    }
}

/// One connection until it breaks; whether it came about.
async fn once(device: &Arc<Device>, broker: &Broker, ear: Ear) -> bool {
    let Some(options) = broker.options() else { return false };
    let (client, events) = AsyncClient::builder(options).capacity(QUEUE).build();
    let post = Post { device: Arc::clone(device), broker: broker.clone(), client };
    let mut met = false;
    tokio::select! {
        () = post.receive(events, &mut met) => {}
        () = post.report(ear) => {}
    }
    met
}

/// One end of a connection to a broker.
struct Post {
    device: Arc<Device>,
    broker: Broker,
    client: AsyncClient,
}

impl Post {
    /// Takes what the broker sends, until the connection breaks.
    async fn receive(&self, mut events: EventLoop, met: &mut bool) {
        while let Ok(event) = events.poll().await {
            match event {
                Event::Incoming(Packet::ConnAck(_)) => {
                    *met = true;
                    let topics = match &self.broker.dialect {
                        Dialect::Gen1 { id, .. } => gen1::subscriptions(id),
                        Dialect::Gen2 { prefix, rpc, control } => gen2::subscriptions(prefix, *rpc, *control),
                    };
                    let filters = topics.into_iter().map(|topic| SubscribeFilter::new(topic, self.broker.qos));
                    let _ = self.client.try_subscribe_many(filters.collect::<Vec<_>>());
                }
                // Only now is it heard, and says so.
                Event::Incoming(Packet::SubAck(_)) => {
                    self.device.change(|state| state.mqtt_connected = Some(true));
                    match &self.broker.dialect {
                        Dialect::Gen1 { id, .. } => gen1::hello(self, id),
                        Dialect::Gen2 { prefix, .. } => gen2::hello(self, prefix),
                    }
                }
                Event::Incoming(Packet::Publish(message)) => {
                    let topic = String::from_utf8_lossy(&message.topic).into_owned();
                    let text = String::from_utf8_lossy(&message.payload).into_owned();
                    match &self.broker.dialect {
                        Dialect::Gen1 { id, .. } => gen1::take(self, id, &topic, &text),
                        Dialect::Gen2 { prefix, .. } => gen2::take(self, prefix, &topic, &text),
                    }
                }
                _ => {}
            }
        }
    }

    /// Says what changes.
    async fn report(&self, ear: Ear) {
        match &self.broker.dialect {
            Dialect::Gen1 { id, period } => gen1::report(self, id, *period, ear).await,
            Dialect::Gen2 { prefix, .. } => gen2::report(self, prefix, ear).await,
        }
    }

    fn connected(&self) -> bool {
        self.device.state().mqtt_connected == Some(true)
    }

    fn publish(&self, topic: &str, text: impl Into<Vec<u8>>, retain: bool) {
        let mut options = PublishOptions::new(self.broker.qos);
        if retain || self.broker.retain {
            options = options.retained();
        }
        let _ = self.client.try_publish(topic, text.into(), options);
    }
}

/// The next note; none when the device is gone. A note missed is as good as one that says that something changed.
async fn next(ear: &mut Ear) -> Option<Note> {
    match ear.recv().await {
        Ok(note) => Some(note),
        Err(RecvError::Lagged(_)) => Some(Note::Changed),
        Err(RecvError::Closed) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_may_name_a_port() {
        assert_eq!(place("10.0.0.2", 1883), Some(("10.0.0.2".into(), 1883)));
        assert_eq!(place("broker:2883", 1883), Some(("broker".into(), 2883)));
        assert_eq!(place("broker:x", 1883), None);
        assert_eq!(place("", 1883), None);
    }
}
