//! Lists the scripts of a device, or writes a file into one: `scripts 192.168.1.20`, `scripts 192.168.1.20 1 blink.js`.

#![expect(clippy::print_stdout, reason = "an example talks to the person who runs it")]

use std::error::Error;

use shelly_gen2_rpc::{Client, HttpChannel};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let address = arguments.next().ok_or("usage: scripts ADDRESS [ID FILE]")?;
    let device = Client::new(HttpChannel::new(address.parse()?));

    if let (Some(id), Some(file)) = (arguments.next(), arguments.next()) {
        let code = std::fs::read_to_string(&file)?;
        device.write_script(id.parse()?, &code).await?;
        println!("script {id} now holds the {} bytes of {file}", code.len());
    }
    for script in device.scripts().await? {
        let name = script.config.name.as_str().unwrap_or("without a name");
        let state = if script.running { "runs" } else { "stands still" };
        println!("{:3}  {name}: {} bytes, {state}", script.id, script.code.len());
    }
    Ok(())
}
