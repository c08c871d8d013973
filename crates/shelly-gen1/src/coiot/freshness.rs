//! Tells a new status from one that was seen already.

use std::time::{Duration, Instant};

use super::Packet;

/// Option 3420: changes when the payload changes, and only then. A device that slept begins at a fixed value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Serial(pub u16);

/// Option 3412: how long a status holds.
///
/// Read in network byte order, as the vendor's text says. The captured datagrams have a zero second byte in this and in
/// the serial, which looks like the other order (150, that is 15 s, instead of 38400, that is 64 minutes); take it as
/// an upper bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Validity(pub u16);

impl Validity {
    /// The time: tenths of a second when even, units of four seconds when odd.
    pub fn duration(self) -> Duration {
        if self.0.is_multiple_of(2) {
            Duration::from_millis(u64::from(self.0) * 100)
        } else {
            Duration::from_secs(u64::from(self.0) * 4)
        }
    }
}

/// What [`Freshness`] says about a status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum News {
    /// Something changed, or it cannot be ruled out.
    New,
    /// Nothing changed since the last one: the device repeats itself. It is a sign of life.
    Repeat,
    /// The very datagram came a second time, by another interface or both by multicast and unicast.
    Duplicate,
}

/// Copies of a datagram by another way arrive within this time. A device that slept may begin with the same numbers
/// again, so later ones are no copies.
const COPIES_WITHIN: Duration = Duration::from_secs(5);

/// Remembers the last status of one device.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Freshness {
    sleeps: bool,
    last: Option<(u16, Option<Serial>, Instant)>,
}

impl Freshness {
    /// For a device; `sleeps` when it wakes for moments only, see [`sleeps`](crate::sleeps). Two wake-ups may carry the
    /// same serial, so the serial of a sleeper says nothing.
    pub fn new(sleeps: bool) -> Self {
        Self { sleeps, last: None }
    }

    /// Judges a status that came at `at` and remembers it.
    pub fn judge(&mut self, packet: &Packet, at: Instant) -> News {
        let Some((id, serial, before)) = self.last.replace((packet.message_id, packet.serial, at)) else {
            return News::New;
        };
        let same = serial == packet.serial;
        if same && id == packet.message_id && at.saturating_duration_since(before) < COPIES_WITHIN {
            News::Duplicate
        } else if same && serial.is_some() && !self.sleeps {
            News::Repeat
        } else {
            News::New
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coiot::Status;

    fn status(id: u16, serial: u16) -> Packet {
        Packet { message_id: id, serial: Some(Serial(serial)), ..Packet::status(Status::default()) }
    }

    /// Id, serial and second of each status, and what it is judged.
    fn judged(sleeps: bool, told: &[(u16, u16, u64)]) -> Vec<News> {
        let (mut seen, start) = (Freshness::new(sleeps), Instant::now());
        let judge = |(id, serial, second): &(u16, u16, u64)| {
            seen.judge(&status(*id, *serial), start + Duration::from_secs(*second))
        };
        told.iter().map(judge).collect()
    }

    /// A5: repetitions are told from news.
    #[test]
    fn a_repeated_serial_is_no_news() {
        let told = [(1, 7, 0), (1, 7, 0), (2, 7, 15), (3, 8, 20)];
        assert_eq!(judged(false, &told), [News::New, News::Duplicate, News::Repeat, News::New]);
    }

    /// M1: a second wake-up with the numbers of the first is one.
    #[test]
    fn the_serial_of_a_sleeper_says_nothing() {
        let told = [(1, 7, 0), (2, 7, 1), (2, 7, 2), (2, 7, 3600)];
        assert_eq!(judged(true, &told), [News::New, News::New, News::Duplicate, News::New]);
        let unnumbered = Packet { serial: None, ..status(3, 0) };
        let mut seen = Freshness::new(false);
        let start = Instant::now();
        assert_eq!(seen.judge(&unnumbered, start), News::New);
        assert_eq!(seen.judge(&unnumbered, start + Duration::from_mins(1)), News::New);
    }

    #[test]
    fn validity_has_two_units() {
        assert_eq!(Validity(150).duration(), Duration::from_secs(15));
        assert_eq!(Validity(901).duration(), Duration::from_secs(3604));
    }
}
