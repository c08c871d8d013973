//! Tells a new status from one that was seen already.

use std::time::Duration;

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

/// Remembers the last status of one device.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Freshness {
    sleeps: bool,
    last: Option<(u16, Option<Serial>)>,
}

impl Freshness {
    /// For a device; `sleeps` when it wakes for moments only. Two wake-ups may carry the same serial, so the serial of a
    /// sleeper says nothing.
    pub fn new(sleeps: bool) -> Self {
        Self { sleeps, last: None }
    }

    /// Judges a status and remembers it.
    pub fn judge(&mut self, packet: &Packet) -> News {
        let now = (packet.message_id, packet.serial);
        match self.last.replace(now) {
            Some(last) if last == now => News::Duplicate,
            Some((_, serial)) if !self.sleeps && serial.is_some() && serial == packet.serial => News::Repeat,
            _ => News::New,
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

    /// A5: repetitions are told from news.
    #[test]
    fn a_repeated_serial_is_no_news() {
        let mut seen = Freshness::new(false);
        let judged: Vec<_> =
            [(1, 7), (1, 7), (2, 7), (3, 8)].iter().map(|(id, serial)| seen.judge(&status(*id, *serial))).collect();
        assert_eq!(judged, [News::New, News::Duplicate, News::Repeat, News::New]);
    }

    #[test]
    fn the_serial_of_a_sleeper_says_nothing() {
        let mut seen = Freshness::new(true);
        assert_eq!(seen.judge(&status(1, 7)), News::New);
        assert_eq!(seen.judge(&status(2, 7)), News::New);
        assert_eq!(seen.judge(&status(2, 7)), News::Duplicate);
        assert_eq!(seen.judge(&Packet { serial: None, ..status(3, 0) }), News::New);
    }

    #[test]
    fn validity_has_two_units() {
        assert_eq!(Validity(150).duration(), Duration::from_secs(15));
        assert_eq!(Validity(901).duration(), Duration::from_secs(3604));
    }
}
