//! Describes the media player of Wall Displays.

use shelly_types::{wire_enum, wire_object};

wire_object! {
    /// Settings of the media player.
    pub struct Config {
        /// Revision.
        pub rev: u64,
    }

    /// State of the media player.
    pub struct Status {
        /// Player.
        pub playback: Playback,
        /// Size of all files in bytes.
        pub total_size: u64,
        /// Size of all files for people.
        pub total_size_h: String,
        /// Number of files by kind.
        pub item_counts: ItemCounts,
    }

    /// Player.
    pub struct Playback {
        /// It plays.
        pub enable: bool,
        /// It loads.
        pub buffering: bool,
        /// Volume.
        pub volume: f64,
        /// Kind of what is played.
        pub media_type: MediaKind,
        /// What is played.
        pub media_meta: Track,
    }

    /// What is played.
    pub struct Track {
        /// Title.
        pub title: String,
        /// Artist.
        pub artist: String,
        /// Album.
        pub album: String,
        /// Length in seconds.
        pub duration: f64,
        /// Place in seconds.
        pub position: f64,
        /// Address of the cover picture.
        pub thumb: String,
    }

    /// Number of files by kind.
    pub struct ItemCounts {
        /// Music.
        pub audio: u64,
        /// Alerts.
        pub alert: u64,
        /// Ringtones.
        pub ringtone: u64,
        /// Photos.
        pub photo: u64,
        /// Videos.
        pub video: u64,
    }
}

wire_enum! {
    /// Kind of what is played.
    pub enum MediaKind {
        /// Radio.
        RADIO = "RADIO",
        /// Music.
        AUDIO = "AUDIO",
        /// Ringtone.
        RINGTONE = "RINGTONE",
        /// Alert.
        ALERT = "ALERT",
    }
}
