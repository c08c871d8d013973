//! Runs the fuzz targets without a fuzzer, so that no change can break one unseen (W13, B1).

#[path = "../../shelly-gen1/tests/support/mutate.rs"]
mod mutate;
#[expect(unreachable_pub, reason = "it is the library of the fuzz targets")]
#[path = "../fuzz/src/lib.rs"]
mod targets;

use std::path::Path;

/// Inputs made for each target.
const COUNT: u32 = 3000;

#[test]
fn no_input_is_too_odd_for_any_target() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus");
    for (name, target) in targets::TARGETS {
        mutate::run(name, &corpus.join(name), COUNT, target);
    }
}
