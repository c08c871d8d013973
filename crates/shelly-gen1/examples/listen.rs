//! Prints what Gen1 devices tell by CoIoT: `cargo run -p shelly-gen1 --example listen [ADDRESS OF AN INTERFACE ...]`.
#![expect(clippy::print_stdout, reason = "an example shows its result")]

use std::{collections::HashMap, time::Instant};

use shelly_gen1::{
    coiot::{Body, Dictionary, Freshness, Listener, ListenerConfig, News},
    sleeps,
};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let interfaces = std::env::args().skip(1).map(|address| address.parse()).collect::<Result<_, _>>()?;
    let mut listener = Listener::open(&ListenerConfig { interfaces, ..ListenerConfig::default() })?;
    for (interface, error) in listener.not_joined() {
        println!("no multicast on {interface}: {error}");
    }
    println!("listening on {}", listener.address());
    let mut devices: HashMap<String, (Dictionary, Freshness)> = HashMap::new();
    while let Some(datagram) = listener.next().await {
        let (Some(device), Body::Status(status)) = (&datagram.packet.device, &datagram.packet.body) else { continue };
        let known = devices.entry(device.to_string());
        let (dictionary, seen) =
            known.or_insert_with(|| (Dictionary::of_device(device), Freshness::new(sleeps(device.model.code()))));
        if seen.judge(&datagram.packet, Instant::now()) != News::New {
            continue;
        }
        println!("{device} at {}", datagram.from);
        for reading in dictionary.readings(status, None) {
            match reading.meaning {
                Some(meaning) => println!("  {meaning}: {}", reading.value),
                None => println!("  id {}: {}", reading.id, reading.value),
            }
        }
    }
    Ok(())
}
