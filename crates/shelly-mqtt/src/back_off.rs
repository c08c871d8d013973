//! How long to wait before the next attempt to connect.

use std::time::Duration;

/// Waiting times between attempts: each twice the one before, shortened by chance so that many clients do not come back
/// at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BackOff {
    /// The first wait.
    pub first: Duration,
    /// The longest wait.
    pub longest: Duration,
}

impl Default for BackOff {
    /// 1 s to 60 s.
    fn default() -> Self {
        Self { first: Duration::from_secs(1), longest: Duration::from_mins(1) }
    }
}

impl BackOff {
    /// The wait after `failures` failures in a row; `chance` between 0 and 1 takes up to half of it away.
    pub(crate) fn wait(&self, failures: u32, chance: f64) -> Duration {
        let doublings = failures.saturating_sub(1).min(20);
        let full = self.first.saturating_mul(1 << doublings).min(self.longest);
        full.mul_f64(1.0 - chance.clamp(0.0, 1.0) / 2.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_the_longest() {
        let back_off = BackOff::default();
        let seconds: Vec<u64> = (1..9).map(|failures| back_off.wait(failures, 0.0).as_secs()).collect();
        assert_eq!(seconds, [1, 2, 4, 8, 16, 32, 60, 60]);
        assert_eq!(back_off.wait(u32::MAX, 1.0), Duration::from_secs(30));
    }
}
