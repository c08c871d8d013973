//! `Cover`: covers and rollers.

use super::common::{Counter, Counters};
use crate::{Channel, Client, Error};

options! {
    /// Where a calibrated cover moves to: a place or a step, for the cover, its slats or both.
    pub struct CoverTarget {
        /// Place in percent, 0 closed to 100 open.
        pub pos: Option<f64>,
        /// Step in percent, -100 to 100; ends at the stop.
        pub rel: Option<f64>,
        /// Place of the slats in percent.
        pub slat_pos: Option<f64>,
        /// Step of the slats in percent.
        pub slat_rel: Option<f64>,
    }
}

methods! {
    /// Opens a cover.
    fn cover_open(id: u32) = "Cover.Open";

    /// Opens a cover for some seconds, 0.1 or more.
    fn cover_open_for(id: u32, duration_s: f64 = "duration") = "Cover.Open";

    /// Closes a cover.
    fn cover_close(id: u32) = "Cover.Close";

    /// Closes a cover for some seconds, 0.1 or more.
    fn cover_close_for(id: u32, duration_s: f64 = "duration") = "Cover.Close";

    /// Stops a cover.
    fn cover_stop(id: u32) = "Cover.Stop";

    /// Moves a calibrated cover to a place or by a step.
    fn cover_move(id: u32; ..target: CoverTarget) = "Cover.GoToPosition";

    /// Finds the end stops; the old calibration is lost at once. Refused while the cover moves.
    fn cover_calibrate(id: u32) = "Cover.Calibrate";

    /// Resets the energy counter; answers what it stood at.
    fn cover_reset_counters(id: u32; counters: &[Counter] = "type") -> Counters = "Cover.ResetCounters";
}

impl<C: Channel> Client<C> {
    /// Moves a calibrated cover to a position in percent, 0 closed to 100 open.
    pub async fn cover_go_to(&self, id: u32, percent: f64) -> Result<(), Error> {
        self.cover_move(id, &CoverTarget { pos: Some(percent), ..CoverTarget::default() }).await
    }
}
