#![doc = include_str!("../README.md")]
#![expect(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    clippy::print_stderr,
    reason = "helpers of tests fail by panicking, and say why"
)]

use std::{
    net::TcpListener,
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::Duration,
};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tempfile::TempDir;
use tokio::net::TcpStream;

/// The line of a configuration that lets in whoever comes.
pub const ANYBODY: &str = "allow_anonymous true\n";

/// Time between two looks whether it has started.
const LOOK: Duration = Duration::from_millis(10);

/// A running broker; ends when it is dropped.
#[derive(Debug)]
pub struct Mosquitto {
    port: u16,
    folder: TempDir,
    process: Option<Child>,
}

/// What a server over TLS shows, and who signed it.
#[derive(Debug, Clone)]
pub struct Certificates {
    /// The authority, as PEM.
    pub authority: String,
    /// The same, as DER.
    pub authority_der: Vec<u8>,
    /// The certificate of the server, as PEM.
    pub certificate: String,
    /// Its private key, as PEM.
    pub key: String,
}

impl Certificates {
    /// A new authority, and a certificate of it for the server of this name or IP address.
    pub fn of(server: &str) -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new(vec![server.to_owned()]).unwrap().signed_by(&key, &authority).unwrap();
        Self {
            authority: authority.pem(),
            authority_der: authority.der().to_vec(),
            certificate: certificate.pem(),
            key: key.serialize_pem(),
        }
    }
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
    /// Starts a broker with these lines in its configuration; `{folder}` in them is a folder with these files, each a name
    /// and its text. None when Mosquitto is not installed.
    pub async fn start(lines: &str, files: &[(&str, &str)]) -> Option<Self> {
        program()?;
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        let lines = lines.replace("{folder}", folder.path().to_str().unwrap());
        let head = format!("listener {port} 127.0.0.1\nuser root\npersistence false\n");
        std::fs::write(folder.path().join("mosquitto.conf"), head + &lines).unwrap();
        let mut broker = Self { port, folder, process: None };
        broker.restart().await;
        Some(broker)
    }

    /// Starts a broker that anybody may use over TLS, as `localhost`. None when Mosquitto is not installed.
    pub async fn start_over_tls() -> Option<(Self, Certificates)> {
        let shown = Certificates::of("localhost");
        let lines = format!("{ANYBODY}certfile {{folder}}/cert.pem\nkeyfile {{folder}}/key.pem\n");
        let files = [("cert.pem", shown.certificate.as_str()), ("key.pem", shown.key.as_str())];
        Some((Self::start(&lines, &files).await?, shown))
    }

    /// Its port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Where it listens, `host:port`.
    pub fn place(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Starts it again after [`kill`](Self::kill).
    pub async fn restart(&mut self) {
        let configuration = self.folder.path().join("mosquitto.conf");
        let mut command = Command::new(program().unwrap());
        command.arg("-c").arg(configuration).stdout(Stdio::null()).stderr(Stdio::null());
        self.process = Some(command.spawn().unwrap());
        while TcpStream::connect(("127.0.0.1", self.port)).await.is_err() {
            let ended = self.process.as_mut().and_then(|process| process.try_wait().unwrap());
            assert_eq!(ended, None, "mosquitto does not start");
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Kills it at once.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().unwrap();
            process.wait().unwrap();
        }
    }
}

impl Drop for Mosquitto {
    fn drop(&mut self) {
        self.kill();
    }
}
