//! A server on loopback that answers every path and notes what was asked.

use std::sync::{Arc, Mutex};

use shelly_gen1::{Client, Endpoint};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    task::JoinHandle,
};

/// The server; stopped when dropped.
pub(crate) struct Server {
    endpoint: Endpoint,
    asked: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Server {
    /// Answers with status and body by path.
    pub(crate) async fn with(answer: fn(&str) -> (u16, &'static str)) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let endpoint = listener.local_addr().expect("an address").to_string().parse().expect("an endpoint");
        let asked = Arc::new(Mutex::new(Vec::new()));
        let noted = Arc::clone(&asked);
        let task = tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut head = Vec::new();
                let mut part = [0; 1024];
                while !head.windows(4).any(|end| end == b"\r\n\r\n") {
                    match stream.read(&mut part).await {
                        Ok(count) if count > 0 => head.extend_from_slice(&part[..count]),
                        _ => break,
                    }
                }
                let head = String::from_utf8_lossy(&head).into_owned();
                let target = head.split(' ').nth(1).unwrap_or_default().to_owned();
                let (status, body) = answer(target.split('?').next().unwrap_or_default());
                noted.lock().expect("notes").push(target);
                let length = body.len();
                let answer = format!("HTTP/1.1 {status} X\r\nContent-Length: {length}\r\n\r\n{body}");
                stream.write_all(answer.as_bytes()).await.expect("answer is taken");
            }
        });
        Self { endpoint, asked, task }
    }

    /// A client of it.
    pub(crate) fn client(&self) -> Client {
        Client::new(self.endpoint.clone())
    }

    /// Paths with parameters, in order.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("notes").clone()
    }
}
