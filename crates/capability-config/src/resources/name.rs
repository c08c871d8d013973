//! Writes names that people gave as words of a setting path.

use std::{borrow::Cow, fmt::Write as _};

/// The name as a word of a path: what a path cannot hold becomes `%` and two hex digits for each byte.
///
/// A name that is too long for a path is cut; such a one cannot be told from another that begins alike. Keys of stored
/// values are short enough (reference/gen2/protocol.md: 42 characters).
pub fn encode_name(name: &str) -> String {
    const LONGEST: usize = 180;
    let mut word = String::with_capacity(name.len());
    for letter in name.chars() {
        let mut code = String::new();
        if letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | ':') {
            code.push(letter);
        } else {
            for byte in letter.encode_utf8(&mut [0; 4]).bytes() {
                // Writing to memory cannot fail.
                let _ = write!(code, "%{byte:02X}");
            }
        }
        if word.len() + code.len() > LONGEST {
            break;
        }
        word.push_str(&code);
    }
    word
}

/// The name that a word of a path stands for.
pub fn shown_name(word: &str) -> Cow<'_, str> {
    if !word.contains('%') {
        return Cow::Borrowed(word);
    }
    let mut bytes = Vec::with_capacity(word.len());
    let mut rest = word;
    while let Some(at) = rest.find('%') {
        bytes.extend_from_slice(&rest.as_bytes()[..at]);
        let code = rest.get(at + 1..at + 3).and_then(|code| u8::from_str_radix(code, 16).ok());
        bytes.push(code.unwrap_or(b'%'));
        rest = &rest[at + 1 + if code.is_some() { 2 } else { 0 }..];
    }
    bytes.extend_from_slice(rest.as_bytes());
    Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_name_is_a_word() {
        assert_eq!(encode_name("watch dog.js"), "watch%20dog%2Ejs");
        assert_eq!(encode_name("Tür"), "T%C3%BCr");
        assert_eq!(shown_name("T%C3%BCr"), "Tür");
        assert_eq!(shown_name("100%"), "100%");
    }

    proptest! {
        #[test]
        fn names_survive(name in "\\PC{1,15}") {
            let word = encode_name(&name);
            prop_assert_eq!(shown_name(&word), name.as_str());
            let path = format!("kvs.{word}.value");
            prop_assert!(path.parse::<crate::SettingPath>().is_ok());
        }

        #[test]
        fn any_word_is_read(word in ".{0,40}") {
            let _ = shown_name(&word);
        }
    }
}
