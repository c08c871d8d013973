//! Runs the manager as a child process that can be stopped, killed and started again on the same data.

use std::{
    io::{BufRead, BufReader, Read},
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    sync::{Arc, Mutex},
    thread::JoinHandle,
};

use api_client::{HttpTransport, ManagerClient, Transport};
use api_types::{
    Problem,
    access::{CreateTokenRequest, Permission},
};
use bytes::Bytes;
use http::{HeaderMap, Method, Request, StatusCode, header};
use serde_json::Value;
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async, tungstenite::client::IntoClientRequest};

use crate::{
    database::Database,
    program::{self, Printed},
    support::eventually,
};

/// Name of the key file.
pub(crate) const KEY_FILE: &str = "secret.key";
/// What the manager prints before its address.
const ADDRESS: &str = "Manager: ";
/// What it prints before the link with the one-time code.
const SIGN_IN: &str = "Sign in once: ";

/// A manager in a process of its own.
pub(crate) struct Manager {
    data: TempDir,
    database: Database,
    args: Vec<String>,
    process: Option<Process>,
    url: String,
    token: String,
    printed: Arc<Mutex<String>>,
    since_start: usize,
}

struct Process {
    child: Child,
    readers: [JoinHandle<()>; 2],
}

/// An answer as it came.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    /// The problem document.
    #[track_caller]
    pub(crate) fn problem(&self) -> Problem {
        let kind = self.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        assert!(kind.starts_with("application/problem+json"), "{kind}: {self:?}");
        let problem: Problem = serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"));
        assert_eq!(problem.status, self.status.as_u16());
        problem
    }
}

impl Manager {
    /// A manager that nobody has signed in to.
    pub(crate) async fn fresh(database: Database, args: &[&str]) -> Self {
        let mut manager = Self {
            data: TempDir::new().unwrap(),
            database,
            args: Vec::new(),
            process: None,
            url: String::new(),
            token: String::new(),
            printed: Arc::default(),
            since_start: 0,
        };
        manager.start_with(args).await;
        manager
    }

    /// A manager on `database`, signed in to with its one-time code.
    pub(crate) async fn on(database: Database) -> Self {
        Self::with(database, &[]).await
    }

    /// The same with more arguments.
    pub(crate) async fn with(database: Database, args: &[&str]) -> Self {
        let mut manager = Self::fresh(database, args).await;
        let code = manager.code().await;
        manager.token = manager.sign_in(&code).await.unwrap();
        manager
    }

    /// Another manager on the same database, with the same key and the same token; none where the database is a file.
    pub(crate) async fn beside(&self) -> Option<Self> {
        let url = self.database.url()?.to_owned();
        let data = TempDir::new().unwrap();
        std::fs::copy(self.data().join(KEY_FILE), data.path().join(KEY_FILE)).unwrap();
        let mut other = Self {
            data,
            database: Database::Another(url),
            args: self.args.clone(),
            process: None,
            url: String::new(),
            token: self.token.clone(),
            printed: Arc::default(),
            since_start: 0,
        };
        other.start().await;
        Some(other)
    }

    /// Starts it on the data of before with other arguments.
    pub(crate) async fn start_with(&mut self, args: &[&str]) {
        self.args = args.iter().map(|&arg| arg.to_owned()).collect();
        self.start().await;
    }

    /// Starts it on the data of before and waits until it answers.
    pub(crate) async fn start(&mut self) {
        assert!(self.process.is_none(), "it runs already");
        self.since_start = self.printed().len();
        let mut command = Command::new(env!("CARGO_BIN_EXE_shelly-manager"));
        program::foreign_names().for_each(|name| {
            command.env_remove(name);
        });
        command.args(["serve", "--listen", "127.0.0.1:0"]).args(self.place()).args(&self.args);
        // What devices tell by themselves is heard only by the tests that are about it; reports of the others' devices
        // would come to the same port.
        for quiet in [["--follow", "false"], ["--coiot", "off"], ["--mdns", "false"]] {
            if !self.args.iter().any(|arg| arg == quiet[0]) {
                command.args(quiet);
            }
        }
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let readers = [self.read(child.stdout.take().unwrap()), self.read(child.stderr.take().unwrap())];
        self.process = Some(Process { child, readers });
        self.url = self.said(ADDRESS).await;
        eventually("a manager that is ready", async || {
            let ready = self.ask(Method::GET, "/health/ready", None, "").await;
            ready.filter(|answer| answer.status.is_success()).map(drop)
        })
        .await;
    }

    fn read(&self, stream: impl Read + Send + 'static) -> JoinHandle<()> {
        let printed = Arc::clone(&self.printed);
        std::thread::spawn(move || {
            for line in BufReader::new(stream).lines().map_while(Result::ok) {
                let mut printed = printed.lock().unwrap();
                printed.push_str(&line);
                printed.push('\n');
            }
        })
    }

    /// The rest of the line that begins with `start`, of this start of the program.
    async fn said(&mut self, start: &str) -> String {
        eventually(start, async || {
            let printed = self.printed();
            let ended = self.process.as_mut().is_none_or(|process| process.child.try_wait().unwrap().is_some());
            assert!(!ended, "the manager has ended: {printed}");
            let rest = printed[self.since_start..].lines().find_map(|line| line.strip_prefix(start));
            rest.map(str::to_owned)
        })
        .await
    }

    /// The one-time code that it printed, without waiting if it has printed none.
    pub(crate) fn printed_code(&self) -> Option<String> {
        let printed = self.printed();
        let link = printed[self.since_start..].lines().find_map(|line| line.strip_prefix(SIGN_IN))?;
        Some(link.split_once("#code=")?.1.to_owned())
    }

    /// The one-time code that it prints.
    pub(crate) async fn code(&mut self) -> String {
        self.said(SIGN_IN).await;
        self.printed_code().unwrap()
    }

    /// The token of the session that a secret opens, or the answer that refuses it.
    pub(crate) async fn sign_in(&self, secret: &str) -> Result<String, Answer> {
        let body = serde_json::json!({ "secret": secret }).to_string();
        let answer = self.ask(Method::POST, "/api/v1/session", None, body).await.unwrap();
        if answer.status != StatusCode::OK {
            return Err(answer);
        }
        let cookie = answer.headers[header::SET_COOKIE].to_str().unwrap();
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
        Ok(cookie.split(['=', ';']).nth(1).unwrap().to_owned())
    }

    /// A client with every permission.
    pub(crate) fn client(&self) -> ManagerClient {
        self.client_of(&self.token)
    }

    /// A client with this token.
    pub(crate) fn client_of(&self, token: &str) -> ManagerClient {
        ManagerClient::new(HttpTransport::new(self.url.parse().unwrap()).unwrap(), Some(token.to_owned()))
    }

    /// A new token with this permission.
    pub(crate) async fn token(&self, name: &str, permission: Permission) -> String {
        let request = CreateTokenRequest { name: name.to_owned(), permission, expires_in_days: None };
        self.client().token_create(&request).await.unwrap().token
    }

    /// A request as it is, with the token of the session; none when there is no answer.
    pub(crate) async fn request(&self, method: Method, path: &str, body: impl Into<Bytes>) -> Answer {
        self.ask(method, path, Some(&self.token), body).await.unwrap()
    }

    /// A request as it is; none when there is no answer.
    pub(crate) async fn ask(
        &self,
        method: Method,
        path: &str,
        token: Option<&str>,
        body: impl Into<Bytes>,
    ) -> Option<Answer> {
        let mut request = Request::builder().method(method).uri(path).header(header::CONTENT_TYPE, "application/json");
        if let Some(token) = token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        let transport = HttpTransport::new(self.url.parse().unwrap()).unwrap();
        let (parts, body) = transport.send(request.body(body.into()).unwrap()).await.ok()?.into_parts();
        Some(Answer { status: parts.status, headers: parts.headers, body })
    }

    /// The live stream.
    pub(crate) async fn stream(&self) -> WebSocketStream<MaybeTlsStream<TcpStream>> {
        let url = format!("{}/api/v1/stream", self.url.replacen("http", "ws", 1));
        let mut request = url.into_client_request().unwrap();
        let bearer = format!("Bearer {}", self.token);
        request.headers_mut().insert(header::AUTHORIZATION, bearer.parse().unwrap());
        connect_async(request).await.unwrap().0
    }

    /// Reads JSON.
    pub(crate) async fn get(&self, path: &str) -> Value {
        let answer = self.request(Method::GET, path, "").await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {answer:?}");
        serde_json::from_slice(&answer.body).unwrap()
    }

    /// Runs a command against it, over the network.
    pub(crate) async fn cli(&self, args: &[&str]) -> Printed {
        self.cli_with(args, "").await
    }

    /// The same with text on standard input.
    pub(crate) async fn cli_with(&self, args: &[&str], input: &str) -> Printed {
        program::run(&[args, &["--server", &self.url, "--token", &self.token]].concat(), input).await
    }

    /// Its data directory.
    pub(crate) fn data(&self) -> &Path {
        self.data.path()
    }

    /// The URL of its database; none where that is a file in its data directory.
    pub(crate) fn database_url(&self) -> Option<&str> {
        self.database.url()
    }

    /// The arguments that say where its data is.
    pub(crate) fn place(&self) -> Vec<String> {
        let mut args = vec!["--data".to_owned(), self.data.path().to_str().unwrap().to_owned()];
        if let Some(url) = self.database.url() {
            args.extend(["--database".to_owned(), url.to_owned()]);
        }
        args
    }

    /// Where it answers.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Everything it printed so far, over all starts.
    pub(crate) fn printed(&self) -> String {
        self.printed.lock().unwrap().clone()
    }

    /// Ends it as a service manager does.
    pub(crate) async fn stop(&mut self) -> ExitStatus {
        let process = self.process.as_mut().unwrap();
        let asked = Command::new("sh").args(["-c", &format!("kill -TERM {}", process.child.id())]).status().unwrap();
        assert!(asked.success());
        let status = eventually("the end of the manager", async || process.child.try_wait().unwrap()).await;
        self.reap();
        status
    }

    /// Ends it as a power cut does.
    pub(crate) fn kill(&mut self) {
        self.process.as_mut().unwrap().child.kill().unwrap();
        self.reap();
    }

    fn reap(&mut self) {
        let Some(Process { mut child, readers }) = self.process.take() else { return };
        child.wait().unwrap();
        for reader in readers {
            reader.join().unwrap();
        }
    }
}

impl Drop for Manager {
    fn drop(&mut self) {
        if let Some(mut process) = self.process.take() {
            // It may have ended by itself.
            let _ = process.child.kill();
            let _ = process.child.wait();
        }
        if std::thread::panicking() {
            let printed = self.printed();
            let tail: Vec<&str> = printed.lines().rev().take(40).collect();
            println!("the manager printed last:\n{}", tail.into_iter().rev().collect::<Vec<_>>().join("\n"));
        }
    }
}
