//! `Smoke`: smoke detectors.

methods! {
    /// Silences an alarm.
    fn smoke_mute(id: u32) = "Smoke.Mute";
}
