//! Evidence from devices that dialled in.

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use shelly_gen2_rpc::DeviceInfo;

use crate::{DeviceId, Seen, Source, seen::fact};

/// A device that opened a WebSocket and has said who it is; none without hardware address, model or generation.
///
/// Where it calls from is kept as a fact and not as an address: it may be a range extender or a router of another site.
pub fn arrived(info: &DeviceInfo, peer: IpAddr, at: DateTime<Utc>) -> Option<Seen> {
    let mut seen = Seen::identified(Source::OutboundSocket, &info.identity().ok()?, at);
    seen.facts.insert(fact::PEER, peer.to_string());
    if let Some(version) = info.ver.as_str() {
        seen.facts.insert(fact::VERSION, version);
    }
    Some(seen)
}

/// A device that claims this id in the `src` of its first frame; none when it is no id. Anybody can claim one.
pub fn claimed(src: &str, peer: IpAddr, at: DateTime<Utc>) -> Option<Seen> {
    let id: DeviceId = src.parse().ok()?;
    let mut seen = Seen::new(Source::OutboundSocket, at).with_id(src, &id);
    seen.facts.insert(fact::PEER, peer.to_string());
    Some(seen)
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use shelly_types::wire::Wire;

    use super::*;

    #[test]
    fn b1_a_device_that_dials_in_is_known_by_its_id() {
        let (peer, at) = ("10.0.0.9".parse().unwrap(), DateTime::UNIX_EPOCH);
        let claim = claimed("shellyplus1-a8032ab12345", peer, at).unwrap();
        assert_eq!(claim.mac, "A8032AB12345".parse().ok());
        assert_eq!((claim.facts.get(fact::PEER), claim.address), (Some("10.0.0.9"), None));
        assert_eq!(claimed("browser", peer, at), None);
        let info = json!({"id": "shellyplus1-a8032ab12345", "mac": "A8032AB12345", "model": "SNSW-001X16EU", "gen": 2,
            "fw_id": "20241011-114455/1.4.4-g6d2a586", "ver": "1.4.4", "app": "Plus1", "auth_en": true});
        let seen = arrived(&DeviceInfo::from_json(info).unwrap(), peer, at).unwrap();
        assert_eq!((seen.mac, seen.app.as_deref()), (claim.mac, Some("Plus1")));
        assert_eq!((seen.facts.get(fact::VERSION), seen.facts.get(fact::AUTH)), (Some("1.4.4"), Some("true")));
    }
}
