//! A real Mosquitto for tests, on a free port.

use std::{
    net::TcpListener,
    path::PathBuf,
    process::{Child, Command, Stdio},
};

use tempfile::TempDir;
use tokio::net::TcpStream;

/// A running broker that lets anybody in; ends when it is dropped.
pub(crate) struct Mosquitto {
    pub(crate) port: u16,
    process: Child,
    _folder: TempDir,
}

/// Where the program is. Without one there is nothing to test against: a notice, and on a build server a failure.
fn program() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain(["/usr/sbin".into(), "/usr/local/sbin".into()]);
    let found = folders.map(|folder| folder.join("mosquitto")).find(|program| program.is_file());
    if found.is_none() {
        assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "mosquitto is not installed");
        eprintln!("notice: mosquitto is not installed, so nothing is tested here");
    }
    found
}

impl Mosquitto {
    pub(crate) async fn start() -> Option<Self> {
        let program = program()?;
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let folder = tempfile::tempdir().unwrap();
        let configuration = folder.path().join("mosquitto.conf");
        let lines = format!("listener {port} 127.0.0.1\nuser root\npersistence false\nallow_anonymous true\n");
        std::fs::write(&configuration, lines).unwrap();
        let mut command = Command::new(program);
        command.arg("-c").arg(configuration).stdout(Stdio::null()).stderr(Stdio::null());
        let mut broker = Self { port, process: command.spawn().unwrap(), _folder: folder };
        while TcpStream::connect(("127.0.0.1", port)).await.is_err() {
            assert_eq!(broker.process.try_wait().unwrap(), None, "mosquitto does not start");
            tokio::task::yield_now().await;
        }
        Some(broker)
    }
}

impl Drop for Mosquitto {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}
