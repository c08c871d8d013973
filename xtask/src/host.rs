//! Finds programs on this machine, and installs system packages where that is allowed.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::process;

/// The full path of a program that the shell would find.
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|candidate| candidate.is_file())
}

/// Whether this process runs as root.
pub(crate) fn is_root() -> bool {
    process::quiet(Command::new("id").arg("-u")).is_ok_and(|user| user.trim() == "0")
}

/// Installs packages with apt. Fails when there is no apt, or no right to use it without a password.
pub(crate) fn apt_install(packages: &[&str]) -> Result<()> {
    let mut install = vec!["install", "-y", "--no-install-recommends"];
    install.extend(packages);
    println!("installing {} with apt", packages.join(" "));
    let installed = apt(&install).or_else(|_| apt_update().and_then(|()| apt(&install)));
    installed.with_context(|| format!("please install {}", packages.join(" ")))
}

/// Has apt learn anew which packages there are.
pub(crate) fn apt_update() -> Result<()> {
    apt(&["update"])
}

/// Runs apt as root, which must not take a password.
fn apt(arguments: &[&str]) -> Result<()> {
    if find("apt-get").is_none() {
        bail!("this machine has no apt-get");
    }
    let mut prefix: Vec<&str> = Vec::new();
    if !is_root() {
        if process::quiet(Command::new("sudo").args(["-n", "true"])).is_err() {
            bail!("no right to install packages");
        }
        prefix.extend(["sudo", "-n"]);
    }
    prefix.extend(["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]);
    let mut command = Command::new(prefix[0]);
    command.args(&prefix[1..]).args(arguments);
    process::quiet(&mut command).map(drop)
}

/// A port on loopback that nobody uses at this moment.
pub(crate) fn free_port() -> Result<u16> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// Chromium, from `CHROMIUM`, from the usual names, or by installing it.
pub(crate) fn chromium() -> Result<PathBuf> {
    if let Some(set) = std::env::var_os("CHROMIUM") {
        return Ok(set.into());
    }
    let look = || ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"].into_iter().find_map(find);
    if let Some(found) = look() {
        return Ok(found);
    }
    apt_install(&["chromium"])?;
    match look() {
        Some(found) => Ok(found),
        None => bail!("apt installed chromium, but it is not on the path"),
    }
}

/// The folder of the MQTT broker Mosquitto and its tools, which is installed when it is missing.
pub(crate) fn mosquitto() -> Result<PathBuf> {
    let look = || {
        let folders = ["/usr/sbin", "/usr/local/sbin"].map(|folder| PathBuf::from(folder).join("mosquitto"));
        find("mosquitto").or_else(|| folders.into_iter().find(|program| program.is_file()))
    };
    if look().is_none() {
        apt_install(&["mosquitto"])?;
    }
    let Some(folder) = look().and_then(|program| Some(program.parent()?.to_owned())) else {
        bail!("apt installed mosquitto, but it was not found");
    };
    Ok(folder)
}

/// The path of this process with one more folder at the end.
pub(crate) fn path_with(folder: PathBuf) -> Result<OsString> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    Ok(std::env::join_paths(std::env::split_paths(&path).chain([folder]))?)
}
