//! `shelly-manager devices address` on the command line.

use std::{net::Ipv4Addr, str::FromStr};

use shelly_types::Mac;

use super::{How, Which};

/// Which addresses, for which devices, and how.
#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("addresses").required(true))]
pub(crate) struct AddressArgs {
    /// One address for each of the selected devices, from this range: 192.168.1.50-192.168.1.99.
    #[arg(long, group = "addresses", value_name = "FIRST-LAST", requires = "netmask")]
    pub(crate) pool: Option<Pool>,
    /// The address of a device; may be given several times. No other devices are selected then.
    #[arg(long, group = "addresses", value_name = "MAC=ADDRESS", requires = "netmask",
        conflicts_with_all = ["device", "group", "location", "profile", "fleet", "query"])]
    pub(crate) give: Vec<Given>,
    /// The network leases the addresses, as it does from the factory.
    #[arg(long, group = "addresses", conflicts_with = "netmask")]
    pub(crate) leased: bool,
    /// Netmask.
    #[arg(long, value_name = "MASK")]
    pub(crate) netmask: Option<Ipv4Addr>,
    /// Gateway, within the network.
    #[arg(long, value_name = "ADDRESS", requires = "netmask")]
    pub(crate) gateway: Option<Ipv4Addr>,
    /// Name server.
    #[arg(long, value_name = "ADDRESS", requires = "netmask")]
    pub(crate) nameserver: Option<Ipv4Addr>,
    #[command(flatten)]
    pub(crate) which: Which,
    #[command(flatten)]
    pub(crate) how: How,
    /// Do not ask.
    #[arg(long, short)]
    pub(crate) yes: bool,
}

/// A range of addresses.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pool {
    pub(crate) first: Ipv4Addr,
    pub(crate) last: Ipv4Addr,
}

/// The address of a device.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Given {
    pub(crate) mac: Mac,
    pub(crate) address: Ipv4Addr,
}

impl FromStr for Pool {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let pair = text.split_once('-').and_then(|(first, last)| Some((first.parse().ok()?, last.parse().ok()?)));
        let (first, last) = pair.ok_or("expected a range such as 192.168.1.50-192.168.1.99")?;
        Ok(Self { first, last })
    }
}

impl FromStr for Given {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let pair = text.split_once('=').and_then(|(mac, address)| Some((mac.parse().ok()?, address.parse().ok()?)));
        let (mac, address) = pair.ok_or("expected MAC=ADDRESS such as A8032A100001=192.168.1.50")?;
        Ok(Self { mac, address })
    }
}
