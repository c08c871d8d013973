//! What single products show: media player, diffuser, infrared, DALI, LoRa.

use shelly_gen2_rpc::components::{cury, dali, ircode, irdevice, lnm, lora, media};
use shelly_types::{
    status::{
        DaliStatus, InfraredCodeStatus, InfraredDeviceStatus, LoRaMessagesStatus, LoRaStatus, MediaStatus, ScentSide,
        ScentStatus,
    },
    wire::Field,
};

use super::{device::version, end, moment, text, word, words};

pub(super) fn media(status: &media::Status) -> MediaStatus {
    let playback = status.playback.get();
    let track = playback.and_then(|playback| playback.media_meta.get());
    let files = status.item_counts.get().map(|counts| {
        [&counts.audio, &counts.alert, &counts.ringtone, &counts.photo, &counts.video]
            .into_iter()
            .filter_map(Field::copied)
            .fold(0, u64::saturating_add)
    });
    MediaStatus {
        playing: playback.and_then(|playback| playback.enable.copied()),
        buffering: playback.and_then(|playback| playback.buffering.copied()),
        volume: playback.and_then(|playback| playback.volume.copied()),
        kind: playback.and_then(|playback| word(&playback.media_type)),
        title: track.and_then(|track| text(&track.title)),
        artist: track.and_then(|track| text(&track.artist)),
        album: track.and_then(|track| text(&track.album)),
        position_s: track.and_then(|track| track.position.copied()),
        duration_s: track.and_then(|track| track.duration.copied()),
        stored_bytes: status.total_size.copied(),
        stored_files: files,
    }
}

pub(super) fn scent(status: &cury::Status) -> ScentStatus {
    let slots = status.slots.get();
    ScentStatus {
        left: slots.and_then(|slots| slots.left.get()).map(side).unwrap_or_default(),
        right: slots.and_then(|slots| slots.right.get()).map(side).unwrap_or_default(),
        mode: word(&status.mode),
        away: status.away_mode.copied(),
        errors: words(&status.errors),
    }
}

fn side(slot: &cury::Slot) -> ScentSide {
    let vial = slot.vial.get();
    let timer = slot.timer.get();
    ScentSide {
        output: slot.on.copied(),
        intensity_percent: slot.intensity.copied(),
        boost_until: slot.boost.get().and_then(|boost| end(&boost.started_at, &boost.duration)),
        timer_ends_at: timer.and_then(|timer| end(&timer.timer_started_at, &timer.timer_duration)),
        scent: vial.and_then(|vial| text(&vial.name)),
        serial: vial.and_then(|vial| text(&vial.serial)),
        level_percent: vial.and_then(|vial| vial.level.copied()),
        error: vial.and_then(|vial| word(&vial.vial_fault)),
    }
}

pub(super) fn dali(status: &dali::Status) -> DaliStatus {
    DaliStatus {
        gears: status.cg_count.copied(),
        scanning: Some(status.scan.get().is_some()),
        errors: words(&status.errors),
    }
}

pub(super) fn infrared_device(status: &irdevice::Status) -> InfraredDeviceStatus {
    let learning = status.learning.get();
    InfraredDeviceStatus {
        learning_until: learning.and_then(|learning| end(&learning.started_at, &learning.timeout)),
        learning: learning.and_then(|learning| text(&learning.name)),
    }
}

pub(super) fn infrared_code(status: &ircode::Status) -> InfraredCodeStatus {
    InfraredCodeStatus { symbols: status.symbols.copied() }
}

pub(super) fn lora(status: &lora::Status) -> LoRaStatus {
    let offers = status.available_updates.get();
    let update = status.update.get();
    LoRaStatus {
        sent_bytes: status.bytes_sent.copied(),
        received_bytes: status.bytes_recd.copied(),
        air_time_ms: status.air_time_hr_ms.copied(),
        failed_sends: status.send_fails.copied(),
        max_payload_bytes: status.max_payload_size.copied(),
        silent_until: status.notx.get().and_then(|silence| end(&silence.started_at, &silence.duration)),
        firmware: text(&status.fw_version),
        update_stable: offers.and_then(|offers| version(&offers.stable)),
        update_beta: offers.and_then(|offers| version(&offers.beta)),
        update_state: update.and_then(|update| word(&update.state)),
        update_percent: update.and_then(|update| update.progress.copied()),
        flags: words(&status.flags),
        errors: words(&status.errors),
    }
}

pub(super) fn lora_messages(status: &lnm::Status) -> LoRaMessagesStatus {
    let counts = status.stats.get();
    LoRaMessagesStatus {
        sent: counts.and_then(|counts| counts.tx_msgs.copied()),
        received: counts.and_then(|counts| counts.rx_msgs.copied()),
        since: counts.and_then(|counts| moment(counts.since.copied()?)),
    }
}
