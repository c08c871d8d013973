//! Speaks RPC over UDP: a frame a datagram (gen2 protocol 3.6).

use std::{
    net::SocketAddr,
    sync::{Arc, atomic::Ordering},
};

use tokio::{net::UdpSocket, sync::broadcast::error::RecvError};

use crate::{
    air::Note,
    device::Device,
    fault::{self, Fault},
    gen2::frames::{self, Session, Way},
    link::until_up,
};

/// Largest datagram taken, in bytes.
const LARGEST: usize = 2048;

/// Takes frames on a port, if there is one, and sends notifications to an address, if there is one.
pub(crate) async fn run(device: Arc<Device>, listen: Option<u16>, to: Option<SocketAddr>) {
    let mut ear = device.listen();
    let place = SocketAddr::new(device.address().ip(), listen.unwrap_or(0));
    let Ok(socket) = UdpSocket::bind(place).await else { return };
    let mut buffer = vec![0; if listen.is_some() { LARGEST } else { 0 }];
    loop {
        until_up(&device, &mut ear).await;
        tokio::select! {
            received = socket.recv_from(&mut buffer), if listen.is_some() => {
                if let Ok((length, from)) = received
                    && let Some(answer) = answer(&device, &buffer[..length])
                {
                    let _ = socket.send_to(answer.as_bytes(), from).await;
                }
            }
            note = ear.recv() => match (note, to) {
                (Ok(Note::Frame { method, params }), Some(to)) => {
                    let text = frames::notification(&device, None, method, &params);
                    device.tally.notifications.fetch_add(1, Ordering::Relaxed);
                    let _ = socket.send_to(text.as_bytes(), to).await;
                }
                (Err(RecvError::Closed), _) => return,
                _ => {}
            },
        }
    }
}

/// Each datagram stands alone: it carries its own proof.
fn answer(device: &Device, datagram: &[u8]) -> Option<String> {
    device.tally.requests.fetch_add(1, Ordering::Relaxed);
    let toll = fault::toll(&mut device.state());
    let silent = [Fault::DropConnection, Fault::NeverAnswer].iter().any(|fault| toll.faults.contains(fault));
    if toll.lost || silent {
        return None;
    }
    let text = std::str::from_utf8(datagram).ok()?;
    frames::answer(device, &mut Session::default(), Way::Udp, text).map(|answered| answered.text)
}
