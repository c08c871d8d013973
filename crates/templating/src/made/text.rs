//! Puts variables into a text that names its device, and keeps the rest as it is.

use super::OwnName;
use crate::is_template;

/// Text under which a literal `{{` and its like are written in a template.
const MARKS: [(&str, &str); 3] = [("{{", "{{ \"{{\" }}"), ("{%", "{{ \"{%\" }}"), ("{#", "{{ \"{#\" }}")];

/// Whether a text names the device.
pub(super) fn names_itself(text: &str, names: &[OwnName]) -> bool {
    names.iter().any(|name| name.is_distinct && place(text, &name.text).is_some())
}

/// Where a name stands by itself in a text: no letter and no digit is next to it, and next to an address no further part.
fn place(text: &str, name: &str) -> Option<usize> {
    let is_part = |letter: char| letter.is_alphanumeric();
    let is_address = name.contains('.');
    let goes_on = |rest: &str| {
        let mut letters = rest.chars();
        match letters.next() {
            Some('.') if is_address => letters.next().is_some_and(is_part),
            letter => letter.is_some_and(is_part),
        }
    };
    let is_whole = |at: &usize| {
        let before = text[..*at].chars().next_back();
        let begins = !before.is_some_and(|letter| is_part(letter) || (is_address && letter == '.'));
        begins && !goes_on(&text[*at + name.len()..])
    };
    if name.is_empty() { None } else { text.match_indices(name).map(|(at, _)| at).find(|at| is_whole(at)) }
}

/// The text with variables for what names the device; what a template would take for its own is written as it has to be.
pub(super) fn templated(text: &str, names: &[OwnName]) -> String {
    if let Some(name) = names.iter().find(|name| text == name.text && !text.is_empty()) {
        return format!("{{{{ {} }}}}", name.expression);
    }
    let mut parts: Vec<(bool, String)> = vec![(false, text.to_owned())];
    for name in names.iter().filter(|name| name.is_distinct) {
        let mut next = Vec::new();
        for (is_expression, part) in parts {
            let mut rest = part.as_str();
            while !is_expression && let Some(at) = place(rest, &name.text) {
                next.push((false, rest[..at].to_owned()));
                next.push((true, name.expression.clone()));
                rest = &rest[at + name.text.len()..];
            }
            next.push((is_expression, rest.to_owned()));
        }
        parts = next;
    }
    let is_plain = parts.iter().all(|(is_expression, _)| !is_expression);
    if is_plain && !is_template(&text.into()) {
        return text.to_owned();
    }
    let written = |(is_expression, part): (bool, String)| {
        if is_expression { format!("{{{{ {part} }}}}") } else { literal(&part) }
    };
    parts.into_iter().map(written).collect()
}

/// A text that gives itself when it is rendered.
fn literal(text: &str) -> String {
    let (mut out, mut rest) = (String::with_capacity(text.len()), text);
    loop {
        let next = MARKS.iter().filter_map(|(mark, written)| Some((rest.find(mark)?, mark, written))).min();
        let Some((at, mark, written)) = next else { break };
        out.push_str(&rest[..at]);
        out.push_str(written);
        rest = &rest[at + mark.len()..];
    }
    out.push_str(rest);
    out
}
