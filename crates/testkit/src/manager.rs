//! The real manager in a process of its own, and a client of its API.

use std::{
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use bytes::Bytes;
use http::{Method, Request, header};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use crate::program::Program;

/// What the manager prints once it listens.
const LISTENS: &str = "Manager: http://";

/// How long the manager may take until it is ready, or a scan or a plan until it is done.
const PATIENCE: Duration = Duration::from_mins(5);

/// A running manager.
#[derive(Debug)]
pub struct Manager {
    program: Program,
    address: String,
    token: String,
    /// Time from the start of the process until `/health/ready` said yes.
    pub started_in: Duration,
}

/// The program, which is built into the same folder as this one.
pub fn program() -> Result<PathBuf> {
    let file = std::env::current_exe().context("find this program")?.with_file_name("shelly-manager");
    if !file.is_file() {
        bail!("{} is missing: `cargo xtask bench` builds it", file.display());
    }
    Ok(file)
}

/// Makes a token for everything, in a data directory on which no manager works.
pub fn create_token(data: &Path) -> Result<String> {
    let mut command = Command::new(program()?);
    command.args(["token", "create", "bench", "--permission", "admin", "--data"]).arg(data);
    let output = command.output().context("start the manager's command line")?;
    let said = String::from_utf8_lossy(&output.stdout);
    let token = said.split_whitespace().find(|word| word.starts_with("smt_"));
    token.map(str::to_owned).with_context(|| format!("make a token: {}", String::from_utf8_lossy(&output.stderr)))
}

impl Manager {
    /// Starts it on a data directory, and waits until it is ready.
    pub async fn start(data: &Path, token: &str, arguments: &[&str]) -> Result<Self> {
        let start = Instant::now();
        let mut command = Command::new(program()?);
        command.args(["serve", "--listen", "127.0.0.1:0", "--log", "warn", "--data"]).arg(data).args(arguments);
        if !arguments.contains(&"--follow") {
            command.args(["--follow", "false"]);
        }
        command.args(["--coiot", "off", "--mdns", "false"]);
        let mut program = Program::start("the manager", &mut command)?;
        let address = loop {
            if let Some(address) = program.line()?.strip_prefix(LISTENS) {
                break address.to_owned();
            }
        };
        let mut manager = Self { program, address, token: token.to_owned(), started_in: Duration::ZERO };
        let mut api = manager.api().await?;
        while !api.is_success("/health/ready").await? {
            if start.elapsed() > PATIENCE {
                bail!("the manager does not get ready");
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        manager.started_in = start.elapsed();
        Ok(manager)
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.program.pid()
    }

    /// A connection to its API.
    pub async fn api(&self) -> Result<Api> {
        let stream = TcpStream::connect(&self.address).await.context("connect to the manager")?;
        stream.set_nodelay(true)?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        Ok(Api { sender, address: self.address.clone(), token: self.token.clone() })
    }

    /// Its live stream, as a request for a WebSocket and the connection on which to send it.
    pub async fn stream(&self) -> Result<(Request<()>, TcpStream)> {
        let mut request = format!("ws://{}/api/v1/stream", self.address).into_client_request()?;
        request.headers_mut().insert(header::AUTHORIZATION, format!("Bearer {}", self.token).parse()?);
        Ok((request, TcpStream::connect(&self.address).await.context("connect to the manager")?))
    }

    /// Ends it.
    pub fn stop(self) -> Result<()> {
        self.program.stop()
    }
}

/// A kept connection to the manager's API.
#[derive(Debug)]
pub struct Api {
    sender: SendRequest<Full<Bytes>>,
    address: String,
    token: String,
}

impl Api {
    /// Asks for a path of the API: `/devices?limit=100`.
    pub async fn get(&mut self, path: &str) -> Result<Value> {
        let (_, body) = self.send(Method::GET, &format!("/api/v1{path}"), None).await?;
        serde_json::from_slice(&body).context("read the manager's answer")
    }

    /// The size of an answer in bytes; the answer is read and not parsed.
    pub async fn get_size(&mut self, path: &str) -> Result<usize> {
        Ok(self.send(Method::GET, &format!("/api/v1{path}"), None).await?.1.len())
    }

    /// Sends something.
    pub async fn send_json(&mut self, method: Method, path: &str, body: &Value) -> Result<Value> {
        let (_, body) = self.send(method, &format!("/api/v1{path}"), Some(body)).await?;
        serde_json::from_slice(&body).context("read the manager's answer")
    }

    /// Scans, adopts what is found, and waits until all are; tells how many there are.
    pub async fn scan(&mut self, target: &str, adopt: bool) -> Result<Value> {
        let request = json!({ "targets": [target], "adopt": adopt });
        let scan = self.send_json(Method::POST, "/discovery/scans", &request).await?;
        let path = format!("/discovery/scans/{}", scan["id"].as_str().unwrap_or_default());
        self.wait(&path, |scan| scan["state"] != "running").await
    }

    /// Asks again and again until `done`.
    pub async fn wait(&mut self, path: &str, done: impl Fn(&Value) -> bool) -> Result<Value> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let answer = self.get(path).await?;
            if done(&answer) {
                return Ok(answer);
            }
            if Instant::now() > deadline {
                bail!("{path} does not come to an end: {answer}");
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Whether a path outside the API answers with success.
    pub async fn is_success(&mut self, path: &str) -> Result<bool> {
        let (status, _) = self.raw(Method::GET, path, None).await?;
        Ok(status.is_success())
    }

    async fn send(&mut self, method: Method, path: &str, body: Option<&Value>) -> Result<(http::StatusCode, Bytes)> {
        let (status, bytes) = self.raw(method, path, body).await?;
        if !status.is_success() {
            bail!("{path}: {status} {}", String::from_utf8_lossy(&bytes));
        }
        Ok((status, bytes))
    }

    async fn raw(&mut self, method: Method, path: &str, body: Option<&Value>) -> Result<(http::StatusCode, Bytes)> {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, &self.address)
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token));
        if body.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        let body = body.map(serde_json::to_vec).transpose()?.unwrap_or_default();
        self.sender.ready().await?;
        let response = self.sender.send_request(request.body(Full::from(body))?).await?;
        let status = response.status();
        Ok((status, response.into_body().collect().await?.to_bytes()))
    }
}
