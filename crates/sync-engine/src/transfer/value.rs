//! Knows values that only some devices have: words and ranges of a generation, and limits of a model.
//!
//! Sources: `reference/gen1/capability_map.md`, and the notes beside the settings in `capability-config`.

use capability_config::{SettingPath, SettingValue, facts};

use crate::Observed;

use super::WhyDropped;

/// How a value goes.
pub(super) enum Taken {
    /// As it is.
    AsItIs,
    /// As this one, and why.
    As(SettingValue, String),
    /// Not at all.
    Not(WhyDropped),
}

/// Devices that have a word or a range.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Family {
    Gen1,
    Rpc,
}

/// A word of one family, and the word of the other that comes nearest, where one does.
struct Word {
    kind: &'static str,
    field: &'static str,
    text: &'static str,
    only: Family,
    nearest: Option<&'static str>,
}

const fn word(
    kind: &'static str,
    field: &'static str,
    text: &'static str,
    only: Family,
    nearest: Option<&'static str>,
) -> Word {
    Word { kind, field, text, only, nearest }
}

const WORDS: &[Word] = &[
    word("switch", "in_mode", "momentary_on_release", Family::Gen1, Some("momentary")),
    word("input", "type", "action", Family::Gen1, Some("switch")),
    word("light", "in_mode", "momentary", Family::Gen1, None),
    word("light", "initial_state", "match_input", Family::Gen1, None),
    word("cover", "safety_switch.allowed_move", "open", Family::Gen1, None),
    word("cover", "safety_switch.allowed_move", "close", Family::Gen1, None),
    word("cover", "safety_switch.allowed_move", "all", Family::Gen1, None),
    word("switch", "in_mode", "cycle", Family::Rpc, None),
    word("light", "initial_state", "toggle", Family::Rpc, None),
    word("input", "type", "analog", Family::Rpc, None),
    word("input", "type", "count", Family::Rpc, None),
];

/// A range that is narrower in one family.
struct Range {
    kind: &'static str,
    field: &'static str,
    of: Family,
    least: f64,
    greatest: f64,
}

const RANGES: &[Range] = &[
    Range { kind: "cover", field: "motor.idle_confirm_period", of: Family::Rpc, least: 0.25, greatest: 2.0 },
    Range { kind: "light", field: "warmup.time_ms", of: Family::Gen1, least: 20.0, greatest: 200.0 },
];

/// Limits that a model sets to the greatest it bears.
const LIMITS: [&str; 3] = ["power_limit", "voltage_limit", "current_limit"];

/// How a value goes to a setting of a device.
pub(super) fn taken(target: &SettingPath, value: &SettingValue, to: &Observed) -> Taken {
    if to.get(target) == Some(value) {
        // It shows that it can have it.
        return Taken::AsItIs;
    }
    let (kind, field) = (target.component().kind(), target.field());
    let family = if to.support.generation().is_gen1() { Family::Gen1 } else { Family::Rpc };
    if LIMITS.contains(&field)
        && let Some(greatest) = to.get(target).and_then(SettingValue::as_number)
    {
        let is_less = value.as_number().is_some_and(|value| value <= greatest);
        if !is_less {
            return Taken::As(greatest.into(), format!("the new device bears {greatest} at most"));
        }
    }
    if let Some(text) = value.as_text() {
        let only = |word: &&Word| word.kind == kind && word.field == field && word.text == text && word.only != family;
        if let Some(Word { nearest, .. }) = WORDS.iter().find(only) {
            return match nearest {
                Some(nearest) => Taken::As((*nearest).into(), format!("the nearest there is to `{text}`")),
                None => not(format!("devices of its generation do not know `{text}`")),
            };
        }
    }
    if let Some(number) = value.as_number() {
        let narrower = |range: &&Range| range.kind == kind && range.field == field && range.of == family;
        if let Some(Range { least, greatest, .. }) = RANGES.iter().find(narrower) {
            let within = number.clamp(*least, *greatest);
            if (within - number).abs() > f64::EPSILON {
                return Taken::As(within.into(), format!("there it is {least} to {greatest}"));
            }
        }
    }
    match facts(kind, field) {
        Some(facts) if !facts.fits(value) => not(format!("{value} is no value of it there")),
        Some(_) | None => Taken::AsItIs,
    }
}

fn not(reason: String) -> Taken {
    Taken::Not(WhyDropped::Value { reason })
}
