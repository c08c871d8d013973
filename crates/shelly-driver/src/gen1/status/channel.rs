//! Relays, rollers, lights, inputs and their meters.

use chrono::{DateTime, Duration, Utc};
use shelly_gen1::{
    Status,
    scalar::{Flag, Numbered, Overpower},
    settings::Mode,
    status::{Emeter, Input, Light, Meter, Relay, Roller},
};
use shelly_types::{
    ComponentStatus,
    status::{CoverStatus, EnergyMeterStatus, InputStatus, LightStatus, MeterReading, SwitchStatus},
    wire::Field,
};

use super::{
    Readings, is_on, numbered,
    system::{clock, inside, whole},
    text,
};

const MINUTES_PER_HOUR: f64 = 60.0;

pub(super) fn read(status: &Status, mode: Option<&Mode>, readings: &mut Readings) {
    let has = |count: Option<usize>| count.is_some_and(|count| count > 0);
    let has_relays = has(status.relays.get().map(Vec::len));
    let is_roller = mode == Some(&Mode::Roller) || !has_relays;
    if is_roller {
        for (id, roller) in numbered(&status.rollers) {
            readings.instance("cover", id, ComponentStatus::Cover(Box::new(cover(status, roller))));
        }
    } else {
        for (id, relay) in numbered(&status.relays) {
            readings.instance("switch", id, ComponentStatus::Switch(Box::new(switch(status, id, relay))));
        }
    }
    for (id, light) in numbered(&status.lights) {
        readings.instance("light", id, ComponentStatus::Light(Box::new(lamp(status, id, light))));
    }
    inputs(status, readings);
    energy_meters(status, readings);
}

/// A relay without a meter has one that shows a number the owner chose, and counts nothing.
fn meter(status: &Status, id: u32) -> Option<&Meter> {
    let meter = status.meters.get()?.get(usize::try_from(id).ok()?)?;
    (is_on(&meter.is_valid) != Some(false)).then_some(meter)
}

fn measured(status: &Status, id: u32) -> MeterReading {
    let meter = meter(status, id).filter(|meter| meter.total.get().is_some());
    MeterReading {
        power_w: meter.and_then(|meter| meter.power.copied()),
        voltage_v: status.voltage.copied(),
        energy_wh: meter.and_then(|meter| meter.total.copied()).map(|total| total / MINUTES_PER_HOUR),
        ..MeterReading::default()
    }
}

/// The end of a timer that runs, by the device's clock; none while that is not set.
fn timer(status: &Status, runs: &Field<Flag>, remaining: &Field<f64>) -> Option<DateTime<Utc>> {
    if is_on(runs) != Some(true) {
        return None;
    }
    let remaining = Duration::try_seconds(whole(remaining.copied()?))?;
    clock(status)?.checked_add_signed(remaining)
}

fn errors(faults: &[(Option<bool>, &str)]) -> Vec<String> {
    faults.iter().filter(|(is_there, _)| *is_there == Some(true)).map(|(_, word)| (*word).to_owned()).collect()
}

fn tripped(field: &Field<Overpower>) -> Option<bool> {
    field.copied().map(Overpower::is_tripped)
}

fn switch(status: &Status, id: u32, relay: &Relay) -> SwitchStatus {
    let overheated = is_on(&relay.overtemperature).or_else(|| is_on(&status.overtemperature));
    SwitchStatus {
        output: is_on(&relay.ison),
        source: text(&relay.source),
        timer_ends_at: timer(status, &relay.has_timer, &relay.timer_remaining),
        meter: measured(status, id),
        temperature_c: inside(status),
        times_on: None,
        errors: errors(&[(tripped(&relay.overpower), "overpower"), (overheated, "overtemp")]),
    }
}

fn cover(status: &Status, roller: &Roller) -> CoverStatus {
    let position = roller.current_pos.copied().filter(|position| (0.0..=100.0).contains(position));
    let state = match (is_on(&roller.calibrating), roller.state.as_str()) {
        (Some(true), _) => Some("calibrating"),
        (_, Some("open")) => Some("opening"),
        (_, Some("close")) => Some("closing"),
        (_, Some("stop")) => Some(match position {
            Some(0.0) => "closed",
            Some(100.0) => "open",
            _ => "stopped",
        }),
        _ => None,
    };
    // Both outputs have a meter; one of them works at a time.
    let totals: Vec<f64> = numbered(&status.meters).filter_map(|(id, _)| meter(status, id)?.total.copied()).collect();
    let stopped_by = |reason| Some(roller.stop_reason.as_str() == Some(reason));
    CoverStatus {
        state: state.map(str::to_owned),
        position_percent: position,
        target_percent: None,
        slat_percent: None,
        calibrated: is_on(&roller.positioning),
        last_direction: text(&roller.last_direction),
        source: text(&roller.source),
        meter: MeterReading {
            power_w: roller.power.copied().filter(|_| is_on(&roller.is_valid) != Some(false)),
            voltage_v: status.voltage.copied(),
            energy_wh: (!totals.is_empty()).then(|| totals.iter().sum::<f64>() / MINUTES_PER_HOUR),
            ..MeterReading::default()
        },
        temperature_c: inside(status),
        errors: errors(&[
            (stopped_by("obstacle"), "obstruction"),
            (stopped_by("safety_switch"), "safety_switch"),
            (stopped_by("overpower"), "overpower"),
            (is_on(&roller.overtemperature), "overtemp"),
        ]),
    }
}

fn lamp(status: &Status, id: u32, light: &Light) -> LightStatus {
    let is_white = light.mode.get() == Some(&Mode::White);
    let is_color = !is_white && light.red.get().is_some();
    let is_lamp_of_both = light.red.get().is_some() && light.temp.get().is_some();
    let mode = is_lamp_of_both.then_some(if is_color { "rgb" } else { "cct" });
    let rgb = [&light.red, &light.green, &light.blue].map(|channel| channel.copied().and_then(byte));
    let own = light.power.copied();
    let mut meter = measured(status, id);
    meter.power_w = meter.power_w.or(own).or_else(|| self::meter(status, id)?.power.copied());
    let overpower = tripped(&light.overpower).or_else(|| is_on(&status.overpower)).or_else(|| is_on(&status.overload));
    LightStatus {
        output: is_on(&light.ison),
        source: text(&light.source),
        timer_ends_at: timer(status, &light.has_timer, &light.timer_remaining),
        mode: mode.map(str::to_owned),
        brightness_percent: if is_color { light.gain.copied() } else { light.brightness.copied() },
        rgb: match rgb {
            [Some(red), Some(green), Some(blue)] if is_color => Some([red, green, blue]),
            _ => None,
        },
        // On a Duo it is the share of cold white, which the colour temperature tells already.
        white: light.white.copied().filter(|_| is_color).and_then(byte),
        color_temperature_k: light.temp.copied().filter(|_| !is_color).and_then(kelvin),
        effect: light.effect.copied().filter(|effect| *effect > 0.0).map(|effect| effect.to_string()),
        calibrated: is_on(&status.calibrated),
        flags: Vec::new(),
        calibration_percent: status.calib_progress.copied().filter(|_| is_on(&status.calib_running) == Some(true)),
        meter,
        temperature_c: inside(status),
        errors: errors(&[
            (overpower, "overpower"),
            (is_on(&status.overtemperature), "overtemp"),
            (is_on(&status.loaderror), "unsupported_load"),
        ]),
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be within the range")]
fn byte(value: f64) -> Option<u8> {
    (0.0..=255.0).contains(&value).then_some(value as u8)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be within the range")]
fn kelvin(value: f64) -> Option<u32> {
    (0.0..=100_000.0).contains(&value).then_some(value as u32)
}

fn inputs(status: &Status, readings: &mut Readings) {
    for (id, input) in numbered(&status.inputs) {
        let reading = InputStatus {
            on: is_on(&input.input),
            last_event: event(input),
            events: input.event_cnt.copied(),
            ..InputStatus::default()
        };
        readings.instance("input", id, ComponentStatus::Input(Box::new(reading)));
    }
    // Old firmware of the RGBW2 tells its one input here.
    if status.inputs.get().is_none_or(Vec::is_empty)
        && let Some(on) = is_on(&status.input)
    {
        let reading = InputStatus { on: Some(on), ..InputStatus::default() };
        readings.instance("input", 0, ComponentStatus::Input(Box::new(reading)));
    }
    for (number, input) in status.ext_switch.get().into_iter().flat_map(Numbered::iter) {
        let reading = InputStatus { on: is_on(&input.input), ..InputStatus::default() };
        readings.instance("input", super::sensor::ADD_ON + number, ComponentStatus::Input(Box::new(reading)));
    }
}

/// Later generations have no word for two pushes of different length, so those keep theirs.
fn event(input: &Input) -> Option<String> {
    text(&input.event).map(|event| {
        match event.as_str() {
            "S" => "single_push",
            "SS" => "double_push",
            "SSS" => "triple_push",
            "L" => "long_push",
            other => other,
        }
        .to_owned()
    })
}

fn energy_meters(status: &Status, readings: &mut Readings) {
    for (id, emeter) in numbered(&status.emeters) {
        if is_on(&emeter.is_valid) != Some(false) {
            readings.instance("em1", id, ComponentStatus::Meter(Box::new(energy(emeter))));
        }
    }
    if let Some(neutral) = status.emeter_n.get()
        && is_on(&neutral.is_valid) == Some(true)
    {
        let reading = EnergyMeterStatus {
            phases: Vec::new(),
            total: MeterReading { power_w: status.total_power.copied(), ..MeterReading::default() },
            neutral_current_a: neutral.current.copied(),
            errors: errors(&[(is_on(&neutral.mismatch), "mismatch")]),
        };
        readings.instance("em", 0, ComponentStatus::EnergyMeter(Box::new(reading)));
    }
}

fn energy(emeter: &Emeter) -> MeterReading {
    MeterReading {
        power_w: emeter.power.copied(),
        reactive_power_var: emeter.reactive.copied(),
        voltage_v: emeter.voltage.copied(),
        current_a: emeter.current.copied(),
        power_factor: emeter.pf.copied(),
        energy_wh: emeter.total.copied(),
        returned_energy_wh: emeter.total_returned.copied(),
        ..MeterReading::default()
    }
}
