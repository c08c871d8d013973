//! Makes devices report at a steady rate, for measurements of whoever listens.

use std::{sync::Arc, time::Duration};

use serde_json::{Map, json};
use tokio::time::{Instant, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use crate::{device::Device, json, life};

/// How often a batch is sent.
const TICK: Duration = Duration::from_millis(5);

/// After how many ticks is looked whether there are more devices.
const REFRESH: u32 = 200;

/// Lets all devices report this often each second, evenly spread, until stopped.
pub(crate) async fn run(devices: impl Fn() -> Vec<Arc<Device>>, per_second: f64, stop: CancellationToken) {
    let mut ticks = interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (start, mut sent, mut at) = (Instant::now(), 0_u64, 0);
    let (mut all, mut age) = (devices(), 0_u32);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = ticks.tick() => {}
        }
        age += 1;
        if age >= REFRESH {
            (all, age) = (devices(), 0);
        }
        if all.is_empty() {
            continue;
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count of messages")]
        let due = (start.elapsed().as_secs_f64() * per_second * all.len() as f64) as u64;
        // Whoever is slow is not flooded with what was missed.
        sent = sent.max(due.saturating_sub(all.len() as u64));
        while sent < due {
            at = (at + 1) % all.len();
            speak(&all[at], sent);
            sent += 1;
        }
    }
}

/// One report: the first output or meter measures something else than before.
fn speak(device: &Device, number: u64) {
    let watts = 20.0 + (number % 977) as f64 / 10.0;
    if device.is_gen1() {
        device.change(|state| {
            if let Some(output) = state.outputs.first_mut() {
                #[expect(clippy::cast_possible_truncation, reason = "a load in watts needs no more digits")]
                let load = watts as f32;
                output.load_w = load;
            }
        });
        return;
    }
    if !device.air.has_listeners() {
        return;
    }
    let mut state = device.state();
    let (key, patch) = match place(device, &state.profile) {
        Some((key, name)) => {
            let id = key.split_once(':').map_or(0, |(_, id)| id.parse().unwrap_or(0));
            let value = json::decimal(watts, 1);
            state.readings.insert(format!("{key}.{name}"), value.clone());
            (key, json!({"id": id, name: value}))
        }
        None => ("wifi", json!({"rssi": -40 - i64::try_from(number % 40).unwrap_or(0)})),
    };
    let ts = life::timestamp(&state);
    drop(state);
    device.air.send(life::status_note(&ts, Map::from_iter([(key.to_owned(), patch)])));
}

/// The first component that measures, and what it calls the value; none when none does.
fn place<'a>(device: &'a Device, profile: &str) -> Option<(&'a str, &'static str)> {
    let metered = device.spec.facts.metered;
    device.spec.profile(profile)?.components.iter().find_map(|key| {
        let name = match key.split(':').next()? {
            "switch" | "light" | "cover" | "rgb" | "rgbw" | "cct" | "rgbcct" if metered => "apower",
            "pm1" => "apower",
            "em1" => "act_power",
            "em" => "total_act_power",
            "temperature" => "tC",
            _ => return None,
        };
        Some((key.as_str(), name))
    })
}
