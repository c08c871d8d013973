//! Lets the agent bring simulated devices into a network over the real WiFi of Linux: in a machine of its own, with radios
//! that its kernel simulates, hostapd, and NetworkManager or `wpa_supplicant`.

mod archive;
mod image;
mod kernel;
mod machine;
mod packages;
mod results;

use std::path::PathBuf;

use anyhow::{Context, Error, Result, bail};
use clap::{Parser, ValueEnum};

use crate::{host, process, workspace};
use machine::Machine;
use results::Results;

/// What has to pass in each machine.
const CASES: [&str; 6] =
    ["scan", "three-devices", "wrong-key-gen2", "killed-joined", "killed-written", "wrong-key-gen1"];
/// What runs in there.
const PROGRAMS: [&str; 2] = ["shelly-provisioner", "shelly-sim"];
/// Lines of the console that are shown after a failure.
const TAIL: usize = 80;

/// How to run the lab.
#[derive(Debug, Parser)]
pub(crate) struct WifiLabOptions {
    /// Only with this service; with both, at the same time, when absent.
    #[arg(long, value_enum)]
    backend: Option<Backend>,
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
}

/// Runs it.
pub(crate) fn run(options: &WifiLabOptions) -> Result<()> {
    let folder = workspace::target().join("wifi-lab");
    if std::env::consts::ARCH != "x86_64" || std::env::consts::OS != "linux" {
        bail!("the lab is a machine of the kind x86_64 on Linux");
    }
    machine::emulator()?;
    if host::find("strip").is_none() {
        host::apt_install(&["binutils"])?;
    }
    let image = image::prepare(&folder)?;
    let programs = image::stripped(&programs(options)?, &folder.join("programs"))?;
    let backends = options.backend.map_or_else(|| vec![Backend::Nm, Backend::Wpa], |one| vec![one]);
    let whole = folder.join("whole.cpio");
    image::overlay(&whole, &programs)?;
    let mut root = std::fs::read(&image.root).with_context(|| format!("read {}", image.root.display()))?;
    root.extend(std::fs::read(&whole).with_context(|| format!("read {}", whole.display()))?);
    std::fs::write(&whole, root).with_context(|| format!("write {}", whole.display()))?;
    let machines: Vec<Machine> = backends
        .iter()
        .map(|backend| Machine {
            name: backend.name(),
            kernel: image.kernel.clone(),
            root: whole.clone(),
            words: words(*backend, options),
            processors: if backends.len() > 1 { 1 } else { 2 },
            log: folder.join(format!("{}.log", backend.name())),
        })
        .collect();
    if options.shell || options.keep {
        return machines.iter().try_for_each(Machine::talk);
    }
    judge(&machines)
}

fn words(backend: Backend, options: &WifiLabOptions) -> String {
    let shell = match (options.shell, options.keep) {
        (true, _) => " lab.shell=first",
        (_, true) => " lab.shell=last",
        _ => "",
    };
    format!("lab.backend={}{shell}", backend.name())
}

/// The programs to test.
fn programs(options: &WifiLabOptions) -> Result<Vec<PathBuf>> {
    let folder = if let Some(folder) = &options.programs {
        folder.clone()
    } else {
        let mut build = process::cargo(&["build"]);
        for program in PROGRAMS {
            build.args(["-p", program]);
        }
        process::run(&mut build)?;
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
        let found = results.wrong(&CASES);
        if !found.is_empty() {
            println!("the end of {}:\n{}", machine.log.display(), machine::tail(&machine.log, TAIL));
        }
        wrong.extend(found.into_iter().map(|what| format!("{}: {what}", machine.name)));
    }
    if wrong.is_empty() { Ok(()) } else { bail!("{}", wrong.join("; ")) }
}
