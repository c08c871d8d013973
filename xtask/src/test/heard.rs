//! Hears from the lines of a test program which tests failed, and with which words.

use std::collections::BTreeMap;

/// How many lines of a failed test are remembered; its panic comes first as a rule, a long log may follow.
const LINES: usize = 40;

/// The failed tests, each with what it said.
#[derive(Debug, Default)]
pub(super) struct Heard {
    failed: BTreeMap<String, Vec<String>>,
    /// How many passed.
    pub(super) passed: usize,
    /// The test whose words are being printed.
    speaking: Option<String>,
}

impl Heard {
    pub(super) fn of(lines: &[String]) -> Self {
        let mut heard = Self::default();
        for line in lines {
            heard.line(line);
        }
        heard
    }

    fn line(&mut self, line: &str) {
        if let Some(name) = line.strip_prefix("---- ").and_then(|rest| rest.strip_suffix(" stdout ----")) {
            self.speaking = Some(name.to_owned());
        } else if line == "failures:" || line.starts_with("test result: ") {
            self.speaking = None;
        } else if let Some(name) = line.strip_prefix("test ").and_then(|rest| rest.strip_suffix(" ... FAILED")) {
            self.failed.entry(name.to_owned()).or_default();
        } else if line.starts_with("test ") && line.ends_with(" ... ok") {
            self.passed += 1;
        } else if let Some(words) = self.speaking.as_ref().and_then(|name| self.failed.get_mut(name))
            && words.len() < LINES
            && !line.is_empty()
        {
            words.push(line.to_owned());
        }
    }

    /// The names of those that failed.
    pub(super) fn failed(&self) -> impl ExactSizeIterator<Item = &str> {
        self.failed.keys().map(String::as_str)
    }

    /// What the failed ones said.
    pub(super) fn words(&self) -> String {
        let block = |(name, words): (&String, &Vec<String>)| format!("{name}\n  {}\n", words.join("\n  "));
        self.failed.iter().map(block).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAID: &str = "\
running 3 tests
test a::fine ... ok
test a::late ... FAILED
test b::wrong ... FAILED

failures:

---- a::late stdout ----

thread 'a::late' panicked at a.rs:1:1:
waited in vain
---- b::wrong stdout ----
left: 1

failures:
    a::late
    b::wrong

test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.10s
";

    #[test]
    fn failures_are_heard_with_their_words() {
        let heard = Heard::of(&SAID.lines().map(str::to_owned).collect::<Vec<_>>());
        assert_eq!(heard.failed().collect::<Vec<_>>(), ["a::late", "b::wrong"]);
        assert_eq!(heard.passed, 1);
        let words = "a::late\n  thread 'a::late' panicked at a.rs:1:1:\n  waited in vain\nb::wrong\n  left: 1\n";
        assert_eq!(heard.words(), words);
    }
}
