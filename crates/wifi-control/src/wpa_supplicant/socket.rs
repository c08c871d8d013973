//! One question at a time to the control socket: a datagram there, a datagram back.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

use tokio::{net::UnixDatagram, sync::Mutex, time::timeout};

use crate::{Backend, Error};

/// It answers at once; a busy machine takes longer.
const LIMIT: Duration = Duration::from_secs(10);
/// Longer than any list it answers with.
const LONGEST: usize = 64 * 1024;
/// Sockets of one process at most.
const MOST_SOCKETS: u32 = 1000;

/// Our end of the control socket. Its file is removed when this is dropped.
#[derive(Debug)]
pub(super) struct Socket {
    line: Mutex<UnixDatagram>,
    own: PathBuf,
    peer: PathBuf,
}

impl Socket {
    /// Connects to the service at `peer`.
    pub(super) fn open(peer: PathBuf) -> Result<Self, Error> {
        let (socket, own) = bind()?;
        let opened = Self { line: Mutex::new(socket), own, peer };
        // The service of another user has to be able to answer.
        let _ = fs::set_permissions(&opened.own, std::os::unix::fs::PermissionsExt::from_mode(0o660));
        let connected = opened.line.try_lock().map_or(Ok(()), |socket| socket.connect(&opened.peer));
        match connected {
            Ok(()) => Ok(opened),
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Err(Error::NotPermitted {
                backend: Backend::WpaSupplicant,
                attempt: "use its control socket",
                remedy: "put the user into the group that `ctrl_interface=DIR=... GROUP=...` of its configuration names",
            }),
            Err(source) => Err(at("reach wpa_supplicant at", &opened.peer, source)),
        }
    }

    /// The service at the other end.
    pub(super) fn peer(&self) -> PathBuf {
        self.peer.clone()
    }

    /// Sends a command and waits for an event with one of these words; false when none came in time. The answer does not
    /// matter: a scan is refused while one runs, and its end is as good.
    pub(super) async fn ask_and_hear(&self, command: &str, words: &[&str], limit: Duration) -> Result<bool, Error> {
        self.ask("tell what happens", "ATTACH").await?;
        let socket = self.line.lock().await;
        socket.send(command.as_bytes()).await.map_err(|source| at("ask wpa_supplicant at", &self.peer, source))?;
        let mut buffer = vec![0; LONGEST];
        let heard = async {
            loop {
                let length = socket.recv(&mut buffer).await?;
                let text = String::from_utf8_lossy(&buffer[..length]);
                if text.starts_with('<') && words.iter().any(|word| text.contains(word)) {
                    return Ok(true);
                }
            }
        };
        let heard = timeout(limit, heard).await.unwrap_or(Ok(false));
        // It forgets us by itself when we are gone.
        let _ = socket.send(b"DETACH").await;
        heard.map_err(|source| at("hear from wpa_supplicant at", &self.peer, source))
    }

    /// Sends a command and waits for its answer.
    pub(super) async fn ask(&self, attempt: &'static str, command: &str) -> Result<String, Error> {
        let socket = self.line.lock().await;
        let mut buffer = vec![0; LONGEST];
        // An answer that came too late for an earlier question.
        while socket.try_recv(&mut buffer).is_ok() {}
        socket.send(command.as_bytes()).await.map_err(|source| at("ask wpa_supplicant at", &self.peer, source))?;
        let answer = async {
            loop {
                let length = socket.recv(&mut buffer).await?;
                // Events begin with their importance in angle brackets.
                if buffer[..length].first() != Some(&b'<') {
                    return Ok(String::from_utf8_lossy(&buffer[..length]).into_owned());
                }
            }
        };
        match timeout(LIMIT, answer).await {
            Ok(answer) => answer.map_err(|source| at("hear from wpa_supplicant at", &self.peer, source)),
            Err(_) => Err(Error::Timeout { backend: Backend::WpaSupplicant, attempt, waited: LIMIT }),
        }
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.own);
    }
}

/// Our end, at the first free place where the service finds it: it sees the same `/tmp`, as for its own command line.
fn bind() -> Result<(UnixDatagram, PathBuf), Error> {
    let mut number = 0;
    loop {
        let own = PathBuf::from(format!("/tmp/shelly-wpa-{}-{number}", std::process::id()));
        match UnixDatagram::bind(&own) {
            Ok(socket) => return Ok((socket, own)),
            // Ours, or left behind by a process that had our number.
            Err(error) if error.kind() == io::ErrorKind::AddrInUse && number < MOST_SOCKETS => number += 1,
            Err(source) => return Err(at("make a socket at", &own, source)),
        }
    }
}

fn at(attempt: &str, path: &Path, source: io::Error) -> Error {
    Error::io(format!("{attempt} {}", path.display()), source)
}
