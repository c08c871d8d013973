//! Looks at one Rust source file: its length without tests, its first sentence, what it must not contain.

/// The most production lines a file may have without a written reason.
pub(crate) const LONGEST: usize = 600;

/// How many lines of a file go to production; inline test modules are cut off.
pub(crate) fn production_lines(text: &str) -> usize {
    let mut count = 0;
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let is_test_module = line.trim_end() == "#[cfg(test)]"
            && lines.peek().is_some_and(|next| next.starts_with("mod ") && next.ends_with('{'));
        if is_test_module {
            lines.by_ref().find(|line| *line == "}");
        } else {
            count += 1;
        }
    }
    count
}

/// Whether the file begins by saying what it does. A crate's front page may stand in its README.
pub(crate) fn has_module_sentence(text: &str) -> bool {
    let first = text.lines().next().unwrap_or_default();
    let sentence = first.strip_prefix("//! ").is_some_and(|rest| !rest.trim().is_empty());
    sentence || first.starts_with("#![doc = include_str!(")
}

/// Whether an enum is read by trying one shape after the other, which turns every mistake into a useless message.
pub(crate) fn reads_untagged(text: &str) -> bool {
    text.match_indices("serde(").any(|(at, opening)| {
        let rest = &text[at + opening.len()..];
        let inside = rest.split(']').next().unwrap_or_default();
        inside.split([',', ')']).any(|word| word.trim() == "untagged")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inline_tests_do_not_count() {
        let text = "//! Does it.\nfn a() {}\n\n#[cfg(test)]\nmod tests {\n    fn b() {}\n}\n";
        assert_eq!(production_lines(text), 3);
        let after = format!("{text}fn c() {{}}\n");
        assert_eq!(production_lines(&after), 4);
    }

    #[test]
    fn a_single_test_helper_counts() {
        assert_eq!(production_lines("#[cfg(test)]\nfn helper() {}\n"), 2);
    }

    #[test]
    fn the_first_line_says_what_the_file_does() {
        assert!(has_module_sentence("//! Reads a MAC.\n"));
        assert!(has_module_sentence("#![doc = include_str!(\"../README.md\")]\n"));
        assert!(!has_module_sentence("//!\n//! Late.\n"));
        assert!(!has_module_sentence("use std::fmt;\n"));
        assert!(!has_module_sentence(""));
    }

    #[test]
    fn untagged_enums_are_found() {
        assert!(reads_untagged(concat!("#[serde(", "untagged)]\nenum A {}")));
        assert!(reads_untagged(concat!("#[serde(\n    rename_all = \"x\",\n    ", "untagged,\n)]")));
        assert!(!reads_untagged("#[serde(default)]\n/// an untagged one\nstruct A;"));
    }
}
