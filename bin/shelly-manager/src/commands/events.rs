//! `shelly-manager events`.

use api_types::events::EventQuery;

use super::{Session, text};
use crate::{args::EventsArgs, exit::Exit, output};

pub(super) async fn run(session: &Session, args: &EventsArgs) -> anyhow::Result<Exit> {
    let query = EventQuery { mac: args.device, limit: Some(args.limit), ..EventQuery::default() };
    output::show(session.output, &session.client.events(&query).await?, |events| {
        let rows = events.iter().map(|event| {
            vec![event.at.format("%F %T").to_string(), event.kind.clone(), text(event.mac), event.message.clone()]
        });
        output::table(&["at", "kind", "device", "what"], rows)
    })?;
    Ok(Exit::Ok)
}
