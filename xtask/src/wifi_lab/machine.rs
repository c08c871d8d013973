//! Starts a machine without a network of its own, and listens to its console.

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::results::Results;
use crate::{host, process};

/// What emulates the machine.
const PROGRAM: &str = "qemu-system-x86_64";
/// The package that it is in.
const PACKAGE: &str = "qemu-system-x86";
/// How long the kernel may take until the first line of ours. An emulated machine on a busy one is slow.
const START_LIMIT: Duration = Duration::from_mins(4);
/// How long all cases may take.
const LIMIT: Duration = Duration::from_mins(20);
/// Memory of the machine in MiB; its root is in there.
const MEMORY_MIB: &str = "1024";

/// A machine to start.
pub(crate) struct Machine {
    /// Its name, in what is printed.
    pub(crate) name: &'static str,
    /// The cases that it runs.
    pub(crate) cases: Vec<&'static str>,
    /// Its kernel.
    pub(crate) kernel: PathBuf,
    /// Its root.
    pub(crate) root: PathBuf,
    /// Words for its first process.
    pub(crate) words: String,
    /// Its processors.
    pub(crate) processors: usize,
    /// Where its console goes.
    pub(crate) log: PathBuf,
}

/// How a machine is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// By the processor itself.
    Fast,
    /// Emulated.
    Emulated,
}

/// The emulator, which is installed when it is missing.
pub(crate) fn emulator() -> Result<PathBuf> {
    if let Some(found) = host::find(PROGRAM) {
        return Ok(found);
    }
    host::apt_install(&[PACKAGE])?;
    host::find(PROGRAM).with_context(|| format!("apt installed {PACKAGE}, but {PROGRAM} is not on the path"))
}

/// Whether the processor can run a machine by itself. The file alone says nothing: it is there on hosts that cannot.
fn is_fast() -> bool {
    let may = File::options().read(true).write(true).open("/dev/kvm").is_ok();
    let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    may && cpu.split_whitespace().any(|word| word == "vmx" || word == "svm")
}

impl Machine {
    /// Runs it to its end, and tells what it told. Where it does not start by the processor, it is emulated.
    pub(crate) fn run(&self) -> Result<Results> {
        if is_fast() {
            let results = self.listen(Kind::Fast)?;
            if results.began {
                return Ok(results);
            }
            println!("{}: does not start by the processor itself; is emulated", self.name);
        }
        self.listen(Kind::Emulated)
    }

    /// Gives a person its console.
    pub(crate) fn talk(&self) -> Result<()> {
        let kind = if is_fast() { Kind::Fast } else { Kind::Emulated };
        process::run_in_foreground(&mut self.command(kind)?)
    }

    fn command(&self, kind: Kind) -> Result<Command> {
        let mut command = Command::new(emulator()?);
        match kind {
            Kind::Fast => command.args(["-accel", "kvm", "-cpu", "host"]),
            Kind::Emulated => command.args(["-accel", "tcg,thread=multi", "-cpu", "max"]),
        };
        command.args(["-machine", "q35", "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot"]);
        command.args(["-serial", "stdio", "-m", MEMORY_MIB, "-smp", &self.processors.to_string(), "-kernel"]);
        command.arg(&self.kernel).arg("-initrd").arg(&self.root);
        // A timer that comes late on a busy host is no reason to stop.
        let words = "console=ttyS0,115200 quiet loglevel=3 panic=-1 random.trust_cpu=on mitigations=off nokaslr";
        command.arg("-append").arg(format!("{words} no_timer_check tsc=reliable {}", self.words));
        Ok(command)
    }

    fn listen(&self, kind: Kind) -> Result<Results> {
        let mut log = File::create(&self.log).with_context(|| format!("create {}", self.log.display()))?;
        let mut command = self.command(kind)?;
        // In a group of its own, so that we end it when we are ended.
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
        let mut child = command.spawn().with_context(|| format!("start {PROGRAM}"))?;
        let lines = lines(&mut child)?;
        let (began, mut results) = (Instant::now(), Results::default());
        let outcome = loop {
            let line = match lines.recv_timeout(Duration::from_millis(200)) {
                Ok(line) => line,
                Err(RecvTimeoutError::Disconnected) => break Ok(()),
                Err(RecvTimeoutError::Timeout) => {
                    let limit = if results.began { LIMIT } else { START_LIMIT };
                    if process::interrupted() {
                        break Err(anyhow::anyhow!("interrupted"));
                    }
                    if began.elapsed() > limit {
                        writeln!(log, "ended after {} s", limit.as_secs()).context("write the log")?;
                        break Ok(());
                    }
                    continue;
                }
            };
            writeln!(log, "[{:7.1}] {line}", began.elapsed().as_secs_f64()).context("write the log")?;
            if results.read(&line) {
                println!("{} {:6.1} s  {}", self.name, began.elapsed().as_secs_f64(), &line["LAB ".len()..]);
            }
        };
        process::stop(&mut child).context("end the machine")?;
        outcome.map(|()| results)
    }
}

/// The lines of both outputs.
fn lines(child: &mut Child) -> Result<Receiver<String>> {
    let (sender, receiver) = channel();
    let (Some(output), Some(errors)) = (child.stdout.take(), child.stderr.take()) else {
        bail!("read what {PROGRAM} prints");
    };
    let streams: [Box<dyn std::io::Read + Send>; 2] = [Box::new(output), Box::new(errors)];
    for stream in streams {
        let sender = sender.clone();
        std::thread::spawn(move || {
            let mut reader = BufReader::new(stream);
            let mut line = Vec::new();
            while reader.read_until(b'\n', &mut line).is_ok_and(|length| length > 0) {
                let text = String::from_utf8_lossy(&line);
                if sender.send(text.trim_end_matches(['\r', '\n']).trim_start_matches('\r').to_owned()).is_err() {
                    return;
                }
                line.clear();
            }
        });
    }
    Ok(receiver)
}

/// The last lines of a log.
pub(crate) fn tail(log: &Path, count: usize) -> String {
    let text = std::fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(count)..].join("\n")
}
