//! `shelly-manager devices address`: static addresses, given or from a pool.

use api_types::addresses::{AddressOf, Addresses, AssignAddressesRequest};

use crate::{
    args::AddressArgs,
    commands::{Session, config, jobs},
    exit::Exit,
};

pub(super) async fn run(session: &Session, args: AddressArgs) -> anyhow::Result<Exit> {
    let AddressArgs { pool, give, leased: _, netmask, gateway, nameserver, which, how, yes } = args;
    let addresses = match pool {
        Some(pool) => Addresses::Pool { first: pool.first, last: pool.last },
        None if give.is_empty() => Addresses::Leased,
        None => {
            let addresses = give.iter().map(|given| AddressOf { mac: given.mac, address: given.address });
            Addresses::Given { addresses: addresses.collect() }
        }
    };
    let job = config::request(session, which, how).await?;
    let request = AssignAddressesRequest { addresses, netmask, gateway, nameserver, job };
    jobs::go(session, session.client.addresses_assign(&request).await?, yes).await
}
