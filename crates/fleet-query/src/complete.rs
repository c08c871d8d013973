//! Offers what may be written at a place in a query.

use std::ops::Range;

use capability_config::{SettingFacts, ValueType, all_facts};

use crate::{FIELDS, Field, Kind, Pattern, term::SETTING};

/// Most offers.
const MAX_CANDIDATES: usize = 50;

/// What may be written at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// Bytes of the query that a candidate replaces.
    pub replaces: Range<usize>,
    /// What fits, at most fifty.
    pub candidates: Vec<Candidate>,
}

/// One offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// What to write.
    pub text: String,
    /// What it is, for people.
    pub help: String,
}

/// What may be written at the byte `cursor` of a query. `names` gives what only the fleet knows: its groups, its tags and
/// the like, for those fields it wants to offer values for.
pub fn complete(text: &str, cursor: usize, names: &dyn Fn(Field) -> Vec<String>) -> Completion {
    let cursor = (0..=cursor.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let start = word_start(&text[..cursor]);
    let word = &text[start..cursor];
    let (from, mut candidates) = match split(word) {
        None => (start, fields(word)),
        Some((field, at)) => {
            let from = word[at..].rfind(',').map_or(at, |comma| at + comma + 1);
            (start + from, values(field, &word[from..], names))
        }
    };
    candidates.truncate(MAX_CANDIDATES);
    Completion { replaces: from..cursor, candidates }
}

#[derive(Clone, Copy)]
enum Subject {
    Field(Field),
    Setting(&'static SettingFacts),
}

/// Where the word begins that ends with the text; blanks in quotes belong to it.
fn word_start(text: &str) -> usize {
    let (mut start, mut is_quoted, mut is_inside) = (0, false, false);
    for (at, c) in text.char_indices() {
        let ends = !is_quoted && (c.is_whitespace() || matches!(c, '(' | ')') || c == '-' && !is_inside);
        match c {
            '"' => (is_quoted, is_inside) = (!is_quoted, true),
            _ if ends => (start, is_inside) = (at + c.len_utf8(), false),
            _ => is_inside = true,
        }
    }
    start
}

/// The field or setting of a word, and where its values begin.
fn split(word: &str) -> Option<(Subject, usize)> {
    for (at, c) in word.char_indices().filter(|(_, c)| matches!(c, ':' | '=' | '<' | '>' | '~')) {
        let name = word[..at].trim_end_matches('!');
        let subject = match name.strip_prefix(SETTING) {
            Some(path) => match crate::setting::find(path) {
                crate::setting::Found::Setting(_, facts) => Some(Subject::Setting(facts)),
                crate::setting::Found::Nothing { .. } => None,
            },
            None => Field::by_name(name).map(Subject::Field),
        };
        if let Some(subject) = subject {
            let more = usize::from(c != ':' && word[at + 1..].starts_with('='));
            return Some((subject, at + 1 + more));
        }
    }
    None
}

fn fields(word: &str) -> Vec<Candidate> {
    let lower = word.to_lowercase();
    let sign = |kind: Kind| kind.operators().first().map_or(":", |op| op.as_str());
    let mut found: Vec<Candidate> = FIELDS
        .iter()
        .filter(|facts| facts.name.starts_with(&lower))
        .map(|facts| candidate(format!("{}{}", facts.name, sign(facts.kind)), facts.help))
        .collect();
    if lower.len() < SETTING.len() && SETTING.starts_with(&lower) {
        found.push(candidate(SETTING.to_owned(), "a setting in the newest configuration"));
    }
    if let Some(path) = lower.strip_prefix(SETTING) {
        let searchable = all_facts().iter().filter(|facts| !facts.sensitive && !facts.write_only);
        let paths = searchable.map(|facts| (facts.selector().to_string(), facts.help));
        let fitting = paths.filter(|(name, _)| name.contains(path));
        found.extend(fitting.map(|(name, help)| candidate(format!("{SETTING}{name}="), help)));
        found.sort_by_key(|candidate| !candidate.text[SETTING.len()..].starts_with(path));
    }
    found
}

fn values(subject: Subject, begin: &str, names: &dyn Fn(Field) -> Vec<String>) -> Vec<Candidate> {
    let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let (words, help) = match subject {
        Subject::Field(field) => {
            let words = match field.facts().kind {
                Kind::Words(words) => owned(words),
                Kind::Flag => owned(&["yes", "no"]),
                Kind::Age => owned(&["5m", "1h", "1d", "1w"]),
                Kind::Text | Kind::Texts | Kind::Whole | Kind::Version => names(field),
            };
            (words, field.facts().help)
        }
        Subject::Setting(facts) => {
            let mut words = match facts.value {
                ValueType::Bool => owned(&["yes", "no"]),
                ValueType::Choice { words } => owned(words),
                ValueType::Number { .. }
                | ValueType::Integer { .. }
                | ValueType::Text { .. }
                | ValueType::List
                | ValueType::Plain => Vec::new(),
            };
            words.extend(facts.nullable.then(|| "null".to_owned()));
            (words, facts.help)
        }
    };
    let begin = begin.trim_start_matches('"').to_lowercase();
    let written = |word: String| if word == "null" { word } else { Pattern::literal(&word).to_string() };
    let fitting = words.into_iter().filter(|word| word.to_lowercase().starts_with(&begin));
    fitting.map(|word| candidate(written(word), help)).collect()
}

fn candidate(text: String, help: &str) -> Candidate {
    Candidate { text, help: help.to_owned() }
}
