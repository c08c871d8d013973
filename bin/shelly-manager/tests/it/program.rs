//! Runs the program once, as people do on a command line.

use std::{path::Path, process::Stdio, time::Duration};

use serde_json::Value;
use tokio::{io::AsyncWriteExt, process::Command};

/// A command may take this long; most take a second.
const PATIENCE: Duration = Duration::from_secs(90);

/// What a command printed, and how it ended.
#[derive(Debug)]
pub(crate) struct Printed {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Printed {
    /// The printed JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error} in {self:?}"))
    }

    /// The same, after checking that the command ended with `code`.
    #[track_caller]
    pub(crate) fn ends_with(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{}\n{}", self.out, self.err);
        self
    }

    /// The same, after checking that the command failed with `code` and said all of `words`.
    #[track_caller]
    pub(crate) fn complains(self, code: i32, words: &[&str]) -> Self {
        assert_eq!(self.code, code, "{}\n{}", self.out, self.err);
        for word in words {
            assert!(self.err.contains(word), "`{word}` is missing: {}", self.err);
        }
        assert!(!self.err.contains("panicked"), "{}", self.err);
        self
    }
}

/// Names of the environment that the program listens to; the tests say everything on the command line.
pub(crate) fn foreign_names() -> impl Iterator<Item = std::ffi::OsString> {
    std::env::vars_os().map(|(name, _)| name).filter(|name| name.to_string_lossy().starts_with("SHELLY_MANAGER_"))
}

/// Runs the program on a data directory of its own, without a server.
pub(crate) async fn local(data: &Path, args: &[&str]) -> Printed {
    let data = data.to_str().unwrap();
    run(&[args, &["--data", data]].concat(), "").await
}

/// Runs the program with these arguments and this on standard input.
pub(crate) async fn run(args: &[&str], input: &str) -> Printed {
    let mut command = Command::new(env!("CARGO_BIN_EXE_shelly-manager"));
    foreign_names().for_each(|name| {
        command.env_remove(name);
    });
    // As on a host that trusts nobody, such as a small container: what is asked for without TLS needs no authority.
    command.env("SSL_CERT_FILE", "/nowhere").env("SSL_CERT_DIR", "/nowhere");
    command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_owned();
    let write = async move {
        // A program that does not read its input is no error.
        let _ = stdin.write_all(input.as_bytes()).await;
    };
    let ended = async { tokio::join!(write, child.wait_with_output()).1 };
    let output = tokio::time::timeout(PATIENCE, ended).await.unwrap_or_else(|_| panic!("{args:?} does not end"));
    let output = output.unwrap();
    Printed {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}
