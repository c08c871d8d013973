//! What hears of devices by itself: how each source is, and the way to tell what was heard elsewhere.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, OnceLock, PoisonError},
};

use chrono::{DateTime, Utc};
use discovery::{Reporter, Seen, SourceKind};
use fleet_model::{Actor, Permission, SightingSource};

use crate::{Error, Fleet, error::chain};

/// How a source is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceStatus {
    /// Which.
    pub source: SightingSource,
    /// It hears.
    pub running: bool,
    /// Since when it is so.
    pub since: DateTime<Utc>,
    /// Why it failed last, also when it runs again.
    pub error: Option<String>,
}

/// The sources of a fleet.
#[derive(Debug, Default)]
pub(crate) struct SourceBoard {
    reporter: OnceLock<Reporter>,
    states: Mutex<BTreeMap<SightingSource, SourceStatus>>,
}

impl SourceBoard {
    fn states(&self) -> MutexGuard<'_, BTreeMap<SightingSource, SourceStatus>> {
        self.states.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on evidence is merged.
    pub(crate) fn open(&self, reporter: Reporter) {
        // Loops start once.
        let _ = self.reporter.set(reporter);
    }

    /// Notes how a source is; says whether that is news.
    fn note(&self, source: SightingSource, at: DateTime<Utc>, error: Option<String>) -> bool {
        let mut states = self.states();
        let running = error.is_none();
        let before = states.get(&source);
        // A source that starts well the first time is no news.
        let is_news = before.map_or(!running, |before| before.running != running);
        let since = before.filter(|before| before.running == running).map_or(at, |before| before.since);
        let error = error.or_else(|| before?.error.clone());
        states.insert(source, SourceStatus { source, running, since, error });
        is_news
    }
}

impl Fleet {
    /// How the sources are that hear of devices by themselves.
    ///
    /// # Errors
    /// When `actor` may not read.
    pub fn sources(&self, actor: &Actor) -> Result<Vec<SourceStatus>, Error> {
        Self::authorize(actor, Permission::Read)?;
        Ok(self.source_board().states().values().cloned().collect())
    }

    /// Hands on that a device was seen. Nothing happens while the loops do not run.
    pub(crate) fn tell(&self, seen: Seen) {
        if let Some(reporter) = self.source_board().reporter.get() {
            // Who is seen is seen again.
            reporter.try_tell(seen);
        }
    }

    /// A source hears.
    pub(crate) fn source_runs(&self, source: SightingSource) {
        if self.source_board().note(source, self.now(), None) {
            tracing::info!(%source, "devices are heard again");
        }
    }

    /// A source does not hear, or not all.
    pub(crate) fn source_failed(&self, source: SightingSource, error: &dyn std::error::Error) {
        let why = chain(error);
        if self.source_board().note(source, self.now(), Some(why.clone())) {
            tracing::warn!(%source, error = why, "devices cannot be heard; it is tried again");
        }
    }

    /// A source told something at `at`, so it hears.
    pub(crate) fn source_heard(&self, source: SightingSource, at: DateTime<Utc>) {
        let failed = self.source_board().states().get(&source).is_some_and(|known| !known.running && known.since < at);
        if failed {
            self.source_runs(source);
        }
    }
}

/// The word under which a source is kept; none for those that the fleet does not use.
pub(crate) fn kept_as(kind: SourceKind) -> Option<SightingSource> {
    match kind {
        SourceKind::Scan => Some(SightingSource::Scan),
        SourceKind::Mdns => Some(SightingSource::Mdns),
        SourceKind::Coiot => Some(SightingSource::Coiot),
        SourceKind::Mqtt => Some(SightingSource::Mqtt),
        SourceKind::Extender => Some(SightingSource::Extender),
        SourceKind::OutboundSocket => Some(SightingSource::OutboundSocket),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b1_a_source_is_news_when_it_fails_and_when_it_is_back() {
        let (board, mdns) = (SourceBoard::default(), SightingSource::Mdns);
        let at = |seconds| DateTime::from_timestamp(seconds, 0).unwrap();
        let failed = || Some("no port".to_owned());
        assert!(!board.note(mdns, at(1), None), "it starts");
        assert!(board.note(mdns, at(2), failed()));
        assert!(!board.note(mdns, at(3), failed()), "told once");
        assert!(board.note(mdns, at(4), None));
        let state = board.states()[&mdns].clone();
        assert_eq!(state, SourceStatus { source: mdns, running: true, since: at(4), error: failed() });
        assert!(board.note(SightingSource::Coiot, at(5), failed()), "it cannot even start");
    }
}
