//! Turns event counters into pushes of a button.

use shelly_types::wire_enum;

wire_enum! {
    /// How a button was pushed.
    pub enum Press {
        /// Once, short.
        Short = "S",
        /// Once, long.
        Long = "L",
        /// Twice, short.
        Double = "SS",
        /// Three times, short.
        Triple = "SSS",
        /// Short, then long.
        ShortLong = "SL",
        /// Long, then short.
        LongShort = "LS",
    }
}

/// The last push of an input and how many there were. The device keeps both until the next push, so the same pair
/// comes again and again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PressCount {
    /// Input.
    pub input: u8,
    /// How it was pushed last; none before the first push.
    pub press: Option<Press>,
    /// Number of pushes, 16 bit, from 0 at the start.
    pub count: u32,
}

/// A push that happened now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pressed {
    /// Input.
    pub input: u8,
    /// How.
    pub press: Press,
}

/// Tells a push from a repetition: the counter of the input changed.
///
/// The first count of an input is only remembered, since the push may be old (reference/gen1/coiot.json,
/// `event_rules`), unless the device woke up for it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Presses {
    counts: Vec<(u8, u32)>,
}

impl Presses {
    /// Judges what an input tells. `woken_by_button`: the same message gives `button` as a reason of the wake-up, so the
    /// push is news although nothing was known before.
    pub fn judge(&mut self, told: &PressCount, woken_by_button: bool) -> Option<Pressed> {
        let known = self.counts.iter_mut().find(|(input, _)| *input == told.input);
        let news = if let Some((_, count)) = known {
            std::mem::replace(count, told.count) != told.count
        } else {
            self.counts.push((told.input, told.count));
            woken_by_button
        };
        let press = told.press.clone().filter(|_| news && told.count != 0)?;
        Some(Pressed { input: told.input, press })
    }

    /// Forgets everything, for a device that started anew.
    pub fn clear(&mut self) {
        self.counts.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(count: u32) -> PressCount {
        PressCount { input: 1, press: Some(Press::Double), count }
    }

    #[test]
    fn only_a_changed_counter_is_a_push() {
        let mut presses = Presses::default();
        assert_eq!(presses.judge(&told(7), false), None);
        assert_eq!(presses.judge(&told(7), false), None);
        assert_eq!(presses.judge(&told(8), false), Some(Pressed { input: 1, press: Press::Double }));
        assert_eq!(presses.judge(&told(8), false), None);
        assert_eq!(presses.judge(&told(0), false), None);
        assert_eq!(presses.judge(&told(1), false).map(|pressed| pressed.press), Some(Press::Double));
    }

    #[test]
    fn a_sleeper_that_woke_for_the_button_was_pushed() {
        let mut presses = Presses::default();
        assert!(presses.judge(&told(3), true).is_some());
        assert!(presses.judge(&told(3), true).is_none());
    }
}
