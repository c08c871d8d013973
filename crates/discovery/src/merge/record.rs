//! Keeps what one kind of source told about one device: of each thing the newest, in whatever order it came.

use std::cmp::Ordering;

use chrono::{DateTime, Utc};
use shelly_http::Endpoint;
use shelly_types::{Generation, Mac, Model};

use crate::{
    Seen, SourceKind,
    seen::{Facts, Source},
};

/// A value and when it was told.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Stamped<T> {
    pub(super) at: DateTime<Utc>,
    pub(super) value: T,
}

/// An address that a device is said to have.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) address: Endpoint,
    /// The range extender that says so.
    pub(super) extender: Option<Mac>,
}

/// A [`Place`] and by which kind of source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Claim {
    pub(super) kind: SourceKind,
    pub(super) place: Stamped<Place>,
}

/// What one kind of source told.
#[derive(Debug, Clone)]
pub(super) struct Record {
    pub(super) kind: SourceKind,
    pub(super) first: DateTime<Utc>,
    pub(super) last: DateTime<Utc>,
    pub(super) place: Option<Stamped<Place>>,
    pub(super) details: Details,
}

/// What a device is.
#[derive(Debug, Clone, Default)]
pub(super) struct Details {
    pub(super) generation: Option<Stamped<Generation>>,
    pub(super) model: Option<Stamped<Model>>,
    pub(super) app: Option<Stamped<String>>,
    pub(super) id: Option<Stamped<String>>,
    pub(super) name: Option<Stamped<String>>,
    /// In the order of their words. A list, because they are few and there is one for each device.
    pub(super) facts: Vec<(Box<str>, Stamped<Box<str>>)>,
}

impl<T: Ord> Stamped<T> {
    /// Keeps the newer one of two; of two from the same moment the greater one, so that order does not matter.
    pub(super) fn keep(mine: &mut Option<Self>, other: Option<Self>) {
        if other > *mine {
            *mine = other;
        }
    }
}

impl Claim {
    /// Whether the source knows the address, rather than only where a datagram came from: behind a range extender or
    /// a router that is not the device.
    pub(super) fn is_firm(&self) -> bool {
        self.kind != SourceKind::Coiot
    }

    fn trust(&self) -> u8 {
        match self.kind {
            SourceKind::Scan => 4,
            SourceKind::Extender => 3,
            SourceKind::Mdns => 2,
            SourceKind::Mqtt => 1,
            SourceKind::Coiot | SourceKind::OutboundSocket => 0,
        }
    }

    /// Newer is greater, then the kind of source that is more to be trusted.
    pub(super) fn order(&self, other: &Self) -> Ordering {
        let key = |claim: &Self| (claim.place.at, claim.trust());
        key(self).cmp(&key(other)).then_with(|| self.place.value.cmp(&other.place.value))
    }
}

impl Record {
    pub(super) fn of(seen: Seen) -> (SourceKind, Self) {
        let at = seen.at;
        let extender = match seen.source {
            Source::Extender { of } => Some(of),
            _ => None,
        };
        let place = seen.address.map(|address| Stamped { at, value: Place { address, extender } });
        let facts = seen.facts.iter().map(|(word, value)| (word.into(), Stamped { at, value: value.into() }));
        let details = Details {
            generation: stamped(at, seen.generation),
            model: stamped(at, seen.model),
            app: stamped(at, seen.app),
            id: stamped(at, seen.id),
            name: stamped(at, seen.name),
            facts: facts.collect(),
        };
        let kind = seen.source.kind();
        (kind, Self { kind, first: at, last: at, place, details })
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.first = self.first.min(other.first);
        self.last = self.last.max(other.last);
        Stamped::keep(&mut self.place, other.place);
        self.details.merge(other.details);
    }

    pub(super) fn claim(&self) -> Option<Claim> {
        Some(Claim { kind: self.kind, place: self.place.clone()? })
    }
}

impl Details {
    pub(super) fn merge(&mut self, other: Self) {
        Stamped::keep(&mut self.generation, other.generation);
        Stamped::keep(&mut self.model, other.model);
        Stamped::keep(&mut self.app, other.app);
        Stamped::keep(&mut self.id, other.id);
        Stamped::keep(&mut self.name, other.name);
        for (word, told) in other.facts {
            match self.facts.binary_search_by(|(known, _)| known.cmp(&word)) {
                Ok(at) if self.facts[at].1 >= told => {}
                Ok(at) => self.facts[at].1 = told,
                Err(at) => self.facts.insert(at, (word, told)),
            }
        }
        self.facts.truncate(Facts::MOST);
    }
}

fn stamped<T>(at: DateTime<Utc>, value: Option<T>) -> Option<Stamped<T>> {
    value.map(|value| Stamped { at, value })
}
