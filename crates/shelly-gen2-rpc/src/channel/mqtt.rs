//! Calls devices over a broker, and hears what they publish (protocol 3.5).

mod announcements;
mod link;
mod news;

use std::{sync::Arc, time::Duration};

use serde_json::Value;
use shelly_http::Endpoint;
use shelly_mqtt::{Broker, Delivery, Filter};
use tokio::{sync::Semaphore, time::timeout};

use self::link::Answers;
use super::{
    Channel, ChannelKind,
    reply::{Place, Reply},
};
use crate::{Error, frame::Request};

pub use self::{
    announcements::{Announcements, Sighted},
    news::MqttNews,
};

/// How calls over a broker are made.
#[derive(Debug, Clone)]
pub struct MqttOptions {
    /// Who asks. Devices answer at `<source>/rpc`, so nobody else may have that name at the broker.
    pub source: String,
    /// Calls to one device that wait for their answers at the same time.
    pub in_flight: usize,
    /// Time for an answer.
    pub answer: Duration,
}

impl Default for MqttOptions {
    /// A name of chance, 3 calls, 10 s for an answer.
    fn default() -> Self {
        let source = format!("shelly-gen2-rpc-{:016x}", rand::random::<u64>());
        Self { source, in_flight: 3, answer: Duration::from_secs(10) }
    }
}

/// One broker as the way to any number of devices. Cheap to clone.
#[derive(Debug, Clone)]
pub struct MqttLink(Arc<Answers>);

impl MqttLink {
    /// Uses `broker`, and begins to listen for answers.
    ///
    /// # Errors
    /// When the source in the options is no topic.
    pub fn new(broker: Broker, options: MqttOptions) -> Result<Self, shelly_mqtt::Error> {
        Answers::listen(broker, options).map(|answers| Self(Arc::new(answers)))
    }

    /// The broker.
    pub fn broker(&self) -> &Broker {
        self.0.broker()
    }

    /// The way to the device that publishes below `prefix`, by default its id (setting `mqtt.topic_prefix`).
    ///
    /// # Errors
    /// When the prefix is none.
    pub fn channel(&self, prefix: &str) -> Result<MqttChannel, shelly_mqtt::Error> {
        let requests = format!("{prefix}/rpc");
        let news = ["events/rpc", "online"].map(|topic| Filter::topic(&format!("{prefix}/{topic}")));
        let [Some(events), Some(online)] = news else { return Err(self.no_topic(requests)) };
        let Ok(statuses) = format!("{prefix}/status/#").parse() else { return Err(self.no_topic(requests)) };
        let address = self.broker().address();
        let endpoint = if address.is_tls() {
            Endpoint::tls(address.host(), address.port())
        } else {
            Endpoint::new(address.host(), address.port())
        };
        Ok(MqttChannel {
            permits: Semaphore::new(self.0.options().in_flight.max(1)),
            answers: Arc::clone(&self.0),
            prefix: prefix.to_owned(),
            requests,
            news: [events, online, statuses],
            endpoint,
        })
    }

    fn no_topic(&self, topic: String) -> shelly_mqtt::Error {
        shelly_mqtt::Error::Invalid { address: self.broker().address().clone(), topic }
    }
}

/// A broker as the way to one device.
///
/// The device asks for no password here (device-facts 22); who may do what, the broker decides. Requests are sent once and
/// are not kept by the broker: a command that reaches a device hours later does harm.
#[derive(Debug)]
pub struct MqttChannel {
    answers: Arc<Answers>,
    prefix: String,
    /// Topic of requests.
    requests: String,
    /// Topics of what the device tells.
    news: [Filter; 3],
    endpoint: Endpoint,
    permits: Semaphore,
}

impl MqttChannel {
    /// Below which topic the device publishes.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// Begins to read what the device publishes by itself. Any number may read. Nothing needs to be asked for it; what
    /// the device publishes, its settings say (`rpc_ntf`, `status_ntf`).
    pub fn subscribe(&self) -> MqttNews {
        MqttNews::new(self.answers.broker().subscribe(self.news.clone()), &self.prefix)
    }

    async fn ask(&self, method: &str, params: Option<Value>) -> Result<Reply, Error> {
        let options = self.answers.options();
        let mut ticket = self.answers.waiting().enter(());
        let request =
            Request { id: ticket.id, src: options.source.clone(), method: method.to_owned(), params, auth: None };
        let place = Place { endpoint: &self.endpoint, method };
        let failed = |source| Error::Broker {
            endpoint: self.endpoint.clone(),
            prefix: self.prefix.clone(),
            method: method.to_owned(),
            source: Box::new(source),
        };
        let exchange = async {
            self.answers.established().await.map_err(failed)?;
            let broker = self.answers.broker();
            broker.publish(&self.requests, request.to_text(), Delivery::default()).map_err(failed)?;
            ticket.answer().await.map_err(|_| failed(self.answers.closed()))
        };
        match timeout(options.answer, exchange).await {
            Ok(outcome) => place.outcome(outcome?, None),
            Err(_) => Err(place.no_answer(options.answer)),
        }
    }
}

impl Channel for MqttChannel {
    async fn call(&self, method: &str, params: Option<Value>) -> Result<Value, Error> {
        let _permit = self.permits.acquire().await.expect("the semaphore is never closed");
        match self.ask(method, params).await? {
            Reply::Result(result) => Ok(result),
            Reply::Challenge(_) => Err(Place { endpoint: &self.endpoint, method }.unauthorized(false)),
        }
    }

    fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    fn kind(&self) -> ChannelKind {
        ChannelKind::Mqtt
    }
}
