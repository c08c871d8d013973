//! Devices that answer badly, or not at all.

use std::time::{Duration, Instant};

use api_types::{
    ErrorCode,
    devices::{DeviceQuery, DeviceState},
    discovery::{DecideRequest, SightingState},
};
use serde_json::json;
use shelly_sim::{Fault, SimDevice, SimHandle};

use crate::{
    database::Database,
    manager::Manager,
    on_each_database,
    support::{adopt, eventually, model, scan, start, targets},
};

on_each_database! {
    each_kind_of_trouble_has_its_own_error
    a_password_that_does_not_fit_is_told
    a_model_never_seen_before_is_listed
}

/// B12: each kind of trouble has its own code, its own words, its own state in the list, and ends soon.
async fn each_kind_of_trouble_has_its_own_error(database: Database) {
    let cases = [
        (Fault::Html, ErrorCode::DeviceGarbled, 502, "JSON", 1),
        (Fault::TruncatedJson, ErrorCode::DeviceInterrupted, 504, "", 5),
        (Fault::Huge { bytes: 50_000_000 }, ErrorCode::DeviceGarbled, 502, "longer than", 1),
        (Fault::NeverAnswer, ErrorCode::DeviceInterrupted, 504, "no complete answer", 5),
        (Fault::DropConnection, ErrorCode::DeviceInterrupted, 504, "", 5),
        (Fault::Offline, ErrorCode::DeviceUnreachable, 504, "", 5),
    ];
    let manager = Manager::with(database, &["--poll-interval", "86400"]).await;
    let codes = ["SNSW-001X16EU", "SHSW-1"].into_iter().cycle();
    let devices = codes.zip(1..).take(2 * cases.len()).map(|(code, at)| model(code, at));
    let (fleet, handles) = start(devices.collect()).await;
    adopt(&manager, &handles).await;
    let manager = &manager;
    let check = |handle: &SimHandle,
                 (fault, code, status, words, exit): &(Fault, ErrorCode, u16, &'static str, i32)| {
        let (handle, fault, code, status, words, exit) = (handle.clone(), fault.clone(), *code, *status, *words, *exit);
        async move {
            handle.inject(fault.clone());
            let path = format!("/api/v1/devices/{}/refresh", handle.mac());
            let asked = Instant::now();
            let answer = manager.request(http::Method::POST, &path, "").await;
            let problem = answer.problem();
            let about = format!("{} {fault:?}: {problem:?}", handle.model());
            assert_eq!((problem.code, problem.status), (code, status), "{about}");
            assert!(asked.elapsed() < Duration::from_secs(25), "{about}");
            let endpoint = handle.endpoint().to_string();
            assert!(problem.detail.contains(words) && problem.detail.contains(&endpoint), "{about}");
            manager.cli(&["devices", "refresh", &handle.mac().to_string()]).await.complains(exit, &[&endpoint]);
            // One failure may be chance; a device is called offline after some in a row.
            let device = eventually("the trouble in the list", async || {
                let device = manager.client().device(handle.mac()).await.unwrap().device;
                if device.state == DeviceState::Online {
                    manager.client().device_refresh(handle.mac()).await.unwrap_err();
                }
                (device.state != DeviceState::Online).then_some(device)
            })
            .await;
            assert_eq!(device.state, DeviceState::Offline, "{about}");
            assert!(device.state_reason.unwrap().contains(words), "{about}");
            problem.detail.replace(&endpoint, "")
        }
    };
    let checks =
        handles.chunks(2).zip(&cases).flat_map(|(pair, case)| pair.iter().map(move |handle| check(handle, case)));
    let details = futures::future::join_all(checks).await;
    for family in 0..2 {
        let mut own: Vec<&String> = details.iter().skip(family).step_by(2).collect();
        own.sort();
        own.dedup();
        assert_eq!(own.len(), cases.len(), "each has its own words: {details:#?}");
    }
    for handle in &handles {
        handle.heal_all();
        let device = eventually("the device again", async || manager.client().device_refresh(handle.mac()).await.ok());
        assert_eq!(device.await.device.state, DeviceState::Online, "{}", handle.model());
    }
    fleet.shutdown().await;
}

/// W9, D2: a device that refuses all passwords waits in the inbox with the reason; one that was changed behind our
/// back is shown as refusing us, until its new password is told.
async fn a_password_that_does_not_fit_is_told(database: Database) {
    let manager = Manager::on(database).await;
    let codes = ["SNSW-001X16EU", "SHSW-1"];
    let devices = codes.iter().zip(1..).map(|(code, at)| model(code, at).with_password("first"));
    let (fleet, handles) = start(devices.collect()).await;
    let client = manager.client();
    let everything = DecideRequest { devices: Vec::new(), all: true };

    assert_eq!(scan(&manager, targets(&handles), true).await.adopted, 0);
    let decided = client.inbox_adopt(&everything).await.unwrap();
    assert!(decided.done.is_empty() && decided.failed.len() == 2);
    assert!(decided.failed.iter().all(|failed| failed.reason.contains("asks for a password")), "{decided:?}");
    manager.cli_with(&["credentials", "add", "wrong"], "wrong").await.ends_with(0);
    let decided = client.inbox_adopt(&everything).await.unwrap();
    assert!(decided.failed.iter().all(|failed| failed.reason.contains("refuses")), "{decided:?}");
    for found in client.inbox().await.unwrap() {
        assert!(found.state == SightingState::New && found.auth_required, "{found:?}");
        assert!(found.note.as_deref().unwrap().contains("refuses"), "{found:?}");
    }
    manager.cli(&["discover", "adopt", "--all"]).await.ends_with(1);
    manager.cli_with(&["credentials", "add", "right"], "first").await.ends_with(0);
    manager.cli(&["discover", "adopt", "--all"]).await.ends_with(0);

    for handle in &handles {
        handle.set_password(Some("second"));
        let mac = handle.mac().to_string();
        let error = client.device_refresh(handle.mac()).await.unwrap_err();
        assert_eq!(error.code(), Some(ErrorCode::DeviceUnauthorized), "{error}");
        manager.cli(&["devices", "refresh", &mac]).await.complains(6, &[&handle.endpoint().to_string()]);
        eventually("the refusal in the list", async || {
            let device = client.device(handle.mac()).await.unwrap().device;
            (device.state == DeviceState::Unauthorized).then_some(())
        })
        .await;
        manager.cli_with(&["devices", "password", &mac], "third").await.complains(6, &[]);
        manager.cli_with(&["devices", "password", &mac], "second").await.ends_with(0);
        let device = client.device_refresh(handle.mac()).await.unwrap().device;
        assert_eq!(device.state, DeviceState::Online);
        assert_eq!(handle.counters().writes, 0, "the device itself is not changed");
    }
    fleet.shutdown().await;
}

/// A9: a model that nobody has seen is adopted and listed with all its components; nothing of it is lost.
async fn a_model_never_seen_before_is_listed(database: Database) {
    let manager = Manager::on(database).await;
    let capture = json!({
        "endpoints": {
            "Shelly.GetDeviceInfo": {
                "id": "shellytoaster-a8032a1000aa", "mac": "A8032A1000AA", "model": "XYZ", "gen": 5,
                "fw_id": "20270101-000000/3.0.0-gabcdef0", "ver": "3.0.0", "app": "Toaster", "auth_en": false
            },
            "Shelly.GetConfig": {
                "sys": { "device": { "name": "Toaster", "mac": "A8032A1000AA" }, "cfg_rev": 1 },
                "switch:0": { "id": 0, "name": "Heater", "auto_off": false },
                "toaster:0": { "id": 0, "crispness": 7 }
            },
            "Shelly.GetStatus": {
                "sys": { "uptime": 12 },
                "switch:0": { "id": 0, "output": true },
                "toaster:0": { "id": 0, "slots": 2 }
            }
        }
    });
    let old = json!({
        "endpoints": {
            "/shelly": { "type": "SHXYZ-9", "mac": "A8032A1000AB", "auth": false, "fw": "20230913-112003/v1.14.0-gcb84623" },
            "/settings": {
                "device": { "type": "SHXYZ-9", "mac": "A8032A1000AB", "hostname": "shellyxyz-A8032A1000AB" },
                "name": "Old toaster", "fw": "20230913-112003/v1.14.0-gcb84623",
                "relays": [{ "name": "Heater", "auto_off": 0.0 }], "crispness": 7
            },
            "/status": { "relays": [{ "ison": true }], "slots": 2, "uptime": 12 }
        }
    });
    let devices = [capture, old].iter().map(|capture| SimDevice::from_capture(capture).unwrap()).collect();
    let (fleet, handles) = start(devices).await;
    adopt(&manager, &handles).await;
    let client = manager.client();
    let listed = client.devices(&DeviceQuery::default()).await.unwrap();
    let models: Vec<String> = listed.iter().map(|device| device.model.to_string()).collect();
    assert!(models.contains(&"XYZ".to_owned()) && models.contains(&"SHXYZ-9".to_owned()), "{models:?}");
    for (handle, components) in handles.iter().zip([&["switch:0", "toaster:0"][..], &["switch:0"]]) {
        let detail = client.device(handle.mac()).await.unwrap();
        assert_eq!(detail.device.state, DeviceState::Online);
        assert_eq!(detail.device.outputs[0].on, Some(true));
        let status = detail.status.unwrap();
        for component in components {
            assert!(status.components.contains_key(&component.parse().unwrap()), "{component}: {status:?}");
        }
        let config = client.device_config(handle.mac()).await.unwrap();
        assert!(config.kept.keys().any(|path| path.contains("crispness")), "{:?}", config.kept);
        let shown = manager.cli(&["devices", "show", &handle.mac().to_string()]).await.ends_with(0);
        assert!(components.iter().all(|component| shown.out.contains(component)), "{}", shown.out);
    }
    fleet.shutdown().await;
}
