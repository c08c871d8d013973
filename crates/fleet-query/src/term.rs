//! Reads one condition: a word to look for, a field with its values, or a setting with its values.

use std::str::FromStr;

use capability_config::{SettingFacts, SettingSelector, ValueType};
use shelly_types::Mac;

use crate::{
    Age, Condition, FIELDS, Field, Kind, Op, ParseError, ParseErrorKind, Pattern, Test, Version,
    lexer::{Bit, bare_text, pattern, plain_text},
    setting::{self, Found},
    suggest,
};

/// Most values in a list.
const MAX_VALUES: usize = 100;
/// What a query about a setting begins with.
pub(crate) const SETTING: &str = "config.";
/// A number that is written with more digits than that is no setting's.
const MAX_NUMBER: f64 = 1e15;

/// The condition that a word makes.
pub(crate) fn condition(text: &str, bits: &[Bit]) -> Result<Condition, ParseError> {
    let head: String = bits.iter().map_while(Bit::bare).collect();
    if head.get(..SETTING.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(SETTING)) {
        return of_setting(text, bits);
    }
    if let Some(mac) = bare_text(bits).filter(|word| is_mac(word)) {
        return Ok(Condition::Field(Field::Mac, Test::Text(Op::Is, vec![without_separators(&Pattern::literal(&mac))])));
    }
    let name: String = head.chars().take_while(|c| c.is_alphabetic() || *c == '_').collect();
    let place = name.chars().count();
    let Some((op, length)) = operator(bits, place) else {
        let word = limited(text, bits, pattern(bits))?;
        return Ok(Condition::Word(word));
    };
    let (start, end) = (bits[0].start(), bits[place].start());
    if name.is_empty() {
        return Err(ParseErrorKind::MissingField { operator: op }.at(text, start, bits[length - 1].end()));
    }
    let Some(field) = Field::by_name(&name) else {
        let names = FIELDS.iter().flat_map(|facts| std::iter::once(&facts.name).chain(facts.aliases)).copied();
        let suggestion = suggest::nearest(&name, names).map(str::to_owned);
        return Err(ParseErrorKind::UnknownField { name, suggestion }.at(text, start, end));
    };
    let facts = field.facts();
    let subject = Subject { text, name: facts.name.to_owned(), kind: facts.kind.into() };
    let test = subject.test(op, &bits[place..place + length], &bits[place + length..], false)?;
    Ok(Condition::Field(field, test))
}

fn of_setting(text: &str, bits: &[Bit]) -> Result<Condition, ParseError> {
    let begin = SETTING.chars().count();
    let bare = bits.iter().take_while(|bit| bit.bare().is_some()).count();
    let operators = (begin..bare).filter_map(|place| Some((place, operator(bits, place)?)));
    // A path may hold colons (`switch:0.name`), so the operator is the first one with a setting before it.
    let mut best = None;
    for (place, (op, length)) in operators {
        let path = plain_text(&bits[begin..place]);
        let (start, end) = (bits[0].start(), bits[place].start());
        match setting::find(&path) {
            Found::Setting(selector, facts) => {
                if facts.sensitive || facts.write_only {
                    return Err(ParseErrorKind::SecretSetting { path: selector.to_string() }.at(text, start, end));
                }
                return setting_test(text, &bits[place..], (op, length), selector, facts);
            }
            Found::Nothing { suggestion } => {
                let is_nearer = best.as_ref().is_none_or(|(other, ..): &(Option<String>, _, _)| other.is_none());
                if is_nearer && (suggestion.is_some() || best.is_none() || op != Op::Is) {
                    best = Some((suggestion, path, (start, end)));
                }
            }
        }
    }
    let (start, end) = (bits[0].start(), bits[bits.len() - 1].end());
    match best {
        Some((suggestion, path, (start, end))) => {
            Err(ParseErrorKind::UnknownSetting { path, suggestion }.at(text, start, end))
        }
        None => Err(ParseErrorKind::MissingOperator { path: plain_text(&bits[begin..]) }.at(text, start, end)),
    }
}

fn setting_test(
    text: &str,
    bits: &[Bit],
    (op, length): (Op, usize),
    selector: SettingSelector,
    facts: &SettingFacts,
) -> Result<Condition, ParseError> {
    let kind = match facts.value {
        ValueType::Bool => ValueKind::Flag,
        ValueType::Number { .. } | ValueType::Integer { .. } => ValueKind::Number,
        ValueType::Text { .. } | ValueType::Choice { .. } | ValueType::List | ValueType::Plain => ValueKind::Text,
    };
    let subject = Subject { text, name: format!("{SETTING}{selector}"), kind };
    let test = subject.test(op, &bits[..length], &bits[length..], facts.nullable)?;
    Ok(Condition::Setting(selector, test))
}

/// The operator that begins at this bit, and how many bits it has.
fn operator(bits: &[Bit], place: usize) -> Option<(Op, usize)> {
    let second = bits.get(place + 1).and_then(Bit::bare);
    Some(match (bits.get(place)?.bare()?, second) {
        ('!', Some('=')) => (Op::IsNot, 2),
        ('<', Some('=')) => (Op::AtMost, 2),
        ('>', Some('=')) => (Op::AtLeast, 2),
        (':' | '=', _) => (Op::Is, 1),
        ('<', _) => (Op::Less, 1),
        ('>', _) => (Op::More, 1),
        ('~', _) => (Op::Contains, 1),
        _ => return None,
    })
}

fn is_mac(word: &str) -> bool {
    word.len() == 17 && word.matches(':').count() == 5 && word.parse::<Mac>().is_ok()
}

/// MACs are compared without what people put between their bytes.
fn without_separators(pattern: &Pattern) -> Pattern {
    Pattern::new(pattern.parts().iter().map(|part| part.replace([':', '-'], "")))
}

fn limited(text: &str, bits: &[Bit], pattern: Pattern) -> Result<Pattern, ParseError> {
    if pattern.parts().len() <= Pattern::MAX_WILD + 1 {
        return Ok(pattern);
    }
    let kind = ParseErrorKind::TooMany { what: "stars in one text", max: Pattern::MAX_WILD };
    Err(kind.at(text, bits[0].start(), bits[bits.len() - 1].end()))
}

/// What values are compared with.
struct Subject<'a> {
    text: &'a str,
    name: String,
    kind: ValueKind,
}

#[derive(Clone, Copy)]
enum ValueKind {
    Text,
    Texts,
    Words(&'static [&'static str]),
    Flag,
    Whole,
    Number,
    Version,
    Age,
}

impl From<Kind> for ValueKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Text => Self::Text,
            Kind::Texts => Self::Texts,
            Kind::Words(words) => Self::Words(words),
            Kind::Flag => Self::Flag,
            Kind::Whole => Self::Whole,
            Kind::Version => Self::Version,
            Kind::Age => Self::Age,
        }
    }
}

impl ValueKind {
    fn operators(self) -> &'static [Op] {
        match self {
            Self::Text => Kind::Text.operators(),
            Self::Texts => Kind::Texts.operators(),
            Self::Words(_) | Self::Flag => Kind::Flag.operators(),
            Self::Whole | Self::Number | Self::Version => Kind::Whole.operators(),
            Self::Age => Kind::Age.operators(),
        }
    }

    fn expected(self) -> String {
        match self {
            Self::Text | Self::Texts => "text, in which `*` stands for anything".to_owned(),
            Self::Words(words) => format!("one of {}", words.join(", ")),
            Self::Flag => "yes or no".to_owned(),
            Self::Whole => "a whole number".to_owned(),
            Self::Number => "a number".to_owned(),
            Self::Version => "a version such as 1.14 or 1.14.3".to_owned(),
            Self::Age => "a time such as 5m, 2h, 3d or 1w".to_owned(),
        }
    }
}

impl Subject<'_> {
    fn test(&self, op: Op, sign: &[Bit], rest: &[Bit], nullable: bool) -> Result<Test, ParseError> {
        let (start, end) = (sign[0].start(), sign[sign.len() - 1].end());
        let allowed = self.kind.operators();
        if !allowed.contains(&op) {
            let kind = ParseErrorKind::WrongOperator { operator: op, subject: self.name.clone(), allowed };
            return Err(kind.at(self.text, start, end));
        }
        let values: Vec<&[Bit]> = rest.split(|bit| bit.bare() == Some(',')).collect();
        let mut after = end;
        for value in &values {
            let (Some(_), Some(last)) = (value.first(), value.last()) else {
                let kind = ParseErrorKind::MissingValue { subject: self.name.clone(), expected: self.kind.expected() };
                return Err(kind.at(self.text, after, after));
            };
            after = last.end() + 1;
        }
        let last = rest[rest.len() - 1].end();
        if values.len() > MAX_VALUES {
            return Err(ParseErrorKind::TooMany { what: "values", max: MAX_VALUES }.at(self.text, end, last));
        }
        if values.len() > 1 && (!op.takes_list() || matches!(self.kind, ValueKind::Flag)) {
            return Err(ParseErrorKind::ListNotAllowed { operator: op }.at(self.text, end, last));
        }
        if nullable && matches!(op, Op::Is | Op::IsNot) && bare_text(rest).as_deref() == Some("null") {
            return Ok(Test::Null(op == Op::Is));
        }
        self.typed(op, &values)
    }

    fn typed(&self, op: Op, values: &[&[Bit]]) -> Result<Test, ParseError> {
        Ok(match self.kind {
            ValueKind::Text | ValueKind::Texts => {
                let is_mac = self.name == "mac";
                let pattern = |bits: &&[Bit]| {
                    let pattern = limited(self.text, bits, pattern(bits))?;
                    Ok(if is_mac { without_separators(&pattern) } else { pattern })
                };
                Test::Text(op, values.iter().map(pattern).collect::<Result<_, ParseError>>()?)
            }
            ValueKind::Words(words) => {
                let known = |text: &str| words.contains(&text).then(|| text.to_owned());
                Test::Words(op, self.each(values, known)?)
            }
            ValueKind::Flag => {
                let flag = |text: &str| match text {
                    "yes" | "true" | "on" | "1" => Some(true),
                    "no" | "false" | "off" | "0" => Some(false),
                    _ => None,
                };
                let asked = self.each(values, flag)?.first() == Some(&true);
                Test::Flag(asked == (op == Op::Is))
            }
            ValueKind::Whole => Test::Whole(op, self.each(values, parsed)?),
            ValueKind::Number => Test::Number(op, self.each(values, number)?),
            ValueKind::Version => Test::Version(op, self.each(values, parsed::<Version>)?),
            ValueKind::Age => match self.each(values, parsed::<Age>)?.as_slice() {
                [age, ..] => Test::Age(op, *age),
                [] => return Err(self.wrong(&[])),
            },
        })
    }

    fn each<T>(&self, values: &[&[Bit]], read: impl Fn(&str) -> Option<T>) -> Result<Vec<T>, ParseError> {
        let value = |bits: &&[Bit]| read(&plain_text(bits).to_lowercase()).ok_or_else(|| self.wrong(bits));
        values.iter().map(value).collect()
    }

    fn wrong(&self, bits: &[Bit]) -> ParseError {
        let found: String = plain_text(bits).chars().take(64).collect();
        let suggestion = match self.kind {
            ValueKind::Words(words) => suggest::nearest(&found, words.iter().copied()).map(str::to_owned),
            _ => None,
        };
        let kind = ParseErrorKind::WrongValue {
            found,
            subject: self.name.clone(),
            expected: self.kind.expected(),
            suggestion,
        };
        let ends = bits.first().map(Bit::start).zip(bits.last().map(Bit::end));
        let (start, end) = ends.unwrap_or((self.text.len(), self.text.len()));
        kind.at(self.text, start, end)
    }
}

fn parsed<T: FromStr>(text: &str) -> Option<T> {
    text.parse().ok()
}

fn number(text: &str) -> Option<f64> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'+' | b'.'));
    text.parse().ok().filter(|number: &f64| is_plain && number.abs() <= MAX_NUMBER)
}
