//! The handle of the one connection to a broker.

use std::{fmt, sync::Arc, time::Duration};

use bytes::Bytes;
use rumqttc::{AsyncClient, ClientError, PublishOptions, QoS};
use tokio::{
    sync::watch,
    task::{AbortHandle, JoinHandle},
    time::timeout,
};

use crate::{
    Address, Error, Filter, Options, Subscription,
    inbox::Inbox,
    is_topic,
    router::Shared,
    supervisor::{self, Supervisor},
};

/// Time for the broker to take the good-bye.
const PARTING: Duration = Duration::from_secs(2);

/// How the connection is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum State {
    /// The first attempt is under way.
    Connecting,
    /// The broker has let us in.
    Connected,
    /// There is none; the next attempt comes by itself.
    Lost {
        /// Why.
        reason: String,
        /// Attempts that have failed since the connection was good.
        failures: u32,
    },
    /// It was closed, for good.
    Closed,
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connecting => f.write_str("the first attempt is under way"),
            Self::Connected => f.write_str("connected"),
            Self::Lost { reason, .. } => f.write_str(reason),
            Self::Closed => f.write_str("closed"),
        }
    }
}

/// How a message is delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Delivery {
    /// The broker confirms it, and keeps it for clients that are away and have asked for that (`QoS` 1). A command to a
    /// device is better lost than late, so this is off by default.
    pub at_least_once: bool,
    /// The broker keeps it for later subscribers.
    pub retain: bool,
}

/// One supervised connection to a broker, for everybody. Cheap to clone.
///
/// It connects by itself, and again after each loss with growing waits; subscriptions come back with it. The last clone
/// that is dropped breaks the connection, upon which the broker publishes the last will; [`close`](Self::close) parts in
/// peace.
#[derive(Debug, Clone)]
pub struct Broker(Arc<Handle>);

struct Handle {
    address: Address,
    incoming: usize,
    max_packet_bytes: usize,
    client: AsyncClient,
    shared: Arc<Shared>,
    state: watch::Receiver<State>,
    closing: watch::Sender<bool>,
    task: AbortHandle,
}

impl Broker {
    /// Begins to connect, and returns at once.
    ///
    /// # Errors
    /// [`Error::Options`] when no connection can ever be made with them.
    pub fn connect(options: &Options) -> Result<Self, Error> {
        let (client, events) = supervisor::client(options)?;
        let shared = Arc::new(Shared::default());
        let (state_sender, state) = watch::channel(State::Connecting);
        let (closing, closing_receiver) = watch::channel(false);
        let supervisor = Supervisor {
            client: client.clone(),
            shared: Arc::clone(&shared),
            state: state_sender,
            closing: closing_receiver,
            back_off: options.back_off,
            parting: false,
        };
        let task: JoinHandle<()> = tokio::spawn(supervisor.run(events));
        Ok(Self(Arc::new(Handle {
            address: options.address.clone(),
            incoming: options.incoming,
            max_packet_bytes: options.max_packet_bytes,
            client,
            shared,
            state,
            closing,
            task: task.abort_handle(),
        })))
    }

    /// Where the broker listens.
    pub fn address(&self) -> &Address {
        &self.0.address
    }

    /// How the connection is, now and whenever it changes.
    pub fn state(&self) -> watch::Receiver<State> {
        self.0.state.clone()
    }

    /// Waits until the broker has let us in; false when the connection was closed for good.
    pub async fn connected(&self) -> bool {
        let mut state = self.state();
        let settled = state.wait_for(|state| matches!(state, State::Connected | State::Closed)).await;
        settled.is_ok_and(|state| *state == State::Connected)
    }

    /// Receives the messages that any of `filters` means, those first that the broker keeps.
    ///
    /// Works without a connection: then they come when there is one.
    pub fn subscribe(&self, filters: impl IntoIterator<Item = Filter>) -> Subscription {
        let filters: Box<[Filter]> = filters.into_iter().collect();
        let inbox = Arc::new(Inbox::new(self.0.incoming));
        if *self.0.state.borrow() == State::Closed {
            inbox.end();
        }
        self.0.shared.enter(&filters, &inbox);
        Subscription::new(inbox, filters, &self.0.shared)
    }

    /// Waits until the broker sends what `filter` means to the subscriptions that want it. Before that, the answer to
    /// something published may be missed. Waits for as long as the broker does not allow it.
    ///
    /// # Errors
    /// When there is no connection, or it is lost meanwhile.
    pub async fn established(&self, filter: &Filter) -> Result<(), Error> {
        if self.0.shared.established(filter).await {
            return Ok(());
        }
        Err(Error::NotConnected { address: self.0.address.clone(), reason: self.0.state.borrow().to_string() })
    }

    /// Publishes a message, if there is a connection now.
    ///
    /// # Errors
    /// When there is none, when too much waits to be sent, or when it is no message.
    pub fn publish(&self, topic: &str, payload: impl Into<Bytes>, delivery: Delivery) -> Result<(), Error> {
        let address = || self.0.address.clone();
        let payload = payload.into();
        if !is_topic(topic) || payload.len() > self.0.max_packet_bytes {
            return Err(Error::Invalid { address: address(), topic: topic.chars().take(128).collect() });
        }
        let state = self.0.state.borrow().clone();
        if state != State::Connected {
            return Err(Error::NotConnected { address: address(), reason: state.to_string() });
        }
        let quality = if delivery.at_least_once { QoS::AtLeastOnce } else { QoS::AtMostOnce };
        let options = PublishOptions::new(quality).retain(delivery.retain);
        self.0.client.try_publish(topic, payload, options).map_err(|error| match error {
            ClientError::RequestChannelFull(_) => Error::Busy { address: address() },
            ClientError::InvalidRequest(_) => Error::Invalid { address: address(), topic: topic.to_owned() },
            _ => Error::NotConnected { address: address(), reason: State::Closed.to_string() },
        })
    }

    /// Parts from the broker in peace, which does not publish the last will then, and ends all subscriptions.
    pub async fn close(&self) {
        self.0.closing.send_replace(true);
        let mut state = self.state();
        if timeout(PARTING, state.wait_for(|state| *state == State::Closed)).await.is_err() {
            self.0.task.abort();
            // The task ends everything when it is dropped; a failure to hear of that means the same.
            let _ = state.wait_for(|state| *state == State::Closed).await;
        }
    }
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Broker")
            .field("address", &self.address)
            .field("state", &*self.state.borrow())
            .finish_non_exhaustive()
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.task.abort();
    }
}
