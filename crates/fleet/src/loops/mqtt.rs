//! Hears at a broker what devices publish, and knows which of them can be called there.

mod ear;
mod topics;

use std::{collections::HashMap, sync::Arc, time::Duration};

use fleet_model::{DeviceRecord, FleetEvent};
use shelly_driver::{Brokered, MqttTopic};
use shelly_mqtt::{Broker, Options, State};
use shelly_types::Mac;
use tokio::{sync::Semaphore, task::AbortHandle};

use self::topics::Topics;
use crate::{Fleet, Notice, NoticeError, Notices};

/// The list of devices is read again this often, also when nobody rings.
const LIST_INTERVAL: Duration = Duration::from_mins(1);

/// Time from the bell to reading the list again, so that many adoptions ring once.
const BELL_DELAY: Duration = Duration::from_secs(1);

/// Devices read at the same time because of what they publish: at a start, or when the broker is back, all of them want it.
const READ_AT_ONCE: usize = 16;

/// Begins to connect with the broker, and goes on until it is there.
pub(super) fn open(fleet: &Fleet, options: Options) -> Option<Brokered> {
    let name = format!("shelly-{}", fleet.owner());
    let options = Options { client_id: name.clone(), ..options };
    let opened = Broker::connect(&options).and_then(|broker| Brokered::new(broker, &name));
    opened.inspect_err(|error| tracing::error!(%error, "the broker cannot be used; no device is heard there")).ok()
}

/// Hears devices until the manager stops.
pub(super) async fn run(fleet: Fleet, brokered: Brokered) {
    tokio::select! {
        () = fleet.stop_token().cancelled() => {}
        () = watch(&fleet, brokered.broker()) => {}
        () = hear(&fleet, &brokered) => {}
    }
    fleet.broker_links().all_left();
    brokered.broker().close().await;
}

/// Says how the connection with the broker is, each time that something else is the matter.
async fn watch(fleet: &Fleet, broker: &Broker) {
    let (mut state, mut said) = (broker.state(), String::new());
    loop {
        let now = state.borrow_and_update().clone();
        match now {
            State::Connected => {
                tracing::info!(broker = %broker.address(), "connected with the broker");
                said.clear();
            }
            State::Lost { reason, .. } => {
                fleet.broker_links().all_left();
                if said != reason {
                    tracing::warn!(broker = %broker.address(), reason, "no connection with the broker; it is tried again");
                    said = reason;
                }
            }
            _ => {}
        }
        if state.changed().await.is_err() {
            return;
        }
    }
}

/// The task of a device, and what it was begun with.
struct Heard {
    endpoint: String,
    topic: MqttTopic,
    task: AbortHandle,
}

/// Hears each device that is set to use a broker, as they come and go and are set otherwise.
async fn hear(fleet: &Fleet, brokered: &Brokered) {
    let mut heard = Tasks::default();
    let mut topics = Topics::default();
    let reads = Arc::new(Semaphore::new(READ_AT_ONCE));
    let mut notices = fleet.subscribe();
    loop {
        match topics.list(fleet).await {
            Ok(devices) => heard.renew(fleet, brokered, &reads, devices),
            Err(error) => tracing::error!(error = error.chain(), "the devices at the broker could not be read"),
        }
        tokio::select! {
            () = fleet.topic_bell().notified() => tokio::time::sleep(BELL_DELAY).await,
            () = tokio::time::sleep(LIST_INTERVAL) => {}
            changed = config_change(&mut notices) => match changed {
                Changed::Device(mac) => topics.forget(mac),
                Changed::Unknown => topics.forget_all(),
                Changed::Never => return,
            },
        }
    }
}

/// Whose configuration changed.
enum Changed {
    Device(Mac),
    Unknown,
    Never,
}

/// Waits until the stored configuration of a device is another one.
async fn config_change(notices: &mut Notices) -> Changed {
    loop {
        match notices.recv().await {
            Ok(Notice::Event(event)) if matches!(event.event, FleetEvent::ConfigChanged { .. }) => {
                if let Some(mac) = event.mac {
                    return Changed::Device(mac);
                }
            }
            Ok(_) => {}
            Err(NoticeError::Lagged) => return Changed::Unknown,
            Err(NoticeError::Closed) => return Changed::Never,
        }
    }
}

/// One task for each device; they end with this.
#[derive(Default)]
struct Tasks(HashMap<Mac, Heard>);

impl Tasks {
    /// Begins with new devices and with those that are elsewhere now; lets go of those that are gone.
    fn renew(
        &mut self,
        fleet: &Fleet,
        brokered: &Brokered,
        reads: &Arc<Semaphore>,
        devices: Vec<(DeviceRecord, MqttTopic)>,
    ) {
        let devices: HashMap<Mac, _> =
            devices.into_iter().map(|(record, topic)| (record.mac, (record, topic))).collect();
        self.0.retain(|mac, heard| {
            let stays = devices
                .get(mac)
                .is_some_and(|(record, topic)| record.endpoint == heard.endpoint && *topic == heard.topic);
            if !stays {
                heard.task.abort();
            }
            stays
        });
        for (mac, (record, topic)) in devices {
            self.0.entry(mac).or_insert_with(|| {
                let endpoint = record.endpoint.clone();
                let ear = ear::one(fleet.clone(), brokered.clone(), Arc::clone(reads), record, topic.clone());
                Heard { endpoint, topic, task: fleet.spawn_abortable(ear) }
            });
        }
    }
}

impl Drop for Tasks {
    fn drop(&mut self) {
        for heard in self.0.values() {
            heard.task.abort();
        }
    }
}
