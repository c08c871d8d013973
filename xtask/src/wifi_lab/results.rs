//! Reads what the machine tells over its console, and says whether that is all that was to be proven.

use std::fmt;

/// The word with which lines for us begin; others are noise.
const WORD: &str = "LAB ";

/// A case that ended.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Case {
    name: String,
    seconds: String,
    /// Why it failed.
    why: Option<String>,
}

/// What a machine told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Results {
    cases: Vec<Case>,
    figures: Vec<(String, String)>,
    troubles: Vec<String>,
    /// The machine is up.
    pub(crate) began: bool,
    /// It came to the end of its cases.
    pub(crate) ended: bool,
}

impl Results {
    /// Reads a line of the console; tells whether it was one for us.
    pub(crate) fn read(&mut self, line: &str) -> bool {
        let Some(rest) = line.strip_prefix(WORD) else { return false };
        let (what, rest) = rest.split_once(' ').unwrap_or((rest, ""));
        let mut words = rest.splitn(3, ' ').map(str::to_owned);
        let mut next = || words.next().unwrap_or_default();
        match what {
            "up" => self.began = true,
            "pass" => self.cases.push(Case { name: next(), seconds: next(), why: None }),
            "fail" => self.cases.push(Case { name: next(), seconds: next(), why: Some(next()) }),
            "figure" => self.figures.push((next(), next())),
            "trouble" => self.troubles.push(rest.to_owned()),
            "end" => self.ended = true,
            _ => {}
        }
        true
    }

    /// What is not as it should be; nothing when each of the expected cases has passed.
    pub(crate) fn wrong(&self, expected: &[&str]) -> Vec<String> {
        let mut wrong = self.troubles.clone();
        let failed = self.cases.iter().filter_map(|case| Some(format!("{}: {}", case.name, case.why.as_ref()?)));
        wrong.extend(failed);
        let missing = expected.iter().filter(|name| !self.cases.iter().any(|case| case.name == **name));
        wrong.extend(missing.map(|name| format!("{name}: was not run")));
        if !self.ended {
            wrong.push("the machine did not come to its end".to_owned());
        }
        wrong
    }
}

impl fmt::Display for Results {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for case in &self.cases {
            let word = if case.why.is_some() { "FAILED" } else { "ok" };
            writeln!(f, "  {:<34} {:>7} s  {word}", case.name, case.seconds)?;
        }
        for (name, value) in &self.figures {
            writeln!(f, "  {name:<34} {value:>7}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(lines: &[&str]) -> Results {
        let mut results = Results::default();
        for line in lines {
            results.read(line);
        }
        results
    }

    #[test]
    fn each_expected_case_has_to_pass() {
        let good = ["LAB up", "LAB pass scan 1.5", "noise", "LAB figure peak_kib 9000", "LAB end"];
        assert!(read(&good).wrong(&["scan"]).is_empty());
        assert_eq!(read(&good).wrong(&["scan", "kill"]), ["kill: was not run"]);
        assert_eq!(read(&good[..2]).wrong(&["scan"]), ["the machine did not come to its end"]);
        let bad = ["LAB fail scan 9.0 no access point", "LAB trouble no radio", "LAB end"];
        assert_eq!(read(&bad).wrong(&["scan"]), ["no radio", "scan: no access point"]);
    }

    #[test]
    fn results_are_shown_with_their_times() {
        let text = read(&["LAB pass scan 1.5", "LAB fail kill 2.0 why", "LAB figure peak_kib 9000"]).to_string();
        assert!(text.contains("1.5 s  ok") && text.contains("2.0 s  FAILED") && text.contains("9000"), "{text}");
        assert!(!Results::default().read("[    1.0] LAB pass scan 1.5"));
    }
}
