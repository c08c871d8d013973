//! `EM`, `EM1`: energy meters, and `EMData`, `EM1Data`: their records.

use shelly_types::{ComponentKey, wire_enum, wire_object};

use super::{common::Restart, wire_params};

/// Namespaces of meters that take current transformers.
const METERS: &[&str] = &["EM", "EM1"];
/// Namespaces of records.
const RECORDS: &[&str] = &["EMData", "EM1Data"];

wire_object! {
    /// Answer of `GetCTTypes`.
    pub struct TransformerTypes {
        /// Current transformers that can be connected.
        pub supported: Vec<String>,
    }

    /// Answer of `GetRecords`.
    pub struct Blocks {
        /// Stretches of time without a gap.
        pub data_blocks: Vec<Block>,
        /// Where the next answer begins, in Unix seconds; absent when there is no more.
        pub next_record_ts: u64,
    }

    /// A stretch of time without a gap.
    pub struct Block {
        /// Begin in Unix seconds.
        pub ts: u64,
        /// Seconds between records.
        pub period: u32,
        /// Number of records.
        pub records: u64,
    }

    /// Answer of `GetData` and `GetNetEnergies`.
    pub struct Data {
        /// What the columns are.
        pub keys: Vec<String>,
        /// Stretches of time without a gap.
        pub data: Vec<Rows>,
        /// Where the next answer begins, in Unix seconds; absent when there is no more.
        pub next_record_ts: u64,
    }

    /// Records of a stretch of time without a gap.
    pub struct Rows {
        /// Begin in Unix seconds.
        pub ts: u64,
        /// Seconds between records.
        pub period: u32,
        /// Records, each with a value for each column.
        pub values: Vec<Vec<Option<f64>>>,
    }
}

wire_enum! {
    /// A phase.
    pub enum Phase {
        /// First.
        A = "a",
        /// Second.
        B = "b",
        /// Third.
        C = "c",
    }
}

wire_params!(Phase);

methods! {
    /// Calibrates a phase by another one. Answers whether a restart is needed.
    fn em_calibrate_phase(id: u32, from: &Phase, to: &Phase) -> Restart = "EM.PhaseToPhaseCalib";

    /// Brings back the factory calibration of a phase.
    fn em_reset_phase_calibration(id: u32, phase: &Phase) -> Restart = "EM.PhaseToPhaseCalibReset";

    /// Calibrates a meter by another one.
    fn em1_calibrate_from(id: u32, other_id: u32) -> Restart = "EM1.CalibrateFrom";

    /// Brings back the factory calibration.
    fn em1_revert_calibration(id: u32) -> Restart = "EM1.RevertToFactoryCalibration";
}

methods! {
    of METERS as SHARED:

    /// Current transformers that can be connected to `em:0` or `em1:0`.
    fn transformer_types(meter) -> TransformerTypes = "GetCTTypes";
}

methods! {
    of RECORDS as DATA:

    /// For which times `emdata:0` or `em1data:0` has records, from a moment in Unix seconds on.
    fn energy_blocks(data; from_ts: u64 = "ts") -> Blocks = "GetRecords";

    /// Records from a moment in Unix seconds on; the answer says where the next one begins.
    fn energy_data(data, from_ts: u64 = "ts"; end_ts: u64, add_keys: bool) -> Data = "GetData";

    /// Net energies for each period of 300, 900, 1800 or 3600 seconds. The begin must be that of a period.
    fn net_energies(data, from_ts: u64 = "ts", period_s: u32 = "period"; end_ts: u64, add_keys: bool) -> Data =
        "GetNetEnergies";

    /// Erases all records, also the counters that are never reset.
    fn delete_energy_data(data) = "DeleteAllData";

    /// Resets the counters; the records stay.
    fn reset_energy_counters(data) = "ResetCounters";
}

/// Where a device serves records as CSV: `/emdata/0/data.csv`, for `emdata:0` and `em1data:0`; none for others.
pub fn csv_path(data: &ComponentKey, from_ts: u64, end_ts: Option<u64>, add_keys: bool) -> Option<String> {
    let (kind, id) = (data.kind(), data.id()?);
    if !matches!(kind, "emdata" | "em1data") {
        return None;
    }
    let end = end_ts.map(|end| format!("&end_ts={end}")).unwrap_or_default();
    Some(format!("/{kind}/{id}/data.csv?ts={from_ts}{end}&add_keys={add_keys}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_have_an_address() {
        let data = ComponentKey::instance("em1data", 1);
        assert_eq!(csv_path(&data, 60, None, true).unwrap(), "/em1data/1/data.csv?ts=60&add_keys=true");
        assert_eq!(
            csv_path(&data, 60, Some(120), false).unwrap(),
            "/em1data/1/data.csv?ts=60&end_ts=120&add_keys=false"
        );
        assert_eq!(csv_path(&ComponentKey::instance("switch", 1), 60, None, true), None);
    }
}
