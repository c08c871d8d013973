//! Devices are treated with care.

use std::time::Duration;

use shelly_driver::{Class, Device, Manners, Rules};
use shelly_sim::Fault;
use sync_engine::Target;
use tokio::time::Instant;

use crate::support::{endpoint, model, options, path, start, step};

/// Writes to Gen1 are spaced, whoever connects.
#[tokio::test]
async fn writes_to_gen1_are_spaced() {
    let (fleet, handle) = start(model("SHSW-1")).await;
    let pause = Duration::from_millis(120);
    let mut options = options();
    options.manners = Manners::new(Rules { gen1_write_pause: pause, ..Rules::default() });
    let began = Instant::now();
    for name in ["One", "Two", "Three"] {
        let mut device = Device::connect(endpoint(&handle), None, None, options.clone()).await.unwrap();
        device.write(&step(&[(path("switch:0.name"), name.into())])).await.unwrap();
    }
    assert!(began.elapsed() >= pause * 2, "{:?}", began.elapsed());
    fleet.shutdown().await;
}

/// A device that does not answer is left alone, and asked again by one.
#[tokio::test]
async fn a_silent_device_is_left_alone() {
    let (fleet, handle) = start(model("SNSW-001X16EU")).await;
    let mut options = options();
    let rest = Duration::from_millis(200);
    options.manners = Manners::new(Rules { failures: 2, first_rest: rest, ..Rules::default() });
    let device = Device::connect(endpoint(&handle), None, None, options).await.unwrap();
    handle.inject(Fault::DropConnection);
    let mut connections = Vec::new();
    for _ in 0..4 {
        let error = device.status().await.unwrap_err();
        connections.push(error.class());
    }
    assert_eq!(connections[..2], [Class::Interrupted; 2]);
    assert_eq!(connections[2..], [Class::Unreachable; 2], "nothing is sent any more");
    handle.heal_all();
    tokio::time::sleep(rest).await;
    device.status().await.unwrap();
    fleet.shutdown().await;
}
