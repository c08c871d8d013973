//! A14: devices swap addresses under load, and no command reaches the wrong one.

use std::{sync::Arc, time::Duration};

use shelly_driver::{Class, Command, Device, Link, Options, SwitchAction};
use shelly_gen2_rpc::{WebSocketChannel, WebSocketOptions};
use shelly_sim::{FleetPlan, SimDevice, SimFleet};
use shelly_types::Mac;

use crate::support::options;

const TOGGLE: Command = Command::Switch { id: 0, action: SwitchAction::Toggle };

fn plug(code: &str, number: u8) -> SimDevice {
    SimDevice::of_model(code, Mac::new([0xA8, 0x03, 0x2A, 0, 9, number])).unwrap().robust()
}

/// Commands were carried out by the devices they were meant for, so many times.
fn assert_only_meant(fleet: &SimFleet, sent: &[u64]) {
    for (handle, sent) in fleet.devices().iter().zip(sent) {
        let writes = handle.writes();
        let writes = writes.iter().filter(|write| write.target.contains("elay") || write.target.contains("Switch"));
        assert_eq!(writes.count() as u64, (*sent).min(1000), "{} {}", handle.model(), handle.mac());
    }
}

/// 1,000 swaps between the commands, while the background reads on, over HTTP.
#[tokio::test]
async fn a_thousand_swaps_over_http() {
    let codes = ["SHSW-1", "SHPLG-S", "SNPL-00112EU", "SNSW-001X16EU"];
    let devices = (0..).zip(codes).map(|(number, code)| plug(code, number)).collect();
    let mut fleet = SimFleet::start(FleetPlan::new(devices)).await.unwrap();
    let handles = fleet.devices().to_vec();
    let mut devices = Vec::new();
    for handle in &handles {
        let options = Options { confirm_write_after: Duration::ZERO, ..options() };
        devices.push(Device::connect(handle.endpoint().into(), Some(handle.mac()), None, options).await.unwrap());
    }
    let homes: Vec<_> = handles.iter().map(shelly_sim::SimHandle::endpoint).collect();
    let (mut sent, mut refused) = (vec![0_u64; handles.len()], 0);
    for round in 0..1000_usize {
        let (a, b) = (round % handles.len(), (round * 7 + round / 4 + 1) % handles.len());
        if a != b {
            assert!(fleet.swap(handles[a].mac(), handles[b].mac()));
        }
        let at = round % handles.len();
        let reads = futures::future::join_all(devices.iter().map(Device::status));
        let (command, reads) = tokio::join!(devices[at].command(&TOGGLE), reads);
        for (device, read) in devices.iter().zip(reads) {
            let is_home = handles
                .iter()
                .zip(&homes)
                .any(|(handle, home)| handle.mac() == device.identity().mac && handle.endpoint() == *home);
            if !is_home {
                assert!(read.is_err(), "nobody else's status is taken for its own");
            }
        }
        match command {
            Ok(()) => sent[at] += 1,
            Err(error) => {
                refused += 1;
                assert!(matches!(error.class(), Class::WrongDevice | Class::Interrupted), "{}", error.chain());
            }
        }
    }
    assert!(refused > 100 && sent.iter().sum::<u64>() > 100, "{refused} {sent:?}");
    assert_only_meant(&fleet, &sent);
    fleet.shutdown().await;
}

/// Swaps at any moment, also between a question and a command, over open connections.
#[tokio::test]
async fn swaps_at_any_moment_over_websockets() {
    let devices = (0..4).map(|number| plug("SNPL-00112EU", number)).collect();
    let mut fleet = SimFleet::start(FleetPlan::new(devices)).await.unwrap();
    let handles = fleet.devices().to_vec();
    let mut devices = Vec::new();
    let homes: Vec<_> = handles.iter().map(shelly_sim::SimHandle::endpoint).collect();
    for (handle, home) in handles.iter().zip(&homes) {
        let socket = WebSocketChannel::dial(&(*home).into(), &WebSocketOptions::default(), None).await.unwrap();
        devices.push(Arc::new(Device::over(Link::from(socket), handle.mac(), options()).await.unwrap()));
    }
    let stop = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let commands: Vec<_> = devices
        .iter()
        .zip(&homes)
        .map(|(device, home)| {
            let (device, home, stop) = (Arc::clone(device), *home, Arc::clone(&stop));
            tokio::spawn(async move {
                let (mut sent, mut unsure) = (0_u64, 0_u64);
                while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                    match device.command(&TOGGLE).await {
                        Ok(()) => sent += 1,
                        Err(error) if error.class() == Class::Interrupted => unsure += 1,
                        Err(_) => {}
                    }
                    if device.links().unwrap().current().is_none()
                        && let Ok(socket) =
                            WebSocketChannel::dial(&home.into(), &WebSocketOptions::default(), None).await
                    {
                        device.attach(socket.into()).unwrap();
                    }
                    tokio::task::yield_now().await;
                }
                (sent, unsure)
            })
        })
        .collect();
    for round in 0..1000_usize {
        fleet.swap(handles[round % 4].mac(), handles[(round + 1 + round / 4 % 3) % 4].mac());
        for _ in 0..(round % 7) * 4 {
            tokio::task::yield_now().await;
        }
    }
    stop.store(true, std::sync::atomic::Ordering::Relaxed);
    let mut some = 0;
    for (task, handle) in commands.into_iter().zip(&handles) {
        let (sent, unsure) = task.await.unwrap();
        some += sent;
        let writes = handle.writes().len() as u64;
        assert!((sent..=sent + unsure).contains(&writes) || writes >= 1000, "{sent} {unsure} {writes}");
    }
    assert!(some > 0, "nothing was commanded at all");
    fleet.shutdown().await;
}
