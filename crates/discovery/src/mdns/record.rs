//! Reads what a device announces of itself by mDNS.

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use shelly_http::Endpoint;
use shelly_types::Generation;

use crate::{DeviceId, Seen, Source, seen::fact};

/// Entries of a TXT record that are read at most. Devices have six.
const MOST_ENTRIES: usize = 32;

/// Longest name in the domain name system, in bytes (RFC 1035, 2.3.4), with room for escapes.
const LONGEST_NAME: usize = 512;

/// Services that devices announce (gen1 protocol 4, gen2 protocol 10).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Service {
    /// `_shelly._tcp.local.`: Gen2 and later.
    Shelly,
    /// `_http._tcp.local.`: all, and anything else that has a web page.
    Http,
}

/// One announced instance of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Service.
    pub service: Service,
    /// Name of the instance: the device id, or the name that the owner gave.
    pub instance: String,
    /// Host that it runs on, as the SRV record has it.
    pub host: String,
    /// Port of the SRV record.
    pub port: u16,
    /// Addresses of the host.
    pub addresses: Vec<IpAddr>,
    /// Entries of the TXT record; one without a value has an empty one.
    pub txt: Vec<(String, String)>,
}

impl Service {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Shelly, Self::Http];

    /// The name under which it is looked for.
    pub fn domain(self) -> &'static str {
        match self {
            Self::Shelly => "_shelly._tcp.local.",
            Self::Http => "_http._tcp.local.",
        }
    }
}

/// Reads the data of a TXT record: entries `word=value`, each after its length (RFC 6763, 6.1). What is cut off or has
/// no word is left out.
pub fn read_txt(bytes: &[u8]) -> Vec<(String, String)> {
    let mut entries = Vec::new();
    let mut rest = bytes;
    while let Some((length, more)) = rest.split_first()
        && let Some((entry, after)) = more.split_at_checked(usize::from(*length))
        && entries.len() < MOST_ENTRIES
    {
        rest = after;
        let text = String::from_utf8_lossy(entry);
        let (word, value) = text.split_once('=').unwrap_or((&text, ""));
        if !word.is_empty() {
            entries.push((word.to_owned(), value.to_owned()));
        }
    }
    entries
}

impl Record {
    /// Reads the full name of an instance, `shellyplus1-a8032ab12345._shelly._tcp.local.`; none for another service.
    pub fn named(full_name: &str) -> Option<Self> {
        let name = full_name.strip_suffix('.').unwrap_or(full_name);
        let ends = |service: &Service| {
            let domain = service.domain().trim_end_matches('.');
            let at = name.len().checked_sub(domain.len())?;
            let fits = name.get(at..)?.eq_ignore_ascii_case(domain);
            (fits && name.len() <= LONGEST_NAME).then(|| name[..at].strip_suffix('.')).flatten()
        };
        let (service, instance) = Service::ALL.iter().find_map(|service| Some((*service, ends(service)?)))?;
        let instance = unescaped(instance);
        if instance.is_empty() {
            return None;
        }
        Some(Self { service, instance, host: String::new(), port: 0, addresses: Vec::new(), txt: Vec::new() })
    }

    /// The value of an entry of the TXT record, whatever the case of its word (RFC 6763, 6.4).
    pub fn txt(&self, word: &str) -> Option<&str> {
        self.txt.iter().find(|(known, _)| known.eq_ignore_ascii_case(word)).map(|(_, value)| value.as_str())
    }

    /// What it says about a device; none when it is something else that has a web page.
    pub fn seen(&self, at: DateTime<Utc>) -> Option<Seen> {
        let host = self.host.trim_end_matches('.');
        let host = host.strip_suffix(".local").unwrap_or(host);
        let by_name: Option<DeviceId> = self.instance.parse().ok();
        // A second instance has the name that the owner gave; its host may still be named after the device.
        let ids = [self.txt("id").unwrap_or_default(), &self.instance, host];
        let id = ids.into_iter().find_map(|text| Some((text, text.parse::<DeviceId>().ok()?)));
        let ours = self.service == Service::Shelly || id.as_ref().is_some_and(|(_, id)| id.is_shelly());
        if !ours {
            return None;
        }
        let mut seen = Seen::new(Source::Mdns, at);
        if let Some((text, id)) = &id {
            seen = seen.with_id(text, id);
        }
        seen.generation = self.generation();
        seen.address = self.address();
        if by_name.is_none() && self.service == Service::Shelly {
            seen.name = Some(self.instance.clone());
        }
        // On Gen1 it is the name of a project, not of an application (fixtures, oddities J).
        let has_app = seen.generation.is_some_and(|generation| !generation.is_gen1());
        for (word, value) in &self.txt {
            match word.to_ascii_lowercase().as_str() {
                "app" if has_app => seen.app = Some(value.clone()),
                "id" | "gen" => {}
                "fw_id" => seen.facts.insert(fact::FIRMWARE, value),
                "ver" => seen.facts.insert(fact::VERSION, value),
                other => seen.facts.insert(other, value),
            }
        }
        (seen.mac.is_some() || seen.suffix.is_some() || seen.address.is_some()).then_some(seen)
    }

    /// Gen1 says nothing of generations, but names its processor (gen1 protocol 4).
    fn generation(&self) -> Option<Generation> {
        let told = self.txt("gen").and_then(|told| told.parse().ok()).map(Generation);
        let gen1 = self.service == Service::Http && self.txt("gen").is_none() && self.txt("arch").is_some();
        told.or(gen1.then_some(Generation::GEN1))
    }

    /// The lowest address that can be reached without naming an interface; of IPv4, where there is one.
    fn address(&self) -> Option<Endpoint> {
        let usable = |address: &&IpAddr| match address {
            IpAddr::V4(address) => !address.is_unspecified(),
            IpAddr::V6(address) => !address.is_unspecified() && !address.is_unicast_link_local(),
        };
        let address = self.addresses.iter().filter(usable).min()?;
        (self.port != 0).then(|| Endpoint::new(address.to_string(), self.port))
    }
}

/// A label without the backslashes that guard dots and backslashes in it (RFC 6763, 4.3).
fn unescaped(label: &str) -> String {
    let mut text = String::with_capacity(label.len());
    let mut characters = label.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => text.extend(characters.next()),
            other => text.push(other),
        }
    }
    text
}

/// Reads any bytes as an announcement: a full name, a zero byte, a host, a zero byte, the data of a TXT record. For
/// fuzzing.
#[doc(hidden)]
pub fn exercise(bytes: &[u8]) {
    let mut parts = bytes.splitn(3, |byte| *byte == 0);
    let mut text = || String::from_utf8_lossy(parts.next().unwrap_or_default()).into_owned();
    let (name, host) = (text(), text());
    let txt = read_txt(parts.next().unwrap_or_default());
    for service in Service::ALL {
        let full_name = format!("{name}.{}", service.domain());
        for full_name in [&name, &full_name] {
            let Some(mut record) = Record::named(full_name) else { continue };
            (record.host, record.port, record.txt) = (host.clone(), 80, txt.clone());
            record.addresses = vec![[10, 0, 0, 7].into()];
            if let Some(seen) = record.seen(DateTime::UNIX_EPOCH) {
                crate::Merger::default().add(seen);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const AT: DateTime<Utc> = DateTime::UNIX_EPOCH;

    fn record(full_name: &str, host: &str, txt: &[&str]) -> Record {
        let bytes: Vec<u8> = txt
            .iter()
            .flat_map(|entry| [&[u8::try_from(entry.len()).unwrap()][..], entry.as_bytes()].concat())
            .collect();
        Record {
            host: host.to_owned(),
            port: 80,
            addresses: vec!["fe80::1".parse().unwrap(), "10.0.0.7".parse().unwrap()],
            txt: read_txt(&bytes),
            ..Record::named(full_name).unwrap()
        }
    }

    #[test]
    fn b1_later_generations_have_a_service_of_their_own() {
        let txt = ["gen=2", "app=Plus1PM", "ver=0.14.0"];
        let full_name = "shellyplus1pm-441793EC0FC4._shelly._tcp.local.";
        let seen = record(full_name, "ShellyPlus1PM-441793EC0FC4.local.", &txt).seen(AT).unwrap();
        assert_eq!((seen.mac, seen.generation), ("441793EC0FC4".parse().ok(), Some(Generation::GEN2)));
        assert_eq!((seen.app.as_deref(), seen.facts.get(fact::VERSION)), (Some("Plus1PM"), Some("0.14.0")));
        assert_eq!((seen.address, seen.name), (Some(Endpoint::new("10.0.0.7", 80)), None));
    }

    #[test]
    fn b1_an_instance_with_the_name_of_the_owner_is_read() {
        let seen = record(r"Dr\. No's lamp._shelly._tcp.local.", "Dr-No-s-lamp.local.", &["gen=3"]).seen(AT).unwrap();
        assert_eq!((seen.mac, seen.name.as_deref()), (None, Some("Dr. No's lamp")));
        let host = "ShellyWallDisplay-00082220E290.local";
        let seen = record("Hall._shelly._tcp.local", host, &["app=WallDisplay", "gen=2"]).seen(AT).unwrap();
        assert_eq!((seen.mac, seen.name.as_deref()), ("00082220E290".parse().ok(), Some("Hall")));
    }

    /// Gen1: `fw_version` is no firmware, `app` no application; the radiator valve tells less.
    #[test]
    fn b1_gen1_is_known_by_its_name() {
        let txt = [
            "id=shellydw2-483FDA342AD6",
            "arch=esp8266",
            "app=doorwindow-sensor2",
            "fw_version=1.0",
            "fw_id=20230913-112843/v1.14.0-gcb84623",
            "discoverable=false",
        ];
        let full_name = "shellydw2-483FDA342AD6._http._tcp.local.";
        let seen = record(full_name, "shellydw2-483FDA342AD6.local.", &txt).seen(AT).unwrap();
        assert_eq!((seen.generation, seen.app), (Some(Generation::GEN1), None));
        assert_eq!(seen.facts.get(fact::FIRMWARE), Some("20230913-112843/v1.14.0-gcb84623"));
        assert_eq!((seen.facts.get("discoverable"), seen.facts.get(fact::ARCH)), (Some("false"), Some("esp8266")));
        let valve =
            record("shellytrv-60A423DAD79C._http._tcp.local.", "x.local.", &["arch=EFM32GG11"]).seen(AT).unwrap();
        assert_eq!((valve.mac, valve.generation), ("60A423DAD79C".parse().ok(), Some(Generation::GEN1)));
        let short = record("shellyht-6A1122._http._tcp.local.", "shellyht-6A1122.local.", &[]).seen(AT).unwrap();
        assert_eq!((short.suffix, short.generation), ("6A1122".parse().ok(), None));
    }

    #[test]
    fn other_web_pages_are_not_ours() {
        assert_eq!(record("Printer-a8032ab12345._http._tcp.local.", "printer.local.", &["gen=2"]).seen(AT), None);
        assert!(Record::named("shellyplus1-a8032ab12345._ipp._tcp.local.").is_none());
        assert!(Record::named("._shelly._tcp.local.").is_none() && Record::named("_shelly._tcp.local.").is_none());
    }

    #[test]
    fn records_that_are_cut_off_are_read_up_to_there() {
        let entry = |word: &str, value: &str| (word.to_owned(), value.to_owned());
        assert_eq!(read_txt(b"\x05gen=2\x04dark\x02=x\x00\x20app=Plus"), [entry("gen", "2"), entry("dark", "")]);
        assert_eq!(read_txt(&b"\x03a=b".repeat(100)).len(), MOST_ENTRIES);
    }

    proptest! {
        #[test]
        fn nothing_panics(bytes in prop::collection::vec(any::<u8>(), 0..300), name in ".{0,40}") {
            exercise(&bytes);
            exercise(&[name.as_bytes(), b"-a8032ab12345\0shelly1-6A1122.local.\0", &bytes].concat());
        }
    }
}
