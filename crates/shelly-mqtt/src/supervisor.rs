//! Keeps the connection: connects, connects again, tells the broker what is wanted, and sorts what comes.

use std::{
    pin::pin,
    str,
    sync::Arc,
    time::{Duration, Instant},
};

use rumqttc::{
    AsyncClient, ConnectionError, Event, EventLoop, LastWill, MqttOptions, NetworkOptions, Packet, QoS,
    SubscribeFilter, SubscribeReasonCode, TlsConfiguration, Transport,
};
use rustls::{ClientConfig, RootCertStore, crypto::ring};
use tokio::{sync::watch, time::timeout};

use crate::{
    BackOff, Error, Filter, Options, State,
    router::{Change, Shared},
};

/// Filters that are told in one packet.
const FILTERS_PER_PACKET: usize = 64;

/// Time for what was published before the end.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// A connection that held so long was good: the next loss begins with the first wait again.
const GOOD: Duration = Duration::from_secs(10);

/// The task of one connection.
pub(crate) struct Supervisor {
    pub(crate) client: AsyncClient,
    pub(crate) shared: Arc<Shared>,
    pub(crate) state: watch::Sender<State>,
    pub(crate) closing: watch::Receiver<bool>,
    pub(crate) back_off: BackOff,
    /// The broker has been told that we go.
    pub(crate) parting: bool,
}

/// What an event means for the loop.
enum Turn {
    Go,
    Lost(String),
    Closed,
}

impl Drop for Supervisor {
    fn drop(&mut self) {
        self.shared.disconnected();
        self.state.send_replace(State::Closed);
        self.shared.end();
    }
}

impl Supervisor {
    /// Runs until the broker is closed.
    pub(crate) async fn run(mut self, mut events: EventLoop) {
        let mut failures = 0;
        let mut since: Option<Instant> = None;
        loop {
            let event = self.next(&mut events).await;
            match self.sort(event, &mut since) {
                Turn::Go => {}
                Turn::Closed => return,
                Turn::Lost(reason) => {
                    self.shared.disconnected();
                    failures = if since.take().is_some_and(|since| since.elapsed() >= GOOD) { 1 } else { failures + 1 };
                    self.state.send_replace(State::Lost { reason, failures });
                    let wait = self.back_off.wait(failures, rand::random());
                    // Whoever closes does not wait for the next attempt.
                    if timeout(wait, self.closing.wait_for(|closing| *closing)).await.is_ok() {
                        return;
                    }
                }
            }
        }
    }

    /// Waits for the next event, and tells the broker meanwhile what has changed.
    async fn next(&mut self, events: &mut EventLoop) -> Result<Event, ConnectionError> {
        self.tell_changes();
        let mut event = pin!(events.poll());
        let mut closing = self.closing.clone();
        loop {
            tokio::select! {
                event = &mut event => return event,
                () = self.shared.changed.notified() => self.tell_changes(),
                () = told(&mut closing), if !self.parting => {
                    self.parting = true;
                    if *self.state.borrow() != State::Connected {
                        return Err(ConnectionError::RequestsDone);
                    }
                    // When too much waits to be sent, the connection is broken off after a while.
                    let _ = self.client.try_disconnect_with_timeout(LAST_WORDS);
                }
            }
        }
    }

    fn sort(&self, event: Result<Event, ConnectionError>, since: &mut Option<Instant>) -> Turn {
        match event {
            Ok(Event::Incoming(Packet::ConnAck(_))) => {
                *since = Some(Instant::now());
                self.shared.router().connected();
                self.state.send_replace(State::Connected);
                Turn::Go
            }
            Ok(Event::Incoming(Packet::Publish(publish))) => {
                // A topic that is no text is against the standard, and no topic of anybody.
                if let Ok(topic) = str::from_utf8(&publish.topic) {
                    self.shared.router().deliver(topic, &publish.payload, publish.retain);
                }
                Turn::Go
            }
            Ok(Event::Incoming(Packet::SubAck(answer))) => {
                let granted = |code: &SubscribeReasonCode| matches!(code, SubscribeReasonCode::Success(_));
                self.shared.confirmed(&answer.return_codes.iter().map(granted).collect::<Vec<_>>());
                Turn::Go
            }
            Ok(_) => Turn::Go,
            Err(ConnectionError::RequestsDone) => Turn::Closed,
            Err(_) if *self.closing.borrow() => Turn::Closed,
            Err(error) => Turn::Lost(reason(&error)),
        }
    }

    /// Tells the broker what is wanted, as far as it fits; the rest follows with the next event.
    fn tell_changes(&self) {
        loop {
            let changes = self.shared.router().next_changes(FILTERS_PER_PACKET);
            let told = match changes.first() {
                None => return,
                Some(Change::Subscribe(_)) => {
                    let filters = changes.iter().map(|change| SubscribeFilter::new(name(change), QoS::AtLeastOnce));
                    self.client.try_subscribe_many(filters)
                }
                Some(Change::Unsubscribe(_)) => self.client.try_unsubscribe_many(changes.iter().map(name)),
            };
            let mut router = self.shared.router();
            match told {
                Ok(()) => router.told(changes),
                Err(_) => return router.put_back(changes),
            }
        }
    }
}

/// Waits until the connection is to be closed, or nobody is left who could use it.
async fn told(closing: &mut watch::Receiver<bool>) {
    drop(closing.wait_for(|closing| *closing).await);
}

fn name(change: &Change) -> String {
    match change {
        Change::Subscribe(filter) | Change::Unsubscribe(filter) => Filter::as_str(filter).to_owned(),
    }
}

/// The error and its causes in one line, for people.
fn reason(error: &ConnectionError) -> String {
    if let ConnectionError::ConnectionRefused(code) = error {
        return format!("the broker refuses us: {code:?}");
    }
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        let more = error.to_string();
        if !text.contains(&more) {
            text.push_str(": ");
            text.push_str(&more);
        }
        cause = error.source();
    }
    text.chars().take(200).collect()
}

/// The client of a connection that is not yet made.
pub(crate) fn client(options: &Options) -> Result<(AsyncClient, EventLoop), Error> {
    let unusable = |reason: String| Error::Options { address: options.address.clone(), reason };
    if options.client_id.is_empty() {
        return Err(unusable("the client has no name".to_owned()));
    }
    let broker = rumqttc::Broker::tcp(options.address.host(), options.address.port());
    let mut mqtt = MqttOptions::new(options.client_id.clone(), broker);
    let keep_alive = u16::try_from(options.keep_alive.as_secs()).unwrap_or(u16::MAX).max(1);
    mqtt.set_keep_alive(keep_alive)
        .set_clean_session(true)
        .set_max_packet_size(options.max_packet_bytes, options.max_packet_bytes);
    if let Some(login) = &options.login {
        mqtt.set_credentials(login.user.clone(), login.password.clone());
    }
    if let Some(will) = &options.last_will {
        if !crate::is_topic(&will.topic) {
            return Err(unusable(format!("the last will is for {:?}, which is no topic", will.topic)));
        }
        mqtt.set_last_will(LastWill::new(&will.topic, will.payload.to_vec(), QoS::AtLeastOnce, will.retain));
    }
    if options.address.is_tls() {
        let config = match &options.tls {
            Some(config) => Arc::clone(config),
            None => system_trust().map_err(|error| unusable(error.to_string()))?,
        };
        mqtt.set_transport(Transport::tls_with_config(TlsConfiguration::Rustls(config)));
    }
    let builder = AsyncClient::builder(mqtt).capacity(options.outgoing.max(1));
    let (client, mut events) = builder.try_build().map_err(|error| unusable(error.to_string()))?;
    let mut network = NetworkOptions::new();
    network.set_connection_timeout(options.connect.as_secs().max(1));
    network.set_tcp_nodelay(true);
    events.set_network_options(network);
    Ok((client, events))
}

/// The authorities that the operating system trusts.
fn system_trust() -> Result<Arc<ClientConfig>, rustls::Error> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}
