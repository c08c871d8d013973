//! What an exchange does with every kind of peer.

use std::time::{Duration, Instant};

use shelly_http::{
    Carried, Carrier, Carry, Endpoint, Error, HeaderName, Limits, Request, WayOut, connect, exchange, exchange_over,
    header,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// A peer that takes one connection, reads the head of the request, and then does what `act` says.
async fn peer<F, A>(act: F) -> (Endpoint, JoinHandle<String>)
where
    F: FnOnce(TcpStream) -> A + Send + 'static,
    A: Future<Output = ()> + Send,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback");
    let endpoint = listener.local_addr().expect("address").into();
    let task = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("connection");
        let mut seen = Vec::new();
        while !seen.windows(4).any(|end| end == b"\r\n\r\n") {
            let mut part = [0; 1024];
            let count = stream.read(&mut part).await.expect("request");
            assert!(count > 0, "request ended early");
            seen.extend_from_slice(&part[..count]);
        }
        act(stream).await;
        String::from_utf8(seen).expect("text")
    });
    (endpoint, task)
}

async fn answering(answer: &'static [u8]) -> (Endpoint, JoinHandle<String>) {
    peer(move |mut stream| async move { stream.write_all(answer).await.expect("answer") }).await
}

fn quick() -> Limits {
    Limits {
        connect: Duration::from_millis(500),
        total: Duration::from_millis(700),
        max_body_bytes: 1024,
        ..Limits::default()
    }
}

/// L1: what is meant for a device behind one interface does not go another way.
#[tokio::test]
async fn a_connection_takes_its_way_out_or_none() {
    let bound = |address: &str| {
        let way_out = WayOut { interface: None, address: Some(address.parse().unwrap()) };
        Limits { way_out: Some(way_out), ..quick() }
    };
    let (endpoint, task) = answering(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}").await;
    let answer = exchange(&endpoint, &Request::get("/shelly"), &bound("127.0.0.1")).await.unwrap();
    assert_eq!(answer.status, 200);
    drop(task);
    // An address of the documentation range, which this machine does not have.
    let error = exchange(&endpoint, &Request::get("/shelly"), &bound("192.0.2.7")).await.unwrap_err();
    assert!(matches!(error, Error::Unreachable { .. }), "{error:?}");
}

#[tokio::test]
async fn an_answer_is_read_whole() {
    let (endpoint, task) = answering(
        b"HTTP/1.1 200 OK\r\nServer: Mongoose/6.18\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
    )
    .await;
    let headers: [(HeaderName, String); 1] = [(header::AUTHORIZATION, "Basic eDp5".to_owned())];
    let request = Request::get("/settings?a=1").with_headers(&headers);
    let answer = exchange(&endpoint, &request, &Limits::default()).await.unwrap();
    assert_eq!((answer.status, &answer.body[..]), (200, &b"{}"[..]));
    assert_eq!(answer.headers["server"], "Mongoose/6.18");
    let sent = task.await.unwrap().to_lowercase();
    assert!(sent.starts_with("get /settings?a=1 http/1.1\r\n"), "{sent}");
    assert!(sent.contains("connection: close\r\n") && sent.contains("authorization: basic"), "{sent}");
    assert!(sent.contains(&format!("host: {endpoint}\r\n")), "{sent}");
}

#[tokio::test]
async fn a_body_is_sent_with_its_length() {
    let (endpoint, task) = answering(b"HTTP/1.1 429 Too Many Requests\r\nContent-Length: 0\r\n\r\n").await;
    let answer = exchange(&endpoint, &Request::post_json("/rpc", "{\"id\":1}"), &quick()).await.unwrap();
    assert_eq!(answer.status, 429);
    assert!(!answer.is_success());
    let sent = task.await.unwrap().to_lowercase();
    assert!(sent.contains("content-length: 8\r\n") && sent.contains("content-type: application/json\r\n"), "{sent}");
}

#[tokio::test]
async fn an_open_connection_is_used() {
    let (endpoint, _task) = answering(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}").await;
    let stream = TcpStream::connect((endpoint.host(), endpoint.port())).await.unwrap();
    let answer = exchange_over(stream, &endpoint, &Request::get("/shelly"), &quick()).await.unwrap();
    assert_eq!(&answer.body[..], b"{}");
}

#[tokio::test]
async fn redirects_are_answers() {
    let (endpoint, _task) =
        answering(b"HTTP/1.1 301 Moved\r\nLocation: https://elsewhere/\r\nContent-Length: 0\r\n\r\n").await;
    let answer = exchange(&endpoint, &Request::get("/"), &quick()).await.unwrap();
    assert_eq!((answer.status, answer.headers["location"].to_str().unwrap()), (301, "https://elsewhere/"));
}

#[tokio::test]
async fn a_body_without_length_ends_with_the_connection() {
    let (endpoint, _task) = answering(b"HTTP/1.1 200 OK\r\n\r\n[1,2]").await;
    assert_eq!(&exchange(&endpoint, &Request::get("/"), &quick()).await.unwrap().body[..], b"[1,2]");
}

#[tokio::test]
async fn a_truncated_body_is_no_answer() {
    let (endpoint, _task) = answering(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"half\":").await;
    let error = exchange(&endpoint, &Request::get("/"), &quick()).await.unwrap_err();
    assert!(matches!(error, Error::Closed { received: 8, .. }), "{error:?}");
    assert!(error.is_unreachable() && error.may_have_arrived());
    assert!(error.to_string().contains(&endpoint.to_string()));
}

#[tokio::test]
async fn a_connection_that_ends_without_an_answer_is_closed() {
    let (endpoint, _task) = answering(b"").await;
    let error = exchange(&endpoint, &Request::get("/"), &quick()).await.unwrap_err();
    assert!(matches!(error, Error::Closed { received: 0, .. }), "{error:?}");
}

#[tokio::test]
async fn garbage_is_not_http() {
    let (endpoint, _task) = answering(b"\x15\x03\x01\x00\x02\x02\x50 what is this\r\n\r\n").await;
    let error = exchange(&endpoint, &Request::get("/"), &quick()).await.unwrap_err();
    assert!(matches!(error, Error::NotHttp { .. }), "{error:?}");
    assert!(!error.is_unreachable());
}

#[tokio::test]
async fn a_peer_that_never_answers_runs_into_the_deadline() {
    let (endpoint, task) = peer(|mut stream| async move {
        let mut end = [0; 1];
        let _ = stream.read(&mut end).await;
    })
    .await;
    let begun = Instant::now();
    let error = exchange(&endpoint, &Request::get("/"), &quick()).await.unwrap_err();
    assert!(matches!(error, Error::Timeout { .. }), "{error:?}");
    assert!(begun.elapsed() < Duration::from_secs(5));
    task.await.unwrap();
}

#[tokio::test]
async fn a_trickling_peer_runs_into_the_deadline() {
    let (endpoint, _task) = peer(|mut stream| async move {
        let mut sent = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await;
        while sent.is_ok() {
            tokio::time::sleep(Duration::from_millis(20)).await;
            sent = stream.write_all(b" ").await;
        }
    })
    .await;
    let error = exchange(&endpoint, &Request::get("/"), &quick()).await.unwrap_err();
    assert!(matches!(error, Error::Timeout { .. }), "{error:?}");
}

#[tokio::test]
async fn an_announced_large_body_is_not_read() {
    let (endpoint, _task) = answering(b"HTTP/1.1 200 OK\r\nContent-Length: 52428800\r\n\r\n").await;
    let error = exchange(&endpoint, &Request::get("/"), &quick()).await.unwrap_err();
    assert!(matches!(error, Error::TooLarge { limit: 1024, .. }), "{error:?}");
}

#[tokio::test]
async fn reading_stops_at_the_limit() {
    const MEGABYTES: usize = 50;
    let (count, counted) = tokio::sync::oneshot::channel();
    let (endpoint, _task) = peer(move |mut stream| async move {
        let part = vec![b'x'; 1024 * 1024];
        let mut sent = 0;
        if stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.is_ok() {
            while sent < MEGABYTES && stream.write_all(&part).await.is_ok() {
                sent += 1;
            }
        }
        count.send(sent).unwrap();
    })
    .await;
    let limits = Limits { max_body_bytes: 1024 * 1024, ..Limits::default() };
    let error = exchange(&endpoint, &Request::get("/"), &limits).await.unwrap_err();
    assert!(matches!(error, Error::TooLarge { .. }), "{error:?}");
    assert!(counted.await.unwrap() < MEGABYTES, "the whole body was taken");
}

#[tokio::test]
async fn a_closed_port_is_refused() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint: Endpoint = listener.local_addr().unwrap().into();
    drop(listener);
    let error = exchange(&endpoint, &Request::get("/"), &quick()).await.unwrap_err();
    assert!(matches!(error, Error::Refused { .. }), "{error:?}");
    assert!(error.is_unreachable() && !error.may_have_arrived());
}

#[tokio::test]
async fn a_name_without_address_is_not_found() {
    let error = exchange(&Endpoint::new("nothing.invalid", 80), &Request::get("/"), &Limits::default()).await;
    let error = error.unwrap_err();
    assert!(matches!(error, Error::NameNotFound { .. } | Error::ConnectTimeout { .. }), "{error:?}");
}

#[tokio::test]
async fn a_request_that_is_no_http_is_not_sent() {
    let endpoint = Endpoint::new("127.0.0.1", 1);
    for path in ["/a b", "/a\r\nHost: x", "a", "", "/ä"] {
        let error = exchange(&endpoint, &Request::get(path), &quick()).await.unwrap_err();
        assert!(matches!(error, Error::InvalidRequest { part: "path", .. }), "{path}: {error:?}");
    }
    let headers = [(header::AUTHORIZATION, "a\r\nb".to_owned())];
    let error = exchange(&endpoint, &Request::get("/").with_headers(&headers), &quick()).await.unwrap_err();
    assert!(matches!(error, Error::InvalidRequest { part: "header", .. }), "{error:?}");
}

/// Carries everything to one place, and counts.
struct Elsewhere {
    place: Endpoint,
    carried: std::sync::Arc<std::sync::atomic::AtomicUsize>,
}

impl Carry for Elsewhere {
    fn carry<'a>(&'a self, _: &'a Endpoint, request: &'a Request<'a>, limits: &'a Limits) -> Carried<'a> {
        self.carried.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let limits = Limits { carrier: None, ..limits.clone() };
        Box::pin(async move { exchange(&self.place, request, &limits).await })
    }
}

/// C4: what is carried by somebody else leaves this machine no other way, whatever answers at the address here.
#[tokio::test]
async fn c4_a_carrier_has_all_exchanges_and_no_connection_is_opened_beside_it() {
    let (there, _task) = answering(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nthere").await;
    let (here, untouched) = answering(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nhere").await;
    let carried = std::sync::Arc::default();
    let carrier = Carrier::new(Elsewhere { place: there, carried: std::sync::Arc::clone(&carried) });
    let limits = Limits { carrier: Some(carrier.clone()), ..quick() };
    assert_eq!(limits, Limits { carrier: Some(carrier), ..quick() });
    assert_ne!(limits, quick());
    let answer = exchange(&here, &Request::get("/shelly"), &limits).await.unwrap();
    assert_eq!(&answer.body[..], b"there");
    let error = connect(&here, &limits, None).await.unwrap_err();
    assert!(matches!(error, Error::NotCarried { .. }) && error.is_unreachable(), "{error:?}");
    assert!(!error.may_have_arrived());
    let error = exchange(&here, &Request::get("/two words"), &limits).await.unwrap_err();
    assert!(matches!(error, Error::InvalidRequest { .. }), "what is no request is not carried: {error:?}");
    assert_eq!(carried.load(std::sync::atomic::Ordering::Relaxed), 1);
    assert!(!untouched.is_finished());
    untouched.abort();
}
