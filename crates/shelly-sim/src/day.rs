//! Plays a day from a script: curves of power and temperature, button pushes, switches, troubles.

use std::{sync::Arc, time::Duration};

use serde::Deserialize;
use serde_json::Value;
use shelly_types::ComponentKey;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::{clock::Clock, device::Device, fault::Fault, handle::SimHandle, input::Push, json};

/// Seconds of a day.
const DAY: u64 = 86_400;
/// How far curves move at once, in seconds of the fleet.
const STEP: u64 = 60;

/// A script cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ScriptError {
    /// It is no TOML, or has members that are not known.
    #[error("read the script of the day")]
    Toml(#[source] toml::de::Error),
    /// A time of day is not `HH:MM` or `HH:MM:SS`.
    #[error("`{0}` in the script of the day is no time such as 07:30")]
    Time(String),
}

/// What happens on a day, every day again; times are UTC on the clock of the fleet.
///
/// ```
/// # fn main() -> Result<(), shelly_sim::ScriptError> {
/// let day = shelly_sim::DayScript::from_toml(
///     r#"
///     [[curve]]
///     device = "SNPL-00112EU"
///     load = "switch:0"
///     points = [["00:00", 2.0], ["07:00", 2.0], ["07:10", 1800.0], ["07:15", 0.0]]
///
///     [[step]]
///     at = "07:30"
///     device = "Hall switch"
///     push = { input = 0, kind = "double" }
///     "#,
/// )?;
/// # let _ = day;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct DayScript {
    steps: Vec<(u64, Step)>,
    curves: Vec<Curve>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct File {
    step: Vec<Step>,
    curve: Vec<RawCurve>,
}

/// One thing that happens.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    /// Time of day.
    at: String,
    /// Name, id, hardware address or model; `*` is all.
    device: String,
    /// A button is pushed.
    #[serde(default)]
    push: Option<Pushed>,
    /// A wire carries a signal or none.
    #[serde(default)]
    input: Option<Wired>,
    /// An output is switched by hand.
    #[serde(default)]
    output: Option<Switched>,
    /// The load behind an output changes.
    #[serde(default)]
    load: Option<Loaded>,
    /// A sensor measures something, by path in the status.
    #[serde(default)]
    measure: Option<Measured>,
    /// The device cannot be reached, or can be again.
    #[serde(default)]
    offline: Option<bool>,
    /// Power fails for a moment.
    #[serde(default)]
    power_cycle: bool,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Pushed {
    input: u32,
    #[serde(default)]
    kind: Kind,
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    #[default]
    Single,
    Double,
    Triple,
    Long,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wired {
    id: u32,
    on: bool,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Switched {
    component: ComponentKey,
    on: bool,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Loaded {
    component: ComponentKey,
    watts: f32,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Measured {
    path: String,
    value: Value,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCurve {
    device: String,
    /// Component whose load follows the curve, in watts.
    #[serde(default)]
    load: Option<ComponentKey>,
    /// Path in the status that follows the curve.
    #[serde(default)]
    measure: Option<String>,
    points: Vec<(String, f64)>,
}

/// A value over the day.
#[derive(Debug, Clone)]
struct Curve {
    device: String,
    load: Option<ComponentKey>,
    measure: Option<String>,
    points: Vec<(u64, f64)>,
}

impl DayScript {
    /// Reads a script.
    ///
    /// # Errors
    /// When it is no TOML, names what is not known, or has a time that is none.
    pub fn from_toml(text: &str) -> Result<Self, ScriptError> {
        let file: File = toml::from_str(text).map_err(ScriptError::Toml)?;
        let mut steps = Vec::new();
        for step in file.step {
            steps.push((time(&step.at)?, step));
        }
        steps.sort_by_key(|(at, _)| *at);
        let mut curves = Vec::new();
        for RawCurve { device, load, measure, points } in file.curve {
            let mut read = Vec::new();
            for (at, value) in points {
                read.push((time(&at)?, value));
            }
            read.sort_by_key(|(at, _)| *at);
            curves.push(Curve { device, load, measure, points: read });
        }
        Ok(Self { steps, curves })
    }
}

fn time(text: &str) -> Result<u64, ScriptError> {
    let bad = || ScriptError::Time(text.to_owned());
    let parts: Vec<u64> = text.split(':').map(str::parse).collect::<Result<_, _>>().map_err(|_| bad())?;
    match parts.as_slice() {
        [hours @ 0..24, minutes @ 0..60] => Ok(hours * 3600 + minutes * 60),
        [hours @ 0..24, minutes @ 0..60, seconds @ 0..60] => Ok(hours * 3600 + minutes * 60 + seconds),
        _ => Err(bad()),
    }
}

impl Curve {
    /// The value at a time of day, between the points around it; the day closes into a ring.
    fn at(&self, second: u64) -> Option<f64> {
        let (first, last) = (self.points.first()?, self.points.last()?);
        let after = self.points.iter().position(|(at, _)| *at > second);
        let (from, to) = match after {
            Some(0) => ((0, last.1, DAY - last.0), (first.0, first.1)),
            Some(next) => {
                let (at, value) = self.points[next - 1];
                ((at, value, 0), self.points[next])
            }
            None => ((last.0, last.1, 0), (DAY + first.0, first.1)),
        };
        let (begin, value, passed) = from;
        let span = (to.0 + passed).saturating_sub(begin);
        let share = if span == 0 { 0.0 } else { (second + passed - begin) as f64 / span as f64 };
        Some(value + (to.1 - value) * share.clamp(0.0, 1.0))
    }
}

/// Plays a script on the devices until the fleet stops.
pub(crate) async fn play(
    script: DayScript,
    clock: Clock,
    devices: impl Fn() -> Vec<Arc<Device>>,
    stop: CancellationToken,
) {
    let mut done = clock.unix();
    loop {
        let now = clock.unix();
        let all: Vec<SimHandle> = devices().into_iter().map(SimHandle::new).collect();
        // A script that was held up for long does not catch up on more than a day.
        done = done.max(now.saturating_sub(DAY));
        for (at, step) in &script.steps {
            let next = done - done % DAY + at + if at <= &(done % DAY) { DAY } else { 0 };
            if next <= now {
                all.iter().filter(|device| is(device, &step.device)).for_each(|device| act(device, step));
            }
        }
        for curve in &script.curves {
            let Some(value) = curve.at(now % DAY) else { continue };
            all.iter().filter(|device| is(device, &curve.device)).for_each(|device| follow(device, curve, value));
        }
        done = now;
        let until_step = script.steps.iter().map(|(at, _)| (at + DAY - now % DAY - 1) % DAY + 1).min().unwrap_or(STEP);
        let wait = clock.span(Duration::from_secs(until_step.min(STEP))).max(Duration::from_millis(1));
        tokio::select! {
            () = stop.cancelled() => return,
            () = sleep(wait) => {}
        }
    }
}

fn is(device: &SimHandle, wanted: &str) -> bool {
    wanted == "*"
        || device.id() == wanted
        || device.model().code() == wanted
        || device.mac().to_string() == wanted
        || device.name().as_deref() == Some(wanted)
}

fn act(device: &SimHandle, step: &Step) {
    if let Some(Pushed { input, kind }) = &step.push {
        let push = match kind {
            Kind::Single => Push::Single,
            Kind::Double => Push::Double,
            Kind::Triple => Push::Triple,
            Kind::Long => Push::Long,
        };
        device.push(*input, push);
    }
    if let Some(Wired { id, on }) = &step.input {
        device.set_input(*id, *on);
    }
    if let Some(Switched { component, on }) = &step.output {
        device.set_output(component, *on);
    }
    if let Some(Loaded { component, watts }) = &step.load {
        device.set_load(component, *watts);
    }
    if let Some(Measured { path, value }) = &step.measure {
        device.measure(path, value.clone());
    }
    match step.offline {
        Some(true) => device.inject(Fault::Offline),
        Some(false) => device.heal(&Fault::Offline),
        None => {}
    }
    if step.power_cycle {
        device.power_cycle();
    }
}

fn follow(device: &SimHandle, curve: &Curve, value: f64) {
    if let Some(component) = &curve.load {
        #[expect(clippy::cast_possible_truncation, reason = "a load in watts needs no more digits")]
        device.set_load(component, value as f32);
    }
    if let Some(path) = &curve.measure {
        device.measure(path, json::decimal(value, 1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn curves_run_between_points_and_over_midnight() {
        let text = r#"
            [[curve]]
            device = "*"
            load = "switch:0"
            points = [["06:00", 100.0], ["12:00", 400.0]]
        "#;
        let script = DayScript::from_toml(text).unwrap();
        let at = |hours: u64| script.curves[0].at(hours * 3600).unwrap();
        assert!((at(6) - 100.0).abs() < 1e-6 && (at(9) - 250.0).abs() < 1e-6 && (at(12) - 400.0).abs() < 1e-6);
        assert!((at(21) - 250.0).abs() < 1e-6 && (at(3) - 150.0).abs() < 1e-6);
        assert!(matches!(DayScript::from_toml("[[step]]\nat = \"25:00\"\ndevice = \"*\""), Err(ScriptError::Time(_))));
        assert!(matches!(DayScript::from_toml("[[step]]\nwhen = 1"), Err(ScriptError::Toml(_))));
    }
}
