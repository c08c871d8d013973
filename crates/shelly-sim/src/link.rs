//! Runs the ways a device speaks on by itself: outbound WebSocket, MQTT, UDP, as its settings say.

pub(crate) mod dial;
pub(crate) mod mqtt;
pub(crate) mod udp;

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use rand::RngExt;
use serde_json::Value;
use tokio::{
    net::{TcpSocket, TcpStream, lookup_host},
    sync::broadcast::error::RecvError,
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;

use crate::{
    air::Ear,
    device::Device,
    json,
    socket::outbound,
    state::{Reach, State},
    tls::Trust,
};
use dial::Dial;
use mqtt::Broker;

/// How long a connection may take to come about.
const CONNECT: Duration = Duration::from_secs(10);
/// Steps of the back-off, each twice the one before.
const STEPS: u32 = 6;

/// Which hosts devices dial: brokers, servers of outbound WebSockets, URLs of webhooks and actions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Dials {
    /// Only this machine. A device configured for another host says that it is connected and does nothing.
    #[default]
    Loopback,
    /// Whatever it is configured for.
    Anywhere,
}

/// What a device was told at its last start about the ways it speaks on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Wiring {
    pub(crate) dial: Option<Dial>,
    pub(crate) broker: Option<Broker>,
    /// Port frames are taken on over UDP.
    pub(crate) udp_listen: Option<u16>,
    /// Where notifications go over UDP.
    pub(crate) udp_to: Option<SocketAddr>,
}

impl Wiring {
    /// Reads the settings.
    pub(crate) fn of(state: &State, gen1: bool) -> Self {
        let root = json::parse(&state.config);
        if gen1 {
            return Self { broker: Broker::gen1(&root, &state.secrets), ..Self::default() };
        }
        let trust = |path: &str| trust(json::text(&root, path), state);
        let udp = |name: &str| json::at(&root, &format!("sys.rpc_udp.{name}")).filter(|value| !value.is_null());
        let dial = json::truth(&root, "ws.enable")
            .then(|| Dial::new(json::text(&root, "ws.server")?, ["ws", "wss"], trust("ws.ssl_ca")))
            .flatten();
        Self {
            dial,
            broker: Broker::gen2(&root, &state.secrets, trust("mqtt.ssl_ca")),
            udp_listen: udp("listen_port").and_then(Value::as_u64).and_then(|port| u16::try_from(port).ok()),
            udp_to: udp("dst_addr").and_then(Value::as_str).and_then(|text| text.parse().ok()),
        }
    }
}

/// Whom a device trusts: everyone, an uploaded authority, or those built in, which for a simulated one is its fleet's.
pub(crate) fn trust(name: Option<&str>, state: &State) -> Trust {
    match name {
        Some("*") => Trust::Everyone,
        Some("user_ca.pem") => Trust::Authorities(state.files.get("user_ca").cloned().unwrap_or_default()),
        _ => Trust::Authorities(state.fleet_ca.as_deref().unwrap_or_default().to_owned()),
    }
}

/// The links that run now.
#[derive(Debug, Default)]
pub(crate) struct Links {
    revision: u32,
    wiring: Wiring,
    dial: Option<CancellationToken>,
    broker: Option<CancellationToken>,
    udp: Option<CancellationToken>,
}

impl Links {
    /// Starts the links the device wants and stops those it does not want any more.
    pub(crate) fn follow(&mut self, device: &Arc<Device>, state: &State, stop: &CancellationToken) {
        if self.revision == state.wiring_revision {
            return;
        }
        self.revision = state.wiring_revision;
        let before = std::mem::replace(&mut self.wiring, state.wiring.clone());
        let Wiring { dial, broker, udp_listen, udp_to } = self.wiring.clone();
        let may = |host: &str| device.dials == Dials::Anywhere || is_loopback(host);
        if dial != before.dial {
            let work =
                dial.filter(|dial| dial.is_allowed(device.dials)).map(|dial| outbound::run(Arc::clone(device), dial));
            change(&mut self.dial, device, stop, work);
        }
        if broker != before.broker {
            let work = broker.filter(|broker| may(&broker.host)).map(|broker| mqtt::run(Arc::clone(device), broker));
            change(&mut self.broker, device, stop, work);
        }
        if (udp_listen, udp_to) != (before.udp_listen, before.udp_to) {
            let wanted = udp_listen.is_some() || udp_to.is_some();
            let work = wanted.then(|| udp::run(Arc::clone(device), udp_listen, udp_to));
            change(&mut self.udp, device, stop, work);
        }
    }
}

impl Drop for Links {
    fn drop(&mut self) {
        for stop in [&self.dial, &self.broker, &self.udp].into_iter().flatten() {
            stop.cancel();
        }
    }
}

/// Stops what runs and starts other work in its place.
fn change(
    place: &mut Option<CancellationToken>,
    device: &Device,
    stop: &CancellationToken,
    work: Option<impl Future<Output = ()> + Send + 'static>,
) {
    if let Some(before) = place.take() {
        before.cancel();
    }
    if let Some(work) = work {
        let stop = stop.child_token();
        device.crew.tasks.spawn(until(stop.clone(), work));
        *place = Some(stop);
    }
}

async fn until(stop: CancellationToken, work: impl Future<Output = ()>) {
    tokio::select! {
        () = stop.cancelled() => {}
        () = work => {}
    }
}

pub(crate) fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// Waits until the device is reachable, and so can reach others.
pub(crate) async fn until_up(device: &Device, ear: &mut Ear) {
    loop {
        if matches!(device.reach(), Reach::Up(_)) {
            return;
        }
        if matches!(ear.recv().await, Err(RecvError::Closed)) {
            return;
        }
    }
}

/// Waits before another try: longer each time, and not all devices at once.
pub(crate) async fn back_off(device: &Device, tries: &mut u32) {
    let share: f64 = device.state().rng.random_range(0.75..1.25);
    let wait = device.timing.redial.saturating_mul(1 << (*tries).min(STEPS)).mul_f64(share);
    *tries += 1;
    sleep(device.clock.span(wait)).await;
}

/// A connection to a host, from the address of the device where both are on this machine.
pub(crate) async fn connect(device: &Device, host: &str, port: u16) -> Option<TcpStream> {
    let mut places = timeout(CONNECT, lookup_host((host.trim_matches(['[', ']']), port))).await.ok()?.ok()?;
    let place = places.next()?;
    let own = device.address().ip();
    let socket = if place.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }.ok()?;
    if own.is_loopback() && place.ip().is_loopback() && own.is_ipv4() == place.is_ipv4() {
        let _ = socket.bind(SocketAddr::new(own, 0));
    }
    timeout(CONNECT, socket.connect(place)).await.ok()?.ok()
}
