//! Reads what people write when they say where to look.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr},
    str::FromStr,
};

use ipnet::{IpNet, Ipv4Net};
use shelly_http::Endpoint;

/// Most addresses that one scan may try: four class B networks. More is a typing error.
pub const MAX_ADDRESSES: u64 = 4 * 65_536;

/// Port of a device when none is written.
const DEVICE_PORT: u16 = 80;

/// Where to look: a block, a range, or one host, at one port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    place: Place,
    port: u16,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Place {
    Block(Ipv4Net),
    Range(Ipv4Addr, Ipv4Addr),
    Address(IpAddr),
    Host(String),
}

/// The text is no target.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// None of the forms.
    #[error(
        "`{text}` is no scan target: expected a block (192.168.1.0/24), a range (192.168.1.10-192.168.1.50), \
         an address or a host name, each with an optional :port"
    )]
    Form {
        /// What was written.
        text: String,
    },
    /// The range runs backwards.
    #[error("the range `{text}` ends before it begins")]
    Backwards {
        /// What was written.
        text: String,
    },
    /// Only IPv4 networks are small enough to be tried address by address.
    #[error("`{text}` is an IPv6 block, which is too large to scan: give single addresses or host names")]
    Ipv6Block {
        /// What was written.
        text: String,
    },
    /// Too many addresses in all.
    #[error(
        "the targets hold {count} addresses, more than the {MAX_ADDRESSES} that one scan may try: give smaller blocks"
    )]
    TooMany {
        /// How many they hold.
        count: u64,
    },
    /// Nothing was given.
    #[error("no scan target given")]
    Nothing,
}

/// Reads targets, each of which may be a list separated by commas or blanks.
///
/// # Errors
/// When one cannot be read, when there are none, or when they hold more than [`MAX_ADDRESSES`] addresses.
pub fn parse_targets<T: AsRef<str>>(texts: impl IntoIterator<Item = T>) -> Result<Vec<Target>, TargetError> {
    let mut targets = Vec::new();
    for text in texts {
        let words = text.as_ref().split(|c: char| c == ',' || c.is_whitespace()).filter(|word| !word.is_empty());
        for word in words {
            targets.push(word.parse()?);
        }
    }
    match address_count(&targets) {
        0 => Err(TargetError::Nothing),
        count if count > MAX_ADDRESSES => Err(TargetError::TooMany { count }),
        _ => Ok(targets),
    }
}

/// How many addresses the targets hold together.
pub fn address_count(targets: &[Target]) -> u64 {
    targets.iter().map(Target::len).sum()
}

impl Target {
    /// Number of addresses.
    fn len(&self) -> u64 {
        match &self.place {
            Place::Block(block) => {
                let bounds = usable(*block);
                u64::from(bounds.1) - u64::from(bounds.0) + 1
            }
            Place::Range(first, last) => u64::from(u32::from(*last)) - u64::from(u32::from(*first)) + 1,
            Place::Address(_) | Place::Host(_) => 1,
        }
    }

    /// The addresses, in order.
    pub fn endpoints(&self) -> Box<dyn Iterator<Item = Endpoint> + Send + '_> {
        let port = self.port;
        let all = move |first: u32, last: u32| {
            Box::new((first..=last).map(move |bits| Endpoint::new(Ipv4Addr::from(bits).to_string(), port)))
        };
        match &self.place {
            Place::Block(block) => {
                let (first, last) = usable(*block);
                all(first, last)
            }
            Place::Range(first, last) => all((*first).into(), (*last).into()),
            Place::Address(address) => Box::new(std::iter::once(Endpoint::new(address.to_string(), port))),
            Place::Host(name) => Box::new(std::iter::once(Endpoint::new(name.clone(), port))),
        }
    }
}

/// First and last address a host can have: without network and broadcast address, where the block has them.
fn usable(block: Ipv4Net) -> (u32, u32) {
    let (first, last) = (u32::from(block.network()), u32::from(block.broadcast()));
    if block.prefix_len() < 31 { (first + 1, last - 1) } else { (first, last) }
}

impl FromStr for Target {
    type Err = TargetError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = || TargetError::Form { text: text.chars().take(100).collect() };
        if let Ok(address) = text.parse::<IpAddr>() {
            return Ok(Self { place: Place::Address(address), port: DEVICE_PORT });
        }
        if matches!(text.parse(), Ok(IpNet::V6(_))) {
            return Err(TargetError::Ipv6Block { text: text.to_owned() });
        }
        let (place, port) = match text.rsplit_once(':') {
            Some((place, port)) => (place, port.parse().ok().filter(|port| *port > 0).ok_or_else(error)?),
            None => (text, DEVICE_PORT),
        };
        let bare = place.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(place);
        let place = if let Ok(address) = bare.parse::<IpAddr>() {
            Place::Address(address)
        } else if let Ok(block) = bare.parse() {
            Place::Block(block)
        } else if let Some((first, last)) = range(place) {
            if last < first {
                return Err(TargetError::Backwards { text: text.to_owned() });
            }
            Place::Range(first, last)
        } else if is_host_name(place) {
            Place::Host(place.to_ascii_lowercase())
        } else {
            return Err(error());
        };
        Ok(Self { place, port })
    }
}

/// `192.168.1.10-192.168.1.50` or `192.168.1.10-50`.
fn range(text: &str) -> Option<(Ipv4Addr, Ipv4Addr)> {
    let (first, last) = text.split_once('-')?;
    let first: Ipv4Addr = first.parse().ok()?;
    let last = last.parse().ok().or_else(|| {
        let [a, b, c, _] = first.octets();
        Some(Ipv4Addr::new(a, b, c, last.parse().ok()?))
    })?;
    Some((first, last))
}

/// Letters, digits, dashes and dots as in RFC 1123, with at least one letter, so that a mistyped address is no name.
fn is_host_name(text: &str) -> bool {
    let labels = || text.split('.');
    text.len() <= 253
        && labels().all(|label| {
            (1..=63).contains(&label.len())
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
        })
        && labels().next_back().is_some_and(|label| label.bytes().any(|byte| byte.is_ascii_alphabetic()))
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Place::Block(block) => write!(f, "{block}")?,
            Place::Range(first, last) => write!(f, "{first}-{last}")?,
            Place::Address(IpAddr::V6(address)) if self.port != DEVICE_PORT => write!(f, "[{address}]")?,
            Place::Address(address) => write!(f, "{address}")?,
            Place::Host(name) => f.write_str(name)?,
        }
        if self.port == DEVICE_PORT { Ok(()) } else { write!(f, ":{}", self.port) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn addresses(text: &str) -> Vec<String> {
        text.parse::<Target>().unwrap().endpoints().map(|endpoint| endpoint.to_string()).collect()
    }

    #[test]
    fn b2_blocks_ranges_and_names_with_ports() {
        assert_eq!(addresses("192.168.1.0/30"), ["192.168.1.1:80", "192.168.1.2:80"]);
        assert_eq!(addresses("192.168.1.7/32:8080"), ["192.168.1.7:8080"]);
        assert_eq!(addresses("10.0.0.254-10.0.1.1"), ["10.0.0.254:80", "10.0.0.255:80", "10.0.1.0:80", "10.0.1.1:80"]);
        assert_eq!(addresses("10.0.0.1-2:81"), ["10.0.0.1:81", "10.0.0.2:81"]);
        assert_eq!(addresses("Shelly-Plus1.lan:8080"), ["shelly-plus1.lan:8080"]);
        assert_eq!(addresses("::1"), ["[::1]:80"]);
        assert_eq!(addresses("[::1]:81"), ["[::1]:81"]);
    }

    #[test]
    fn b2_what_is_no_target_is_explained() {
        for text in ["192.168.1.0/33", "192.168.1.999", "1.2.3", "a b", "host:0", "host:x", "-", "http://a"] {
            assert!(matches!(text.parse::<Target>(), Err(TargetError::Form { .. })), "{text}");
        }
        assert!(matches!("10.0.0.9-10.0.0.1".parse::<Target>(), Err(TargetError::Backwards { .. })));
        assert!(matches!("fe80::/64".parse::<Target>(), Err(TargetError::Ipv6Block { .. })));
        assert_eq!(parse_targets(["10.0.0.0/8"]), Err(TargetError::TooMany { count: 16_777_214 }));
        assert_eq!(parse_targets([" , "]), Err(TargetError::Nothing));
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_explained(text in ".{0,40}") {
            if let Ok(target) = text.parse::<Target>() {
                prop_assert_eq!(target.to_string().parse::<Target>(), Ok(target));
            }
        }

        #[test]
        fn counts_agree_with_addresses(prefix in 20_u8..=32, bits in any::<u32>(), port in 1_u16..) {
            let target: Target = format!("{}/{prefix}:{port}", Ipv4Addr::from(bits)).parse().unwrap();
            prop_assert_eq!(target.len(), target.endpoints().count() as u64);
        }
    }
}
