//! `Media`: the media player of Wall Displays.

use serde_json::Value;
use shelly_types::wire_object;

use super::{common::Restart, wire_params};
use crate::components::media::{MediaKind, Playback};

wire_params!(MediaKind);

wire_object! {
    /// A radio station that was marked.
    pub struct Station {
        /// Number.
        pub id: u32,
        /// Name.
        pub name: String,
        /// Country.
        pub country_code: String,
        /// Address of the picture.
        pub icon: String,
    }

    /// Answer of methods that control the player.
    pub struct Player {
        /// What it plays.
        pub playback: Playback,
    }

    /// Answer of methods that play a file over what is being played.
    pub struct Interruption {
        /// What is played now.
        pub audio_clip: Player,
        /// What is played afterwards.
        pub resume: Playback,
    }

    /// Answer of `Media.PutMedia`.
    pub struct PutAnswer {
        /// The change takes effect after a restart.
        pub restart_required: bool,
        /// Bytes that are there now.
        pub offset: u64,
    }

    /// Answer of `Media.Delete`.
    pub struct Deleted {
        /// The change takes effect after a restart.
        pub restart_required: bool,
        /// Files that were removed.
        pub deleted: u64,
    }
}

options! {
    /// Files, one or several.
    pub struct Files {
        /// One.
        pub id: Option<u32>,
        /// Several.
        pub ids: Option<Vec<u32>>,
    }
}

methods! {
    /// Asks for the list of files; it comes in another way, which is not documented.
    fn media_list() = "Media.List";

    /// Sends a part of a file, base64.
    fn media_put(filename: &str, append: bool, last: bool, kind: &MediaKind = "type", data: &str) -> PutAnswer =
        "Media.PutMedia";

    /// Reads the files anew.
    fn media_reload() -> Restart = "Media.Reload";

    /// Removes files.
    fn media_delete(; ..files: Files) -> Deleted = "Media.Delete";

    /// Sets the volume, 0 to 10.
    fn media_set_volume(volume: f64) -> Player = "Media.SetVolume";

    /// Makes it louder.
    fn media_increase_volume() -> Value = "Media.IncreaseVolume";

    /// Makes it quieter.
    fn media_decrease_volume() -> Value = "Media.DecreaseVolume";

    /// Albums of music.
    fn media_albums() -> Value = "Media.ListAudioAlbums";

    /// Artists of music.
    fn media_artists() -> Value = "Media.ListAudioArtists";

    /// Plays, a certain file or where it stopped.
    fn media_play(; id: u32) -> Player = "Media.MediaPlayer.Play";

    /// Pauses.
    fn media_pause(; id: u32) -> Player = "Media.MediaPlayer.Pause";

    /// Plays or pauses.
    fn media_play_or_pause() -> Value = "Media.MediaPlayer.PlayOrPause";

    /// Stops.
    fn media_stop() -> Value = "Media.MediaPlayer.Stop";

    /// Goes to the next file.
    fn media_next() -> Player = "Media.MediaPlayer.Next";

    /// Goes to the file before.
    fn media_previous() -> Player = "Media.MediaPlayer.Previous";

    /// Plays a ringtone, then goes on.
    fn media_play_ringtone(id: u32) -> Interruption = "Media.MediaPlayer.PlayRingtone";

    /// Plays an alert, then goes on.
    fn media_play_alert(id: u32) -> Interruption = "Media.MediaPlayer.PlayAlert";

    /// Plays a clip; its parameters are not documented.
    fn media_play_clip() -> Value = "Media.MediaPlayer.PlayAudioClip";

    /// Radio stations that were marked.
    fn radio_favourites() -> Vec<Station> = "Media.Radio.ListFavourites";

    /// Plays a radio station.
    fn radio_play(id: u32) -> Player = "Media.Radio.PlayFavourite";

    /// Stops the radio.
    fn radio_stop(id: u32) -> Player = "Media.Radio.Stop";

    /// Goes to the next radio station.
    fn radio_next() -> Player = "Media.Radio.PlayNextFavourite";

    /// Goes to the radio station before.
    fn radio_previous() -> Player = "Media.Radio.PlayPreviousFavourite";
}
