//! Listens for the answers of all devices at one broker.

use std::sync::Arc;

use rand::random;
use shelly_mqtt::{Broker, Error, Filter, Received, Subscription};
use tokio::task::AbortHandle;

use super::{super::waiting::Waiting, MqttOptions};
use crate::frame::Frame;

/// The one reader of answers.
#[derive(Debug)]
pub(super) struct Answers {
    broker: Broker,
    options: MqttOptions,
    /// Topic of the answers.
    topic: Filter,
    waiting: Arc<Waiting<()>>,
    task: AbortHandle,
}

impl Answers {
    pub(super) fn listen(broker: Broker, options: MqttOptions) -> Result<Self, Error> {
        let topic = format!("{}/rpc", options.source);
        let Some(topic) = Filter::topic(&topic) else {
            return Err(Error::Invalid { address: broker.address().clone(), topic });
        };
        // Numbers that nobody guesses, as anybody at the broker can send us an answer.
        let waiting = Arc::new(Waiting::new(u64::from(random::<u32>())));
        let subscription = broker.subscribe([topic.clone()]);
        let task = tokio::spawn(sort(subscription, Arc::clone(&waiting))).abort_handle();
        Ok(Self { broker, options, topic, waiting, task })
    }

    pub(super) fn broker(&self) -> &Broker {
        &self.broker
    }

    pub(super) fn options(&self) -> &MqttOptions {
        &self.options
    }

    pub(super) fn waiting(&self) -> &Waiting<()> {
        &self.waiting
    }

    /// Waits until no answer can be missed.
    pub(super) async fn established(&self) -> Result<(), Error> {
        self.broker.established(&self.topic).await
    }

    /// Why no answer will come any more.
    pub(super) fn closed(&self) -> Error {
        Error::NotConnected { address: self.broker.address().clone(), reason: self.broker.state().borrow().to_string() }
    }
}

impl Drop for Answers {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Hands answers over until the broker is closed. Answers that were lost with the connection run into the deadlines of
/// those who wait for them.
async fn sort(mut subscription: Subscription, waiting: Arc<Waiting<()>>) {
    while let Some(received) = subscription.recv().await {
        if let Received::Message(message) = received
            && let Ok(Frame::Answer(answer)) = Frame::parse(&message.payload)
        {
            waiting.settle(answer, |()| true);
        }
    }
    waiting.abandon();
}
