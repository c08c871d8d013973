//! Plays firmware updates: stages, failures, restart into the new version.

use std::{sync::Arc, time::Duration};

use serde_json::{Map, Value, json};
use shelly_types::Firmware;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    time::{Instant, timeout},
};

use crate::{
    device::Device,
    link::{self, Dials},
    quirk::Quirk,
    state::State,
};

/// Steps of progress that are told.
const STEPS: u32 = 5;
/// Requests an update bears when polling disturbs it.
const BEARABLE: u64 = 3;
/// Firmware from this release on may need the stepping stone.
const HIGH: (u32, u32, u32) = (1, 4, 0);
/// The stepping stone.
const STONE: (u32, u32, u32) = (1, 3, 3);
/// Largest image read, in bytes.
const LARGEST: usize = 4 * 1024 * 1024;
/// What begins the line of an image that names its build.
const BUILD: &str = "build_id=";
/// What begins the line of an image that names its model.
const MODEL: &str = "model=";
/// How long fetching an image may take.
const FETCH: Duration = Duration::from_secs(30);

/// The versions a device may be offered.
#[derive(Debug, Clone, Default)]
pub(crate) struct Offer {
    pub(crate) stable: Option<Firmware>,
    pub(crate) beta: Option<Firmware>,
}

/// Where an image comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    Stable,
    Beta,
}

/// An update that runs.
#[derive(Debug)]
pub(crate) struct Update {
    began: Instant,
    target: Firmware,
    /// The image is on its way; nothing goes on before it is here.
    waits: bool,
    /// Steps told so far.
    told: u32,
    requests_before: u64,
    /// What is said instead of success, and at which step.
    fails: Option<(u32, &'static str)>,
    /// It ends with the old version.
    rolls_back: bool,
}

/// An image a device installs from a `url`: it becomes this build, if it is of this model.
pub fn firmware_image(model: &str, build_id: &str) -> Vec<u8> {
    format!("{MODEL}{model}\n{BUILD}{build_id}\n").into_bytes()
}

/// The offers of a device as it tells them: none when it is not in this wave of a roll-out.
pub(crate) fn offers(device: &Device, state: &State) -> Offer {
    if device.has(Quirk::NoUpdateOffered) {
        return Offer::default();
    }
    let newer = |build: &Option<Firmware>| build.clone().filter(|build| *build != state.firmware);
    Offer { stable: newer(&state.offer.stable), beta: newer(&state.offer.beta) }
}

/// The offers as Gen2+ prints them.
pub(crate) fn listed(offer: &Offer, with_build: bool) -> Value {
    let one = |build: &Firmware| {
        let mut item = json!({"version": build.version()});
        if with_build {
            item["build_id"] = json!(build.id());
        }
        item
    };
    let mut all = Map::new();
    for (name, build) in [("stable", &offer.stable), ("beta", &offer.beta)] {
        if let Some(build) = build {
            all.insert(name.into(), one(build));
        }
    }
    Value::Object(all)
}

/// Begins an update to what is offered; false when there is nothing or one runs already.
pub(crate) fn begin(device: &Device, state: &mut State, stage: Stage) -> bool {
    let target = match stage {
        Stage::Stable => state.offer.stable.clone(),
        Stage::Beta => state.offer.beta.clone().or_else(|| state.offer.stable.clone()),
    };
    let Some(target) = target.filter(|_| state.update.is_none()) else { return false };
    start(device, state, target, None);
    true
}

/// Begins an update to an image at an address, which the device fetches itself; false when one runs already.
pub(crate) fn fetch(device: &Device, state: &mut State, url: &str) -> bool {
    if state.update.is_some() {
        return false;
    }
    start(device, state, state.firmware.clone(), None);
    if let Some(update) = &mut state.update {
        update.waits = true;
    }
    let (Some(device), url) = (device.me(), url.to_owned()) else { return false };
    let crew = device.crew.clone();
    let tracker = crew.tasks.clone();
    tracker.spawn(async move {
        let image = tokio::select! {
            () = crew.stop.cancelled() => return,
            fetched = timeout(FETCH, download(&device, &url)) => fetched.ok().flatten(),
        };
        device.change(|state| settle(&device, state, image));
    });
    true
}

/// Tells a running update what the image turned out to be.
fn settle(device: &Device, state: &mut State, image: Option<Vec<u8>>) {
    let current = state.firmware.clone();
    let now = state.clock.now();
    let Some(update) = &mut state.update else { return };
    (update.waits, update.began) = (false, now);
    let Some(image) = image else {
        update.fails = Some((1, "Download failed"));
        return;
    };
    let text = String::from_utf8_lossy(&image[..image.len().min(512)]).into_owned();
    let line = |begin: &str| text.lines().find_map(|line| line.strip_prefix(begin).map(str::to_owned));
    let (Some(model), Some(build)) = (line(MODEL), line(BUILD)) else {
        update.fails = Some((2, "Invalid firmware"));
        return;
    };
    if model != device.spec.model.code() {
        update.fails = Some((2, "Wrong firmware image"));
        return;
    }
    update.target = Firmware::new(build);
    update.fails = stumble(device, &current, &update.target).or(update.fails);
}

fn start(device: &Device, state: &mut State, target: Firmware, fails: Option<(u32, &'static str)>) {
    let fails = fails.or_else(|| {
        if device.has(Quirk::UpdateDownloadFails) {
            Some((2, "Download failed"))
        } else if device.has(Quirk::UpdateWriteFails) {
            Some((STEPS, "Write failed"))
        } else {
            stumble(device, &state.firmware, &target)
        }
    });
    state.update = Some(Update {
        began: state.clock.now(),
        target,
        waits: false,
        told: 0,
        requests_before: device.counters_of_requests(),
        fails,
        rolls_back: device.has(Quirk::UpdateRollsBack),
    });
    if !device.is_gen1() {
        state.event("sys", "ota_begin", message("Update begins"));
    }
    device.stir.notify_one();
}

/// Old firmware without the stepping stone cannot take new firmware.
fn stumble(device: &Device, from: &Firmware, to: &Firmware) -> Option<(u32, &'static str)> {
    let low = from.release().is_some_and(|release| release < STONE);
    let high = to.release().is_some_and(|release| release >= HIGH);
    (device.has(Quirk::SteppingStone) && low && high).then_some((2, "Unsupported update path"))
}

fn message(text: &str) -> Map<String, Value> {
    Map::from_iter([("msg".to_owned(), json!(text))])
}

/// When the next step of a running update is due.
pub(crate) fn next_step(device: &Device, state: &State) -> Option<Instant> {
    let update = state.update.as_ref().filter(|update| !update.waits)?;
    Some(update.began + device.timing.update.mul_f64(f64::from(update.told + 1) / f64::from(STEPS)))
}

/// Carries a running update on.
pub(crate) fn advance(device: &Device, state: &mut State) {
    while let Some(due) = next_step(device, state)
        && due <= state.clock.now()
    {
        step(device, state);
    }
}

fn step(device: &Device, state: &mut State) {
    let gen1 = device.is_gen1();
    let Some(update) = &mut state.update else { return };
    update.told += 1;
    let told = update.told;
    let disturbed = device.has(Quirk::PolledUpdateFails)
        && device.counters_of_requests().saturating_sub(update.requests_before) > BEARABLE;
    let failure = if disturbed {
        Some("Out of memory")
    } else {
        update.fails.filter(|(at, _)| *at <= told).map(|(_, text)| text)
    };
    if let Some(text) = failure {
        state.update = None;
        if !gen1 {
            state.event("sys", "ota_error", message(text));
        }
        return;
    }
    if told < STEPS {
        if !gen1 {
            let mut more = message("Update in progress");
            more.insert("progress_percent".into(), json!(told * 100 / STEPS));
            state.event("sys", "ota_progress", more);
        }
        return;
    }
    let Some(update) = state.update.take() else { return };
    if !gen1 {
        state.event("sys", "ota_success", message("Update applied"));
        let delay = u64::try_from(device.timing.restart_delay.as_millis()).unwrap_or(u64::MAX);
        state.event("sys", "scheduled_restart", Map::from_iter([("time_ms".to_owned(), json!(delay))]));
    }
    if !update.rolls_back {
        state.next_firmware = Some(update.target);
    }
    device.restart(state, device.timing.restart_delay);
}

/// Fetches an image over plain HTTP, as devices do.
async fn download(device: &Arc<Device>, url: &str) -> Option<Vec<u8>> {
    let uri: http::Uri = url.parse().ok()?;
    let host = uri.host()?.to_owned();
    if uri.scheme_str() != Some("http") || (device.dials == Dials::Loopback && !link::is_loopback(&host)) {
        return None;
    }
    let mut stream = link::connect(device, &host, uri.port_u16().unwrap_or(80)).await?;
    let target = uri.path_and_query().map_or("/", |target| target.as_str());
    let request = format!("GET {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.ok()?;
    let mut answer = Vec::new();
    stream.take(LARGEST as u64).read_to_end(&mut answer).await.ok()?;
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&answer[..end]).into_owned();
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    });
    let is_fine = head.split(' ').nth(1) == Some("200");
    let body = answer.split_off(end + 4);
    // What was cut off on the way is no image.
    (is_fine && !body.is_empty() && length == Some(body.len())).then_some(body)
}
