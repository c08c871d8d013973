//! Makes virtual environments for programs in Python, one for each list of packages.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use crate::{host, process, stamp, workspace};

/// The interpreter of an environment under `target/tools` that holds the packages of `requirements`, in the versions
/// of `constraints`. It is made when it is missing or was made from other lists.
pub(crate) fn environment(name: &str, requirements: PathBuf, constraints: PathBuf) -> Result<PathBuf> {
    let folder = workspace::target().join("tools").join(name);
    let interpreter = folder.join("bin/python");
    let lists = [requirements, constraints];
    let made = folder.join(".installed");
    let wanted = stamp::fingerprint(&lists)?;
    if interpreter.is_file() && stamp::read(&made) == wanted {
        return Ok(interpreter);
    }
    create(&folder).with_context(|| format!("make a Python environment in {}", folder.display()))?;
    let [requirements, constraints] = lists;
    let mut pip = process::command(&interpreter.to_string_lossy());
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"])
        .arg(requirements)
        .arg("--constraint")
        .arg(constraints);
    println!("installing {name} with pip");
    process::quiet(&mut pip).with_context(|| format!("install {name} from the Python registry"))?;
    stamp::write(&made, &wanted)?;
    Ok(interpreter)
}

/// Debian keeps what makes environments in a package of its own, so a failure leads to apt once.
fn create(folder: &PathBuf) -> Result<()> {
    let make = || process::quiet(Command::new("python3").args(["-m", "venv", "--clear"]).arg(folder));
    if make().is_err() {
        host::apt_install(&["python3", "python3-venv"])?;
        make()?;
    }
    Ok(())
}
