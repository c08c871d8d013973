//! Starts programs, waits for them, and passes an interruption on to them.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

/// How often a running child is looked at; short enough that nobody notices.
const LOOK: Duration = Duration::from_millis(20);

/// How long a child may take to end after it was asked to.
const GRACE: Duration = Duration::from_secs(10);

/// How long the last words of a program that has ended may be on their way.
const LAST_WORDS: Duration = Duration::from_secs(1);

static INTERRUPTED: OnceLock<Arc<AtomicBool>> = OnceLock::new();

/// Remembers Ctrl-C, a hang-up or a request to end instead of dying at once, so that children can be stopped first.
pub(crate) fn watch_signals() -> Result<()> {
    let flag = INTERRUPTED.get_or_init(Arc::default);
    for signal in [SIGINT, SIGTERM, SIGHUP] {
        signal_hook::flag::register(signal, Arc::clone(flag)).context("listen for signals")?;
    }
    Ok(())
}

/// Whether someone asked this program to end.
pub(crate) fn interrupted() -> bool {
    INTERRUPTED.get().is_some_and(|flag| flag.load(Ordering::Relaxed))
}

/// A command without the variables that `cargo run` adds for us.
///
/// Some build scripts (ring's) run again when these differ, which would rebuild half of the tree each time one
/// switches between `cargo xtask test` and plain `cargo test`.
pub(crate) fn command(program: &str) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        let added = text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") || text == "LD_LIBRARY_PATH";
        if added {
            command.env_remove(&name);
        }
    }
    command
}

/// `cargo`, in the root of the workspace.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let mut cargo = command("cargo");
    cargo.args(arguments).current_dir(crate::workspace::root());
    if in_ci() {
        // What serves the next build and the debugger is of no use where everything is built once and thrown away.
        cargo.env("CARGO_INCREMENTAL", "0").env("CARGO_PROFILE_DEV_DEBUG", "none");
    }
    cargo
}

/// Builds all programs, with the features that the tests of the whole workspace have chosen, so that little is built anew.
pub(crate) fn programs() -> Command {
    cargo(&["build", "--workspace", "--bins"])
}

/// Whether nobody is there to read that something was left out.
pub(crate) fn in_ci() -> bool {
    std::env::var("CI").is_ok_and(|ci| ci == "true")
}

/// Runs to the end and shows what the program says; fails when the program does.
///
/// The program gets a process group of its own, so that an interruption reaches all that it started, through us.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = status(command)?;
    if !status.success() {
        bail!("`{}` failed ({status})", show(command));
    }
    Ok(())
}

/// The same for a program whose exit code means something.
pub(crate) fn status(command: &mut Command) -> Result<ExitStatus> {
    let shown = show(command);
    println!("$ {shown}");
    let mut child =
        command.stdin(Stdio::null()).process_group(0).spawn().with_context(|| format!("start `{shown}`"))?;
    let status = wait(&mut child).with_context(|| format!("wait for `{shown}`"))?;
    if interrupted() {
        bail!("interrupted");
    }
    Ok(status)
}

/// The same, with the lines that the program printed.
pub(crate) fn status_and_lines(command: &mut Command) -> Result<(ExitStatus, Vec<String>)> {
    let (pipe, writer) = std::io::pipe().context("make a pipe")?;
    let (tell, told) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        for line in BufReader::new(pipe).split(b'\n').map_while(Result::ok) {
            let line = String::from_utf8_lossy(&line).into_owned();
            println!("{line}");
            if tell.send(line).is_err() {
                break;
            }
        }
    });
    let status = status(command.stdout(writer));
    // Our own end of the pipe goes with it; whoever was left behind by the program may hold another, and is not waited for.
    command.stdout(Stdio::null());
    let lines = std::iter::from_fn(|| told.recv_timeout(LAST_WORDS).ok()).collect();
    Ok((status?, lines))
}

/// Runs in the foreground, with the keyboard, until the person ends it.
pub(crate) fn run_in_foreground(command: &mut Command) -> Result<()> {
    let shown = show(command);
    let status = command.status().with_context(|| format!("start `{shown}`"))?;
    if !status.success() && !interrupted() {
        bail!("`{shown}` failed ({status})");
    }
    Ok(())
}

/// Runs to the end without showing anything; on failure the error holds what the program said.
pub(crate) fn quiet(command: &mut Command) -> Result<String> {
    let shown = show(command);
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("start `{shown}`"))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("`{shown}` failed ({}): {}", output.status, said.trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Waits for a child; when we are asked to end, it is asked too, and ended by force if it does not listen.
fn wait(child: &mut Child) -> std::io::Result<ExitStatus> {
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        if interrupted() {
            return stop(child);
        }
        std::thread::sleep(LOOK);
    }
}

/// Asks a child and its process group to end as Ctrl-C would, waits a while, then ends it by force.
pub(crate) fn stop(child: &mut Child) -> std::io::Result<ExitStatus> {
    if let Some(status) = child.try_wait()? {
        return Ok(status);
    }
    let asked =
        Command::new("sh").args(["-c", "kill -s INT -- -$0", &child.id().to_string()]).stderr(Stdio::null()).status();
    let deadline = Instant::now() + if asked.is_ok() { GRACE } else { Duration::ZERO };
    while Instant::now() < deadline {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        std::thread::sleep(LOOK);
    }
    child.kill()?;
    child.wait()
}

/// The command as a person would type it.
fn show(command: &Command) -> String {
    let mut words = vec![command.get_program().to_string_lossy().into_owned()];
    words.extend(command.get_args().map(|word| {
        let word = word.to_string_lossy();
        if word.contains(' ') { format!("'{word}'") } else { word.into_owned() }
    }));
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failing_program_is_an_error_with_its_words() {
        let error = quiet(Command::new("sh").args(["-c", "echo no luck >&2; exit 3"])).unwrap_err();
        let text = format!("{error:#}");
        assert!(text.contains("no luck") && text.contains('3'), "{text}");
    }

    #[test]
    fn what_a_program_prints_is_heard_to_the_end() {
        let mut command = Command::new("sh");
        command.args(["-c", "echo one; sleep 60 & printf two; echo; exit 3"]);
        let (status, lines) = status_and_lines(&mut command).unwrap();
        assert_eq!((status.code(), lines), (Some(3), vec!["one".to_owned(), "two".to_owned()]));
    }

    #[test]
    fn a_child_is_stopped_as_ctrl_c_would() {
        let mut child = Command::new("sleep").arg("60").process_group(0).spawn().unwrap();
        let status = stop(&mut child).unwrap();
        assert!(!status.success());
    }

    #[test]
    fn words_with_spaces_are_shown_in_quotes() {
        let mut command = Command::new("echo");
        command.args(["a b", "c"]);
        assert_eq!(show(&command), "echo 'a b' c");
    }
}
