//! Devices that dial the manager: who is let in, who waits to be adopted, who is sent away.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use fleet_model::{Actor, AddressIs, DeviceRecord, SightingSource, SightingState};
use shelly_driver::Arrived;
use shelly_http::Endpoint;
use shelly_types::{Identity, Mac};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::{Error, Fleet, connect::endpoint, loops::poll_once, sockets::Opener};

/// Devices that are not ours and whose connections are kept so that they can be adopted. More are seen, and dial again.
const WAITING: usize = 256;

/// Callers without the right to stay that are noted in [`NOTED_TIME`]. Anybody can make up hardware addresses.
const NOTED: u32 = 60;

/// See [`NOTED`].
const NOTED_TIME: Duration = Duration::from_mins(1);

/// A sighting that is younger is not stored again.
const SEEN_INTERVAL: chrono::TimeDelta = chrono::TimeDelta::minutes(1);

/// Where the token is digested, to compare it in constant time.
const TOKEN_PLACE: &str = "device-token";

/// What a caller shows to be let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pass {
    /// The address that it dialled holds the token for devices.
    Token,
    /// Nothing that counts. It may still be a device of ours at the address where we know it.
    Nothing,
}

/// A caller that may stay. Dropping it closes the connection.
#[derive(Debug)]
pub struct Caller {
    arrived: Arrived,
    seat: Option<Seat>,
}

/// The callers that wait to be adopted, and how many others were noted lately.
#[derive(Debug, Clone, Default)]
pub(crate) struct Callers(Arc<Mutex<Hall>>);

#[derive(Debug, Default)]
struct Hall {
    waiting: HashMap<Mac, Waiting>,
    seated: u64,
    noted: u32,
    noted_since: Option<Instant>,
}

#[derive(Debug)]
struct Waiting {
    number: u64,
    /// Cancelled when another connection of the device takes its place.
    replaced: CancellationToken,
    /// Cancelled when the device is ours.
    adopted: CancellationToken,
}

/// The place of a caller that waits; given back when dropped.
#[derive(Debug)]
struct Seat {
    hall: Callers,
    mac: Mac,
    number: u64,
    replaced: CancellationToken,
    adopted: CancellationToken,
    /// It is adopted without being asked for.
    adopt: bool,
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut hall = self.hall.hall();
        if hall.waiting.get(&self.mac).is_some_and(|waiting| waiting.number == self.number) {
            hall.waiting.remove(&self.mac);
        }
    }
}

impl Callers {
    /// Lets a caller wait, in the place of an older connection of the same device; none when all places are taken.
    fn sit(&self, mac: Mac, adopt: bool) -> Option<Seat> {
        let mut hall = self.hall();
        if hall.waiting.len() >= WAITING && !hall.waiting.contains_key(&mac) {
            return None;
        }
        hall.seated += 1;
        let (number, replaced, adopted) = (hall.seated, CancellationToken::new(), CancellationToken::new());
        let waiting = Waiting { number, replaced: replaced.clone(), adopted: adopted.clone() };
        if let Some(before) = hall.waiting.insert(mac, waiting) {
            before.replaced.cancel();
        }
        drop(hall);
        Some(Seat { hall: self.clone(), mac, number, replaced, adopted, adopt })
    }

    /// Tells a device that waits that it is ours now.
    pub(crate) fn adopted(&self, mac: Mac) {
        if let Some(waiting) = self.hall().waiting.get(&mac) {
            waiting.adopted.cancel();
        }
    }

    fn is_waiting(&self, mac: Mac) -> bool {
        self.hall().waiting.contains_key(&mac)
    }

    /// Whether one more caller without the right to stay is noted at `now`.
    fn may_note(&self, now: Instant) -> bool {
        let mut hall = self.hall();
        if hall.noted_since.is_none_or(|since| now.saturating_duration_since(since) >= NOTED_TIME) {
            (hall.noted, hall.noted_since) = (0, Some(now));
        }
        hall.noted = hall.noted.saturating_add(1);
        hall.noted <= NOTED
    }

    fn hall(&self) -> MutexGuard<'_, Hall> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Fleet {
    /// What the path and query that a device asks for are worth: the token is the last part of the path, or `token` in
    /// the query.
    pub fn device_pass(&self, path_and_query: &str) -> Pass {
        let Some(token) = &self.options().device_token else { return Pass::Nothing };
        let digester = self.keyring().digester();
        let right = digester.digest(TOKEN_PLACE, token.expose());
        // Both are compared, whatever the first says.
        let is_right = |shown: Option<&str>| digester.matches(&right, TOKEN_PLACE, shown.unwrap_or_default());
        let [path, query] = tokens(path_and_query).map(is_right);
        if path | query { Pass::Token } else { Pass::Nothing }
    }

    /// Decides about a device that dialled us: whether it may stay, and what is noted of it if not.
    ///
    /// A device of ours may when it shows the token, or calls from the address where we know it: it is trusted as much as
    /// whoever answers there over HTTP. A device that is not ours is put in the inbox; with the token it may stay and
    /// wait to be adopted.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn device_arrived(&self, arrived: Arrived, pass: Pass) -> Result<Option<Caller>, Error> {
        let mac = arrived.identity().mac;
        if let Some(record) = self.store().device_get(mac).await? {
            if pass == Pass::Token || is_at(&record, arrived.peer()) {
                return Ok(Some(Caller { arrived, seat: None }));
            }
            if self.callers().may_note(Instant::now()) {
                let (from, known) = (arrived.peer().host(), &record.endpoint);
                tracing::warn!(device.mac = %mac, from, known, "a device of ours dials in from elsewhere without the token");
            }
            return Ok(None);
        }
        if pass == Pass::Nothing {
            if self.callers().may_note(Instant::now()) {
                self.caller_seen(arrived.identity(), arrived.peer()).await?;
            }
            return Ok(None);
        }
        let state = self.caller_seen(arrived.identity(), arrived.peer()).await?;
        let adopt = self.options().auto_adopt && state == SightingState::New;
        let seat = self.callers().sit(mac, adopt);
        Ok(seat.map(|seat| Caller { arrived, seat: Some(seat) }))
    }

    /// Serves a device that may stay, until its connection ends: follows it and has what is asked of it go this way. One
    /// that is not ours yet first waits to be adopted.
    pub async fn device_stays(&self, caller: Caller) {
        let Caller { arrived, seat } = caller;
        let (mac, road) = (arrived.identity().mac, self.lanes().road(arrived.identity().mac));
        // It has just answered, whatever was before.
        road.manners.answered();
        let is_ours = match seat {
            None => true,
            Some(seat) => {
                road.links.attach(arrived.link());
                Box::pin(self.until_adopted(seat, &arrived)).await
            }
        };
        if !is_ours {
            if !self.callers().is_waiting(mac) {
                self.lanes().forget(mac);
            }
            return;
        }
        let identity = Arc::new(arrived.identity().clone());
        match Box::pin(arrived.follow()).await {
            Ok(live) => self.follow(mac, Box::new(live), Opener::Device, Some(identity)).await,
            Err(error) => {
                let error = Error::from(error);
                tracing::debug!(device.mac = %mac, error = error.chain(), "a device that dialled in does not answer");
            }
        }
        if !self.stop_token().is_cancelled() && !self.sockets().is_open(mac) {
            // Whether it is there over HTTP, or not at all.
            Box::pin(poll_once(self, mac)).await;
        }
    }

    /// Waits until a caller is ours; false when its connection has ended before.
    async fn until_adopted(&self, seat: Seat, arrived: &Arrived) -> bool {
        if seat.adopt
            && let Err(error) = self.adopt_one(&Actor::System, seat.mac).await
        {
            tracing::info!(device.mac = %seat.mac, error = error.chain(), "a device that dialled in is not adopted");
        }
        tokio::select! {
            biased;
            () = self.stop_token().cancelled() => false,
            () = seat.adopted.cancelled() => true,
            () = seat.replaced.cancelled() => false,
            () = arrived.ended() => false,
        }
    }

    /// Keeps the sighting of a caller. Where it was found by other means stays: what it calls from may be a router.
    async fn caller_seen(&self, identity: &Identity, peer: &Endpoint) -> Result<SightingState, Error> {
        let (mac, now) = (identity.mac, self.now());
        let known = self.store().sighting_get(mac).await?;
        if let Some(known) = &known
            && known.state != SightingState::Adopted
            && now - known.last_seen_at < SEEN_INTERVAL
        {
            return Ok(known.state);
        }
        let (at, source) = match &known {
            Some(known) => (known.endpoint.clone(), known.source),
            None => (Endpoint::new(peer.host(), Endpoint::DEFAULT_PORT).to_string(), SightingSource::OutboundSocket),
        };
        let by = [(SightingSource::OutboundSocket, now)].into();
        self.sighting_store((at, AddressIs::Told), identity.clone(), source, by).await?;
        match known {
            // It was ours once.
            Some(known) if known.state == SightingState::Adopted => {
                self.publish(self.store().sighting_state_set(mac, SightingState::New, None, Vec::new()).await?.events);
                Ok(SightingState::New)
            }
            Some(known) => Ok(known.state),
            None => Ok(SightingState::New),
        }
    }
}

/// Where a token may stand: the last part of the path, and the query.
fn tokens(path_and_query: &str) -> [Option<&str>; 2] {
    let (path, query) = path_and_query.split_once('?').unwrap_or((path_and_query, ""));
    let last = path.trim_end_matches('/').rsplit('/').next().filter(|part| !part.is_empty());
    [last, query.split('&').find_map(|part| part.strip_prefix("token="))]
}

/// Whether a device of ours is known at the address that a connection comes from.
fn is_at(record: &DeviceRecord, peer: &Endpoint) -> bool {
    let address = |endpoint: &Endpoint| endpoint.host().parse::<IpAddr>().ok().map(|ip| ip.to_canonical());
    endpoint(&record.endpoint).is_ok_and(|known| address(&known).is_some_and(|known| address(peer) == Some(known)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a4_a_token_stands_at_the_end_of_the_path_or_in_the_query() {
        for (text, expected) in [
            ("/", [None, None]),
            ("/abc", [Some("abc"), None]),
            ("/shelly/abc/", [Some("abc"), None]),
            ("/?token=abc", [None, Some("abc")]),
            ("/ws?x=1&token=abc", [Some("ws"), Some("abc")]),
            ("/ws?untoken=abc", [Some("ws"), None]),
        ] {
            assert_eq!(tokens(text), expected, "{text}");
        }
    }

    #[test]
    fn a4_the_newest_connection_of_a_waiting_device_has_its_seat() {
        let (callers, mac) = (Callers::default(), Mac::new([1; 6]));
        let first = callers.sit(mac, false).unwrap();
        let second = callers.sit(mac, false).unwrap();
        assert!(first.replaced.is_cancelled() && !second.replaced.is_cancelled());
        drop(first);
        callers.adopted(mac);
        assert!(second.adopted.is_cancelled());
        drop(second);
        assert!(callers.hall().waiting.is_empty());
    }

    #[test]
    fn a4_strangers_that_wait_and_those_that_are_noted_are_few() {
        let callers = Callers::default();
        let mac = |number: usize| {
            let [.., high, low] = number.to_be_bytes();
            Mac::new([0, 0, 0, 0, high, low])
        };
        let seats: Vec<Seat> = (0..WAITING).map(|number| callers.sit(mac(number), false).unwrap()).collect();
        assert!(callers.sit(mac(WAITING), false).is_none());
        assert!(callers.sit(mac(0), false).is_some(), "the place of its older connection");
        drop(seats);
        let now = Instant::now();
        let noted = (0..2 * NOTED).filter(|_| callers.may_note(now)).count();
        assert_eq!(noted, NOTED as usize);
        assert!(callers.may_note(now + NOTED_TIME));
    }
}
