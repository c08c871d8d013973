//! Hears of devices from every source, confirms who they are, and watches over addresses that several have.

mod asks;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use discovery::{
    About, Conflict, News, Sighting, SourceKind, Sources, SourcesOptions, Stranger, Suffix, mqtt::MqttOptions,
};
use fleet_model::{FleetEvent, SightingSource, SightingState};
use shelly_http::Endpoint;
use shelly_types::Mac;
use tokio::{task::JoinSet, time::Instant};

use self::asks::Asks;
use crate::{
    Error, Fleet, Notice, NoticeError,
    at_broker::AtBroker,
    conflicts::Origin,
    sightings::{Clue, SeenBy, seen_by},
    sources::kept_as,
};

/// How often a device is told again of which nothing is new.
const REPEAT: Duration = Duration::from_mins(5);

/// Addresses that are asked at the same time.
const AT_ONCE: usize = 8;

/// A device of which only the time is new is stored again after this time.
const STORE_AGAIN: TimeDelta = TimeDelta::minutes(15);

/// A device of the inbox that was seen at its address within this time is not asked again who it is.
const STILL_THERE: TimeDelta = TimeDelta::hours(1);

/// Devices that exchange their addresses meet there for a moment; only what lasts is a conflict.
const GRACE: Duration = Duration::from_secs(5);

/// Where there is a conflict, who is there is asked this often.
const WATCH: Duration = Duration::from_secs(30);

/// Devices whose last store is remembered; more are forgotten all at once.
const MOST: usize = 16_384;

/// Starts what listens, so that others can tell what they hear from now on.
pub(super) fn start(fleet: &Fleet, mqtt: Option<MqttOptions>) {
    let mdns = fleet.options().mdns.clone();
    let options = SourcesOptions { mdns, mqtt, repeat: REPEAT, ..SourcesOptions::default() };
    let clock = fleet.clone();
    let sources = Sources::start(&options, Arc::new(move || clock.now()));
    fleet.source_board().open(sources.reporter());
    fleet.spawn(run(fleet.clone(), sources));
}

/// Takes news until the manager stops.
async fn run(fleet: Fleet, mut sources: Sources) {
    let mut notices = fleet.subscribe();
    let mut desk = Desk::new(&fleet);
    loop {
        let next = desk.next_look();
        tokio::select! {
            () = fleet.stop_token().cancelled() => break,
            Some(asked) = desk.asking.join_next(), if !desk.asking.is_empty() => desk.asked(asked),
            news = sources.next(), if desk.asking.len() < AT_ONCE => match news {
                Some(news) => desk.take(news).await,
                None => break,
            },
            notice = notices.recv() => match notice {
                Ok(Notice::Event(event)) if !moves_records(&event.event) => {}
                Ok(Notice::Device(_) | Notice::Readings(_)) => {}
                Ok(Notice::Event(_)) | Err(NoticeError::Lagged) => desk.records_changed(),
                Err(NoticeError::Closed) => break,
            },
            () = tokio::time::sleep_until(next) => desk.look().await,
        }
    }
    desk.asking.shutdown().await;
    sources.stop().await;
}

/// Whether an event says that the addresses of our records are others now.
fn moves_records(event: &FleetEvent) -> bool {
    matches!(
        event,
        FleetEvent::DeviceAdopted { .. }
            | FleetEvent::DeviceMoved { .. }
            | FleetEvent::DeviceUpdated { .. }
            | FleetEvent::DeviceRemoved { .. }
            | FleetEvent::DeviceReplaced { .. }
    )
}

/// What is known between two news.
struct Desk<'a> {
    fleet: &'a Fleet,
    asks: Asks,
    asking: JoinSet<(Endpoint, Result<Mac, Error>)>,
    stored: HashMap<Mac, SeenBy>,
    /// Who was seen at one address at once, and when that is looked at.
    seen_together: BTreeMap<Endpoint, (BTreeSet<Mac>, Option<Instant>)>,
    /// When the addresses of our records are compared.
    compare_at: Option<Instant>,
    watch_at: Instant,
}

impl<'a> Desk<'a> {
    fn new(fleet: &'a Fleet) -> Self {
        let now = Instant::now();
        Self {
            fleet,
            asks: Asks::default(),
            asking: JoinSet::new(),
            stored: HashMap::new(),
            seen_together: BTreeMap::new(),
            compare_at: Some(now + GRACE),
            watch_at: now + WATCH,
        }
    }

    async fn take(&mut self, news: News) {
        let result = match news {
            News::Sighting(sighting) => {
                let Sighting { mac, about, .. } = *sighting;
                self.seen(Some(mac), None, &about).await
            }
            News::Stranger(stranger) => {
                let Stranger { suffix, about, .. } = *stranger;
                self.seen(None, suffix, &about).await
            }
            News::Conflict(Conflict { address, macs, .. }) => {
                let due = self.seen_together.get(&address).and_then(|(_, due)| *due);
                self.seen_together.insert(address, (macs, Some(due.unwrap_or_else(|| Instant::now() + GRACE))));
                Ok(())
            }
            News::Settled(address) => {
                self.seen_together.remove(&address);
                self.fleet.conflict_set(&address.to_string(), Origin::Seen, BTreeSet::new()).await
            }
            News::Running(kind) => {
                if let Some(source) = kept_as(kind) {
                    self.fleet.source_runs(source);
                }
                Ok(())
            }
            News::Failed { kind, error } => {
                if let Some(source) = kept_as(kind) {
                    self.fleet.source_failed(source, &error);
                }
                Ok(())
            }
            _ => Ok(()),
        };
        if let Err(error) = result {
            tracing::error!(error = error.chain(), "what was heard of a device could not be kept");
        }
    }

    /// Somebody was seen: who is known there is noted, who is not is asked.
    async fn seen(&mut self, mac: Option<Mac>, suffix: Option<Suffix>, about: &About) -> Result<(), Error> {
        self.source_is_well(about.source, about.last_seen_at);
        let by = seen_by(about);
        let known = about.address.as_ref().and_then(|address| self.asks.known(address));
        let fits = |known: &Mac| suffix.is_none_or(|suffix| suffix == Suffix::of(*known));
        if let Some(mac) = mac.or(known.filter(fits)) {
            self.note(mac, &by).await?;
        }
        let at_broker = mac.and_then(|mac| AtBroker::of(mac, about));
        if let Some(AtBroker::Callable { mac, topic }) = &at_broker {
            self.fleet.broker_links().heard(*mac, topic);
        }
        let Some(address) = &about.address else { return self.heard(at_broker, by).await };
        if by.keys().eq(&[SightingSource::Scan]) {
            // The scan has asked already, and goes on with it.
            return Ok(());
        }
        if let Some(mac) = mac
            && self.is_there(mac, address).await?
        {
            return Ok(());
        }
        if self.asks.begin(address, mac, Instant::now()) {
            let (fleet, clue) = (self.fleet.clone(), Clue { mac, suffix, endpoint: address.clone(), by, at_broker });
            self.asking.spawn(async move {
                let answer = fleet.clue_follow(&clue).await;
                (clue.endpoint, answer)
            });
        }
        Ok(())
    }

    /// Somebody was heard at the broker whose address nobody knows.
    async fn heard(&mut self, at_broker: Option<AtBroker>, by: SeenBy) -> Result<(), Error> {
        let Some(heard) = at_broker.filter(|heard| matches!(heard, AtBroker::Callable { .. })) else { return Ok(()) };
        let (mac, place) = (heard.mac(), heard.place());
        if self.fleet.store().device_get(mac).await?.is_some() || self.waits(mac, None).await? {
            return Ok(());
        }
        if self.asks.begin(&place, Some(mac), Instant::now()) {
            let fleet = self.fleet.clone();
            self.asking.spawn(async move {
                let answer = fleet.broker_follow(&heard, None, by).await;
                (place, answer)
            });
        }
        Ok(())
    }

    /// What told something hears.
    fn source_is_well(&self, kind: SourceKind, at: DateTime<Utc>) {
        if let Some(source) = kept_as(kind) {
            self.fleet.source_heard(source, at);
        }
    }

    /// Notes who saw a known device, unless that is stored already.
    async fn note(&mut self, mac: Mac, by: &SeenBy) -> Result<(), Error> {
        let is_stored = |stored: &SeenBy| {
            by.iter().all(|(source, at)| stored.get(source).is_some_and(|last| *at - *last < STORE_AGAIN))
        };
        let Some(at) = by.values().max().filter(|_| !self.stored.get(&mac).is_some_and(is_stored)) else {
            return Ok(());
        };
        if self.fleet.store().sighting_seen(mac, *at, by.clone()).await? {
            if self.stored.len() >= MOST {
                self.stored.clear();
            }
            self.stored.insert(mac, by.clone());
        }
        Ok(())
    }

    /// Whether a device is known to be where it was seen: its polls say so, or it was asked a while ago.
    async fn is_there(&self, mac: Mac, address: &Endpoint) -> Result<bool, Error> {
        let (fleet, address) = (self.fleet, address.to_string());
        if let Some(record) = fleet.store().device_get(mac).await? {
            return Ok(record.endpoint == address);
        }
        self.waits(mac, Some(&address)).await
    }

    /// Whether a device waits in the inbox, found a while ago at this address.
    async fn waits(&self, mac: Mac, address: Option<&str>) -> Result<bool, Error> {
        let (fleet, sighting) = (self.fleet, self.fleet.store().sighting_get(mac).await?);
        let found = sighting.filter(|known| address.is_none_or(|address| known.endpoint == address));
        let waits = found.filter(|known| known.state != SightingState::Adopted && !fleet.options().auto_adopt);
        Ok(waits.is_some_and(|known| fleet.now() - known.last_seen_at < STILL_THERE))
    }

    /// Somebody answered or did not.
    fn asked(&mut self, asked: Result<(Endpoint, Result<Mac, Error>), tokio::task::JoinError>) {
        match asked {
            Ok((address, Ok(mac))) => self.asks.answered(address, mac, Instant::now()),
            Ok((address, Err(error))) => {
                tracing::debug!(%address, error = error.chain(), "nobody could be found where a device was seen");
            }
            Err(error) => tracing::error!(%error, "asking who is at an address broke off"),
        }
    }

    fn records_changed(&mut self) {
        let soon = Instant::now() + GRACE;
        self.compare_at.get_or_insert(soon);
        for (_, due) in self.seen_together.values_mut() {
            due.get_or_insert(soon);
        }
    }

    fn next_look(&self) -> Instant {
        let pending = self.seen_together.values().filter_map(|(_, due)| *due);
        pending.chain(self.compare_at).fold(self.watch_at, Instant::min)
    }

    /// Does what is due about addresses that several devices have.
    async fn look(&mut self) {
        let now = Instant::now();
        if let Err(error) = self.raise(now).await {
            tracing::error!(error = error.chain(), "addresses that several devices have could not be noted");
        }
        if now < self.watch_at {
            return;
        }
        self.watch_at = now + WATCH;
        for address in self.fleet.conflicts().addresses() {
            let fleet = self.fleet.clone();
            self.fleet.spawn(async move {
                tokio::select! {
                    () = fleet.stop_token().cancelled() => {}
                    asked = fleet.ask_and_tell(&address) => if let Err(error) = asked {
                        tracing::debug!(address, error = error.chain(), "nobody answers where several devices are");
                    },
                }
            });
        }
    }

    async fn raise(&mut self, now: Instant) -> Result<(), Error> {
        for (address, (macs, due)) in &mut self.seen_together {
            if due.take_if(|due| *due <= now).is_none() {
                continue;
            }
            // Where none of our devices is, nothing is written.
            if !self.fleet.store().devices_of(macs.iter().copied().collect()).await?.is_empty() {
                self.fleet.conflict_set(&address.to_string(), Origin::Seen, macs.clone()).await?;
            }
        }
        if self.compare_at.is_some_and(|due| due <= now) {
            self.compare_at = None;
            self.fleet.conflicts_of_records().await?;
        }
        Ok(())
    }
}
