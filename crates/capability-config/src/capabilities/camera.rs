//! Cameras, and their zones.

use super::prelude::*;

block! {
    /// Camera.
    pub struct Camera {
        /// Stream over RTSP.
        rtsp: CameraStream,
    }

    /// Stream over RTSP.
    pub struct CameraStream {
        /// Offer it.
        enable: bool = flag().risk(Risk::Integration),
    }

    /// Zone of a camera.
    pub struct CameraZone {
        /// Name shown to people.
        name: String = text(64).nullable(),
        /// Use it.
        enable: bool = flag(),
        /// Watch it for motion, or keep it out of the picture.
        kind("type"): String = choice(&["motion", "privacy"]),
        /// Corners, x and y in turn, in a grid of 0 to 10000.
        coordinates: Vec<SettingValue> = list(),
        /// Colour it is shown in: red, green, blue, 0 to 255.
        color: Vec<SettingValue> = list(),
    }
}
