//! Starts a program, reads what it prints, and ends it with the program that started it.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

/// How long a program may take to end after it was asked to.
const GRACE: Duration = Duration::from_secs(15);

/// A running program. Dropping it ends it.
#[derive(Debug)]
pub struct Program {
    name: String,
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Program {
    /// Starts `command`; what it writes to standard error is seen when `SHELLY_BENCH_LOG` is set.
    pub fn start(name: &str, command: &mut Command) -> Result<Self> {
        let log = if std::env::var_os("SHELLY_BENCH_LOG").is_some() { Stdio::inherit() } else { Stdio::null() };
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .with_context(|| format!("start {name}: {}", command.get_program().display()))?;
        let input = child.stdin.take();
        let output = BufReader::new(child.stdout.take().context("read what the program prints")?);
        Ok(Self { name: name.to_owned(), child, input, output })
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The next line it prints, without its end.
    pub fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        let count = self.output.read_line(&mut line).with_context(|| format!("read what {} prints", self.name))?;
        if count == 0 {
            let name = &self.name;
            bail!("{name} ended ({}); SHELLY_BENCH_LOG=1 shows why", self.child.wait()?);
        }
        Ok(line.trim_end().to_owned())
    }

    /// Gives it a line.
    pub fn tell(&mut self, line: &str) -> Result<()> {
        let input = self.input.as_mut().context("its standard input is closed")?;
        writeln!(input, "{line}").with_context(|| format!("tell {}", self.name))?;
        Ok(input.flush()?)
    }

    /// Asks it to end, and waits.
    pub fn stop(mut self) -> Result<()> {
        self.end()
    }

    fn end(&mut self) -> Result<()> {
        self.input = None;
        if self.child.try_wait()?.is_some() {
            return Ok(());
        }
        Command::new("kill").args(["-s", "TERM", &self.pid().to_string()]).stderr(Stdio::null()).status()?;
        let deadline = Instant::now() + GRACE;
        while Instant::now() < deadline {
            if self.child.try_wait()?.is_some() {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        self.child.kill()?;
        self.child.wait()?;
        bail!("{} did not end when it was asked to", self.name)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It was stopped already, or the measurement failed and says why itself.
        let _ = self.end();
    }
}
