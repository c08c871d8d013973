//! Listens on one address for whichever device is there.

use std::{
    io,
    net::SocketAddr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use hyper::{server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpSocket, TcpStream},
    sync::Notify,
    time::{Instant, sleep, sleep_until},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    device::Device,
    exchange::exchange,
    fault::Fault,
    quirk::Quirk,
    socket::inbound::{self, Wish},
    state::Reach,
    tls, wifi,
    wire::Wire,
};

/// Connections that may wait to be taken.
const BACKLOG: u32 = 128;
/// How long a connection may stay without a request.
const IDLE: Duration = Duration::from_secs(10);
/// Connections at once that a small heap bears.
const HEAP_CONNECTIONS: u32 = 3;
/// How soon an address is tried again that another device has.
const TAKEN: Duration = Duration::from_millis(100);
/// Least buffer hyper takes; requests to devices are small.
const BUFFER: usize = 8 * 1024;

/// An address and the device that has it now.
#[derive(Debug)]
pub(crate) struct Slot {
    pub(crate) address: SocketAddr,
    pub(crate) bell: Notify,
    /// Connections are taken.
    pub(crate) listening: AtomicBool,
    closed: CancellationToken,
    device: Mutex<Arc<Device>>,
}

/// What a listener task needs to stop and to start others.
#[derive(Debug, Clone)]
pub(crate) struct Crew {
    pub(crate) stop: CancellationToken,
    pub(crate) tasks: TaskTracker,
}

enum Socket {
    Open(TcpListener),
    /// Holds the port, so that connections are refused and nobody else takes it.
    Shut(TcpSocket),
}

impl Slot {
    /// Places a device at an address and starts to listen there.
    pub(crate) fn open(device: &Arc<Device>, socket: TcpListener, crew: &Crew) -> io::Result<Arc<Self>> {
        let address = socket.local_addr()?;
        let slot = Arc::new(Self {
            address,
            bell: Notify::new(),
            listening: AtomicBool::new(true),
            closed: crew.stop.child_token(),
            device: Mutex::new(Arc::clone(device)),
        });
        slot.settle(device);
        crew.tasks.spawn(Arc::clone(&slot).run(Socket::Open(socket), crew.clone()));
        Ok(slot)
    }

    pub(crate) fn device(&self) -> Arc<Device> {
        Arc::clone(&self.device.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Stops to listen here.
    pub(crate) fn close(&self) {
        self.listening.store(false, Ordering::Relaxed);
        self.closed.cancel();
    }

    /// Gives the address to another device.
    pub(crate) fn settle(self: &Arc<Self>, device: &Arc<Device>) {
        *self.device.lock().unwrap_or_else(PoisonError::into_inner) = Arc::clone(device);
        *device.place.lock().unwrap_or_else(PoisonError::into_inner) = (self.address, Arc::downgrade(self));
        self.bell.notify_one();
    }

    async fn run(self: Arc<Self>, mut socket: Socket, crew: Crew) {
        loop {
            let device = self.device();
            let elsewhere = wifi::wanted_address(&device).map(listen);
            if let Some(Ok(moved)) = elsewhere {
                self.close();
                device.cut.notify_waiters();
                let _ = Self::open(&device, moved, &crew);
                return;
            }
            // Another device has the address, so this one cannot be reached.
            let in_the_way = elsewhere.is_some().then(|| Reach::Down(Some(device.clock.now() + TAKEN)));
            let reach = in_the_way.unwrap_or_else(|| device.reach());
            socket = tokio::select! {
                () = self.closed.cancelled() => return,
                next = self.turn(socket, reach, &device) => next,
            };
            let (Reach::Up(until) | Reach::Down(until)) = reach;
            let until = until.map(|until| device.clock.outside(until));
            tokio::select! {
                () = self.closed.cancelled() => return,
                () = self.bell.notified() => {}
                () = sleep_until(until.unwrap_or_else(Instant::now)), if until.is_some() => {}
                stream = take(&socket) => self.connect(stream, &crew).await,
            }
        }
    }

    /// Opens or shuts the socket.
    async fn turn(&self, socket: Socket, reach: Reach, device: &Device) -> Socket {
        let is_up = matches!(reach, Reach::Up(_));
        if !is_up {
            device.cut.notify_waiters();
        }
        let takes = is_up && !device.state().faults.contains(&Fault::NoWayIn);
        match (socket, takes) {
            (Socket::Open(listener), false) => {
                self.listening.store(false, Ordering::Relaxed);
                drop(listener);
                Socket::Shut(bind_patiently(self.address).await)
            }
            (Socket::Shut(mut placeholder), true) => loop {
                match placeholder.listen(BACKLOG) {
                    Ok(listener) => {
                        self.listening.store(true, Ordering::Relaxed);
                        return Socket::Open(listener);
                    }
                    Err(_) => placeholder = bind_patiently(self.address).await,
                }
            },
            (socket, _) => socket,
        }
    }

    async fn connect(&self, stream: io::Result<TcpStream>, crew: &Crew) {
        let Ok(stream) = stream else {
            // Out of file descriptors: give others the time to close some.
            sleep(Duration::from_millis(20)).await;
            return;
        };
        let device = self.device();
        let open = device.tally.open.fetch_add(1, Ordering::Relaxed) + 1;
        let guest = Guest(device);
        let device = &guest.0;
        device.tally.connections.fetch_add(1, Ordering::Relaxed);
        device.tally.max_parallel.fetch_max(open, Ordering::Relaxed);
        if device.has(Quirk::SmallHeap) && open > HEAP_CONNECTIONS {
            device.restart(&mut device.state(), Duration::ZERO);
            return;
        }
        if device.connection_limit > 0 && open > device.connection_limit {
            if device.is_gen1() {
                device.restart(&mut device.state(), Duration::ZERO);
            }
            return;
        }
        crew.tasks.spawn(serve(guest, stream, crew.stop.clone()));
    }
}

/// A connection in use; counts itself out.
struct Guest(Arc<Device>);

impl Drop for Guest {
    fn drop(&mut self) {
        self.0.tally.open.fetch_sub(1, Ordering::Relaxed);
    }
}

async fn serve(guest: Guest, stream: TcpStream, stop: CancellationToken) {
    let _ = stream.set_nodelay(true);
    let cut = guest.0.cut.notified();
    tokio::select! {
        () = stop.cancelled() => {}
        () = cut => {}
        () = converse(Arc::clone(&guest.0), stream) => {}
    }
}

/// Takes one request, or a WebSocket for as long as it lasts.
async fn converse(device: Arc<Device>, stream: TcpStream) {
    let Some(wire) = tls::wrap(&device, stream).await else { return };
    let wish = Arc::new(Wish::default());
    Box::pin(http(&device, wire, &wish)).await;
    if let Some(upgrade) = wish.take() {
        Box::pin(inbound::serve(device, upgrade)).await;
    }
}

async fn http(device: &Arc<Device>, wire: Wire, wish: &Arc<Wish>) {
    let secure = wire.is_tls();
    let service = service_fn(|request| exchange(Arc::clone(device), request, Arc::clone(wish), secure));
    let _ = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(IDLE)
        .auto_date_header(false)
        .max_buf_size(BUFFER)
        .serve_connection(TokioIo::new(wire), service)
        .with_upgrades()
        .await;
}

async fn take(socket: &Socket) -> io::Result<TcpStream> {
    match socket {
        Socket::Open(listener) => listener.accept().await.map(|(stream, _)| stream),
        Socket::Shut(_) => std::future::pending().await,
    }
}

/// A socket on this address that does not listen yet.
pub(crate) fn bind(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    Ok(socket)
}

/// A listening socket on this address.
pub(crate) fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    bind(address)?.listen(BACKLOG)
}

/// Binds again after a shut-down, waiting for the system to let go of the address.
async fn bind_patiently(address: SocketAddr) -> TcpSocket {
    loop {
        if let Ok(socket) = bind(address) {
            return socket;
        }
        sleep(Duration::from_millis(25)).await;
    }
}
