//! Names what devices show in their configuration though it is no setting, with the reason.

/// Gen1: the place in `/settings`, and the reason. `{}` is any number; `*` is what follows, or the begin of a word.
const GEN1: &[(&str, &str)] = &[
    ("device.type", IDENTITY),
    ("device.mac", IDENTITY),
    ("device.hostname", IDENTITY),
    ("device.submodel", IDENTITY),
    ("fw", IDENTITY),
    ("fw_mode", IDENTITY),
    ("pin_code", IDENTITY),
    ("build_info.*", IDENTITY),
    ("hwinfo.*", IDENTITY),
    ("device.num_outputs", SIZE),
    ("device.num_inputs", SIZE),
    ("device.num_meters", SIZE),
    ("device.num_emeters", SIZE),
    ("device.num_rollers", SIZE),
    ("device.sleep_mode", SIZE),
    ("alt_modes", SIZE),
    ("alt_modes.*", SIZE),
    ("login.default_username", SIZE),
    ("device.mode", TWICE),
    ("transition", TWICE),
    ("rollers.{}.maxtime", TWICE),
    ("lights.{}.night_mode.*", TWICE),
    ("ext_temperature.{}.overtemp_threshold_tF", TWICE),
    ("ext_temperature.{}.undertemp_threshold_tF", TWICE),
    ("ext_temperature.{}.offset_tF", TWICE),
    ("thermostats.{}.target_t.value_op", TWICE),
    ("night_mode.{}.*", "the four channels of an RGBW2 share one write, and no source tells which of them it is for"),
    ("actions.*", ACTIONS),
    ("relays.{}.*_url", ACTIONS),
    ("rollers.{}.*_url", ACTIONS),
    ("lights.{}.*_url", ACTIONS),
    ("inputs.{}.*_url", ACTIONS),
    ("emeters.{}.*_url", ACTIONS),
    ("emeters.{}.*_url_threshold", ACTIONS),
    ("*_url", ACTIONS),
    ("time", STATE),
    ("unixtime", STATE),
    ("cloud.connected", STATE),
    ("calibrated", STATE),
    ("pulse_mode_detected", STATE),
    ("pulse_mode_rebooted", STATE),
    ("light_sensor", STATE),
    ("relays.{}.ison", STATE),
    ("relays.{}.has_timer", STATE),
    ("relays.{}.overpower", STATE),
    ("rollers.{}.state", STATE),
    ("rollers.{}.power", STATE),
    ("rollers.{}.is_valid", STATE),
    ("rollers.{}.safety_switch", STATE),
    ("lights.{}.ison", STATE),
    ("lights.{}.power", STATE),
    ("lights.{}.brightness", STATE),
    ("lights.{}.gain", STATE),
    ("lights.{}.red", STATE),
    ("lights.{}.green", STATE),
    ("lights.{}.blue", STATE),
    ("lights.{}.white", STATE),
    ("lights.{}.temp", STATE),
    ("meters.{}.*", STATE),
    ("ext_sensors", EMPTY),
    ("ext_temperature", EMPTY),
    ("ext_humidity", EMPTY),
];

/// Gen2 and later: kind, field and reason.
const RPC: &[(&str, &str, &str)] = &[
    ("sys", "device.mac", IDENTITY),
    ("sys", "device.fw_id", IDENTITY),
    ("sys", "cfg_rev", REVISION),
    ("media", "rev", REVISION),
    ("service", "seq_rev", REVISION),
    ("sys", "ui_data", EMPTY),
    ("em", "reverse", EMPTY),
];

const IDENTITY: &str = "it tells who the device is";
const REVISION: &str = "it counts changes";
const SIZE: &str = "it tells what the model has";
const TWICE: &str = "the same is told at another place";
const ACTIONS: &str = "actions are resources of their own";
const STATE: &str = "it is a reading, and told in the status";
const EMPTY: &str = "an object without members; each member is a setting";

/// Why what Gen1 shows at `path` of `/settings` is no setting; none when it could be one.
pub(super) fn on_gen1(path: &str) -> Option<&'static str> {
    GEN1.iter().find(|(known, _)| covers(known, path)).map(|(_, reason)| *reason)
}

/// Why `field` of a component of `kind` is no setting; none when it could be one.
pub(super) fn on_rpc(kind: &str, field: &str) -> Option<&'static str> {
    RPC.iter().find(|(of, known, _)| *of == kind && *known == field).map(|(_, _, reason)| *reason)
}

/// Whether `path` is one of those that `known` stands for.
fn covers(known: &str, path: &str) -> bool {
    let (mut known, mut path) = (known.split('.'), path.split('.'));
    loop {
        match (known.next(), path.next()) {
            (Some("*"), Some(_)) | (None, None) => return true,
            (Some("{}"), Some(word)) if word.bytes().all(|byte| byte.is_ascii_digit()) => {}
            (Some(known), Some(word)) if known == word || is_end(known, word) => {}
            _ => return false,
        }
    }
}

/// Whether `known` stands for the end of `word`.
fn is_end(known: &str, word: &str) -> bool {
    known.strip_prefix('*').is_some_and(|end| word.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_matched_word_by_word() {
        for (known, path, expected) in [
            ("relays.{}.*_url", "relays.1.out_on_url", true),
            ("relays.{}.*_url", "relays.x.out_on_url", false),
            ("relays.{}.*_url", "relays.1.out_on_url.more", false),
            ("build_info.*", "build_info.build_id", true),
            ("build_info.*", "build_info", false),
            ("time", "time", true),
            ("time", "timezone", false),
        ] {
            assert_eq!(covers(known, path), expected, "{known} {path}");
        }
        assert_eq!(on_rpc("sys", "device.mac"), Some(IDENTITY));
        assert_eq!(on_rpc("switch", "device.mac"), None);
    }
}
