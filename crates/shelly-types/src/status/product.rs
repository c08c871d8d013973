//! What single products show.

use chrono::{DateTime, Utc};

readings! {
    /// Media player.
    pub struct MediaStatus {
        /// It plays.
        pub playing: Option<bool>,
        /// It waits for data.
        pub buffering: Option<bool>,
        /// Volume in the vendor's unit.
        pub volume: Option<f64>,
        /// What it plays, in the vendor's words.
        pub kind: Option<String>,
        /// Title.
        pub title: Option<String>,
        /// Artist.
        pub artist: Option<String>,
        /// Album.
        pub album: Option<String>,
        /// Place in the title in seconds.
        pub position_s: Option<f64>,
        /// Length of the title in seconds.
        pub duration_s: Option<f64>,
        /// Bytes of what is stored.
        pub stored_bytes: Option<u64>,
        /// Number of files that are stored.
        pub stored_files: Option<u64>,
    }

    /// Scent diffuser.
    pub struct ScentStatus {
        /// Left side.
        pub left: ScentSide,
        /// Right side.
        pub right: ScentSide,
        /// Room it is made for, in the vendor's words.
        pub mode: Option<String>,
        /// Nobody is at home.
        pub away: Option<bool>,
        /// Faults in the vendor's words.
        pub errors: Vec<String>,
    }

    /// A side of a scent diffuser.
    pub struct ScentSide {
        /// It works.
        pub output: Option<bool>,
        /// Intensity in percent.
        pub intensity_percent: Option<f64>,
        /// A boost lasts until then.
        pub boost_until: Option<DateTime<Utc>>,
        /// It switches back then.
        pub timer_ends_at: Option<DateTime<Utc>>,
        /// Scent.
        pub scent: Option<String>,
        /// Serial number of the vial.
        pub serial: Option<String>,
        /// What is left in the vial, in percent.
        pub level_percent: Option<f64>,
        /// What is wrong with the vial.
        pub error: Option<String>,
    }

    /// DALI bus.
    pub struct DaliStatus {
        /// Control gears found.
        pub gears: Option<u64>,
        /// A scan is under way.
        pub scanning: Option<bool>,
        /// Faults in the vendor's words.
        pub errors: Vec<String>,
    }

    /// Device that is controlled by infrared.
    pub struct InfraredDeviceStatus {
        /// A code is learnt until then.
        pub learning_until: Option<DateTime<Utc>>,
        /// Name of the code that is learnt.
        pub learning: Option<String>,
    }

    /// Code that is sent by infrared.
    pub struct InfraredCodeStatus {
        /// Length in symbols.
        pub symbols: Option<u64>,
    }
}
