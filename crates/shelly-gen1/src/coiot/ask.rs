//! Asks one device for its description or its status, by unicast.

use std::{
    io,
    net::{Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};

use tokio::{
    net::UdpSocket,
    time::{Instant, timeout_at},
};

use super::{Body, Code, Description, DeviceTag, Error, Packet, Resource, Status};

/// How long an answer is waited for, and how often the question is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timing {
    /// Wait after the first question; doubled after each further one.
    pub first_wait: Duration,
    /// Questions sent at most, at least one.
    pub attempts: u32,
}

impl Default for Timing {
    /// 1, 2 and 4 s.
    fn default() -> Self {
        Self { first_wait: Duration::from_secs(1), attempts: 3 }
    }
}

/// What a device said about itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Described {
    /// Who it is.
    pub device: Option<DeviceTag>,
    /// Its readings.
    pub description: Description,
    /// Their values.
    pub status: Status,
}

/// Asks the device at `peer` for `/cit/d` and `/cit/s`, one after the other, each within `timing`.
///
/// # Errors
/// Why a question failed.
pub async fn describe(peer: SocketAddr, timing: Timing) -> Result<Described, Error> {
    let asked = Resource::Description;
    let answer = ask(peer, asked, timing).await?;
    let Body::Description(description) = answer.body else {
        return Err(Error::Refused { peer, resource: asked, code: answer.code });
    };
    let asked = Resource::Status;
    let answer_with_status = ask(peer, asked, timing).await?;
    let Body::Status(status) = answer_with_status.body else {
        return Err(Error::Refused { peer, resource: asked, code: answer_with_status.code });
    };
    Ok(Described { device: answer.device.or(answer_with_status.device), description, status })
}

/// Asks the device at `peer` for `resource`; the question is sent again while no answer comes. Safe to cancel.
///
/// CoIoT is not covered by the login of the device.
///
/// # Errors
/// [`Error::Silent`] when no answer came, [`Error::Refused`] when the device has no such resource,
/// [`Error::Decode`] when the answer cannot be read.
pub async fn ask(peer: SocketAddr, resource: Resource, timing: Timing) -> Result<Packet, Error> {
    let failed = |source: io::Error| Error::Send { peer, resource, source };
    let any: SocketAddr =
        if peer.is_ipv4() { (Ipv4Addr::UNSPECIFIED, 0).into() } else { (Ipv6Addr::UNSPECIFIED, 0).into() };
    let socket = UdpSocket::bind(any).await.map_err(failed)?;
    socket.connect(peer).await.map_err(failed)?;
    // The number matters within this socket only, so the port of the socket is as good as chance.
    let id = socket.local_addr().map_err(failed)?.port();
    let question = Packet::get(resource, id).encode();
    let mut buffer = vec![0; 8192];
    let (mut wait, mut waited) = (timing.first_wait, Duration::ZERO);
    for _ in 0..timing.attempts.max(1) {
        // A closed port shows as an error of the next call; the device may just be starting.
        let sent = socket.send(&question).await;
        sent.or_else(|error| if error.kind() == io::ErrorKind::ConnectionRefused { Ok(0) } else { Err(error) })
            .map_err(failed)?;
        let deadline = Instant::now() + wait;
        while let Ok(received) = timeout_at(deadline, socket.recv(&mut buffer)).await {
            let Ok(length) = received else {
                tokio::time::sleep_until(deadline).await;
                break;
            };
            if let Some(answer) = judge(&buffer[..length], id, peer, resource)? {
                return Ok(answer);
            }
        }
        waited += wait;
        wait = wait.saturating_mul(2);
    }
    Err(Error::Silent { peer, resource, waited })
}

/// The answer, or none when the datagram is something else, such as an acknowledgement without content.
fn judge(bytes: &[u8], id: u16, peer: SocketAddr, resource: Resource) -> Result<Option<Packet>, Error> {
    let packet = Packet::decode(bytes).map_err(|source| Error::Decode { peer, resource, source })?;
    if packet.code.is_error() && packet.message_id == id {
        return Err(Error::Refused { peer, resource, code: packet.code });
    }
    let fits = matches!(
        (&packet.body, resource),
        (Body::Description(_), Resource::Description) | (Body::Status(_), Resource::Status)
    );
    Ok((fits && matches!(packet.code, Code::CONTENT | Code::PUBLISH)).then_some(packet))
}
