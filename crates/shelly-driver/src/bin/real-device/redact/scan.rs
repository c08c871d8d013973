//! Finds addresses in texts: hardware addresses in every form, IP addresses, web addresses.

use std::{
    collections::BTreeMap,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

use shelly_types::Mac;

/// Digits of the part of a hardware address that is the device's own; the rest is the maker's.
const TAIL: usize = 6;

/// What stands for which address.
#[derive(Debug)]
pub(crate) struct Addresses {
    /// Twelve upper-case digits.
    device: String,
    tails: BTreeMap<String, usize>,
    ips: BTreeMap<IpAddr, usize>,
}

impl Addresses {
    /// For a device with this hardware address.
    pub(crate) fn of_device(mac: Mac) -> Self {
        let device = mac.to_string().to_ascii_uppercase();
        let tails = BTreeMap::from([(device[device.len() - TAIL..].to_owned(), 1)]);
        Self { device, tails, ips: BTreeMap::new() }
    }

    /// A text with other addresses in the place of those in it.
    pub(crate) fn mask(&mut self, text: &str) -> String {
        let mut shown = String::with_capacity(text.len());
        let mut rest = text;
        let mut before = None;
        while let Some(first) = rest.chars().next() {
            let is_start = !before.is_some_and(|c: char| c.is_ascii_alphanumeric());
            let found = self.separated(rest, is_start).or_else(|| self.ip(rest, is_start));
            let found = found.or_else(|| self.digits(rest, is_start)).or_else(|| self.own(rest));
            let (length, mask) = found.unwrap_or_else(|| (first.len_utf8(), first.to_string()));
            before = rest[..length].chars().next_back();
            shown.push_str(&mask);
            rest = &rest[length..];
        }
        shown
    }

    /// `aa:bb:cc:dd:ee:ff` or `AA-BB-CC-DD-EE-FF`, also with eight parts.
    fn separated(&mut self, text: &str, is_start: bool) -> Option<(usize, String)> {
        let separator = *text.as_bytes().get(2).filter(|byte| is_start && matches!(byte, b':' | b'-'))?;
        let run: String = text.chars().take_while(|c| c.is_ascii_hexdigit() || *c == char::from(separator)).collect();
        let parts: Vec<&str> = run.split(char::from(separator)).collect();
        let is_address = matches!(parts.len(), 6 | 8) && parts.iter().all(|part| part.len() == 2);
        if !is_address || continues(&text[run.len()..]) {
            return None;
        }
        let tail = self.tail(&parts[parts.len() - 3..].concat());
        let shown: Vec<&str> =
            parts[..parts.len() - 3].iter().copied().chain([&tail[..2], &tail[2..4], &tail[4..]]).collect();
        Some((run.len(), shown.join(std::str::from_utf8(&[separator]).unwrap_or(":"))))
    }

    /// Twelve or sixteen digits in a row, and the last six of the device's own.
    fn digits(&mut self, text: &str, is_start: bool) -> Option<(usize, String)> {
        let length = text.bytes().take_while(u8::is_ascii_hexdigit).count();
        let run = &text[..length];
        let upper = run.to_ascii_uppercase();
        let is_own = self.device.ends_with(&upper) && (length == TAIL || length == self.device.len());
        let is_any = matches!(length, 12 | 16) && run.bytes().any(|byte| byte.is_ascii_alphabetic());
        if !is_start || continues(&text[length..]) || !(is_own || is_any) {
            return None;
        }
        let (maker, own) = run.split_at(length - TAIL);
        Some((length, format!("{maker}{}", self.tail(own))))
    }

    /// The whole hardware address of the device, wherever it stands.
    fn own(&mut self, text: &str) -> Option<(usize, String)> {
        let found = text.get(..self.device.len())?;
        if !found.eq_ignore_ascii_case(&self.device) {
            return None;
        }
        let (maker, own) = found.split_at(found.len() - TAIL);
        Some((found.len(), format!("{maker}{}", self.tail(own))))
    }

    /// An IP address. Masks, groups and the address of nobody stay.
    fn ip(&mut self, text: &str, is_start: bool) -> Option<(usize, String)> {
        if !is_start {
            return None;
        }
        let run =
            |is_part: fn(char) -> bool| text[..text.find(|c| !is_part(c)).unwrap_or(text.len())].trim_end_matches('.');
        let v4 = run(|c| c.is_ascii_digit() || c == '.');
        if let Ok(address) = v4.parse::<Ipv4Addr>() {
            let stays = address.is_unspecified() || address.is_multicast() || address.octets()[0] == 255;
            let mask = if stays { v4.to_owned() } else { self.shown(address.into()) };
            return Some((v4.len(), mask));
        }
        let v6 = run(|c| c.is_ascii_hexdigit() || matches!(c, ':' | '.'));
        let address = v6.parse::<Ipv6Addr>().ok()?;
        let stays = address.is_unspecified() || address.is_multicast();
        let mask = if stays { v6.to_owned() } else { self.shown(address.into()) };
        Some((v6.len(), mask))
    }

    /// The address of a network for documentation that stands for this one.
    fn shown(&mut self, address: IpAddr) -> String {
        let next = self.ips.len() + 1;
        let number = *self.ips.entry(address).or_insert(next);
        match address {
            IpAddr::V4(_) => format!("192.0.2.{}", (number - 1) % 254 + 1),
            IpAddr::V6(_) => format!("2001:db8::{number:x}"),
        }
    }

    /// What stands for the last six digits, in their letter case.
    fn tail(&mut self, digits: &str) -> String {
        let next = self.tails.len() + 1;
        let number = *self.tails.entry(digits.to_ascii_uppercase()).or_insert(next);
        let is_lower = digits.bytes().any(|byte| byte.is_ascii_lowercase());
        if is_lower { format!("{number:06x}") } else { format!("{number:06X}") }
    }
}

/// Whether a word goes on.
fn continues(text: &str) -> bool {
    text.chars().next().is_some_and(|c| c.is_ascii_alphanumeric())
}

/// The web addresses in a text.
pub(crate) fn urls(text: &str) -> Vec<String> {
    let is_end = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | ',' | '<' | '>' | ')' | '|');
    text.split(is_end)
        .filter_map(|word| {
            let at = word.find("://")?;
            let scheme = word[..at].rfind(|c: char| !c.is_ascii_alphanumeric()).map_or(0, |before| before + 1);
            Some(word[scheme..].to_owned())
        })
        .filter(|url| !url.ends_with(".example/"))
        .collect()
}

/// Replaces a word where it stands alone.
pub(crate) fn replace_word(text: &str, word: &str, mask: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut done = 0;
    for (at, _) in text.match_indices(word) {
        let before = text[..at].chars().next_back();
        if before.is_some_and(char::is_alphanumeric)
            || text[at + word.len()..].chars().next().is_some_and(char::is_alphanumeric)
        {
            continue;
        }
        shown.push_str(&text[done..at]);
        shown.push_str(mask);
        done = at + word.len();
    }
    shown + &text[done..]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(text: &str) -> String {
        Addresses::of_device("A8032ABE54DC".parse().unwrap()).mask(text)
    }

    #[test]
    fn hardware_addresses_go_in_every_form() {
        for (text, expected) in [
            ("shellyplus1-a8032abe54dc", "shellyplus1-a8032a000001"),
            ("shelly1-BE54DC/relay", "shelly1-000001/relay"),
            ("a8:03:2a:be:54:dc", "a8:03:2a:00:00:01"),
            ("70-A7-41-01-02-0F x", "70-A7-41-00-00-02 x"),
            ("xA8032ABE54DCx", "xA8032A000001x"),
            ("AA032AFFFEBE54DC", "AA032AFFFE000001"),
        ] {
            assert_eq!(masked(text), expected, "{text}");
        }
    }

    #[test]
    fn ip_addresses_go_and_masks_stay() {
        let shown = masked("10.0.0.7:80 255.255.255.0 10.0.0.8, 0.0.0.0 10.0.0.7. fe80::aa03:2aff:febe:54dc");
        assert_eq!(shown, "192.0.2.1:80 255.255.255.0 192.0.2.2, 0.0.0.0 192.0.2.1. 2001:db8::3");
    }

    #[test]
    fn what_is_no_address_stays() {
        for text in ["20231219-133956/1.1.0-g34b5d4f", "12:34", "switch:0", "ä 1.14.0", "202312191339", "0 30 7 * * *"]
        {
            assert_eq!(masked(text), text);
        }
    }

    #[test]
    fn web_addresses_are_found() {
        assert_eq!(urls("get 'http://nas/x?y=1', then wss://a.b:1"), ["http://nas/x?y=1", "wss://a.b:1"]);
        assert_eq!(replace_word("Olga, Olgas, Olga", "Olga", "x"), "x, Olgas, x");
    }
}
