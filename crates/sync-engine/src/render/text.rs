//! Shows long texts, such as the code of a script, by what identifies them, and what differs between two.

use std::fmt::Write as _;

use capability_config::SettingValue;
use sha2::{Digest, Sha256};

/// A text with more characters than this, or with several lines, is long.
const LONG: usize = 160;

/// Lines around a difference that are shown with it.
const AROUND: usize = 2;

/// Pairs of lines that are compared at most; texts with more are told by their size only.
const MOST_PAIRS: usize = 4_000_000;

/// The value as it is; of a long text its size and the first digits of its SHA-256.
pub fn brief(value: &SettingValue) -> String {
    let Some(text) = value.as_text().filter(|text| is_long(text)) else { return value.to_string() };
    let digest = Sha256::digest(text.as_bytes());
    let mut told = format!("(text of {} bytes, sha256 ", text.len());
    for byte in digest.iter().take(6) {
        // Writing to memory cannot fail.
        let _ = write!(told, "{byte:02x}");
    }
    told.push(')');
    told
}

/// What differs between two texts of several lines, with `-` and `+` before the lines; none when neither is long, or one is
/// no text that is shown.
pub fn difference(before: Option<&SettingValue>, after: Option<&SettingValue>) -> Option<String> {
    let before = before.and_then(SettingValue::as_text)?;
    let after = after.and_then(SettingValue::as_text)?;
    if !is_long(before) && !is_long(after) {
        return None;
    }
    lines(before, after)
}

fn is_long(text: &str) -> bool {
    text.chars().count() > LONG || text.trim_end().contains('\n')
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Same,
    Gone,
    New,
}

fn lines(before: &str, after: &str) -> Option<String> {
    let (before, after): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let same = before.iter().zip(&after).take_while(|(left, right)| left == right).count();
    let (old, new) = (&before[same..], &after[same..]);
    if old.len().saturating_mul(new.len()) > MOST_PAIRS {
        return None;
    }
    let mut all: Vec<(Kind, &str)> = before[..same].iter().map(|line| (Kind::Same, *line)).collect();
    walk(old, new, &mut all);
    let near = |at: usize| {
        let range = at.saturating_sub(AROUND)..(at + AROUND + 1).min(all.len());
        all[range].iter().any(|(kind, _)| *kind != Kind::Same)
    };
    let mut text = String::new();
    let mut was_near = true;
    for (at, (kind, line)) in all.iter().enumerate() {
        let is_near = near(at);
        if is_near {
            let sign = match kind {
                Kind::Same => ' ',
                Kind::Gone => '-',
                Kind::New => '+',
            };
            // Writing to memory cannot fail.
            let _ = writeln!(text, "{sign} {line}");
        } else if was_near {
            text.push_str("...\n");
        }
        was_near = is_near;
    }
    Some(text)
}

/// Walks both texts along their longest common lines.
fn walk<'a>(old: &[&'a str], new: &[&'a str], all: &mut Vec<(Kind, &'a str)>) {
    let width = new.len() + 1;
    // For each pair of places the number of lines that the rests have in common.
    let mut common = vec![0_u32; (old.len() + 1) * width];
    for left in (0..old.len()).rev() {
        for right in (0..new.len()).rev() {
            common[left * width + right] = if old[left] == new[right] {
                common[(left + 1) * width + right + 1] + 1
            } else {
                common[(left + 1) * width + right].max(common[left * width + right + 1])
            };
        }
    }
    let (mut left, mut right) = (0, 0);
    while left < old.len() || right < new.len() {
        let rest = |left: usize, right: usize| common[left * width + right];
        if left < old.len() && right < new.len() && old[left] == new[right] {
            all.push((Kind::Same, old[left]));
            (left, right) = (left + 1, right + 1);
        } else if left < old.len() && (right == new.len() || rest(left + 1, right) >= rest(left, right + 1)) {
            all.push((Kind::Gone, old[left]));
            left += 1;
        } else {
            all.push((Kind::New, new[right]));
            right += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(before: &str, after: &str) -> Option<String> {
        difference(Some(&before.into()), Some(&after.into()))
    }

    #[test]
    fn long_texts_are_told_by_their_version() {
        assert_eq!(brief(&"short".into()), "\"short\"");
        assert_eq!(brief(&"a\nb".into()), "(text of 3 bytes, sha256 7e18f737311b)");
        assert_eq!(told("short", "other"), None);
    }

    #[test]
    fn what_differs_is_shown_line_by_line() {
        let before = "a\nb\nc\nd\ne\nf\ng\nh\n";
        let after = "a\nb\nc\nd\nE\nf\ng\nh\ni\n";
        assert_eq!(told(before, after).unwrap(), "...\n  c\n  d\n- e\n+ E\n  f\n  g\n  h\n+ i\n");
        assert_eq!(told("x\ny", "").unwrap(), "- x\n- y\n");
        let huge = "line\n".repeat(3000) + "x";
        assert_eq!(told(&huge, &("y\n".to_owned() + &huge)), None);
    }
}
