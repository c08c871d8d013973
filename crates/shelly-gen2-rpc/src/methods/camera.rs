//! `Camera`, `Storage`, `Streamer`: cameras, their memory cards and live pictures. Most answers are not documented.

use serde_json::Value;

use super::wire_params;
use crate::components::camerazone::ZoneKind;

wire_params!(ZoneKind);

options! {
    /// How a zone is shown.
    pub struct ZoneLook {
        /// Red, green, blue, 0 to 255.
        pub color: Option<[u8; 3]>,
        /// Name, at most 64 characters.
        pub name: Option<String>,
    }
}

methods! {
    /// What a camera can do.
    fn camera_capabilities(id: u32) -> Value = "Camera.GetCapabilities";

    /// Arms a camera, or covers its eye.
    fn camera_set(id: u32; arm: bool, privacy: bool) = "Camera.Set";

    /// Takes a picture.
    fn camera_capture(id: u32; stream: u32) -> Value = "Camera.CaptureImage";

    /// Records for some seconds.
    fn camera_start_recording(id: u32, duration_s: u32 = "duration", stream: u32) -> Value = "Camera.StartRecording";

    /// Ends one recording, or all.
    fn camera_stop_recording(id: u32; rec_id: &str) -> Value = "Camera.StopRecording";

    /// Adds a zone. The corners are x and y in turn, at least two corners, in a grid of 0 to 10000.
    fn camera_add_zone(
        id: u32, enable: bool, kind: &ZoneKind = "type", coordinates: &[u16]; ..look: ZoneLook
    ) -> Value =
        "Camera.AddZone";

    /// Removes a zone.
    fn camera_delete_zone(id: u32, zone_id: u32) -> Value = "Camera.DeleteZone";

    /// Plays a sound; its parameters are not documented.
    fn camera_play_sound(id: u32) -> Value = "Camera.PlaySound";

    /// Files on a memory card.
    fn storage_list(id: u32; offset: u64) -> Value = "Storage.List";

    /// Removes a file from a memory card.
    fn storage_delete(id: u32, media_id: &str) -> Value = "Storage.Delete";

    /// Erases a memory card.
    fn storage_format(id: u32) = "Storage.Format";

    /// Makes a memory card ready to be taken out.
    fn storage_eject(id: u32) = "Storage.Eject";

    /// Asks for a live picture over WebRTC.
    fn streamer_offer(ice_servers: &[Value], stream_id: u32) -> Value = "Streamer.Offer";

    /// Answers a WebRTC offer.
    fn streamer_answer(session_id: &str, sdp: &str, candidates: &[Value], end_of_candidates: bool) -> Value =
        "Streamer.Answer";

    /// Takes another stream for a session.
    fn streamer_set_source(session_id: &str, stream_id: u32) -> Value = "Streamer.SetStreamSource";

    /// Ends a session.
    fn streamer_stop(session_id: &str) -> Value = "Streamer.StopStream";
}
