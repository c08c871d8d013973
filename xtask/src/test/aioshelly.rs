//! Lets aioshelly, a client that is not ours, use every simulated model.

use std::path::Path;
use std::process::Command;

use anyhow::Context;

use super::checks::{Trouble, Verdict};
use crate::{host, process, python, workspace};

/// How the check says that it may not use the ports it needs.
const NOT_ALLOWED: i32 = 77;

/// Starts the simulator with all models, without and with a password, and the client against it.
pub(super) fn run() -> Verdict {
    let folder = workspace::root().join("crates/shelly-sim/tests/aioshelly");
    let constraints = workspace::root().join("xtask/aioshelly-constraints.txt");
    let python =
        python::environment("aioshelly", folder.join("requirements.txt"), constraints).map_err(Trouble::Missing)?;
    process::run(&mut process::programs())?;
    let simulator = workspace::target().join("debug/shelly-sim");
    let allowed = allow_low_ports(&simulator);

    let mut check = process::command(&python.to_string_lossy());
    check.arg(folder.join("check.py")).arg("--sim").arg(simulator).args(["--network", &network(std::process::id())]);
    let status = process::status(check.env("PYTHONUNBUFFERED", "1"))?;
    if status.code() == Some(NOT_ALLOWED) {
        let why = allowed.err().unwrap_or_else(|| anyhow::anyhow!("port 80 of loopback is not ours to use"));
        return Err(Trouble::Missing(why.context("Gen1 devices listen on port 80")));
    }
    if status.success() {
        Ok(())
    } else {
        Err(Trouble::Failed(anyhow::anyhow!("aioshelly does not accept every model")))
    }
}

/// Gen1 devices are found at port 80, which takes root or this capability. It is lost when the program is built anew.
fn allow_low_ports(program: &Path) -> anyhow::Result<()> {
    if host::is_root() {
        return Ok(());
    }
    let mut setcap = Command::new("sudo");
    setcap.args(["-n", "setcap", "cap_net_bind_service=+ep"]).arg(program);
    process::quiet(&mut setcap).context("let the simulator use port 80").map(drop)
}

/// A network of loopback that another run on this machine hardly uses.
fn network(process: u32) -> String {
    format!("127.{}.{}.0/24", 64 + process % 128, process / 128 % 256)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_process_has_a_network_of_loopback() {
        assert_eq!(network(0), "127.64.0.0/24");
        assert_eq!(network(u32::MAX), "127.191.255.0/24");
        assert_ne!(network(1000), network(1001));
    }
}
