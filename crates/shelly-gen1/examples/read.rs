//! Prints who a Gen1 device is and what its relays do: `cargo run -p shelly-gen1 --example read -- 192.168.1.20`.
#![expect(clippy::print_stdout, reason = "an example shows its result")]

use shelly_gen1::{Client, Endpoint};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let address: Endpoint = std::env::args().nth(1).ok_or("give the address of a device")?.parse()?;
    let client = Client::new(address);
    let identity = client.identity().await?;
    println!("{} {} with firmware {}", identity.model, identity.mac, identity.firmware.version());
    let settings = client.settings().await?;
    println!("name {}", settings.name.as_str().unwrap_or("none"));
    let status = client.status().await?;
    for (id, relay) in status.relays.get().into_iter().flatten().enumerate() {
        let state = relay.ison.copied().map_or("unknown", |on| if on.is_on() { "on" } else { "off" });
        println!("relay {id} is {state}");
    }
    Ok(())
}
