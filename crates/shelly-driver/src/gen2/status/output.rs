//! Outputs and inputs.

use serde_json::Value;
use shelly_gen2_rpc::components::{
    ComponentStatus as Wire, blumcb, cb, cover, fan, input, ledstrip, light, pilotwire, switch,
};
use shelly_types::{
    status::{
        BluetoothDeviceStatus, BreakerStatus, CoverStatus, FanStatus, InputStatus, LightStatus, MeterReading,
        PilotWireStatus, SwitchStatus,
    },
    wire::Field,
};

use super::{celsius, end, energy, stamp, text, word, words};

pub(super) fn relay(status: &switch::Status) -> SwitchStatus {
    SwitchStatus {
        output: status.output.copied(),
        source: text(&status.source),
        timer_ends_at: end(&status.timer_started_at, &status.timer_duration),
        meter: MeterReading { returned_energy_wh: energy(&status.ret_aenergy), ..output_meter!(status) },
        temperature_c: celsius(&status.temperature),
        times_on: status.counts.get().and_then(|counts| counts.switch_on.copied()),
        errors: words(&status.errors),
    }
}

pub(super) fn blind(status: &cover::Status) -> CoverStatus {
    CoverStatus {
        state: word(&status.state),
        position_percent: status.current_pos.copied(),
        target_percent: status.target_pos.copied(),
        slat_percent: status.slat_pos.copied(),
        calibrated: status.pos_control.copied(),
        last_direction: word(&status.last_direction),
        source: text(&status.source),
        meter: output_meter!(status),
        temperature_c: celsius(&status.temperature),
        errors: words(&status.errors),
    }
}

/// What all lights have in common, which is declared for each kind of its own.
macro_rules! light {
    ($status:expr) => {
        LightStatus {
            output: $status.output.copied(),
            source: text(&$status.source),
            timer_ends_at: end(&$status.timer_started_at, &$status.timer_duration),
            brightness_percent: $status.brightness.copied(),
            meter: MeterReading {
                power_w: $status.apower.copied(),
                voltage_v: $status.voltage.copied(),
                current_a: $status.current.copied(),
                energy_wh: energy(&$status.aenergy),
                ..MeterReading::default()
            },
            temperature_c: celsius(&$status.temperature),
            errors: words(&$status.errors),
            ..LightStatus::default()
        }
    };
}

pub(super) fn light(component: &Wire) -> Option<LightStatus> {
    Some(match component {
        Wire::Light(status) => dimmer(status),
        Wire::Cct(status) => LightStatus { color_temperature_k: kelvin(&status.ct), ..light!(status) },
        Wire::Rgb(status) => LightStatus { rgb: color(&status.rgb), ..light!(status) },
        Wire::Rgbw(status) => {
            LightStatus { rgb: color(&status.rgb), white: status.white.copied().and_then(channel), ..light!(status) }
        }
        Wire::Rgbcct(status) => LightStatus {
            mode: word(&status.mode),
            rgb: color(&status.rgb),
            color_temperature_k: kelvin(&status.ct),
            ..light!(status)
        },
        Wire::LedStrip(status) => strip(status),
        _ => return None,
    })
}

fn dimmer(status: &light::Status) -> LightStatus {
    LightStatus {
        calibrated: status.calibrated.copied(),
        flags: words(&status.flags),
        calibration_percent: status.calibration.get().and_then(|calibration| calibration.progress.copied()),
        ..light!(status)
    }
}

fn strip(status: &ledstrip::Status) -> LightStatus {
    LightStatus {
        output: status.on.copied(),
        brightness_percent: status.brightness.copied(),
        rgb: color(&status.rgb),
        effect: text(&status.effect),
        ..LightStatus::default()
    }
}

pub(super) fn fan(status: &fan::Status) -> FanStatus {
    FanStatus {
        output: status.on.copied(),
        speed: status.speed.copied(),
        mode: word(&status.mode),
        night: status.night_mode.get().and_then(|night| night.active.copied()),
        source: text(&status.source),
        meter: MeterReading { energy_wh: energy(&status.aenergy), ..MeterReading::default() },
        errors: words(&status.errors),
    }
}

pub(super) fn breaker(status: &cb::Status) -> BreakerStatus {
    BreakerStatus {
        output: status.output.copied(),
        source: text(&status.source),
        cycles: status.total_cycles.copied(),
        safety: status.safety.copied(),
        temperature_c: celsius(&status.temperature),
        errors: words(&status.errors),
        ..BreakerStatus::default()
    }
}

pub(super) fn bluetooth_breaker(status: &blumcb::Status) -> BreakerStatus {
    // Energy counters of this product are an object like those of others, or the total alone.
    let total = |counter: &Field<Value>| {
        let counter = counter.get()?;
        counter.get("total").unwrap_or(counter).as_f64()
    };
    BreakerStatus {
        meter: MeterReading {
            apparent_power_va: status.aprt_power.copied(),
            voltage_v: status.voltage.copied(),
            current_a: status.current.copied(),
            energy_wh: total(&status.aenergy),
            returned_energy_wh: total(&status.ret_aenergy),
            ..MeterReading::default()
        },
        radio: Some(Box::new(BluetoothDeviceStatus {
            connected: status.connected.copied(),
            ..radio!(status, last_update_ts)
        })),
        errors: words(&status.errors),
        ..BreakerStatus::default()
    }
}

pub(super) fn pilot_wire(status: &pilotwire::Status) -> PilotWireStatus {
    PilotWireStatus {
        mode: word(&status.mode),
        meter: output_meter!(status),
        temperature_c: celsius(&status.temperature),
        errors: words(&status.errors),
    }
}

pub(super) fn input(status: &input::Status) -> InputStatus {
    let counts = status.counts.get();
    InputStatus {
        on: status.state.copied(),
        percent: status.percent.copied(),
        converted: status.xpercent.copied(),
        count: counts.and_then(|counts| counts.total.copied()),
        converted_count: counts.and_then(|counts| counts.xtotal.copied()),
        frequency_hz: status.freq.copied(),
        converted_frequency: status.xfreq.copied(),
        last_event: None,
        events: None,
        errors: words(&status.errors),
    }
}

fn color(field: &Field<Vec<f64>>) -> Option<[u8; 3]> {
    match field.get()?.as_slice() {
        [red, green, blue] => Some([channel(*red)?, channel(*green)?, channel(*blue)?]),
        _ => None,
    }
}

/// A colour channel, 0 to 255; none outside of it.
fn channel(value: f64) -> Option<u8> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is checked")]
    (0.0..=255.0).contains(&value).then(|| value.round() as u8)
}

fn kelvin(field: &Field<f64>) -> Option<u32> {
    let value = field.copied()?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is checked")]
    (0.0..=100_000.0).contains(&value).then(|| value.round() as u32)
}
