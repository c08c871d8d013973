//! Prints who a device is, its components and what they read.
#![expect(clippy::print_stdout, reason = "an example prints")]

use shelly_gen2_rpc::{Client, HttpChannel, Include};
use shelly_types::Credentials;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let endpoint = arguments.next().ok_or("usage: read HOST[:PORT] [PASSWORD]")?.parse()?;
    let credentials = arguments.next().map(|password| Credentials::new("admin", password));
    let device = Client::new(HttpChannel::new(endpoint).with_credentials(credentials));

    let identity = device.identity().await?;
    println!("{} {} {}", identity.mac, identity.model, identity.firmware);
    for (key, status) in device.status().await?.components {
        println!("{key}: {}", status.to_json());
    }
    for entry in device.all_components(Include::DYNAMIC).await? {
        println!("{}: {}", entry.key, entry.status.map(|status| status.to_json()).unwrap_or_default());
    }
    Ok(())
}
