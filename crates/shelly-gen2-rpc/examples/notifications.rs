//! Opens a WebSocket to a device and prints what it tells by itself.
#![expect(clippy::print_stdout, reason = "an example prints")]

use serde_json::Value;
use shelly_gen2_rpc::{Channel, News, WebSocketChannel, WebSocketOptions};
use shelly_types::Credentials;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let endpoint = arguments.next().ok_or("usage: notifications HOST[:PORT] [PASSWORD]")?.parse()?;
    let credentials = arguments.next().map(|password| Credentials::new("admin", password));
    let options = WebSocketOptions { credentials, ..WebSocketOptions::default() };

    let channel = WebSocketChannel::dial(&endpoint, &options, None).await?;
    let (status, mut notifications) = channel.subscribe().await?;
    println!("status: {status}");
    while let Some(news) = notifications.next().await {
        match news {
            News::Notification(news) => println!("{}: {}", news.method, Value::Object(news.params)),
            // Something is missing, so the whole status is read again.
            News::Lagged { missed } => {
                println!("{missed} missed: {}", channel.call("Shelly.GetStatus", None).await?);
            }
            _ => {}
        }
    }
    println!("the end: {}", channel.closed().await);
    Ok(())
}
