//! Which output feeds which device (B13).

use std::collections::{HashMap, HashSet};

use fleet_model::PowerSource;
use shelly_types::Mac;

use crate::{Error, Fleet, offline};

impl Fleet {
    /// What is named as the feeding output of a device, checked: the output exists, and no device feeds itself, not even
    /// over others. Empty text and `none` name nothing.
    pub(crate) async fn checked_power(&self, mac: Mac, text: &str) -> Result<Option<PowerSource>, Error> {
        let text = text.trim();
        if matches!(text, "" | "none") {
            return Ok(None);
        }
        let source: PowerSource = text.parse().map_err(|error| Error::invalid(format!("{error}")))?;
        if source.mac == mac {
            return Err(Error::invalid(format!("device {mac} cannot be fed by itself")));
        }
        let parent = self.device_record(source.mac).await?;
        let all = self.store().devices_all().await?;
        let feeds = all.into_iter().filter_map(|record| Some((record.mac, record.powered_by?.mac))).collect();
        if is_upstream(mac, source.mac, &feeds) {
            return Err(Error::invalid(format!("device {mac} feeds {} already", parent.display_name())));
        }
        let status = self.status_of(source.mac).await?.map(|read| read.status);
        let reading = status.as_ref().and_then(|status| status.components.get(&source.component));
        if reading.and_then(offline::output).is_none() {
            let (name, component) = (parent.display_name(), &source.component);
            return Err(Error::invalid(format!("`{component}` is no output that {name} has; refresh it if it is new")));
        }
        Ok(Some(source))
    }
}

/// Whether `mac` is `from`, or feeds it, over however many others.
fn is_upstream(mac: Mac, from: Mac, feeds: &HashMap<Mac, Mac>) -> bool {
    let mut seen = HashSet::new();
    let mut at = Some(from);
    while let Some(next) = at.filter(|next| seen.insert(*next)) {
        if next == mac {
            return true;
        }
        at = feeds.get(&next).copied();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b13_nobody_feeds_himself_over_others() {
        let mac = |last| Mac::new([0xA8, 3, 0x2A, 0, 0, last]);
        let feeds = [(mac(2), mac(1)), (mac(3), mac(2)), (mac(8), mac(9)), (mac(9), mac(8))].into();
        assert!(is_upstream(mac(1), mac(3), &feeds), "3 is fed by 2, which is fed by 1");
        assert!(is_upstream(mac(1), mac(1), &feeds));
        assert!(!is_upstream(mac(4), mac(3), &feeds));
        assert!(!is_upstream(mac(4), mac(8), &feeds), "a ring that exists already ends too");
    }
}
