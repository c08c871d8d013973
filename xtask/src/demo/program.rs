//! Runs a program beside us: what it says is handed to a listener, what it logs goes to a file.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
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
    reader: Option<JoinHandle<()>>,
}

impl Program {
    /// Starts it in a process group of its own, so that Ctrl-C reaches it through us, once, and in order. Each line of
    /// its output goes to `heard`.
    pub(crate) fn start(
        name: &'static str,
        command: &mut Command,
        log: &Path,
        heard: impl Fn(String) + Send + 'static,
    ) -> Result<Self> {
        let file = File::create(log).with_context(|| format!("create {}", log.display()))?;
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(file)
            .process_group(0)
            .spawn()
            .with_context(|| format!("start {name}"))?;
        let lines = child.stdout.take().context("the output was asked for")?;
        let reader = std::thread::spawn(move || {
            BufReader::new(lines).lines().map_while(Result::ok).for_each(heard);
        });
        Ok(Self { name, child, log: log.to_owned(), reader: Some(reader) })
    }

    /// Takes the lines that its listener sends, up to and with the one that is the `last`.
    pub(crate) fn lines_until(
        &mut self,
        lines: &Receiver<String>,
        last: impl Fn(&str) -> bool,
        limit: Duration,
    ) -> Result<Vec<String>> {
        let deadline = Instant::now() + limit;
        let mut taken: Vec<String> = Vec::new();
        while !taken.last().is_some_and(|line| last(line)) {
            match lines.recv_timeout(Duration::from_millis(50)) {
                Ok(line) => taken.push(line),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    self.child.wait().with_context(|| format!("wait for {}", self.name))?;
                    self.require_running()?;
                }
            }
            if process::interrupted() {
                bail!("interrupted");
            }
            if Instant::now() > deadline {
                bail!("{} was not ready after {} s", self.name, limit.as_secs());
            }
        }
        Ok(taken)
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
    use std::sync::mpsc::channel;

    use super::*;

    const LIMIT: Duration = Duration::from_secs(10);

    fn start(script: &str, name: &str) -> (Program, Receiver<String>) {
        let log = std::env::temp_dir().join(format!("xtask-program-{name}-{}", std::process::id()));
        let (tell, lines) = channel();
        let heard = move |line| tell.send(line).unwrap();
        let program = Program::start("the script", Command::new("sh").args(["-c", script]), &log, heard).unwrap();
        (program, lines)
    }

    #[test]
    fn a_program_is_heard_until_it_is_ready_and_can_be_stopped() {
        let (mut program, lines) = start("echo one; echo ready; exec sleep 60", "ready");
        let said = program.lines_until(&lines, |line| line == "ready", LIMIT).unwrap();
        assert_eq!(said, ["one", "ready"]);
        program.require_running().unwrap();
        program.stop().unwrap();
        assert!(program.require_running().is_err());
        std::fs::remove_file(&program.log).unwrap();
    }

    #[test]
    fn a_program_that_dies_shows_the_end_of_its_log() {
        let (mut program, lines) = start("echo 'port is taken' >&2; exit 1", "dies");
        let error = program.lines_until(&lines, |_| true, LIMIT).unwrap_err();
        assert!(error.to_string().contains("port is taken"), "{error}");
        std::fs::remove_file(&program.log).unwrap();
    }
}
