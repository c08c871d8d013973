//! Visits a device of Gen2 or later: calls over HTTP one after the other, then a WebSocket for a while.

use serde_json::{Map, Value, json};
use shelly_gen2_rpc::{Channel, Client, Error, HttpChannel, News, WebSocketChannel, WebSocketOptions};
use shelly_http::Limits;
use shelly_types::Credentials;
use tokio::time::{Instant, timeout_at};

use crate::{
    args::Options,
    login,
    naming::{self, Named},
    visit::{Outcome, Visit, chain},
};

/// Calls that change nothing. Values of the key-value store and the code of scripts are not read: they are private.
const CALLS: [&str; 8] = [
    "Shelly.GetConfig",
    "Shelly.GetStatus",
    "Shelly.ListMethods",
    "Schedule.List",
    "Webhook.List",
    "Webhook.ListSupported",
    "Script.List",
    "KVS.List",
];

/// Pages of components that are read at most.
const MOST_PAGES: usize = 100;

/// Notifications that are kept at most.
const MOST_NEWS: usize = 200;

/// Reads everything, listens, and changes the name for a moment where that is allowed.
pub(crate) async fn visit(visit: &mut Visit, options: &Options, credentials: Option<&Credentials>, limits: &Limits) {
    let channel = HttpChannel::new(options.endpoint.clone()).with_credentials(credentials.cloned());
    let client = Client::new(channel.with_limits(limits.clone()));
    let ask = async |method: &str, params| client.call(method, params).await.map_err(|error| outcome(&error));
    let ident = Some(json!({ "ident": true }));
    visit.ask("Shelly.GetDeviceInfo?ident=true", ask("Shelly.GetDeviceInfo", ident)).await;
    for method in CALLS {
        visit.ask(method, ask(method, None)).await;
    }
    visit.ask("Shelly.GetComponents", components(&client)).await;
    login::digest(visit, options, credentials, limits).await;
    listen(visit, options, credentials).await;
    if options.write {
        naming::round_trip(visit, &Named::Rpc(&client)).await;
    }
}

/// What an error is for the report.
pub(crate) fn outcome(error: &Error) -> Outcome {
    match error {
        error if error.is_no_such_method() => Outcome::Absent,
        Error::Unauthorized { credentials_given: false, .. } => Outcome::Closed,
        _ => Outcome::Failed(chain(error)),
    }
}

/// The components that `Shelly.GetConfig` leaves out, all pages as one, each as the device sent it.
async fn components(client: &Client<HttpChannel>) -> Result<Value, Outcome> {
    let mut all: Vec<Value> = Vec::new();
    let mut whole = Map::new();
    for _ in 0..MOST_PAGES {
        let params = json!({ "offset": all.len(), "include": ["config", "status"], "dynamic_only": true });
        let page = client.call("Shelly.GetComponents", Some(params)).await.map_err(|error| outcome(&error))?;
        let Value::Object(mut page) = page else {
            return Err(Outcome::Failed("a page of components is not an object".to_owned()));
        };
        let Some(Value::Array(entries)) = page.remove("components") else { break };
        if whole.is_empty() {
            whole = page;
        }
        let is_last = entries.is_empty();
        all.extend(entries);
        if is_last || whole.get("total").and_then(Value::as_u64) == Some(all.len() as u64) {
            break;
        }
    }
    whole.insert("components".to_owned(), all.into());
    Ok(whole.into())
}

/// Opens a WebSocket and keeps what the device tells by itself.
async fn listen(visit: &mut Visit, options: &Options, credentials: Option<&Credentials>) {
    let settings = WebSocketOptions { credentials: credentials.cloned(), ..WebSocketOptions::default() };
    let dial =
        async { WebSocketChannel::dial(&options.endpoint, &settings, None).await.map_err(|error| outcome(&error)) };
    let Some(channel) = visit.step("open a WebSocket", dial).await else { return };
    let subscribe = async { channel.subscribe().await.map_err(|error| outcome(&error)) };
    let Some((_, mut news)) = visit.step("Shelly.GetStatus over WebSocket", subscribe).await else { return };
    let until = Instant::now() + options.listen;
    let (mut frames, mut missed) = (Vec::new(), 0);
    while frames.len() < MOST_NEWS
        && let Ok(Some(next)) = timeout_at(until, news.next()).await
    {
        match next {
            News::Notification(told) => {
                frames.push(json!({ "src": told.src, "dst": told.dst, "method": told.method, "params": told.params }));
            }
            News::Lagged { missed: more } => missed += more,
            _ => {}
        }
    }
    let ended = channel.is_closed().map(ToString::to_string);
    channel.close().await;
    let seconds = options.listen.as_secs();
    visit.observe(format!("{}: {} notifications in {seconds} s, {missed} missed.", channel.kind(), frames.len()));
    if let Some(why) = ended {
        visit.observe(format!("The WebSocket ended by itself: {why}."));
    }
    if !frames.is_empty() {
        visit.endpoints.insert("notifications".to_owned(), frames.into());
    }
}
