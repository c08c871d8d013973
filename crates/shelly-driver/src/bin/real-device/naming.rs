//! Changes the name of the device for a moment: a write that harms nothing, proven by reading, and taken back.

use std::time::Duration;

use serde_json::{Value, json};
use shelly_gen1::Client as Gen1;
use shelly_gen2_rpc::{Client as Gen2, HttpChannel};
use shelly_types::Mac;

use crate::{
    gen1, gen2,
    visit::{Outcome, Visit},
};

/// The name for that moment.
const FOR_A_MOMENT: &str = "Being checked";

/// How often it is tried to give the name back.
const MOST_TRIES: u32 = 5;

/// A device whose name can be written.
pub(crate) enum Named<'a> {
    /// Of the first generation.
    Gen1(&'a Gen1),
    /// Of a later one.
    Rpc(&'a Gen2<HttpChannel>),
}

/// Writes the name it has, another one, and the first again; each is proven by reading.
///
/// Nothing is written before the hardware address was confirmed. Ctrl-C does not end the program in between.
pub(crate) async fn round_trip(visit: &mut Visit, device: &Named<'_>) {
    let mac = visit.identity.mac;
    if visit.step("confirm the hardware address", device.confirm(mac)).await.is_none() {
        return;
    }
    let Some(name) = visit.step("read the name", device.name()).await else { return };
    let interrupted = tokio::spawn(tokio::signal::ctrl_c());
    if visit.step("write the name it has", device.rename(name.as_deref())).await.is_some() {
        visit.step("write another name", device.rename(Some(FOR_A_MOMENT))).await;
        for tries_left in (0..MOST_TRIES).rev() {
            if visit.step("restore the name", device.rename(name.as_deref())).await.is_some() {
                break;
            }
            if tries_left == 0 {
                visit.observe(format!("THE NAME WAS NOT RESTORED; the device may be called `{FOR_A_MOMENT}`."));
            }
            tokio::time::sleep(Duration::from_secs(2)).await;
        }
    }
    interrupted.abort();
}

impl Named<'_> {
    async fn confirm(&self, mac: Mac) -> Result<(), Outcome> {
        let found = match self {
            Self::Gen1(client) => client.identity().await.map_err(|error| gen1::outcome(&error)),
            Self::Rpc(client) => client.identity().await.map_err(|error| gen2::outcome(&error)),
        };
        let found = found?.mac;
        if found == mac { Ok(()) } else { Err(Outcome::Failed(format!("another device answers: {found}"))) }
    }

    /// The name; none when it has none, which Gen1 also writes as an empty text.
    async fn name(&self) -> Result<Option<String>, Outcome> {
        let shown = match self {
            Self::Gen1(client) => client.get("/settings", &[]).await.map_err(|error| gen1::outcome(&error))?,
            Self::Rpc(client) => {
                client.call("Sys.GetConfig", None).await.map_err(|error| gen2::outcome(&error))?["device"].take()
            }
        };
        match shown.get("name") {
            Some(Value::String(name)) if !name.is_empty() => Ok(Some(name.clone())),
            Some(Value::Null | Value::String(_)) => Ok(None),
            _ => Err(Outcome::Absent),
        }
    }

    /// Writes a name and reads it back.
    async fn rename(&self, name: Option<&str>) -> Result<(), Outcome> {
        match self {
            Self::Gen1(client) => {
                let name = name.unwrap_or_default().to_owned();
                client.write("/settings", &[("name", name)]).await.map_err(|error| gen1::outcome(&error))?;
            }
            Self::Rpc(client) => {
                let params = json!({ "config": { "device": { "name": name } } });
                client.call("Sys.SetConfig", Some(params)).await.map_err(|error| gen2::outcome(&error))?;
            }
        }
        if self.name().await?.as_deref() == name {
            return Ok(());
        }
        Err(Outcome::Failed("the device took the name with success and shows another one".to_owned()))
    }
}
