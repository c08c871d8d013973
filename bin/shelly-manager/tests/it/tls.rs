//! Devices that speak only TLS, with a certificate of a private authority (D6).

use std::path::PathBuf;

use api_types::devices::{CommandRequest, DeviceState, SwitchAction};
use serde_json::json;
use shelly_sim::{Quirk, SimFleet, SimHandle};
use shelly_types::ComponentKey;
use tempfile::TempDir;

use crate::{
    database::Database,
    live::{NO_POLLS, switching_is_seen},
    manager::Manager,
    on_each_database,
    support::{adopt, eventually, model, of_device, on_device, only, plan_and_apply, scan, start, targets, wish},
};

on_each_database! {
    a_device_that_speaks_only_tls_is_managed
    a_device_that_is_not_trusted_says_so
}

const PLUG: &str = "SNPL-00112EU";
const ON: CommandRequest = CommandRequest::Switch { id: 0, action: SwitchAction::On };

/// A file with the authority of these devices.
fn authority(fleet: &SimFleet) -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("ca.pem");
    std::fs::write(&file, fleet.ca_pem().unwrap()).unwrap();
    (folder, file)
}

/// Where a device is over TLS.
fn encrypted(handle: &SimHandle) -> String {
    format!("https://{}", handle.endpoint())
}

/// D6: such a device is found, adopted, commanded, changed, and followed over an encrypted WebSocket.
async fn a_device_that_speaks_only_tls_is_managed(database: Database) {
    let (fleet, handles) = start(vec![model(PLUG, 1).with_quirk(Quirk::TlsOnly), model(PLUG, 2)]).await;
    let (_folder, file) = authority(&fleet);
    let args = [&NO_POLLS[..], &["--follow", "true", "--device-ca", file.to_str().unwrap()]].concat();
    let manager = Manager::with(database, &args).await;
    adopt(&manager, &handles).await;
    let client = manager.client();
    let plug = &handles[0];
    assert_eq!(client.device(plug.mac()).await.unwrap().device.address, encrypted(plug));
    let commanded = client.device_command(plug.mac(), &ON).await.unwrap().device;
    assert_eq!((commanded.state, commanded.address), (DeviceState::Online, encrypted(plug)));
    assert_eq!(plug.output(&ComponentKey::instance("switch", 0)), Some(true));
    wish(&manager, of_device(plug), &[("switch:0.name", json!("Lamp"))]).await;
    assert_eq!(plan_and_apply(&manager, &only(plug)).await.job.units.verified, 1);
    assert_eq!(on_device(plug, "switch:0.name"), "Lamp");
    switching_is_seen(&manager, plug).await;

    // Where it is is kept when it is found again, and when somebody gives the address that leads there.
    scan(&manager, targets(&handles), false).await;
    manager.cli(&["devices", "move", &plug.mac().to_string(), &plug.endpoint().to_string()]).await.ends_with(0);
    assert_eq!(client.device(plug.mac()).await.unwrap().device.address, encrypted(plug));
    fleet.shutdown().await;
}

/// D6: without the authority the reason says what is wrong and what to do, and the device is back when it is named.
async fn a_device_that_is_not_trusted_says_so(database: Database) {
    let (fleet, handles) = start(vec![model(PLUG, 1).with_quirk(Quirk::TlsOnly)]).await;
    let (_folder, file) = authority(&fleet);
    let args = ["--poll-interval", "1", "--device-ca", file.to_str().unwrap()];
    let mut manager = Manager::with(database, &args).await;
    adopt(&manager, &handles).await;
    manager.stop().await;

    let (others, _) = start(vec![model(PLUG, 2).with_quirk(Quirk::TlsOnly)]).await;
    std::fs::write(&file, others.ca_pem().unwrap()).unwrap();
    manager.start().await;
    let plug = &handles[0];
    let reason = eventually("the device that is not trusted", async || {
        let device = manager.client().device(plug.mac()).await.ok()?.device;
        (device.state == DeviceState::Offline).then_some(device.state_reason?)
    })
    .await;
    for part in ["its certificate is not signed by an authority we trust", "--device-ca"] {
        assert!(reason.contains(part), "{reason}");
    }
    let found = scan(&manager, targets(&handles), false).await;
    assert_eq!(found.found, 0);
    assert!(manager.printed().contains("if this is a device, it cannot be adopted"));

    manager.stop().await;
    std::fs::write(&file, fleet.ca_pem().unwrap()).unwrap();
    manager.start().await;
    eventually("the device online", async || {
        (manager.client().device(plug.mac()).await.ok()?.device.state == DeviceState::Online).then_some(())
    })
    .await;
    fleet.shutdown().await;
}
