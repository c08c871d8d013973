//! `shelly-manager locations`.

use api_types::{
    devices::UpdateDeviceRequest,
    locations::{ChangeLocationRequest, CreateLocationRequest, LocationView},
};

use super::{Session, UsageError, none_is_empty, text};
use crate::{args::LocationsCommand, exit::Exit, output};

pub(super) async fn run(session: &Session, command: LocationsCommand) -> anyhow::Result<Exit> {
    let client = &session.client;
    match command {
        LocationsCommand::List => {
            output::show(session.output, &client.locations().await?, |locations| {
                let rows = locations.iter().map(|location| {
                    let zone = text(location.time_zone.as_deref());
                    vec![location.name.clone(), location.around.join(" < "), zone, location.devices.to_string()]
                });
                output::table(&["name", "in", "time zone", "devices"], rows)
            })?;
        }
        LocationsCommand::Create { name, parent, time_zone } => {
            let location = client.location_create(&CreateLocationRequest { name, parent, time_zone }).await?;
            output::show(session.output, &location, |location| format!("made location `{}`", location.name))?;
        }
        LocationsCommand::Change { location, name, parent, time_zone } => {
            let id = find(session, &location).await?.id;
            let (parent, time_zone) = (parent.map(none_is_empty), time_zone.map(none_is_empty));
            let location = client.location_change(id, &ChangeLocationRequest { name, parent, time_zone }).await?;
            output::show(session.output, &location, |location| format!("changed location `{}`", location.name))?;
        }
        LocationsCommand::Put { location, devices } => {
            let location = none_is_empty(location);
            let mut put = Vec::with_capacity(devices.len());
            for device in devices {
                let request =
                    UpdateDeviceRequest { location: Some(location.clone()), ..UpdateDeviceRequest::default() };
                put.push(client.device_update(device, &request).await?);
            }
            output::show(session.output, &put, |put| format!("{} devices put", put.len()))?;
        }
        LocationsCommand::Delete { location } => {
            let location = find(session, &location).await?;
            client.location_delete(location.id).await?;
            output::show(session.output, &location, |location| format!("removed location `{}`", location.name))?;
        }
    }
    Ok(Exit::Ok)
}

async fn find(session: &Session, name: &str) -> anyhow::Result<LocationView> {
    let locations = session.client.locations().await?;
    let location = locations.into_iter().find(|location| location.name == name);
    Ok(location.ok_or_else(|| UsageError(format!("there is no location `{name}`")))?)
}
