//! Chooses what carries the calls to a device of Gen2 or later: an open connection before HTTP.

use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicU64, Ordering},
};

use serde_json::Value;
use shelly_gen2_rpc::{
    Channel, ChannelKind, Error, HttpChannel, WebSocketChannel,
    channel::{CarriedChannel, Closed, MqttChannel, UdpChannel},
};
use shelly_http::Endpoint;

use crate::{Manners, Urgency};

/// Requests on their way to one device of Gen2 or later at the same time.
const IN_FLIGHT: usize = 3;

/// An open connection with a device of Gen2 or later.
///
/// Whoever opened it keeps its notifications, and may keep a clone to close it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Link {
    /// A WebSocket, whoever opened it.
    WebSocket(Arc<WebSocketChannel>),
    /// A broker.
    Mqtt(Arc<MqttChannel>),
    /// Datagrams.
    Udp(Arc<UdpChannel>),
    /// Bluetooth, or whatever else carries whole frames.
    Carried(Arc<CarriedChannel>),
}

impl From<WebSocketChannel> for Link {
    fn from(channel: WebSocketChannel) -> Self {
        Self::WebSocket(Arc::new(channel))
    }
}

impl From<MqttChannel> for Link {
    fn from(channel: MqttChannel) -> Self {
        Self::Mqtt(Arc::new(channel))
    }
}

impl From<UdpChannel> for Link {
    fn from(channel: UdpChannel) -> Self {
        Self::Udp(Arc::new(channel))
    }
}

impl From<CarriedChannel> for Link {
    fn from(channel: CarriedChannel) -> Self {
        Self::Carried(Arc::new(channel))
    }
}

impl Link {
    /// Whether it has ended. A broker and datagrams do not tell.
    pub fn is_closed(&self) -> bool {
        match self {
            Self::WebSocket(channel) => channel.is_closed().is_some(),
            Self::Carried(channel) => channel.is_closed(),
            Self::Mqtt(_) | Self::Udp(_) => false,
        }
    }

    /// Whether it asks for the password, so that a change of the login ends its use. A device that called in, and one
    /// at a broker, asks for none (device-facts 22).
    fn logs_in(&self) -> bool {
        matches!(self.kind(), ChannelKind::WebSocket | ChannelKind::Udp | ChannelKind::Bluetooth)
    }
}

/// Calls the same method of every kind of connection.
macro_rules! of_link {
    ($link:expr, $channel:ident => $call:expr) => {
        match $link {
            Link::WebSocket($channel) => $call,
            Link::Mqtt($channel) => $call,
            Link::Udp($channel) => $call,
            Link::Carried($channel) => $call,
        }
    };
}

impl Channel for Link {
    async fn call(&self, method: &str, params: Option<Value>) -> Result<Value, Error> {
        of_link!(self, channel => Box::pin(channel.call(method, params)).await)
    }

    fn endpoint(&self) -> &Endpoint {
        of_link!(self, channel => Channel::endpoint(&**channel))
    }

    fn kind(&self) -> ChannelKind {
        of_link!(self, channel => channel.kind())
    }

    async fn who(&self) -> Result<Value, Error> {
        of_link!(self, channel => Box::pin(channel.who()).await)
    }
}

/// The place at a device for an open connection. Clones are the same place, so a connection can be attached while the
/// device is busy elsewhere, as when it is waited for after a restart.
#[derive(Debug, Clone, Default)]
pub struct Links(Arc<Mutex<Place>>);

#[derive(Debug, Default)]
struct Place {
    /// The connection, and its number among those of the device.
    open: Option<(u64, Link)>,
    opened: u64,
}

impl Links {
    /// Uses this connection from now on, in the place of the one before. Nothing is sent by that; who is at its other end
    /// is asked before it is used.
    pub fn attach(&self, link: Link) {
        let mut place = self.place();
        place.opened += 1;
        place.open = Some((place.opened, link));
    }

    /// Uses no open connection any more. It is not closed by that, unless nobody else has it.
    pub fn detach(&self) {
        self.place().open = None;
    }

    /// The connection that is used, if one is open.
    pub fn current(&self) -> Option<Link> {
        self.open().map(|(_, link)| link)
    }

    /// The open connection and its number. One that has ended is let go.
    fn open(&self) -> Option<(u64, Link)> {
        let mut place = self.place();
        if place.open.as_ref().is_some_and(|(_, link)| link.is_closed()) {
            place.open = None;
        }
        place.open.clone()
    }

    fn let_go(&self, number: u64) {
        let mut place = self.place();
        if place.open.as_ref().is_some_and(|(open, _)| *open == number) {
            place.open = None;
        }
    }

    fn place(&self) -> MutexGuard<'_, Place> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Which connection is meant: HTTP, which makes one for each call, or the open one with this number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Way(u64);

impl Way {
    /// HTTP.
    pub(crate) const HTTP: Self = Self(0);
}

/// The ways to one device.
#[derive(Debug)]
pub(crate) struct Route {
    http: Option<HttpChannel>,
    links: Links,
    /// Where the first connection led, for a device without HTTP.
    first: Endpoint,
    manners: Manners,
    /// The way on which the device said last who it is. Nothing else is sent another way.
    confirmed: AtomicU64,
    carried_by: Mutex<ChannelKind>,
}

impl Route {
    /// By HTTP while no connection is open in this place.
    pub(crate) fn over_http(http: HttpChannel, links: Links, manners: Manners) -> Self {
        let (first, kind) = (Channel::endpoint(&http).clone(), http.kind());
        Self::new(Some(http), links, first, kind, manners)
    }

    /// By this connection and those that take its place; there is no HTTP.
    pub(crate) fn over(link: Link, links: Links, manners: Manners) -> Self {
        let route = Self::new(None, links, link.endpoint().clone(), link.kind(), manners);
        route.links.attach(link);
        route
    }

    fn new(http: Option<HttpChannel>, links: Links, first: Endpoint, kind: ChannelKind, manners: Manners) -> Self {
        let confirmed = AtomicU64::new(Way::HTTP.0);
        Self { http, links, first, manners, confirmed, carried_by: Mutex::new(kind) }
    }

    /// The same device with this HTTP channel, which logs in another way. An open connection that was logged in the old
    /// way is not used any more.
    pub(crate) fn logged_in_by(&self, http: impl FnOnce(&Endpoint) -> HttpChannel) -> Self {
        if self.links.current().is_some_and(|link| link.logs_in()) {
            self.links.detach();
        }
        Self {
            http: self.http.as_ref().map(|before| http(Channel::endpoint(before))),
            links: self.links.clone(),
            first: self.first.clone(),
            manners: self.manners.clone(),
            confirmed: AtomicU64::new(self.confirmed.load(Ordering::Relaxed)),
            carried_by: Mutex::new(self.carried_by()),
        }
    }

    pub(crate) fn links(&self) -> &Links {
        &self.links
    }

    pub(crate) fn has_http(&self) -> bool {
        self.http.is_some()
    }

    /// The way that a call would take now.
    pub(crate) fn way(&self) -> Way {
        Way(self.links.open().map_or(Way::HTTP.0, |(number, _)| number))
    }

    /// The right device is at the end of this way.
    pub(crate) fn confirm(&self, way: Way) {
        self.confirmed.store(way.0, Ordering::Relaxed);
    }

    /// Another device is at the end of this way.
    pub(crate) fn refuse(&self, way: Way) {
        self.links.let_go(way.0);
    }

    /// What carried the last call, or would carry the first.
    pub(crate) fn carried_by(&self) -> ChannelKind {
        *self.carried_by.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where the device is reached over HTTP, else where the first connection led.
    pub(crate) fn endpoint(&self) -> &Endpoint {
        self.http.as_ref().map_or(&self.first, Channel::endpoint)
    }

    fn carries(&self, kind: ChannelKind) {
        *self.carried_by.lock().unwrap_or_else(PoisonError::into_inner) = kind;
    }

    /// What leads this way, if it still does. HTTP also does while a connection is attached: what began there ends there.
    fn over_way(&self, way: Way) -> Option<Over<'_>> {
        if way == Way::HTTP {
            return self.http.as_ref().map(Over::Http);
        }
        self.links.open().filter(|(number, _)| *number == way.0).map(|(_, link)| Over::Link(link))
    }

    /// A connection that is lost has sent nothing.
    fn lost(&self, method: &str) -> Error {
        let endpoint = self.endpoint().clone();
        Error::Ended { endpoint, method: method.to_owned(), sent: false, source: Closed::ByUs }
    }
}

/// What carries one call.
enum Over<'a> {
    Http(&'a HttpChannel),
    Link(Link),
}

/// On whose behalf calls are made, and which way. Travels with the question, through the clients, to the gate.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Errand {
    pub(crate) urgency: Urgency,
    /// The way to ask who is there; the confirmed one when none.
    pub(crate) way: Option<Way>,
}

tokio::task_local! {
    static ERRAND: Errand;
}

impl Errand {
    /// Runs a question on this errand.
    pub(crate) async fn run<T>(self, question: impl Future<Output = T>) -> T {
        ERRAND.scope(self, question).await
    }

    /// That of the question that runs.
    pub(crate) fn current() -> Self {
        ERRAND.try_get().unwrap_or_default()
    }
}

impl Route {
    async fn carry(&self, method: &str, params: Option<Value>, who: bool) -> Result<Value, Error> {
        let errand = Errand::current();
        let _pass = self.manners.pass(IN_FLIGHT, errand.urgency).await;
        let way = errand.way.unwrap_or_else(|| Way(self.confirmed.load(Ordering::Relaxed)));
        let over = self.over_way(way).ok_or_else(|| self.lost(method))?;
        let answer = match &over {
            Over::Http(http) if who => http.who().await,
            Over::Http(http) => http.call(method, params).await,
            Over::Link(link) if who => link.who().await,
            Over::Link(link) => link.call(method, params).await,
        };
        self.carries(match &over {
            Over::Http(http) => http.kind(),
            Over::Link(link) => link.kind(),
        });
        // A WebSocket says itself when it has ended.
        let tells = matches!(over, Over::Http(_) | Over::Link(Link::WebSocket(_) | Link::Carried(_)));
        if !tells && answer.as_ref().is_err_and(Error::is_unreachable) && self.has_http() {
            self.links.let_go(way.0);
        }
        answer
    }
}

impl Channel for Route {
    async fn call(&self, method: &str, params: Option<Value>) -> Result<Value, Error> {
        Box::pin(self.carry(method, params, false)).await
    }

    fn endpoint(&self) -> &Endpoint {
        Route::endpoint(self)
    }

    fn kind(&self) -> ChannelKind {
        self.carried_by()
    }

    async fn who(&self) -> Result<Value, Error> {
        Box::pin(self.carry("Shelly.GetDeviceInfo", None, true)).await
    }
}
