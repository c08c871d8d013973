//! Reads the answers of `wpa_supplicant`, and quotes what it is told.

use std::collections::HashMap;

use crate::{AccessPoint, Security, Ssid};

/// What it does now.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Status {
    state: String,
    /// Name of the network.
    pub(super) ssid: Option<String>,
    /// The access point.
    pub(super) bssid: Option<String>,
    /// Number of the network.
    pub(super) id: Option<String>,
}

impl Status {
    /// Whether it is connected, keys included.
    pub(super) fn is_complete(&self) -> bool {
        self.state == "COMPLETED"
    }
}

/// A network that it knows.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Network {
    /// Its number.
    pub(super) id: String,
    /// Its name.
    pub(super) ssid: String,
    /// `[CURRENT]`, `[DISABLED]`, `[TEMP-DISABLED]`.
    pub(super) flags: String,
}

/// Reads the answer to `STATUS`: a line for each value.
pub(super) fn status(text: &str) -> Status {
    let values: HashMap<&str, &str> = text.lines().filter_map(|line| line.split_once('=')).collect();
    let value = |name: &str| values.get(name).map(|value| (*value).to_owned());
    Status {
        state: value("wpa_state").unwrap_or_default(),
        ssid: value("ssid").and_then(|ssid| String::from_utf8(unescaped(&ssid)).ok()),
        bssid: value("bssid"),
        id: value("id"),
    }
}

/// Reads the answer to `LIST_NETWORKS`: a head, then number, name, access point and flags between tabs.
pub(super) fn networks(text: &str) -> Vec<Network> {
    let read = |line: &str| {
        let mut parts = line.split('\t');
        let id = parts.next().filter(|id| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit()))?;
        let ssid = String::from_utf8_lossy(&unescaped(parts.next()?)).into_owned();
        let flags = parts.nth(1).unwrap_or_default().to_owned();
        Some(Network { id: id.to_owned(), ssid, flags })
    };
    text.lines().skip(1).filter_map(read).collect()
}

/// Reads the answer to `SCAN_RESULTS`: a head, then address, frequency, signal, flags and name between tabs. What is no
/// text is left out.
pub(super) fn scan_results(text: &str) -> Vec<AccessPoint> {
    let read = |line: &str| {
        let mut parts = line.split('\t');
        Some(AccessPoint {
            bssid: parts.next()?.parse().ok()?,
            frequency_mhz: parts.next()?.parse().ok()?,
            signal_dbm: parts.next()?.parse().ok()?,
            security: security(parts.next()?),
            ssid: Ssid::from_bytes(&unescaped(parts.next()?))?,
        })
    };
    text.lines().skip(1).filter_map(read).collect()
}

fn security(flags: &str) -> Security {
    let has = |word: &str| flags.contains(word);
    if has("EAP") {
        Security::Enterprise
    } else if has("SAE") {
        Security::Sae
    } else if has("PSK") {
        Security::Psk
    } else if has("[WEP") {
        Security::Wep
    } else {
        Security::Open
    }
}

/// Bytes that it printed in the way of C: `\xNN`, `\\`, `\"`, `\n`, `\t`, `\e`, `\r`.
fn unescaped(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'\\' {
            bytes.push(byte);
            continue;
        }
        match rest.next() {
            Some(b'x') => {
                let digits = [rest.next().unwrap_or_default(), rest.next().unwrap_or_default()];
                let digits = std::str::from_utf8(&digits).unwrap_or_default();
                bytes.extend(u8::from_str_radix(digits, 16).ok());
            }
            Some(b'n') => bytes.push(b'\n'),
            Some(b't') => bytes.push(b'\t'),
            Some(b'r') => bytes.push(b'\r'),
            Some(b'e') => bytes.push(0x1b),
            Some(other) => bytes.push(other),
            None => {}
        }
    }
    bytes
}

/// A text as it takes one: in quotes, or as hex digits when it holds a quote or what is no letter.
pub(super) fn quoted(text: &str) -> String {
    if text.bytes().all(|byte| (0x20..0x7f).contains(&byte) && byte != b'"') {
        format!("\"{text}\"")
    } else {
        let digit = |digit: u8| char::from_digit(digit.into(), 16).unwrap_or_default();
        text.bytes().flat_map(|byte| [digit(byte >> 4), digit(byte & 0xf)]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_read() {
        let text =
            "bssid=02:00:00:00:00:00\nfreq=2437\nssid=caf\\xc3\\xa9\nid=1\nwpa_state=COMPLETED\nip_address=1.2.3.4\n";
        let read = status(text);
        assert!(read.is_complete());
        assert_eq!((read.ssid.as_deref(), read.id.as_deref()), (Some("café"), Some("1")));
        let listed =
            networks("network id / ssid / bssid / flags\n0\thome-iot\tany\t[CURRENT]\n1\tx\\ty\tany\t[DISABLED]\n");
        assert_eq!(listed.len(), 2);
        assert_eq!((listed[1].ssid.as_str(), listed[1].flags.as_str()), ("x\ty", "[DISABLED]"));
    }

    #[test]
    fn a_scan_shows_what_has_a_name() {
        let text = "bssid / frequency / signal level / flags / ssid\n\
                    02:00:00:00:00:00\t2437\t-30\t[ESS]\tShellyPlus1-E465B8F3028C\n\
                    02:00:00:00:01:00\t2412\t-52\t[WPA2-PSK-CCMP][ESS]\thome-iot\n\
                    02:00:00:00:02:00\t5180\t-60\t[WPA2-SAE-CCMP][WPA2-PSK-CCMP][ESS]\tnew\n\
                    02:00:00:00:03:00\t2412\t-52\t[WPA2-EAP-CCMP][ESS]\toffice\n\
                    02:00:00:00:04:00\t2412\t-52\t[WPA2-PSK-CCMP][ESS]\t\n\
                    broken";
        let found = scan_results(text);
        let shown: Vec<_> = found.iter().map(|point| (point.ssid.as_str(), point.security, point.signal_dbm)).collect();
        assert_eq!(
            shown,
            [
                ("ShellyPlus1-E465B8F3028C", Security::Open, -30),
                ("home-iot", Security::Psk, -52),
                ("new", Security::Sae, -60),
                ("office", Security::Enterprise, -52)
            ]
        );
    }

    #[test]
    fn what_holds_a_quote_is_told_in_digits() {
        assert_eq!(quoted("home-iot"), "\"home-iot\"");
        assert_eq!(quoted("a\"b"), "612262");
        assert_eq!(quoted("é"), "c3a9");
    }
}
