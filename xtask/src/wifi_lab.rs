//! Lets the agent bring simulated devices into a network over the real WiFi of Linux: in a machine of its own, with radios
//! that its kernel simulates, hostapd, and NetworkManager or `wpa_supplicant`.

mod archive;
mod image;
mod kernel;
mod machine;
mod packages;
mod results;

use std::path::{Path, PathBuf};

use anyhow::{Context, Error, Result, bail};
use clap::builder::PossibleValuesParser;
use clap::{Parser, ValueEnum};

use crate::{host, process, workspace};
use image::Image;
use machine::Machine;
use results::Results;

/// What has to pass.
const CASES: [&str; 8] = [
    "scan",
    "three-devices",
    "wrong-key-gen2",
    "killed-joined",
    "killed-written",
    "contained",
    "wrong-key-gen1",
    "managed",
];
/// What runs in there.
const PROGRAMS: [&str; 3] = ["shelly-manager", "shelly-provisioner", "shelly-sim"];
/// Lines of the console that are shown after a failure.
const TAIL: usize = 80;

/// How to run the lab.
#[derive(Debug, Default, Parser)]
pub(crate) struct WifiLabOptions {
    /// Only with this service; with both, at the same time, when absent.
    #[arg(long, value_enum)]
    backend: Option<Backend>,
    /// Only these cases; may be given several times. Without it, what a check needs: each that says something new, over one
    /// service or the other
    #[arg(long = "case", value_name = "NAME", value_parser = PossibleValuesParser::new(CASES), conflicts_with = "all")]
    cases: Vec<String>,
    /// Every case with each service
    #[arg(long)]
    all: bool,
    /// Take the programs from this folder instead of building them.
    #[arg(long, value_name = "FOLDER")]
    programs: Option<PathBuf>,
    /// Open a shell in the machine instead of running the cases.
    #[arg(long, requires = "backend")]
    shell: bool,
    /// Open a shell in the machine after the cases.
    #[arg(long, requires = "backend", conflicts_with = "shell")]
    keep: bool,
}

/// What manages the WiFi of the host in the lab.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Backend {
    /// `NetworkManager`, with polkit
    Nm,
    /// `wpa_supplicant` alone
    Wpa,
}

impl Backend {
    fn name(self) -> &'static str {
        match self {
            Self::Nm => "nm",
            Self::Wpa => "wpa",
        }
    }

    /// Each case runs over one of them, the scan and a killed agent over both, whose ways back differ. `NetworkManager` makes
    /// an emulated machine twice as slow, so that the longer cases go to `wpa_supplicant`; that it lets in who comes from a
    /// container is less a matter of course. Three devices come in for a manager, which is more than without one.
    fn leaves_out(self, case: &str) -> bool {
        match self {
            Self::Nm => ["three-devices", "killed-written", "wrong-key-gen1", "managed"].contains(&case),
            Self::Wpa => ["three-devices", "wrong-key-gen2", "contained"].contains(&case),
        }
    }
}

impl WifiLabOptions {
    fn cases(&self, backend: Backend) -> Vec<&'static str> {
        let is_wanted = |case: &str| match (self.cases.is_empty(), self.all) {
            (false, _) => self.cases.iter().any(|wanted| wanted == case),
            (true, true) => true,
            (true, false) => !backend.leaves_out(case),
        };
        CASES.into_iter().filter(|case| is_wanted(case)).collect()
    }
}

/// Why the lab says nothing about the agent.
pub(crate) enum Trouble {
    /// The lab cannot be made here.
    Missing(Error),
    /// Something is wrong.
    Failed(Error),
}

/// Runs it for a person.
pub(crate) fn run(options: &WifiLabOptions) -> Result<()> {
    lab(options).map_err(|(Trouble::Missing(error) | Trouble::Failed(error))| error)
}

/// Runs it as a check.
pub(crate) fn check() -> Result<(), Trouble> {
    lab(&WifiLabOptions::default())
}

fn lab(options: &WifiLabOptions) -> Result<(), Trouble> {
    let folder = workspace::target().join("wifi-lab");
    let image = possible(&folder).map_err(Trouble::Missing)?;
    let machines = machines(options, &image, &folder).map_err(Trouble::Failed)?;
    if options.shell || options.keep {
        return machines.iter().try_for_each(Machine::talk).map_err(Trouble::Failed);
    }
    judge(&machines).map_err(Trouble::Failed)
}

/// What it takes besides our own programs.
fn possible(folder: &Path) -> Result<Image> {
    if std::env::consts::ARCH != "x86_64" || std::env::consts::OS != "linux" {
        bail!("the lab is a machine of the kind x86_64 on Linux");
    }
    machine::emulator()?;
    if host::find("strip").is_none() {
        host::apt_install(&["binutils"])?;
    }
    image::prepare(folder)
}

/// The machines, with our programs in them.
fn machines(options: &WifiLabOptions, image: &Image, folder: &Path) -> Result<Vec<Machine>> {
    let programs = image::stripped(&programs(options)?, &folder.join("programs"))?;
    let backends = options.backend.map_or_else(|| vec![Backend::Nm, Backend::Wpa], |one| vec![one]);
    let whole = folder.join("whole.cpio");
    image::overlay(&whole, &programs)?;
    let mut root = std::fs::read(&image.root).with_context(|| format!("read {}", image.root.display()))?;
    root.extend(std::fs::read(&whole).with_context(|| format!("read {}", whole.display()))?);
    std::fs::write(&whole, root).with_context(|| format!("write {}", whole.display()))?;
    let processors = if backends.len() > 1 { 1 } else { 2 };
    let machine = |backend: Backend| Machine {
        name: backend.name(),
        cases: options.cases(backend),
        kernel: image.kernel.clone(),
        root: whole.clone(),
        words: words(backend, options),
        processors,
        log: folder.join(format!("{}.log", backend.name())),
    };
    Ok(backends.into_iter().map(machine).collect())
}

fn words(backend: Backend, options: &WifiLabOptions) -> String {
    let shell = match (options.shell, options.keep) {
        (true, _) => " lab.shell=first",
        (_, true) => " lab.shell=last",
        _ => "",
    };
    format!("lab.backend={} lab.cases={}{shell}", backend.name(), options.cases(backend).join(","))
}

/// The programs to test.
fn programs(options: &WifiLabOptions) -> Result<Vec<PathBuf>> {
    let folder = if let Some(folder) = &options.programs {
        folder.clone()
    } else {
        process::run(&mut process::programs())?;
        workspace::target().join("debug")
    };
    Ok(PROGRAMS.iter().map(|program| folder.join(program)).collect())
}

/// Runs the machines at the same time, and says what is wrong.
fn judge(machines: &[Machine]) -> Result<()> {
    let outcomes: Vec<(&Machine, Result<Results>)> = std::thread::scope(|scope| {
        let running: Vec<_> = machines.iter().map(|machine| (machine, scope.spawn(|| machine.run()))).collect();
        let ended = |(machine, thread): (_, std::thread::ScopedJoinHandle<'_, Result<Results>>)| {
            (machine, thread.join().unwrap_or_else(|_| Err(Error::msg("listening to the machine broke off"))))
        };
        running.into_iter().map(ended).collect()
    });
    let mut wrong = Vec::new();
    for (machine, outcome) in outcomes {
        let results = outcome?;
        print!("{}\n{results}", machine.name);
        let found = results.wrong(&machine.cases);
        if !found.is_empty() {
            println!("the end of {}:\n{}", machine.log.display(), machine::tail(&machine.log, TAIL));
        }
        wrong.extend(found.into_iter().map(|what| format!("{}: {what}", machine.name)));
    }
    if wrong.is_empty() { Ok(()) } else { bail!("{}", wrong.join("; ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_case_runs_with_one_service_at_least() {
        let options = WifiLabOptions::default();
        let [nm, wpa] = [Backend::Nm, Backend::Wpa].map(|backend| options.cases(backend));
        let left_out: Vec<_> = CASES.iter().filter(|case| !nm.contains(case) && !wpa.contains(case)).collect();
        assert_eq!(left_out, [&"three-devices"], "the managed case brings in the same three");
        let all = WifiLabOptions { all: true, ..WifiLabOptions::default() };
        assert_eq!(all.cases(Backend::Nm), CASES);
        let one = WifiLabOptions { cases: vec!["scan".to_owned()], ..WifiLabOptions::default() };
        assert_eq!(one.cases(Backend::Wpa), ["scan"]);
    }
}
