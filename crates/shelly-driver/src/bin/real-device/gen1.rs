//! Visits a device of the first generation: its documents one after the other, then CoIoT.

use std::{net::SocketAddr, time::Duration};

use serde_json::Value;
use shelly_gen1::{
    Client, Error,
    coiot::{self, Described, Dictionary, Timing, describe},
};
use shelly_http::Limits;
use shelly_types::{Credentials, wire::Wire};

use crate::{
    args::Options,
    login,
    naming::{self, Named},
    visit::{Outcome, Visit, chain},
};

/// Documents that change nothing by being read. `/shelly` comes first and alone is open on a protected device.
const DOCUMENTS: [&str; 6] = ["/shelly", "/settings", "/status", "/settings/actions", "/ota", "/cit/d"];

/// Between two requests, so that a small device has time for its own work.
const PAUSE: Duration = Duration::from_millis(100);

/// Reads everything, and changes the name for a moment where that is allowed.
pub(crate) async fn visit(visit: &mut Visit, options: &Options, credentials: Option<&Credentials>, limits: &Limits) {
    let client = Client::new(options.endpoint.clone()).with_credentials(credentials.cloned());
    let client = client.with_limits(limits.clone());
    for path in DOCUMENTS {
        visit.ask(path, async { client.get(path, &[]).await.map_err(|error| outcome(&error)) }).await;
        tokio::time::sleep(PAUSE).await;
    }
    login::basic(visit, &options.endpoint, limits).await;
    if let Some(described) = visit.step("CoIoT description and status", ask_coiot(options)).await {
        understand(visit, &described);
        visit.endpoints.insert("coap:/cit/d".to_owned(), described.description.to_json());
        visit.endpoints.insert("coap:/cit/s".to_owned(), described.status.to_json());
    }
    if options.write {
        naming::round_trip(visit, &Named::Gen1(&client)).await;
    }
}

/// What an error is for the report.
pub(crate) fn outcome(error: &Error) -> Outcome {
    match error {
        Error::Refused { status: 404, .. } => Outcome::Absent,
        Error::Unauthorized { credentials_given: false, .. } => Outcome::Closed,
        _ => Outcome::Failed(chain(error)),
    }
}

/// CoIoT is not covered by the login of the device.
async fn ask_coiot(options: &Options) -> Result<Described, Outcome> {
    let failed = |error: std::io::Error| Outcome::Failed(format!("find the address: {error}"));
    let mut found = tokio::net::lookup_host((options.endpoint.host(), options.coiot_port)).await.map_err(failed)?;
    let peer: SocketAddr = found.next().ok_or_else(|| Outcome::Failed("the name has no address".to_owned()))?;
    describe(peer, Timing::default()).await.map_err(|error| match error {
        coiot::Error::Silent { .. } => Outcome::Silent(format!("{error}; CoIoT is off, or UDP does not come through")),
        error => Outcome::Failed(chain(&error)),
    })
}

/// How many ids of the status have a meaning: by our table of the model alone, and with the description of the device.
fn understand(visit: &mut Visit, described: &Described) {
    let table = described.device.as_ref().map(Dictionary::of_device).unwrap_or_default();
    let count = |dictionary: &Dictionary| {
        dictionary.readings(&described.status, None).filter(|reading| reading.meaning.is_some()).count()
    };
    let by_table = count(&table);
    let with_description = count(&table.with_description(&described.description));
    let all = described.status.samples.len();
    visit.observe(format!(
        "CoIoT: {all} values, {by_table} have a meaning by the table of the model, {with_description} with the \
         description of the device."
    ));
    let odd: Vec<&Value> = described.status.odd.iter().collect();
    if !odd.is_empty() {
        visit.observe(format!("CoIoT: {} rows have another form than expected.", odd.len()));
    }
}
