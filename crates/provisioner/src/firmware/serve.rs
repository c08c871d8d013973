//! Serves one file to one device over plain HTTP, for as long as somebody holds on to it.
//!
//! A device fetches its firmware itself, over plain HTTP, with `GET`, `200` and `Content-Length`; whether it asks for
//! ranges is not known, so that they are answered too (gen1 protocol 8).

use std::{
    io,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpSocket, TcpStream},
    sync::watch,
    task::{JoinHandle, JoinSet},
    time::timeout,
};

/// Where the file is.
const PATH: &str = "/firmware.zip";
/// Connections at the same time.
const CONNECTIONS: usize = 4;
/// Longest request that is read, in bytes.
const LONGEST_HEAD: usize = 8 * 1024;
/// How long a request may take to arrive.
const HEAD_LIMIT: Duration = Duration::from_secs(20);
/// How long the answer may take to leave.
const BODY_LIMIT: Duration = Duration::from_mins(4);
/// How long the device may take to hang up after the last byte.
const GOOD_BYE: Duration = Duration::from_secs(10);
/// Sent at once; in between it is noted how far it is.
const PIECE: usize = 16 * 1024;

/// A file that is served until this is dropped.
#[derive(Debug)]
pub(crate) struct Served {
    url: String,
    sent: watch::Receiver<usize>,
    length: usize,
    task: JoinHandle<()>,
}

impl Served {
    /// Where the device finds it.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Waits until all of it was sent.
    pub(crate) async fn is_whole(&mut self) {
        let length = self.length;
        if self.sent.wait_for(|sent| *sent >= length).await.is_err() {
            // Whoever serves has ended, so that no more will be sent.
            std::future::pending::<()>().await;
        }
    }

    /// How much of it was sent, in percent.
    pub(crate) fn percent(&self) -> usize {
        *self.sent.borrow() * 100 / self.length.max(1)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Serves `file` on our address `own` of `interface` to `device` and nobody else.
pub(crate) fn serve(file: Vec<u8>, own: IpAddr, interface: Option<&str>, device: IpAddr) -> io::Result<Served> {
    let socket = if own.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    #[cfg(target_os = "linux")]
    if let Some(interface) = interface {
        socket.bind_device(Some(interface.as_bytes()))?;
    }
    socket.bind(SocketAddr::new(own, 0))?;
    let listener = socket.listen(u32::try_from(CONNECTIONS).unwrap_or(1))?;
    let url = format!("http://{}{PATH}", listener.local_addr()?);
    let length = file.len();
    let (sender, sent) = watch::channel(0);
    let task = tokio::spawn(accept(listener, device, Arc::new(Sender { file, sent: sender })));
    Ok(Served { url, sent, length, task })
}

/// The file, and how much of it was sent from its beginning on.
struct Sender {
    file: Vec<u8>,
    sent: watch::Sender<usize>,
}

async fn accept(listener: TcpListener, device: IpAddr, sender: Arc<Sender>) {
    let mut running = JoinSet::new();
    loop {
        while running.try_join_next().is_some() {}
        if running.len() >= CONNECTIONS {
            running.join_next().await;
            continue;
        }
        match listener.accept().await {
            Ok((stream, peer)) if peer.ip() == device => {
                let sender = Arc::clone(&sender);
                running.spawn(async move {
                    if let Err(error) = sender.attend(stream).await {
                        tracing::debug!(%error, "a request for the firmware was not answered");
                    }
                });
            }
            Ok((_, peer)) => tracing::warn!(%peer, "somebody else than the device asks for the firmware"),
            Err(error) => {
                tracing::debug!(%error, "a connection for the firmware failed");
                tokio::task::yield_now().await;
            }
        }
    }
}

impl Sender {
    async fn attend(&self, mut stream: TcpStream) -> io::Result<()> {
        let late = |_| io::Error::from(io::ErrorKind::TimedOut);
        let head = timeout(HEAD_LIMIT, read_head(&mut stream)).await.map_err(late)??;
        timeout(BODY_LIMIT, self.answer(&mut stream, &head)).await.map_err(late)?
    }

    async fn answer(&self, stream: &mut TcpStream, head: &str) -> io::Result<()> {
        let length = self.file.len();
        let reply = match Asked::read(head, length) {
            Asked::Nothing(status) => {
                let text = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
                stream.write_all(text.as_bytes()).await?;
                return stream.shutdown().await;
            }
            Asked::File(reply) => reply,
        };
        let (begin, end) = reply.range.unwrap_or((0, length));
        let status = if reply.range.is_some() { "206 Partial Content" } else { "200 OK" };
        let range = reply.range.map(|(begin, end)| format!("Content-Range: bytes {begin}-{}/{length}\r\n", end - 1));
        let text = format!(
            "HTTP/1.1 {status}\r\nContent-Type: application/zip\r\nContent-Length: {}\r\nAccept-Ranges: bytes\r\n{}\
             Connection: close\r\n\r\n",
            end - begin,
            range.unwrap_or_default()
        );
        stream.write_all(text.as_bytes()).await?;
        if reply.with_body {
            let mut at = begin;
            for piece in self.file.get(begin..end).unwrap_or_default().chunks(PIECE) {
                stream.write_all(piece).await?;
                // The last piece counts once the device has it.
                if at + piece.len() < end {
                    self.note(at, at + piece.len());
                }
                at += piece.len();
            }
        }
        stream.shutdown().await?;
        // It hangs up when it has all of it; one that does not, or restarts at once, has it too.
        let _ = timeout(GOOD_BYE, until_closed(stream)).await;
        if reply.with_body {
            self.note(begin, end);
        }
        Ok(())
    }

    /// Parts count only when nothing before them is missing.
    fn note(&self, begin: usize, end: usize) {
        self.sent.send_if_modified(|sent| {
            let grows = begin <= *sent && end > *sent;
            if grows {
                *sent = end;
            }
            grows
        });
    }
}

/// What a request asks for.
#[derive(Debug, PartialEq, Eq)]
enum Asked {
    /// Nothing that is here: the status.
    Nothing(&'static str),
    File(Reply),
}

#[derive(Debug, PartialEq, Eq)]
struct Reply {
    with_body: bool,
    /// From, and up to without it.
    range: Option<(usize, usize)>,
}

impl Asked {
    fn read(head: &str, length: usize) -> Self {
        let mut lines = head.split("\r\n");
        let mut words = lines.next().unwrap_or_default().split(' ');
        let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        if !words.next().is_some_and(|version| version.starts_with("HTTP/1.")) {
            return Self::Nothing("400 Bad Request");
        }
        if target.split(['?', '#']).next() != Some(PATH) {
            return Self::Nothing("404 Not Found");
        }
        let with_body = match method {
            "GET" => true,
            "HEAD" => false,
            _ => return Self::Nothing("405 Method Not Allowed"),
        };
        let range = lines.find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("range").then(|| value.trim())
        });
        let Some(range) = range.and_then(|text| text.strip_prefix("bytes=")).filter(|text| !text.contains(',')) else {
            return Self::File(Reply { with_body, range: None });
        };
        match span(range, length) {
            Some(range) => Self::File(Reply { with_body, range: Some(range) }),
            None => Self::Nothing("416 Range Not Satisfiable"),
        }
    }
}

/// `3-8`, `3-`, `-5` of so many bytes.
fn span(text: &str, length: usize) -> Option<(usize, usize)> {
    let (first, last) = text.split_once('-')?;
    let (begin, end) = match (first.trim(), last.trim()) {
        ("", last) => (length.saturating_sub(last.parse().ok()?), length),
        (first, "") => (first.parse().ok()?, length),
        (first, last) => (first.parse().ok()?, last.parse::<usize>().ok()?.checked_add(1)?.min(length)),
    };
    (begin < end).then_some((begin, end))
}

async fn until_closed(stream: &mut TcpStream) {
    let mut rest = [0; 256];
    while stream.read(&mut rest).await.is_ok_and(|read| read > 0) {}
}

/// The head of a request, without the empty line at its end.
async fn read_head(stream: &mut TcpStream) -> io::Result<String> {
    let mut head = Vec::new();
    let mut piece = [0; 1024];
    loop {
        if let Some(end) = head.windows(4).position(|window| window == b"\r\n\r\n") {
            head.truncate(end);
            return Ok(String::from_utf8_lossy(&head).into_owned());
        }
        if head.len() > LONGEST_HEAD {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "the request is too long"));
        }
        let read = stream.read(&mut piece).await?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        head.extend_from_slice(&piece[..read]);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    async fn ask(served: &Served, from: &str, request: &str) -> io::Result<String> {
        let address: SocketAddr = served.url()["http://".len()..].trim_end_matches(PATH).parse().unwrap();
        let socket = TcpSocket::new_v4()?;
        socket.bind(SocketAddr::new(from.parse().unwrap(), 0))?;
        let mut stream = socket.connect(address).await?;
        stream.write_all(request.as_bytes()).await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        Ok(answer)
    }

    fn served() -> Served {
        let image = b"0123456789".to_vec();
        serve(image, "127.0.0.1".parse().unwrap(), None, "127.0.0.2".parse().unwrap()).unwrap()
    }

    /// I19: one file, to the device and nobody else, on our address there, and gone when the step is over.
    #[tokio::test]
    async fn i19_the_file_goes_to_the_device_alone_and_only_for_a_while() {
        let mut served = served();
        assert!(served.url().starts_with("http://127.0.0.1:"));
        let get = "GET /firmware.zip HTTP/1.1\r\nHost: a\r\n\r\n";
        let stranger = ask(&served, "127.0.0.3", get).await;
        assert!(stranger.is_err() || stranger.is_ok_and(|answer| answer.is_empty()));
        let other = ask(&served, "127.0.0.2", "GET /etc/passwd HTTP/1.1\r\n\r\n").await.unwrap();
        assert!(other.starts_with("HTTP/1.1 404"), "{other}");
        assert_eq!(served.percent(), 0);
        let head = ask(&served, "127.0.0.2", "HEAD /firmware.zip HTTP/1.1\r\n\r\n").await.unwrap();
        assert!(head.contains("Content-Length: 10\r\n") && head.ends_with("\r\n\r\n"), "{head}");
        let answer = ask(&served, "127.0.0.2", get).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("\r\n\r\n0123456789"), "{answer}");
        served.is_whole().await;
        let url = served.url().to_owned();
        let task = served.task.abort_handle();
        drop(served);
        while !task.is_finished() {
            tokio::task::yield_now().await;
        }
        let address: SocketAddr = url["http://".len()..].trim_end_matches(PATH).parse().unwrap();
        assert!(TcpStream::connect(address).await.is_err());
    }

    /// Parts are the whole only when none is missing.
    #[tokio::test]
    async fn i19_a_device_may_ask_for_parts() {
        let mut served = served();
        let part = |range: &str| format!("GET /firmware.zip HTTP/1.1\r\nrange: bytes={range}\r\n\r\n");
        let answer = ask(&served, "127.0.0.2", &part("5-")).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 206") && answer.contains("bytes 5-9/10"), "{answer}");
        assert!(answer.ends_with("\r\n\r\n56789"), "{answer}");
        assert_eq!(served.percent(), 0, "the beginning is missing");
        assert!(ask(&served, "127.0.0.2", &part("0-5")).await.unwrap().ends_with("\r\n\r\n012345"));
        assert!(ask(&served, "127.0.0.2", &part("6-99")).await.unwrap().ends_with("\r\n\r\n6789"));
        served.is_whole().await;
        assert!(ask(&served, "127.0.0.2", &part("10-")).await.unwrap().starts_with("HTTP/1.1 416"));
    }

    proptest! {
        /// Whatever is asked, no part is outside the file.
        #[test]
        fn i19_no_request_reaches_outside_the_file(head in ".{0,80}", range in "[0-9-]{0,24}", length in 1_usize..500) {
            let _ = Asked::read(&head, length);
            let head = format!("GET /firmware.zip HTTP/1.1\r\nRange: bytes={range}");
            if let Asked::File(Reply { range: Some((begin, end)), .. }) = Asked::read(&head, length) {
                prop_assert!(begin < end && end <= length);
            }
        }
    }
}
