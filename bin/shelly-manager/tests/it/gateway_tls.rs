//! Devices that dial the manager over TLS (A4, D6).

use std::path::{Path, PathBuf};

use api_types::{
    devices::{Channel, CommandRequest, DeviceState, SwitchAction},
    discovery::DecideRequest,
};
use serde_json::json;
use shelly_sim::{Fault, SimDevice};
use shelly_types::ComponentKey;
use tempfile::TempDir;
use test_broker::Certificates;

use crate::{
    database::Database,
    gateway::{free_port, is_connected, switching_is_seen},
    manager::Manager,
    on_each_database, program,
    support::{eventually, model, of_device, on_device, only, plan_and_apply, start, wish},
};

const TOKEN: &str = "only-devices-know-this";

on_each_database! {
    devices_dial_over_tls_and_verify_the_manager
}

/// Certificate and key in files.
fn files(folder: &TempDir, shown: &Certificates) -> [PathBuf; 2] {
    let files = ["cert.pem", "key.pem"].map(|name| folder.path().join(name));
    std::fs::write(&files[0], &shown.certificate).unwrap();
    std::fs::write(&files[1], &shown.key).unwrap();
    files
}

/// A plug without a way in that dials this address and trusts this authority.
fn plug(number: u8, server: &str, authority: &str) -> SimDevice {
    model("SNPL-00112EU", number)
        .with_fault(Fault::NoWayIn)
        .with_user_ca(authority)
        .with_setting("ws.enable", json!(true))
        .with_setting("ws.server", json!(server))
        .with_setting("ws.ssl_ca", json!("user_ca.pem"))
}

/// A4, D6: a device that trusts the manager's authority is let in, commanded, changed and followed over TLS; one that does
/// not, and one that speaks in the clear, are not, and the log says so.
async fn devices_dial_over_tls_and_verify_the_manager(database: Database) {
    let (folder, port) = (TempDir::new().unwrap(), free_port());
    let (shown, other) = (Certificates::of("127.0.0.1"), Certificates::of("127.0.0.1"));
    let [certificate, key] = files(&folder, &shown);
    let secure = format!("wss://127.0.0.1:{port}/{TOKEN}");
    let devices = vec![
        plug(1, &secure, &shown.authority),
        plug(2, &secure, &other.authority),
        plug(3, &secure.replace("wss", "ws"), &shown.authority),
    ];
    let (_fleet, handles) = start(devices).await;
    let args = [
        ["--poll-interval", "3600"],
        ["--device-listen", &format!("127.0.0.1:{port}")],
        ["--device-token-from-env", TOKEN],
        ["--device-tls-cert", certificate.to_str().unwrap()],
        ["--device-tls-key", key.to_str().unwrap()],
        ["--log", "info,device_gateway=debug"],
    ];
    let manager = Manager::with(database, args.as_flattened()).await;
    let trusting = &handles[0];
    let client = manager.client();
    let waiting = eventually("the device in the inbox", async || {
        let inbox = client.inbox().await.unwrap();
        inbox.iter().any(|found| found.mac == trusting.mac()).then_some(inbox)
    })
    .await;
    assert_eq!(waiting.len(), 1, "{waiting:?}");
    let adopt = DecideRequest { devices: vec![trusting.mac()], all: false };
    assert_eq!(client.inbox_adopt(&adopt).await.unwrap().done, [trusting.mac()]);
    let on = CommandRequest::Switch { id: 0, action: SwitchAction::On };
    let commanded = client.device_command(trusting.mac(), &on).await.unwrap();
    assert_eq!((commanded.device.state, commanded.channel), (DeviceState::Online, Some(Channel::OutboundWebSocket)));
    assert_eq!(trusting.output(&ComponentKey::instance("switch", 0)), Some(true));
    wish(&manager, of_device(trusting), &[("switch:0.name", json!("Lamp"))]).await;
    assert_eq!(plan_and_apply(&manager, &only(trusting)).await.job.units.verified, 1);
    assert_eq!(on_device(trusting, "switch:0.name"), "Lamp");
    switching_is_seen(&manager, trusting).await;

    for said in ["Devices dial: wss://", "it speaks in the clear", "received fatal alert"] {
        eventually(said, async || manager.printed().contains(said).then_some(())).await;
    }
    assert!(is_connected(trusting) && !is_connected(&handles[1]) && !is_connected(&handles[2]));
    assert_eq!(client.inbox().await.unwrap(), [], "nobody else was let in");
}

/// W59: files that cannot be used are named before anything is served.
#[tokio::test]
async fn files_that_cannot_be_used_are_named() {
    let folder = TempDir::new().unwrap();
    let (shown, other) = (Certificates::of("127.0.0.1"), Certificates::of("127.0.0.1"));
    let [certificate, key] = files(&folder, &shown);
    let (other_key, absent) = (folder.path().join("other.pem"), folder.path().join("absent.pem"));
    std::fs::write(&other_key, &other.key).unwrap();
    let serve = async |certificate: &Path, key: &Path| {
        let files = [certificate.to_str().unwrap(), "--device-tls-key", key.to_str().unwrap()];
        let line = ["serve", "--listen", "127.0.0.1:0", "--device-listen", "127.0.0.1:0", "--device-tls-cert"];
        program::local(folder.path(), &[&line[..], &files].concat()).await
    };
    for (certificate, key, words) in [
        (&*absent, &*key, ["read", "absent.pem"]),
        (&*certificate, &*absent, ["read", "absent.pem"]),
        (&*key, &*key, ["key.pem", "holds no certificate"]),
        (&*certificate, &*certificate, ["cert.pem", "holds no private key"]),
        (&*certificate, &*other_key, ["other.pem does not belong to the certificate in", "cert.pem"]),
    ] {
        let printed = serve(certificate, key).await;
        printed.complains(2, &words);
    }
}
