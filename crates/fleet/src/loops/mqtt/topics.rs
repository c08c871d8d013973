//! Knows where each device publishes, from its newest stored configuration.

use std::collections::{HashMap, HashSet};

use capability_config::{SettingPath, SettingValue, Settings};
use fleet_model::DeviceRecord;
use shelly_driver::MqttTopic;
use shelly_types::{ComponentKey, Mac};

use crate::{Error, Fleet};

/// Configurations read at once.
const AT_ONCE: usize = 200;

/// Where devices publish; none for those that use no broker.
#[derive(Debug, Default)]
pub(super) struct Topics(HashMap<Mac, Option<MqttTopic>>);

impl Topics {
    /// The devices that use a broker, and where they publish.
    pub(super) async fn list(&mut self, fleet: &Fleet) -> Result<Vec<(DeviceRecord, MqttTopic)>, Error> {
        let records = fleet.store().devices_all().await?;
        let ours: HashSet<Mac> = records.iter().map(|record| record.mac).collect();
        self.0.retain(|mac, _| ours.contains(mac));
        self.learn(fleet, &records).await?;
        let topic = |record: DeviceRecord| {
            let topic = self.0.get(&record.mac)?.clone()?;
            Some((record, topic))
        };
        Ok(records.into_iter().filter_map(topic).collect())
    }

    /// The configuration of the device changed.
    pub(super) fn forget(&mut self, mac: Mac) {
        self.0.remove(&mac);
    }

    /// Configurations changed, of whom nobody knows.
    pub(super) fn forget_all(&mut self) {
        self.0.clear();
    }

    /// Looks up where those publish of which it is not known.
    async fn learn(&mut self, fleet: &Fleet, records: &[DeviceRecord]) -> Result<(), Error> {
        let unknown: HashMap<Mac, &DeviceRecord> = records
            .iter()
            .filter(|record| !self.0.contains_key(&record.mac))
            .map(|record| (record.mac, record))
            .collect();
        if unknown.is_empty() {
            return Ok(());
        }
        let mut newest = fleet.store().snapshots_newest().await?;
        newest.retain(|(mac, _)| unknown.contains_key(mac));
        for some in newest.chunks(AT_ONCE) {
            for found in fleet.store().snapshot_settings(some.iter().map(|(_, id)| *id).collect()).await? {
                if let Some(record) = unknown.get(&found.mac) {
                    self.0.insert(found.mac, topic(record, &found.settings));
                }
            }
        }
        Ok(())
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
