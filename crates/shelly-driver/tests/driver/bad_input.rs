//! Each kind of trouble gets its own clear error.

use std::time::Duration;

use shelly_driver::{Class, Device, Error, probe};
use shelly_http::{Endpoint, Limits};
use shelly_sim::{Fault, FleetPlan, SimFleet, Wakes};
use shelly_types::{Credentials, Mac};

use crate::support::{connect, endpoint, mac, model, options, path, start, step, until_it_answers};

const MODELS: [&str; 3] = ["SHSW-1", "SNSW-001X16EU", "S4SW-001P16EU"];

fn short() -> Limits {
    Limits { total: Duration::from_millis(500), ..Limits::default() }
}

/// A11
#[tokio::test]
async fn a_wrong_password_is_told_from_a_missing_one() {
    for code in MODELS {
        let (fleet, handle) = start(model(code).with_password("right")).await;
        for (credentials, hint) in [(Some(Credentials::new("admin", "wrong")), ""), (None, "password")] {
            let device = Device::connect(endpoint(&handle), None, credentials, options()).await.unwrap();
            assert!(device.identity().auth_required);
            let error = device.read().await.unwrap_err();
            assert_eq!(error.class(), Class::Unauthorized, "{code}: {}", error.chain());
            assert!(error.chain().contains(hint) && !error.chain().contains("wrong\""), "{}", error.chain());
        }
        let device = connect(&handle).await.unwrap();
        device.read().await.unwrap();
        fleet.shutdown().await;
    }
}

/// B6: an address is no identity. Nothing is written to the wrong device.
#[tokio::test]
async fn the_wrong_device_is_never_written() {
    let plan = FleetPlan::new(MODELS.map(model).to_vec());
    let mut fleet = SimFleet::start(plan).await.unwrap();
    let [gen1, gen2, gen4] = [0, 1, 2].map(|index| fleet.devices()[index].clone());
    let error = Device::connect(endpoint(&gen1), Some(gen2.mac()), None, options()).await.unwrap_err();
    let Error::WrongDevice { expected, found, .. } = error else { panic!("{error}") };
    assert_eq!((expected, found), (gen2.mac(), gen1.mac()));

    for (first, second) in [(&gen1, &gen2), (&gen2, &gen4)] {
        let mut device = connect(first).await.unwrap();
        device.read().await.unwrap();
        assert!(fleet.swap(first.mac(), second.mac()));
        let wish = [(path("switch:0.auto_off"), true.into())];
        let error = sync_engine::Target::write(&mut device, &step(&wish)).await.unwrap_err();
        assert_eq!(error.class, Class::WrongDevice, "{error}");
        assert!(error.message.contains(&second.mac().to_string()), "{error}");
        let error = device.command(&shelly_driver::Command::Restart).await.unwrap_err();
        assert_eq!(error.class(), Class::WrongDevice);
        assert_eq!((first.counters().writes, second.counters().writes), (0, 0));
    }
    fleet.shutdown().await;
}

#[tokio::test]
async fn answers_that_are_no_answers_are_told_apart() {
    let cases = [
        (Fault::Html, Class::Garbled, "JSON"),
        (Fault::TruncatedJson, Class::Interrupted, ""),
        (Fault::Huge { bytes: 50_000_000 }, Class::Garbled, "longer than"),
        (Fault::NeverAnswer, Class::Interrupted, "no complete answer"),
        (Fault::DropConnection, Class::Interrupted, ""),
        (Fault::Offline, Class::Unreachable, ""),
        (Fault::Asleep { wakes: None::<Wakes> }, Class::Unreachable, ""),
    ];
    for code in MODELS {
        let (fleet, handle) = start(model(code)).await;
        for (fault, class, text) in &cases {
            let mut options = options();
            options.limits = short();
            let device = Device::connect(endpoint(&handle), None, None, options).await.unwrap();
            handle.inject(fault.clone());
            let error = device.read().await.unwrap_err();
            assert_eq!(error.class(), *class, "{code} {fault:?}: {}", error.chain());
            assert!(error.chain().contains(text), "{code} {fault:?}: {}", error.chain());
            let error = probe(&endpoint(&handle), &short()).await.unwrap_err();
            let same = error.class() == *class || matches!(error, Error::NotShelly { .. });
            assert!(same, "{code} {fault:?}: {}", error.chain());
            handle.heal_all();
            until_it_answers(&handle).await;
            device.read().await.unwrap();
        }
        fleet.shutdown().await;
    }
}

#[tokio::test]
async fn nobody_at_an_address_is_unreachable() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let free: Endpoint = listener.local_addr().unwrap().into();
    drop(listener);
    let error = Device::connect(free, Some(Mac::new([1; 6])), None, options()).await.unwrap_err();
    assert_eq!(error.class(), Class::Unreachable);
    assert!(error.chain().contains("refused"), "{}", error.chain());
}

/// A9: a model nobody has seen is read with all its components.
#[tokio::test]
async fn an_unknown_model_is_read() {
    let capture = serde_json::json!({
        "gen": 5,
        "endpoints": {
            "Shelly.GetDeviceInfo": {
                "id": "shellytoaster-a8032a000001", "mac": "A8032A000001", "model": "S5TO-001", "gen": 5,
                "fw_id": "20270101-000000/3.0.0-gabcdef0", "ver": "3.0.0", "app": "Toaster", "auth_en": false
            },
            "Shelly.GetConfig": {
                "sys": { "device": { "name": "Toaster", "mac": "A8032A000001" }, "cfg_rev": 1 },
                "wifi": { "sta": { "ssid": "home", "enable": true } },
                "toaster:0": { "id": 0, "crispness": 7 }
            },
            "Shelly.GetStatus": { "sys": { "uptime": 12 }, "toaster:0": { "id": 0, "slots": 2 } }
        }
    });
    let device = shelly_sim::SimDevice::from_capture(&capture).unwrap();
    let (fleet, handle) = start(device).await;
    let device = connect(&handle).await.unwrap();
    assert_eq!(device.identity().generation.0, 5);
    let reading = device.read().await.unwrap();
    let toaster = "toaster:0".parse().unwrap();
    assert!(reading.configuration.observed.components.contains(&toaster));
    assert!(reading.status.components.contains_key(&toaster));
    assert_eq!(reading.configuration.observed.settings[&path("wifi.sta.ssid")].as_text(), Some("home"));
    assert!(
        reading.configuration.observed.kept.keys().any(|kept| kept.contains("crispness")),
        "{:?}",
        reading.configuration.observed.kept
    );
    assert_eq!(reading.configuration.raw.document()["toaster:0"]["crispness"], 7);
    fleet.shutdown().await;
}

/// F8: what a device cannot do is said before anything is sent.
#[tokio::test]
async fn an_impossible_setting_is_refused_without_writing() {
    let (fleet, handle) = start(model("SHSW-1")).await;
    let mut device = connect(&handle).await.unwrap();
    let wish = [(path("switch:0.in_locked"), true.into())];
    let error = sync_engine::Target::write(&mut device, &step(&wish)).await.unwrap_err();
    assert_eq!(error.class, Class::Unsupported, "{error}");
    assert!(error.message.contains("in_locked") && error.message.contains(&mac("SHSW-1").to_string()), "{error}");
    assert_eq!(handle.counters().writes, 0);
    fleet.shutdown().await;
}
