//! Tells which models sleep.

/// Models that run their radio for seconds after a wake-up only (reference/gen1/models.csv, `sleeping`).
const SLEEPERS: [&str; 8] = ["SHBTN-1", "SHBTN-2", "SHDW-1", "SHDW-2", "SHHT-1", "SHSM-01", "SHSM-02", "SHWT-1"];

/// Whether the model of this order code answers only right after it woke up. Some of them stay awake on external power.
/// Motion and the radiator valve run on a battery and stay reachable.
pub fn sleeps(model: &str) -> bool {
    SLEEPERS.contains(&model)
}
