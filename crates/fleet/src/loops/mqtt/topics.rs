//! Knows where each device publishes, from its newest stored configuration.

use std::collections::{HashMap, HashSet};

use capability_config::{SettingPath, SettingValue, Settings};
use fleet_model::DeviceRecord;
use shelly_driver::MqttTopic;
use shelly_types::{ComponentKey, Mac};

use crate::{Error, Fleet};

/// Where devices publish; none for those that use no broker.
#[derive(Debug, Default)]
pub(super) struct Topics(HashMap<Mac, Option<MqttTopic>>);

impl Topics {
    /// The devices that use a broker, and where they publish.
    pub(super) async fn list(&mut self, fleet: &Fleet) -> Result<Vec<(DeviceRecord, MqttTopic)>, Error> {
        let records = super::ours(fleet).await?;
        let ours: HashSet<Mac> = records.iter().map(|record| record.mac).collect();
        self.0.retain(|mac, _| ours.contains(mac));
        let mut devices = Vec::new();
        for record in records {
            if let Some(topic) = self.topic(fleet, &record).await? {
                devices.push((record, topic));
            }
        }
        Ok(devices)
    }

    /// The configuration of the device changed.
    pub(super) fn forget(&mut self, mac: Mac) {
        self.0.remove(&mac);
    }

    /// Configurations changed, of whom nobody knows.
    pub(super) fn forget_all(&mut self) {
        self.0.clear();
    }

    async fn topic(&mut self, fleet: &Fleet, record: &DeviceRecord) -> Result<Option<MqttTopic>, Error> {
        if let Some(known) = self.0.get(&record.mac) {
            return Ok(known.clone());
        }
        let Some(snapshot) = fleet.store().snapshot_latest(record.mac).await? else { return Ok(None) };
        let topic = topic(record, &snapshot.settings);
        self.0.insert(record.mac, topic.clone());
        Ok(topic)
    }
}

/// Where a device with these settings publishes; none when it uses no broker.
fn topic(record: &DeviceRecord, settings: &Settings) -> Option<MqttTopic> {
    let setting = |name: &str| settings.get(&SettingPath::new(ComponentKey::single("mqtt"), name));
    let text = |name: &str| setting(name).and_then(SettingValue::as_text).filter(|text| !text.is_empty());
    let is_on = setting("enable").and_then(SettingValue::as_bool) == Some(true);
    // The name that it has from the factory, when it is set to none.
    let own = record.host_name.as_deref();
    let is_gen1 = record.generation.is_gen1();
    let name = text(if is_gen1 { "client_id" } else { "topic_prefix" }).or(own).filter(|_| is_on)?.to_owned();
    Some(if is_gen1 { MqttTopic::Gen1(name) } else { MqttTopic::Prefix(name) })
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use shelly_types::{Firmware, Generation, Identity, Model};

    use super::*;

    fn record(generation: Generation) -> DeviceRecord {
        let identity = Identity {
            mac: Mac::new([0xA8, 3, 0x2A, 0, 0, 1]),
            generation,
            model: Model::new("SNPL-00112EU"),
            firmware: Firmware::new("1.4.4"),
            host_name: Some("shellyplugs-a8032a000001".to_owned()),
            app: None,
            name: None,
            profile: None,
            auth_required: false,
        };
        DeviceRecord::adopt(&identity, "10.0.0.7:80".to_owned(), DateTime::UNIX_EPOCH, DateTime::UNIX_EPOCH)
    }

    fn topic_with(generation: Generation, settings: &[(&str, SettingValue)]) -> Option<MqttTopic> {
        let settings = settings.iter().map(|(path, value)| (path.parse().unwrap(), value.clone())).collect();
        topic(&record(generation), &settings)
    }

    #[test]
    fn a6_where_a_device_publishes_is_in_its_settings() {
        let own = "shellyplugs-a8032a000001".to_owned();
        let on = ("mqtt.enable", SettingValue::from(true));
        let prefix = ("mqtt.topic_prefix", SettingValue::from("house/plug"));
        let id = ("mqtt.client_id", SettingValue::from("plug"));
        let gen2 = |settings: &[_]| topic_with(Generation::GEN2, settings);
        assert_eq!(gen2(&[on.clone(), prefix.clone()]), Some(MqttTopic::Prefix("house/plug".to_owned())));
        assert_eq!(gen2(&[on.clone(), id.clone()]), Some(MqttTopic::Prefix(own.clone())));
        assert_eq!(gen2(&[prefix]), None);
        assert_eq!(gen2(&[("mqtt.enable", SettingValue::from(false))]), None);
        let gen1 = |settings: &[_]| topic_with(Generation::GEN1, settings);
        assert_eq!(gen1(&[on.clone(), id]), Some(MqttTopic::Gen1("plug".to_owned())));
        assert_eq!(gen1(&[on]), Some(MqttTopic::Gen1(own)));
    }
}
