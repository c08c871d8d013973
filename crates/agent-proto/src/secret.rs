//! Prints messages that carry a password without it.

use std::fmt;

use crate::v1::{EnrollRequest, Provision, Relay, Relayed, WifiNetwork};

impl fmt::Debug for EnrollRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EnrollRequest")
            .field("name", &self.name)
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Provision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Provision").field("ssid", &self.ssid).field("mac", &self.mac).finish_non_exhaustive()
    }
}

impl fmt::Debug for WifiNetwork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WifiNetwork").field("ssid", &self.ssid).finish_non_exhaustive()
    }
}

impl fmt::Debug for Relay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Relay").field("endpoint", &self.endpoint).finish_non_exhaustive()
    }
}

impl fmt::Debug for Relayed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Relayed").field("status", &self.status).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::v1;

    #[test]
    fn w22_a_message_prints_without_its_passwords() {
        let network = WifiNetwork { ssid: "home".to_owned(), password: "hunter22".to_owned() };
        let provision = Provision {
            ssid: "ShellyPlus1-A8032AB12345".to_owned(),
            access_point_password: "hunter22".to_owned(),
            device_password: "hunter22".to_owned(),
            network: Some(network.clone()),
            fallback: Some(network.clone()),
            ..Provision::default()
        };
        let kind = Some(v1::task::Kind::Provision(provision));
        let task = v1::Task { kind, ..v1::Task::default() };
        let body = Some(v1::manager_message::Body::Task(task));
        let text = format!("{:?} {network:?}", v1::ManagerMessage { seq: 1, ack: 0, body });
        assert!(text.contains("ShellyPlus1-A8032AB12345") && !text.contains("hunter22"), "{text}");
        let header = v1::Header { name: "authorization".to_owned(), value: "Basic hunter22".to_owned() };
        let relay = Relay { path: "/settings?login=hunter22".to_owned(), headers: vec![header], ..Relay::default() };
        assert!(!format!("{:?}", v1::RelayRequest { number: 1, exchange: Some(relay) }).contains("hunter22"));
        let enroll = EnrollRequest { code: "K7Q2-M9XD-04TB".to_owned(), ..EnrollRequest::default() };
        assert!(!format!("{enroll:?}").contains("M9XD"));
    }
}
