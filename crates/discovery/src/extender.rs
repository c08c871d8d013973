//! Evidence from range extenders about the devices behind them.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use shelly_gen2_rpc::methods::wifi::ApClients;
use shelly_http::Endpoint;
use shelly_types::Mac;

use crate::{Seen, Source, seen::fact};

/// Clients that are followed at most. The access point of a device serves about ten.
const MOST_CLIENTS: usize = 64;

/// A range extender and its clients: each answer of `WiFi.ListAPClients` tells who is there and at which port.
///
/// Ask again from time to time, as ports change (C2). An answer is taken as a whole: who is not in it has left.
#[derive(Debug, Clone)]
pub struct Extender {
    mac: Mac,
    host: String,
    clients: BTreeMap<Mac, Option<Endpoint>>,
}

/// What an answer says that the one before did not.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Change {
    /// A client came.
    Came {
        /// Its hardware address.
        mac: Mac,
        /// Where it is reached; none without a port.
        address: Option<Endpoint>,
    },
    /// A client is reached elsewhere.
    Moved {
        /// Its hardware address.
        mac: Mac,
        /// Where it was reached.
        from: Option<Endpoint>,
        /// Where it is reached.
        to: Option<Endpoint>,
    },
    /// A client left.
    Left {
        /// Its hardware address.
        mac: Mac,
    },
}

impl Extender {
    /// The range extender with this hardware address, reached at `host`. Its clients are not known yet.
    pub fn new(mac: Mac, host: impl Into<String>) -> Self {
        Self { mac, host: host.into(), clients: BTreeMap::new() }
    }

    /// Its hardware address.
    pub fn mac(&self) -> Mac {
        self.mac
    }

    /// Notes that the range extender itself is reached elsewhere; so are its clients with the next answer.
    pub fn move_to(&mut self, host: impl Into<String>) {
        self.host = host.into();
    }

    /// The clients of the last answer and where they are reached.
    pub fn clients(&self) -> impl Iterator<Item = (Mac, Option<&Endpoint>)> {
        self.clients.iter().map(|(mac, address)| (*mac, address.as_ref()))
    }

    /// Evidence for each client of an answer (C1). Clients of any generation are listed alike (C3), and so is what is
    /// no Shelly.
    pub fn seen(&self, answer: &ApClients, at: DateTime<Utc>) -> Vec<Seen> {
        let mut evidence = Vec::new();
        for client in answer.ap_clients.get().into_iter().flatten().take(MOST_CLIENTS) {
            let Some(mac) = client.mac.as_str().and_then(|mac| mac.parse().ok()) else { continue };
            let mut seen = Seen::new(Source::Extender { of: self.mac }, at);
            seen.mac = Some(mac);
            seen.address = self.address(client.mport.copied());
            if let Some(ip) = client.ip.as_str() {
                seen.facts.insert(fact::IP, ip);
            }
            evidence.push(seen);
        }
        evidence
    }

    /// Takes an answer and says what changed since the one before.
    pub fn follow(&mut self, answer: &ApClients) -> Vec<Change> {
        let listed = self.seen(answer, DateTime::UNIX_EPOCH);
        let mut changes = Vec::new();
        let present: BTreeSet<Mac> = listed.iter().filter_map(|seen| seen.mac).collect();
        self.clients.retain(|mac, _| {
            let stays = present.contains(mac);
            if !stays {
                changes.push(Change::Left { mac: *mac });
            }
            stays
        });
        for (mac, address) in listed.into_iter().filter_map(|seen| Some((seen.mac?, seen.address))) {
            match self.clients.insert(mac, address.clone()) {
                None => changes.push(Change::Came { mac, address }),
                Some(from) if from != address => changes.push(Change::Moved { mac, from, to: address }),
                Some(_) => {}
            }
        }
        changes
    }

    fn address(&self, port: Option<u16>) -> Option<Endpoint> {
        port.filter(|port| *port != 0).map(|port| Endpoint::new(self.host.clone(), port))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use shelly_types::wire::Wire;

    use super::*;

    fn answer(clients: &Value) -> ApClients {
        ApClients::from_json(json!({"ts": null, "ap_clients": clients})).unwrap()
    }

    fn mac(last: u8) -> Mac {
        Mac::new([0xA8, 3, 0x2A, 0, 0, last])
    }

    /// C1, C2: clients are at ports of the extender, and ports are followed.
    #[test]
    fn clients_come_move_and_leave() {
        let mut extender = Extender::new(mac(1), "10.0.0.5");
        let one =
            json!({"mac": "a8:03:2a:00:00:02", "ip": "192.168.33.2", "ip_static": false, "mport": 8001, "since": 1});
        let two = json!({"mac": "a8032a000003", "ip": "192.168.33.3", "mport": 0});
        let first = answer(&json!([one, two, {"mac": "odd"}]));
        let seen = extender.seen(&first, DateTime::UNIX_EPOCH);
        assert_eq!(seen.len(), 2);
        assert_eq!((seen[0].mac, seen[0].source), (Some(mac(2)), Source::Extender { of: mac(1) }));
        assert_eq!(seen[0].address, Some(Endpoint::new("10.0.0.5", 8001)));
        assert_eq!((seen[0].facts.get(fact::IP), &seen[1].address), (Some("192.168.33.2"), &None));
        let came = extender.follow(&first);
        assert_eq!(came.len(), 2);
        assert!(extender.follow(&first).is_empty());
        let second = answer(&json!([{"mac": "A8032A000002", "mport": 8004}]));
        let moved = Change::Moved {
            mac: mac(2),
            from: Some(Endpoint::new("10.0.0.5", 8001)),
            to: Some(Endpoint::new("10.0.0.5", 8004)),
        };
        assert_eq!(extender.follow(&second), [Change::Left { mac: mac(3) }, moved]);
        assert!(extender.follow(&ApClients::default()).contains(&Change::Left { mac: mac(2) }));
    }
}
