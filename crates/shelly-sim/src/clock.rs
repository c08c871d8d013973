//! Keeps the time of a fleet, which may pass faster than outside.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::time::Instant;

/// How time passes in a fleet.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pace {
    /// Seconds that pass in the fleet in one second outside; 1 is usual, 1440 turns a day into a minute. Everything
    /// follows it: timers, energy, restarts, nonces, sleep, reports.
    pub speed: f64,
    /// Time of day at the start, in seconds since 1970; none takes the time outside.
    pub start_unix_s: Option<u64>,
}

impl Default for Pace {
    fn default() -> Self {
        Self { speed: 1.0, start_unix_s: None }
    }
}

/// A running clock. Its instants are moments of the fleet.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clock {
    origin: Instant,
    unix_ms: u64,
    speed: f64,
}

impl Clock {
    /// Starts to run now.
    pub(crate) fn start(pace: Pace) -> Self {
        let outside = || SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis());
        let unix_ms = pace
            .start_unix_s
            .map_or_else(|| u64::try_from(outside()).unwrap_or(u64::MAX), |seconds| seconds.saturating_mul(1000));
        let speed = if pace.speed.is_finite() && pace.speed > 0.0 { pace.speed.min(1e6) } else { 1.0 };
        Self { origin: Instant::now(), unix_ms, speed }
    }

    /// The moment in the fleet.
    pub(crate) fn now(&self) -> Instant {
        if self.speed == 1.0 { Instant::now() } else { self.origin + self.origin.elapsed().mul_f64(self.speed) }
    }

    /// The moment outside at which it is `moment` in the fleet.
    pub(crate) fn outside(&self, moment: Instant) -> Instant {
        if self.speed == 1.0 {
            return moment;
        }
        self.origin + moment.saturating_duration_since(self.origin).div_f64(self.speed)
    }

    /// How long a span of the fleet takes outside.
    pub(crate) fn span(&self, length: Duration) -> Duration {
        if self.speed == 1.0 { length } else { length.div_f64(self.speed) }
    }

    /// Milliseconds since 1970 at a moment of the fleet.
    pub(crate) fn unix_ms(&self, moment: Instant) -> u64 {
        let passed = moment.saturating_duration_since(self.origin).as_millis();
        self.unix_ms.saturating_add(u64::try_from(passed).unwrap_or(u64::MAX))
    }

    /// Seconds since 1970 now.
    pub(crate) fn unix(&self) -> u64 {
        self.unix_ms(self.now()) / 1000
    }

    /// The moment of the fleet at which a full minute begins next.
    pub(crate) fn next_minute(&self, now: Instant) -> Instant {
        now + Duration::from_millis(60_000 - self.unix_ms(now) % 60_000)
    }
}

/// `HH:MM` of a moment with this offset from UTC, in seconds.
pub(crate) fn clock_text(unix: u64, offset_s: i64) -> String {
    let minutes = (unix.cast_signed() + offset_s).rem_euclid(86_400) / 60;
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_passes_in_a_minute() {
        let origin = Instant::now() - Duration::from_mins(1);
        let clock = Clock { origin, unix_ms: 1_700_000_000_000, speed: 1440.0 };
        assert!((1_700_000_000 + 86_400..1_700_000_000 + 90_000).contains(&clock.unix()));
        let later = origin + Duration::from_mins(24);
        assert_eq!(clock.outside(later), origin + Duration::from_secs(1));
        assert_eq!(clock.unix_ms(clock.next_minute(later)) % 60_000, 0);
        assert_eq!(clock_text(1_700_000_000, 3600), "23:13");
    }
}
