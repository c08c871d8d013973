//! Runs a program beside us: what it says is passed on, what it logs goes to a file.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::process;

/// How many lines of a log are shown when a program ends by itself.
const SHOWN_LOG_LINES: usize = 15;

/// A running program.
pub(crate) struct Program {
    name: &'static str,
    child: Child,
    log: PathBuf,
    spoke: Arc<AtomicBool>,
    reader: Option<JoinHandle<()>>,
}

impl Program {
    /// Starts it in a process group of its own, so that Ctrl-C reaches it through us, once, and in order.
    pub(crate) fn start(name: &'static str, command: &mut Command, log: &Path) -> Result<Self> {
        let file = File::create(log).with_context(|| format!("create {}", log.display()))?;
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(file)
            .process_group(0)
            .spawn()
            .with_context(|| format!("start {name}"))?;
        let lines = child.stdout.take().context("the output was asked for")?;
        let spoke = Arc::new(AtomicBool::new(false));
        let speaks = Arc::clone(&spoke);
        let reader = std::thread::spawn(move || {
            for line in BufReader::new(lines).lines().map_while(Result::ok) {
                println!("{line}");
                speaks.store(true, Ordering::Relaxed);
            }
        });
        Ok(Self {
            name,
            child,
            log: log.to_owned(),
            spoke,
            reader: Some(reader),
        })
    }

    /// Waits until it has said something, which both programs do once they are ready.
    pub(crate) fn wait_for_line(&mut self, limit: Duration) -> Result<()> {
        let deadline = Instant::now() + limit;
        while !self.spoke.load(Ordering::Relaxed) {
            self.require_running()?;
            if process::interrupted() {
                bail!("interrupted");
            }
            if Instant::now() > deadline {
                bail!("{} was not ready after {} s", self.name, limit.as_secs());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }

    /// Fails, with the end of its log, when it is no longer there.
    pub(crate) fn require_running(&mut self) -> Result<()> {
        let Some(status) = self.child.try_wait()? else {
            return Ok(());
        };
        let log = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        let end = lines[lines.len().saturating_sub(SHOWN_LOG_LINES)..].join("\n  ");
        bail!("{} ended ({status}):\n  {end}", self.name);
    }

    /// Asks it to end, and waits until it has and its last words are passed on.
    pub(crate) fn stop(&mut self) -> Result<()> {
        process::stop(&mut self.child).with_context(|| format!("stop {}", self.name))?;
        if let Some(reader) = self.reader.take()
            && reader.join().is_err()
        {
            bail!("the output of {} could not be passed on", self.name);
        }
        Ok(())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        if let Err(error) = self.stop() {
            eprintln!("{error:#}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start(script: &str, name: &str) -> Program {
        let log = std::env::temp_dir().join(format!("xtask-program-{name}-{}", std::process::id()));
        Program::start("the script", Command::new("sh").args(["-c", script]), &log).unwrap()
    }

    #[test]
    fn a_program_is_ready_when_it_speaks_and_can_be_stopped() {
        let mut program = start("echo ready; exec sleep 60", "ready");
        program.wait_for_line(Duration::from_secs(10)).unwrap();
        program.require_running().unwrap();
        program.stop().unwrap();
        assert!(program.require_running().is_err());
        std::fs::remove_file(&program.log).unwrap();
    }

    #[test]
    fn a_program_that_dies_shows_the_end_of_its_log() {
        let mut program = start("echo 'port is taken' >&2; exit 1", "dies");
        let error = program.wait_for_line(Duration::from_secs(10)).unwrap_err();
        assert!(error.to_string().contains("port is taken"), "{error}");
        std::fs::remove_file(&program.log).unwrap();
    }
}
