//! Merges what the sources tell and passes on what is new, the newest only.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, VecDeque},
    hash::{DefaultHasher, Hash, Hasher},
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use shelly_http::Endpoint;
use shelly_types::Mac;
use tokio::{
    sync::mpsc,
    time::{Interval, MissedTickBehavior, interval},
};
use tokio_util::sync::CancellationToken;

use super::{Clock, News, SourcesOptions};
use crate::{
    About, Merger, Seen,
    merge::{Found, Key, Touched},
};

/// How often what is too old is looked for.
const SWEEP: Duration = Duration::from_mins(1);

/// Reports of sources that wait at most; the oldest go first.
const MOST_STATES: usize = 32;

/// What sources tell.
#[derive(Debug)]
pub(super) enum Input {
    Seen(Box<Seen>),
    State(News),
}

/// What was told last of a key.
struct Told {
    /// Digest of all but times.
    digest: u64,
    last_seen_at: DateTime<Utc>,
}

pub(super) struct Hub {
    merger: Merger,
    clock: Clock,
    repeat: TimeDelta,
    states: VecDeque<News>,
    keys: BTreeSet<Key>,
    addresses: BTreeSet<Endpoint>,
    told: HashMap<Key, Told>,
    conflicts: BTreeMap<Endpoint, BTreeSet<Mac>>,
}

impl Hub {
    pub(super) fn new(options: &SourcesOptions, clock: Clock) -> Self {
        Self {
            merger: Merger::new(options.merge),
            clock,
            repeat: TimeDelta::from_std(options.repeat).unwrap_or(TimeDelta::MAX),
            states: VecDeque::new(),
            keys: BTreeSet::new(),
            addresses: BTreeSet::new(),
            told: HashMap::new(),
            conflicts: BTreeMap::new(),
        }
    }

    /// Merges while the reader is busy, and fills its queue while there is room.
    pub(super) async fn run(
        mut self,
        mut inbox: mpsc::Receiver<Input>,
        outbox: mpsc::Sender<News>,
        stop: CancellationToken,
    ) {
        let mut sweep: Interval = interval(SWEEP);
        sweep.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                input = inbox.recv() => match input {
                    Some(input) => self.take(input),
                    None => return,
                },
                permit = outbox.reserve(), if self.has_news() => {
                    let Ok(permit) = permit else { return };
                    if let Some(news) = self.news() {
                        permit.send(news);
                    }
                }
                _ = sweep.tick() => {
                    let touched = self.merger.forget((self.clock)());
                    self.touch(touched);
                }
            }
        }
    }

    fn take(&mut self, input: Input) {
        match input {
            Input::Seen(seen) => {
                let touched = self.merger.take(*seen);
                self.touch(touched);
            }
            Input::State(news) => {
                if self.states.len() == MOST_STATES {
                    self.states.pop_front();
                }
                self.states.push_back(news);
            }
        }
    }

    fn touch(&mut self, touched: Touched) {
        self.keys.extend(touched.keys);
        self.addresses.extend(touched.addresses);
    }

    /// Whether there may be something to tell.
    fn has_news(&self) -> bool {
        !(self.states.is_empty() && self.keys.is_empty() && self.addresses.is_empty())
    }

    /// The next that is new; conflicts before what is seen there.
    fn news(&mut self) -> Option<News> {
        if let Some(news) = self.states.pop_front() {
            return Some(news);
        }
        while let Some(address) = self.addresses.pop_first() {
            let news = self.about_address(address);
            if news.is_some() {
                return news;
            }
        }
        while let Some(key) = self.keys.pop_first() {
            let news = self.about_key(key);
            if news.is_some() {
                return news;
            }
        }
        None
    }

    fn about_address(&mut self, address: Endpoint) -> Option<News> {
        match self.merger.conflict(&address) {
            Some(conflict) => {
                let before = self.conflicts.insert(address, conflict.macs.clone());
                (before.as_ref() != Some(&conflict.macs)).then_some(News::Conflict(conflict))
            }
            None => self.conflicts.remove(&address).map(|_| News::Settled(address)),
        }
    }

    fn about_key(&mut self, key: Key) -> Option<News> {
        let Some(found) = self.merger.look(&key) else {
            let known = self.told.remove(&key).is_some();
            return match key {
                Key::Mac(mac) => known.then_some(News::Gone(mac)),
                Key::Suffix(_) | Key::Place(_) => None,
            };
        };
        let about = match &found {
            Found::Sighting(sighting) => &sighting.about,
            Found::Stranger(stranger) => &stranger.about,
        };
        let (digest, last_seen_at) = (digest(about), about.last_seen_at);
        let stale = |told: &Told| told.digest != digest || last_seen_at - told.last_seen_at >= self.repeat;
        if !self.told.get(&key).is_none_or(stale) {
            return None;
        }
        self.told.insert(key, Told { digest, last_seen_at });
        Some(match found {
            Found::Sighting(sighting) => News::Sighting(Box::new(sighting)),
            Found::Stranger(stranger) => News::Stranger(Box::new(stranger)),
        })
    }
}

/// All that makes news, which times and the source that happened to speak last do not.
fn digest(about: &About) -> u64 {
    let mut hasher = DefaultHasher::new();
    let About {
        generation,
        model,
        app,
        id,
        name,
        address,
        extender,
        sources,
        source: _,
        first_seen_at: _,
        last_seen_at: _,
        facts,
    } = about;
    let kinds: Vec<_> = sources.keys().collect();
    (generation, model, app, id, name).hash(&mut hasher);
    (address, extender, kinds, facts).hash(&mut hasher);
    hasher.finish()
}
