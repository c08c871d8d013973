//! Prints who is on the network, by mDNS and CoIoT: `cargo run -p discovery --example look [ADDRESS OF AN INTERFACE ...]`.
#![expect(clippy::print_stdout, reason = "an example shows its result")]

use std::{net::Ipv4Addr, sync::Arc};

use chrono::Utc;
use discovery::{
    News, Sighting, Sources, SourcesOptions,
    mdns::{Interface, MdnsOptions},
};
use shelly_gen1::coiot::ListenerConfig;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let interfaces = std::env::args().skip(1).map(|text| text.parse()).collect::<Result<Vec<Ipv4Addr>, _>>()?;
    let chosen = interfaces.iter().map(|address| Interface::Address((*address).into())).collect();
    let options = SourcesOptions {
        mdns: Some(MdnsOptions { interfaces: chosen, ..MdnsOptions::default() }),
        coiot: Some(ListenerConfig { interfaces, ..ListenerConfig::default() }),
        ..SourcesOptions::default()
    };
    let mut sources = Sources::start(&options, Arc::new(Utc::now));
    loop {
        let news = tokio::select! {
            news = sources.next() => news,
            _ = tokio::signal::ctrl_c() => None,
        };
        match news {
            Some(News::Sighting(sighting)) => print(&sighting),
            Some(News::Stranger(stranger)) => println!("somebody: {:?}", stranger.about),
            Some(News::Conflict(conflict)) => println!("CONFLICT at {}: {:?}", conflict.address, conflict.macs),
            Some(News::Failed { kind, error }) => println!("{kind} failed: {error}"),
            Some(other) => println!("{other:?}"),
            None => break,
        }
    }
    sources.stop().await;
    Ok(())
}

fn print(sighting: &Sighting) {
    let about = &sighting.about;
    let address = about.address.as_ref().map_or_else(|| "address unknown".to_owned(), ToString::to_string);
    let model = about.model.as_ref().map(ToString::to_string).or_else(|| about.app.clone()).unwrap_or_default();
    let name = about.name.as_deref().or(about.id.as_deref()).unwrap_or_default();
    let generation = about.generation.map(|generation| format!("gen {generation}")).unwrap_or_default();
    println!("{}  {address}  {generation}  {model}  {name}", sighting.mac);
    for (word, value) in about.facts.iter() {
        println!("    {word}: {value}");
    }
}
