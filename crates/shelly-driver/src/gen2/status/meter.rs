//! Power, energy, voltage and supply.

use shelly_gen2_rpc::components::{bm, devicepower, em, em1, em1data, emdata, pm1, voltmeter};
use shelly_types::{
    status::{BatteryMonitorStatus, BatteryStatus, EnergyMeterStatus, MeterReading, VoltmeterStatus},
    wire::Field,
};

use super::{energy, words};

pub(super) fn single(status: &pm1::Status) -> MeterReading {
    MeterReading {
        power_w: status.apower.copied(),
        apparent_power_va: status.aprtpower.copied(),
        voltage_v: status.voltage.copied(),
        current_a: status.current.copied(),
        power_factor: status.pf.copied(),
        frequency_hz: status.freq.copied(),
        energy_wh: energy(&status.aenergy),
        returned_energy_wh: energy(&status.ret_aenergy),
        flags: words(&status.flags),
        errors: words(&status.errors),
        ..MeterReading::default()
    }
}

pub(super) fn clamp(status: &em1::Status) -> MeterReading {
    MeterReading {
        power_w: status.act_power.copied(),
        apparent_power_va: status.aprt_power.copied(),
        voltage_v: status.voltage.copied(),
        current_a: status.current.copied(),
        power_factor: status.pf.copied(),
        frequency_hz: status.freq.copied(),
        flags: words(&status.flags),
        errors: words(&status.errors),
        ..MeterReading::default()
    }
}

pub(super) fn counter(status: &em1data::Status) -> MeterReading {
    MeterReading {
        energy_wh: status.total_act_energy.copied(),
        returned_energy_wh: status.total_act_ret_energy.copied(),
        errors: words(&status.errors),
        ..MeterReading::default()
    }
}

/// What the three phases have in common, whose members are spelt for each.
macro_rules! phase {
    ($status:expr, $power:ident, $apparent:ident, $voltage:ident, $current:ident, $factor:ident, $frequency:ident, $flags:ident, $errors:ident) => {
        MeterReading {
            power_w: $status.$power.copied(),
            apparent_power_va: $status.$apparent.copied(),
            voltage_v: $status.$voltage.copied(),
            current_a: $status.$current.copied(),
            power_factor: $status.$factor.copied(),
            frequency_hz: $status.$frequency.copied(),
            flags: words(&$status.$flags),
            errors: words(&$status.$errors),
            ..MeterReading::default()
        }
    };
}

pub(super) fn phases(status: &em::Status) -> EnergyMeterStatus {
    let mut errors = words(&status.errors);
    errors.extend(words(&status.n_errors));
    EnergyMeterStatus {
        phases: vec![
            phase!(status, a_act_power, a_aprt_power, a_voltage, a_current, a_pf, a_freq, a_flags, a_errors),
            phase!(status, b_act_power, b_aprt_power, b_voltage, b_current, b_pf, b_freq, b_flags, b_errors),
            phase!(status, c_act_power, c_aprt_power, c_voltage, c_current, c_pf, c_freq, c_flags, c_errors),
        ],
        total: MeterReading {
            power_w: status.total_act_power.copied(),
            apparent_power_va: status.total_aprt_power.copied(),
            current_a: status.total_current.copied(),
            ..MeterReading::default()
        },
        neutral_current_a: status.n_current.copied(),
        errors,
    }
}

pub(super) fn energies(status: &emdata::Status) -> EnergyMeterStatus {
    let counted = |taken: &Field<f64>, returned: &Field<f64>| MeterReading {
        energy_wh: taken.copied(),
        returned_energy_wh: returned.copied(),
        ..MeterReading::default()
    };
    EnergyMeterStatus {
        phases: vec![
            counted(&status.a_total_act_energy, &status.a_total_act_ret_energy),
            counted(&status.b_total_act_energy, &status.b_total_act_ret_energy),
            counted(&status.c_total_act_energy, &status.c_total_act_ret_energy),
        ],
        total: counted(&status.total_act, &status.total_act_ret),
        neutral_current_a: None,
        errors: words(&status.errors),
    }
}

pub(super) fn voltage(status: &voltmeter::Status) -> VoltmeterStatus {
    VoltmeterStatus {
        voltage_v: status.voltage.copied(),
        converted: status.xvoltage.copied(),
        errors: words(&status.errors),
    }
}

pub(super) fn battery(status: &devicepower::Status) -> BatteryStatus {
    let battery = status.battery.get();
    BatteryStatus {
        percent: battery.and_then(|battery| battery.percent.copied()),
        voltage_v: battery.and_then(|battery| battery.v.copied()),
        external_power: status.external.get().and_then(|external| external.present.copied()),
        errors: words(&status.errors),
    }
}

pub(super) fn battery_monitor(status: &bm::Status) -> BatteryMonitorStatus {
    let batteries = || status.batteries.get().into_iter().flat_map(|batteries| batteries.values());
    let mut errors = words(&status.errors);
    errors.extend(batteries().flat_map(|battery| words(&battery.errors)));
    BatteryMonitorStatus {
        voltage_v: status.voltage.copied(),
        current_a: status.current.copied(),
        power_w: status.power.copied(),
        charged_wh: status.energy_ch.get().and_then(|energy| energy.total.copied()),
        discharged_wh: status.energy_disch.get().and_then(|energy| energy.total.copied()),
        percent: status.soc.copied(),
        health_percent: status.soh.copied(),
        remaining_time: status.remaining_time.copied(),
        resistance_mohm: status.resistance_mohm.copied(),
        cycles: status.cycles.copied(),
        batteries_v: batteries().filter_map(|battery| battery.voltage.copied()).collect(),
        batteries_c: batteries().filter_map(|battery| battery.celsius.copied()).collect(),
        errors,
    }
}
