//! Runs the fuzz targets without a fuzzer, so that no change can break one unseen (W2, W13, A12).

#[path = "../../shelly-gen1/tests/support/mutate.rs"]
mod mutate;
#[expect(unreachable_pub, reason = "it is the library of the fuzz targets")]
#[path = "../fuzz/src/lib.rs"]
mod targets;

#[test]
fn no_input_is_too_odd_for_any_target() {
    mutate::run_all(env!("CARGO_MANIFEST_DIR"), &targets::TARGETS);
}
