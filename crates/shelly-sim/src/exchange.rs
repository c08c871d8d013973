//! Takes one HTTP request and gives the answer, spoilt by whatever faults are on.

use std::{
    io,
    pin::Pin,
    sync::{Arc, atomic::Ordering},
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use http::{Method, Request, Response, header};
use http_body_util::{BodyExt, Limited};
use hyper::body::{Body, Frame, Incoming, SizeHint};
use tokio::time::sleep;

use crate::{
    device::Device,
    fault::{self, Fault},
    gen1, gen2,
    socket::inbound::{self, Wish},
};

/// Most bytes of a request body that are read at all.
const MAX_BODY: usize = 64 * 1024;

/// A request as the faces of both families see it.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) query: String,
    /// Path and query as sent, which digest authentication hashes.
    pub(crate) target: String,
    pub(crate) authorization: Option<String>,
    pub(crate) body: Bytes,
}

/// An answer before faults.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) content_type: &'static str,
    pub(crate) body: Bytes,
    pub(crate) challenge: Option<String>,
    pub(crate) retry_after_s: Option<u64>,
    /// Where else to ask.
    pub(crate) location: Option<String>,
    /// The request wrote settings.
    pub(crate) wrote: bool,
}

impl Reply {
    pub(crate) fn json(status: u16, body: impl Into<Bytes>) -> Self {
        Self::new(status, "application/json", body)
    }

    pub(crate) fn text(status: u16, body: impl Into<Bytes>) -> Self {
        Self::new(status, "text/plain", body)
    }

    fn new(status: u16, content_type: &'static str, body: impl Into<Bytes>) -> Self {
        Self {
            status,
            content_type,
            body: body.into(),
            challenge: None,
            retry_after_s: None,
            location: None,
            wrote: false,
        }
    }

    /// Marks the request as one that wrote settings.
    pub(crate) fn written(mut self) -> Self {
        self.wrote = true;
        self
    }
}

/// Body of an answer: a chunk, sent several times, and perhaps an abrupt end.
pub(crate) struct Payload {
    chunk: Bytes,
    left: u64,
    breaks_off: bool,
    flushed: bool,
}

impl Payload {
    pub(crate) fn empty() -> Self {
        Self::whole(Bytes::new())
    }

    fn whole(chunk: Bytes) -> Self {
        let left = chunk.len() as u64;
        Self { chunk, left, breaks_off: false, flushed: false }
    }

    /// The end of the body. Before an abrupt one the server gets a turn to send what it has.
    fn end(&mut self, context: &Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        if !self.breaks_off {
            return Poll::Ready(None);
        }
        if !self.flushed {
            self.flushed = true;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        self.breaks_off = false;
        Poll::Ready(Some(Err(io::Error::other("the simulated device breaks off"))))
    }
}

impl Body for Payload {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if self.left == 0 {
            return self.end(context);
        }
        let size = usize::try_from(self.left).unwrap_or(usize::MAX).min(self.chunk.len());
        self.left -= size as u64;
        Poll::Ready(Some(Ok(Frame::data(self.chunk.slice(..size)))))
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0 && !self.breaks_off
    }

    fn size_hint(&self) -> SizeHint {
        if self.breaks_off { SizeHint::default() } else { SizeHint::with_exact(self.left) }
    }
}

/// Answers a request, or fails so that the connection closes without an answer.
pub(crate) async fn exchange(
    device: Arc<Device>,
    request: Request<Incoming>,
    wish: Arc<Wish>,
    secure: bool,
) -> io::Result<Response<Payload>> {
    device.tally.requests.fetch_add(1, Ordering::Relaxed);
    let faults = before(&device).await?;
    if !secure && device.acceptor().is_some() {
        return redirect(&device, &request);
    }
    let spoilt = |fault: &Fault| matches!(fault, Fault::Html | Fault::TruncatedJson | Fault::Huge { .. });
    if !device.is_gen1() && inbound::asks(&request) && !faults.iter().any(spoilt) {
        return inbound::accept(request, &wish).ok_or_else(|| io::Error::other("a handshake without a key"));
    }
    let call = read(request).await?;
    let reply = if device.is_gen1() { gen1::answer(&device, &call) } else { gen2::answer(&device, &call) };
    if std::mem::take(&mut device.state().answer_lost) {
        return Err(io::Error::other("the simulated device left the network"));
    }
    if reply.wrote && faults.contains(&Fault::RebootOnWrite) {
        device.restart(&mut device.state(), Duration::ZERO);
        return Err(io::Error::other("the simulated device reboots while writing"));
    }
    if reply.wrote && faults.contains(&Fault::SilentOnWrite) {
        std::future::pending::<()>().await;
    }
    respond(&device, reply, &faults)
}

/// Sends a plain request to the same place with TLS (gen2 protocol 3.2).
fn redirect(device: &Device, request: &Request<Incoming>) -> io::Result<Response<Payload>> {
    let own = device.address().to_string();
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or(&own);
    let target = request.uri().path_and_query().map_or("/", |target| target.as_str());
    let mut reply = Reply::text(307, "");
    reply.location = Some(format!("https://{host}{target}"));
    respond(device, reply, &[])
}

/// Plays the faults that come before an answer and returns the rest.
async fn before(device: &Device) -> io::Result<Vec<Fault>> {
    let toll = fault::toll(&mut device.state());
    if toll.lost {
        return Err(io::Error::other("the simulated device is flaky"));
    }
    if !toll.wait.is_zero() {
        sleep(device.clock.span(toll.wait)).await;
    }
    if toll.faults.contains(&Fault::DropConnection) {
        return Err(io::Error::other("the simulated device drops the connection"));
    }
    if toll.faults.contains(&Fault::NeverAnswer) {
        std::future::pending::<()>().await;
    }
    Ok(toll.faults)
}

async fn read(request: Request<Incoming>) -> io::Result<Call> {
    let (parts, body) = request.into_parts();
    let body = Limited::new(body, MAX_BODY).collect().await.map_err(io::Error::other)?.to_bytes();
    let authorization = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    Ok(Call {
        authorization: authorization.map(str::to_owned),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        target: parts.uri.path_and_query().map_or("/", |target| target.as_str()).to_owned(),
        method: parts.method,
        body,
    })
}

fn respond(device: &Device, mut reply: Reply, faults: &[Fault]) -> io::Result<Response<Payload>> {
    let mut payload = None;
    for fault in faults {
        match fault {
            Fault::Html => {
                reply.status = 200;
                reply.content_type = "text/html";
                reply.body = "<!DOCTYPE html><html><body><h1>Router login</h1></body></html>".into();
            }
            Fault::TruncatedJson => {
                let half = reply.body.slice(..reply.body.len() / 2);
                payload = Some(Payload { left: half.len() as u64, chunk: half, breaks_off: true, flushed: false });
            }
            Fault::Huge { bytes } => {
                let chunk = Bytes::from_static(&[b' '; 16 * 1024]);
                payload = Some(Payload { left: *bytes, chunk, breaks_off: false, flushed: false });
            }
            _ => {}
        }
    }
    let length = match &payload {
        Some(payload) if !payload.breaks_off => payload.left,
        _ => reply.body.len() as u64,
    };
    let server = if device.is_gen1() { "Mongoose/6.18" } else { "ShellyHTTP/1.0.0" };
    let mut builder = Response::builder()
        .status(reply.status)
        .header(header::SERVER, server)
        .header(header::CONTENT_TYPE, reply.content_type)
        .header(header::CONTENT_LENGTH, length)
        .header(header::CONNECTION, "close");
    if let Some(challenge) = reply.challenge {
        builder = builder.header(header::WWW_AUTHENTICATE, challenge);
    }
    if let Some(seconds) = reply.retry_after_s {
        builder = builder.header(header::RETRY_AFTER, seconds);
    }
    if let Some(location) = reply.location {
        builder = builder.header(header::LOCATION, location);
    }
    builder.body(payload.unwrap_or_else(|| Payload::whole(reply.body))).map_err(io::Error::other)
}
