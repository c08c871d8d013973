//! Tells which hardware is at the addresses nearby, as the kernel knows it from ARP.

use std::{collections::HashMap, net::Ipv4Addr};

use shelly_types::Mac;

/// Where Linux shows its table.
const TABLE: &str = "/proc/net/arp";

/// The flag of an entry that was answered (`ATF_COM` of Linux).
const ANSWERED: u32 = 0x2;

/// The addresses that the kernel asked for, and who answered; none where nobody did. Addresses that it has not asked
/// for lately are not there, and neither are those behind a router.
pub type Neighbours = HashMap<Ipv4Addr, Option<Mac>>;

/// The table of this machine. Empty on systems that do not show one.
pub fn neighbours() -> Neighbours {
    std::fs::read_to_string(TABLE).map(|text| parse(&text)).unwrap_or_default()
}

/// Reads the table: a head, then a line for each address with its hardware type, flags and hardware address.
fn parse(table: &str) -> Neighbours {
    let line = |line: &str| {
        let mut words = line.split_whitespace();
        let address = words.next()?.parse().ok()?;
        let flags = words.nth(1)?.strip_prefix("0x")?;
        let flags = u32::from_str_radix(flags, 16).ok()?;
        let mac: Mac = words.next()?.parse().ok()?;
        Some((address, (flags & ANSWERED != 0).then_some(mac)))
    };
    let mut found = Neighbours::new();
    for (address, who) in table.lines().skip(1).filter_map(line) {
        // One address may stand there for each interface: an answer on one of them counts.
        let known = found.entry(address).or_default();
        *known = known.or(who);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b12_an_answer_counts_and_silence_is_told_apart_from_never_asked() {
        let table = "\
IP address       HW type     Flags       HW address            Mask     Device
192.168.1.20     0x1         0x2         c4:5b:be:6a:11:22     *        eth0
192.168.1.21     0x1         0x0         00:00:00:00:00:00     *        eth0
192.168.1.22     0x1         0x0         00:00:00:00:00:00     *        eth0
192.168.1.22     0x1         0x6         34:94:54:6a:44:55     *        wlan0
rubbish
192.168.1.23     0x1
";
        let found = parse(table);
        let at = |last: u8| found.get(&Ipv4Addr::new(192, 168, 1, last)).copied();
        assert_eq!(at(20), Some("C45BBE6A1122".parse().ok()));
        assert_eq!(at(21), Some(None));
        assert_eq!(at(22), Some("3494546A4455".parse().ok()));
        assert_eq!(at(23), None);
        assert_eq!(found.len(), 3);
        assert!(parse("").is_empty());
    }
}
