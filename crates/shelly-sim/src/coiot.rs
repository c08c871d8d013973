//! Reports over CoIoT as Gen1 devices do: answers on `/cit/d` and `/cit/s`, pushes on change and from time to time.

mod packet;
pub(crate) mod table;
mod values;

use std::{
    io,
    net::{IpAddr, Ipv4Addr, SocketAddr, SocketAddrV4},
    sync::Arc,
    time::Duration,
};

use serde_json::{Value, json};
use socket2::{Domain, Protocol, SockAddr, Socket, Type};
use tokio::{
    net::UdpSocket,
    sync::broadcast::{self, error::RecvError},
    time::{Instant, sleep_until},
};
use tokio_util::sync::CancellationToken;

use crate::{
    air::{Ear, Note},
    device::Device,
    gen1, json,
    quirk::Quirk,
    state::{Reach, State},
};
use packet::{Ask, Head, Request};
use table::Table;
use values::Source;

/// Where devices speak CoIoT.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Coiot {
    /// UDP port of each device; peers expect 5683. Devices that share one address cannot share a port: there the
    /// system chooses free ones, and only pushes arrive.
    pub port: u16,
    /// Where pushes go that have no unicast peer.
    pub group: SocketAddrV4,
    /// Address of the interface multicasts go out on.
    pub interface: Ipv4Addr,
}

impl Default for Coiot {
    fn default() -> Self {
        Self {
            port: 5683,
            group: SocketAddrV4::new(Ipv4Addr::new(224, 0, 1, 187), 5683),
            interface: Ipv4Addr::LOCALHOST,
        }
    }
}

/// What a device was told about CoIoT when it started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wanted {
    enabled: bool,
    period: Duration,
    /// `ip[:port]`; empty for multicast.
    peer: Box<str>,
}

impl Wanted {
    /// Reads the settings.
    pub(crate) fn of(config: &str) -> Self {
        let settings = json::parse(config);
        let period = json::number(&settings, "coiot.update_period").unwrap_or(15.0).clamp(1.0, 65_535.0);
        Self {
            enabled: json::at(&settings, "coiot.enabled").and_then(Value::as_bool).unwrap_or(true),
            period: Duration::from_secs_f64(period),
            peer: json::text(&settings, "coiot.peer").unwrap_or_default().into(),
        }
    }

    fn peer(&self, coiot: &Coiot) -> Option<SocketAddr> {
        if self.peer.is_empty() || &*self.peer == "mcast" {
            return None;
        }
        let default = || self.peer.parse::<IpAddr>().ok().map(|ip| SocketAddr::new(ip, coiot.group.port()));
        self.peer.parse().ok().or_else(default)
    }
}

/// A question to the whole group, which each awake device answers.
pub(crate) type GroupAsk = (Request, SocketAddr);

/// The payload of `/cit/d`; none when the model has no table.
pub(crate) fn description(device: &Device, state: &State) -> Option<String> {
    table_of(device, state).map(|table| table.description().to_string())
}

/// The payload of `/cit/s`; none when the model has no table.
pub(crate) fn status(device: &Device, state: &mut State) -> Option<String> {
    let table = table_of(device, state)?;
    let status = json::parse(&gen1::status_text(device, state));
    let source = Source { status: &status, mode: &state.profile };
    let items: Vec<Value> = table
        .values()
        .filter_map(|(sensor, block)| Some(json!([0, sensor.0, values::value(&source, sensor, block)?])))
        .collect();
    Some(json!({"G": items}).to_string())
}

fn table_of(device: &Device, state: &State) -> Option<&'static Table> {
    table::find(device.spec.model.code(), &state.profile, version(device, state) == 2)
}

/// Version of the protocol. The second chip family began with version 2.
fn version(device: &Device, state: &State) -> u8 {
    let modern = state.firmware.release().is_none_or(|release| release >= (1, 8, 0));
    if modern || device.spec.quirks.second_chip { 2 } else { 1 }
}

/// Listens to the group and hands questions to the devices.
pub(crate) async fn group(coiot: Coiot, ask: broadcast::Sender<GroupAsk>, stop: CancellationToken) {
    let Ok(socket) = group_socket(coiot) else { return };
    let mut buffer = [0; 128];
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            received = socket.recv_from(&mut buffer) => {
                if let Ok((length, from)) = received && let Some(request) = packet::read(&buffer[..length]) {
                    let _ = ask.send((request, from));
                }
            }
        }
    }
}

fn group_socket(coiot: Coiot) -> io::Result<UdpSocket> {
    let socket = udp(SocketAddr::V4(coiot.group))?;
    socket.join_multicast_v4(coiot.group.ip(), &coiot.interface)?;
    UdpSocket::from_std(socket.into())
}

fn udp(address: SocketAddr) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(address), Type::DGRAM, Some(Protocol::UDP))?;
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&SockAddr::from(address))?;
    Ok(socket)
}

/// One device's end of CoIoT.
struct Speaker {
    device: Arc<Device>,
    coiot: Coiot,
    own_address: bool,
    socket: UdpSocket,
    at: SocketAddr,
    serial: u16,
    message_id: u16,
    last: Box<str>,
}

/// Speaks CoIoT until the fleet stops. `own_address` says that no other device has this address.
pub(crate) async fn speak(
    device: Arc<Device>,
    coiot: Coiot,
    own_address: bool,
    asks: broadcast::Sender<GroupAsk>,
    stop: CancellationToken,
) {
    let (ear, asks) = (device.listen(), asks.subscribe());
    let at = device.address();
    let Ok(socket) = open(at.ip(), coiot, own_address) else { return };
    let speaker = Speaker { device, coiot, own_address, socket, at, serial: 0, message_id: 0, last: "".into() };
    tokio::select! {
        () = stop.cancelled() => {}
        () = speaker.run(ear, asks) => {}
    }
}

fn open(ip: IpAddr, coiot: Coiot, own_address: bool) -> io::Result<UdpSocket> {
    let socket = udp(SocketAddr::new(ip, if own_address { coiot.port } else { 0 }))?;
    if ip.is_ipv4() {
        socket.set_multicast_if_v4(&coiot.interface)?;
    }
    UdpSocket::from_std(socket.into())
}

impl Speaker {
    async fn run(mut self, mut ear: Ear, mut asks: broadcast::Receiver<GroupAsk>) {
        let mut buffer = [0; 128];
        let mut due = self.device.clock.now() + Duration::from_millis(u64::from(self.device.mac.bytes()[5]) * 4);
        loop {
            let outside = self.device.clock.outside(due);
            tokio::select! {
                received = self.socket.recv_from(&mut buffer) => {
                    if let Ok((length, from)) = received && let Some(request) = packet::read(&buffer[..length]) {
                        self.answer(request, from).await;
                    }
                }
                note = ear.recv() => match note {
                    Ok(Note::Woke) => due = self.push(true).await,
                    Ok(_) | Err(RecvError::Lagged(_)) => {
                        if let Some(next) = self.on_change().await {
                            due = next;
                        }
                    }
                    Err(RecvError::Closed) => return,
                },
                ask = asks.recv() => if let Ok((request, from)) = ask {
                    self.answer(request, from).await;
                },
                () = sleep_until(outside) => due = self.push(false).await,
            }
            self.follow();
        }
    }

    /// Moves to the address the device has now.
    fn follow(&mut self) {
        let at = self.device.address();
        if at.ip() != self.at.ip()
            && let Ok(socket) = open(at.ip(), self.coiot, self.own_address)
        {
            self.socket = socket;
            self.at = at;
        }
    }

    /// The status, if the device is up and speaks.
    fn status(&self) -> Option<(Wanted, String)> {
        let mut state = self.device.state();
        let up = matches!(state.reach(self.device.clock.now()), Reach::Up(_));
        let wanted = state.coiot.clone().filter(|wanted| up && wanted.enabled)?;
        Some((wanted, status(&self.device, &mut state)?))
    }

    async fn on_change(&mut self) -> Option<Instant> {
        let (_, text) = self.status()?;
        if *text == *self.last { None } else { Some(self.push(false).await) }
    }

    /// Sends the status; answers when to do so again.
    async fn push(&mut self, woke: bool) -> Instant {
        let again = self.device.clock.now();
        let Some((wanted, text)) = self.status() else { return again + Duration::from_secs(15) };
        if woke && self.device.has(Quirk::FrozenSerial) {
            self.serial = 0;
            self.last = "".into();
        }
        self.message_id = self.message_id.wrapping_add(1);
        let device = self.id();
        let head = self.head(&wanted, &text, &device);
        let packet = packet::push(self.message_id, head, &text);
        let to = match wanted.peer(&self.coiot) {
            Some(peer) => Some(peer),
            None => (!self.device.has(Quirk::NoMulticast)).then_some(SocketAddr::V4(self.coiot.group)),
        };
        if let Some(to) = to {
            let _ = self.socket.send_to(&packet, to).await;
        }
        again + wanted.period
    }

    async fn answer(&mut self, request: Request, to: SocketAddr) {
        let Some((wanted, text)) = self.status() else { return };
        let payload = match request.ask {
            Ask::Status => text.clone(),
            Ask::Description => description(&self.device, &self.device.state()).unwrap_or_default(),
        };
        let device = self.id();
        let head = self.head(&wanted, &text, &device);
        let _ = self.socket.send_to(&packet::answer(request, head, &payload), to).await;
    }

    fn id(&self) -> String {
        let spec = &self.device.spec;
        let suffix = self.device.id.rsplit('-').next().unwrap_or_default();
        let version = version(&self.device, &self.device.state());
        format!("{}#{suffix}#{version}", spec.model.code())
    }

    /// The options of a message; the serial rises when the status is another one than before.
    fn head<'a>(&mut self, wanted: &Wanted, text: &str, device: &'a str) -> Head<'a> {
        if *text != *self.last {
            self.serial = self.serial.wrapping_add(1).max(1);
            self.last = text.into();
        }
        let period = u32::try_from(wanted.period.as_secs()).unwrap_or(u32::MAX);
        let sleeps = self.device.spec.quirks.battery && !self.device.spec.quirks.second_chip;
        let seconds = if sleeps { 43_200 } else { period.saturating_mul(2) + 8 };
        Head { device, validity: packet::validity(seconds), serial: self.serial }
    }
}
