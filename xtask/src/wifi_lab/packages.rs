//! Fetches the packages that the machine is made of, with all that they need, and installs none of them.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::{host, process};

/// What runs in the machine.
const WANTED: [&str; 14] = [
    "busybox-static",
    "crun",
    "dash",
    "dbus",
    "hostapd",
    "iproute2",
    "iw",
    "libgcc-s1",
    "network-manager",
    "polkitd",
    "udev",
    "util-linux",
    "wireless-regdb",
    "wpasupplicant",
];

/// Names after which comes what those need to be installed or to boot, and nothing that runs here needs.
const NOT_NEEDED: [&str; 21] = [
    "adduser",
    "dbus-session-bus-common",
    "debconf",
    "dpkg",
    "init-system-helpers",
    "libcryptsetup",
    "libdevmapper",
    "libfdisk",
    "libgdbm",
    "libpam",
    "libperl",
    "libsemanage",
    "libsepol",
    "login",
    "mount",
    "passwd",
    "perl",
    "sed",
    "systemd",
    "tar",
    "usrmerge",
];

/// Points at the newest kernel with all drivers; the one for clouds has no WiFi.
const KERNEL: &str = "linux-image-amd64";

/// The packages, in files.
pub(crate) struct Packages {
    /// Programs and libraries.
    pub(crate) programs: Vec<PathBuf>,
    /// The kernel with its modules.
    pub(crate) kernel: PathBuf,
}

/// A package as apt names it: the version pinned, and the file that comes.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Package {
    pinned: String,
    file: String,
}

/// Fetches what is not in the folder yet. Signatures are checked by apt.
pub(crate) fn fetch(folder: &Path) -> Result<Packages> {
    if host::find("apt-get").is_none() {
        bail!("this machine has no apt-get, from whose packages the machine with the radios is made");
    }
    std::fs::create_dir_all(folder).with_context(|| format!("create {}", folder.display()))?;
    // A machine that was just made knows no packages at all.
    let listed = list(&WANTED).or_else(|_| host::apt_update().and_then(|()| list(&WANTED)))?;
    let kernel = kernel()?;
    let kernel = list(&[&kernel])?
        .into_iter()
        .find(|package| package.pinned.starts_with(&format!("{kernel}=")))
        .with_context(|| format!("apt does not know {kernel}"))?;
    let programs: Vec<Package> = listed.into_iter().filter(|package| is_needed(&package.file)).collect();
    let missing: Vec<&str> = programs
        .iter()
        .chain([&kernel])
        .filter(|package| !folder.join(&package.file).is_file())
        .map(|package| package.pinned.as_str())
        .collect();
    if !missing.is_empty() {
        println!("fetching {} packages with apt", missing.len());
        let mut apt = Command::new("apt-get");
        apt.args(["-q", "-o", "Debug::NoLocking=1", "download"]).args(missing).current_dir(folder);
        process::quiet(&mut apt)?;
    }
    let at = |package: &Package| folder.join(&package.file);
    Ok(Packages { programs: programs.iter().map(at).collect(), kernel: at(&kernel) })
}

/// What apt would install on a machine that has nothing.
fn list(names: &[&str]) -> Result<Vec<Package>> {
    let mut apt = Command::new("apt-get");
    apt.args(["-o", "Dir::State::status=/dev/null", "-o", "Debug::NoLocking=1", "--no-install-recommends"]);
    let text = process::quiet(apt.args(["--print-uris", "-y", "install"]).args(names))?;
    Ok(text.lines().filter_map(package).collect())
}

fn kernel() -> Result<String> {
    let text = process::quiet(Command::new("apt-cache").args(["depends", KERNEL]))?;
    let named = text.lines().find_map(|line| line.trim().strip_prefix("Depends: "));
    Ok(named.with_context(|| format!("apt knows no {KERNEL}; the machine is made of Debian's packages"))?.to_owned())
}

/// Reads `'http://.../iw_5.19-1_amd64.deb' iw_5.19-1_amd64.deb 103532 SHA256:...`.
fn package(line: &str) -> Option<Package> {
    let file = line.strip_prefix('\'')?.split(' ').nth(1)?.to_owned();
    let mut parts = file.split('_');
    let pinned = format!("{}={}", parts.next()?, parts.next()?.replace("%3a", ":"));
    Some(Package { pinned, file })
}

fn is_needed(file: &str) -> bool {
    !NOT_NEEDED.iter().any(|name| file.starts_with(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_apt_would_fetch_is_read() {
        let line = "'http://d/w/wpasupplicant_2.10-12_amd64.deb' wpasupplicant_2%3a2.10-12_amd64.deb 1419440 SHA256:0";
        let read = package(line).unwrap();
        assert_eq!(read.pinned, "wpasupplicant=2:2.10-12");
        assert_eq!(read.file, "wpasupplicant_2%3a2.10-12_amd64.deb");
        assert_eq!(package("Reading package lists..."), None);
    }

    #[test]
    fn libraries_are_needed_where_their_tools_are_not() {
        assert!(is_needed("libsystemd0_252_amd64.deb") && is_needed("libmount1_2.38_amd64.deb"));
        assert!(!is_needed("systemd_252_amd64.deb") && !is_needed("perl-base_5.36_amd64.deb"));
    }
}
