//! `Presence`: the presence radar and its zones.

use super::{common::Added, wire_params};
use crate::components::presencezone;

wire_params!(presencezone::Config);

methods! {
    /// Adds a zone; answers its key.
    fn presence_add_zone(config: &presencezone::Config) -> Added = "Presence.AddZone";

    /// Removes a zone.
    fn presence_delete_zone(id: u32) = "Presence.DeleteZone";

    /// Finds out how the device hangs; to be called after it was mounted.
    fn presence_calibrate_tilt() = "Presence.TiltCalibrate";

    /// Lets the device tell for a while where people are, as events `track`.
    fn presence_live_track() = "Presence.LiveTrack";

    /// Switches the radar.
    fn presence_set_sensor(enable: bool) = "Presence.SetSensor";
}
