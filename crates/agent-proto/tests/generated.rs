//! Keeps the committed code equal to the contract. `UPDATE=1` rewrites it.

use std::path::Path;

/// Messages whose `Debug` is written by hand, because they carry a password.
const SECRET: [&str; 5] = ["EnrollRequest", "Provision", "WifiNetwork", "Relay", "Relayed"];

/// First line of the code.
const HEAD: &str = "//! Version 1 of the contract in `proto/shelly/agent/v1`, made by `cargo xtask generate`.";

#[test]
fn w15_the_code_is_what_the_contract_says() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let proto = here.join("../../proto");
    let descriptors = protox::compile([proto.join("shelly/agent/v1/agent.proto")], [proto]).unwrap();
    let folder = tempfile::tempdir().unwrap();
    tonic_prost_build::configure()
        .out_dir(folder.path())
        .skip_debug(SECRET.map(|message| format!("shelly.agent.v1.{message}")))
        .compile_fds(descriptors)
        .unwrap();
    let made = std::fs::read_to_string(folder.path().join("shelly.agent.v1.rs")).unwrap();
    let made = format!("{HEAD}\n{made}");
    let file = here.join("src/gen/shelly.agent.v1.rs");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&file, &made).unwrap();
    }
    let committed = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(committed == made, "{} is stale: run `cargo xtask generate`", file.display());
}
