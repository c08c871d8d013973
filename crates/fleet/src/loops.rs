//! What the manager does by itself, by timetable.

mod agent_watch;
mod coiot;
mod discover;
mod drift_scan;
mod extenders;
mod follow;
mod jobs;
mod mqtt;
mod poll;
mod repair;
mod sources;
mod sweep;

use discovery::mqtt::MqttOptions;
use shelly_types::Mac;

pub(crate) use self::poll::one as poll_one;
use crate::Fleet;

/// Starts all loops. They end when the manager stops.
pub(crate) fn start(fleet: &Fleet) {
    let broker = fleet.options().mqtt.clone().and_then(|options| mqtt::open(fleet, options));
    if let Some(brokered) = &broker {
        fleet.broker_links().open(brokered.clone());
    }
    sources::start(fleet, broker.as_ref().map(|brokered| MqttOptions::new(brokered.broker().clone())));
    fleet.spawn(poll::run(fleet.clone()));
    fleet.spawn(drift_scan::run(fleet.clone()));
    fleet.spawn(jobs::run(fleet.clone()));
    fleet.spawn(repair::run(fleet.clone()));
    fleet.spawn(agent_watch::run(fleet.clone()));
    fleet.spawn(sweep::run(fleet.clone()));
    for timetable in fleet.options().timetables.clone() {
        fleet.spawn(discover::run(fleet.clone(), timetable));
    }
    fleet.spawn(extenders::run(fleet.clone()));
    if fleet.options().follow {
        fleet.spawn(follow::run(fleet.clone()));
    }
    if let Some(config) = fleet.options().coiot.clone() {
        fleet.spawn(coiot::run(fleet.clone(), config));
    }
    if let Some(broker) = broker {
        fleet.spawn(mqtt::run(fleet.clone(), broker));
    }
}

/// Polls one device of ours out of turn.
pub(crate) async fn poll_once(fleet: &Fleet, mac: Mac) {
    match fleet.store().device_get(mac).await {
        Ok(Some(record)) => {
            poll::one(fleet, &record).await;
        }
        Ok(None) => {}
        Err(error) => {
            let error = crate::Error::from(error);
            tracing::error!(device.mac = %mac, error = error.chain(), "the device to poll could not be read");
        }
    }
}
