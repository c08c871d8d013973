//! What is wrong with a query, where, and what was probably meant.

use crate::Op;

/// The text is not a query.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("column {}: {kind}", .position.column)]
pub struct ParseError {
    /// Where.
    pub position: Position,
    /// What is wrong.
    pub kind: Box<ParseErrorKind>,
}

/// A part of a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// Bytes before it.
    pub start: usize,
    /// Bytes up to its end; the same as `start` where something is missing.
    pub end: usize,
    /// Characters before it, plus one.
    pub column: usize,
    /// Characters in it.
    pub length: usize,
}

/// What is wrong with a query.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseErrorKind {
    /// Longer than anyone writes.
    #[error("the query is too long: at most {max} bytes")]
    TooLong {
        /// Most bytes.
        max: usize,
    },
    /// More conditions, values or parentheses than a database should be asked.
    #[error("too many {what}: at most {max}")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// How many are allowed.
        max: usize,
    },
    /// A line break or another character that cannot be seen.
    #[error("a character that cannot be seen: take it out")]
    ControlCharacter,
    /// A quote without its end.
    #[error("the quote has no end: expected another `\"`")]
    OpenQuote,
    /// A parenthesis without its end.
    #[error("the parenthesis has no end: expected `)`")]
    OpenParenthesis,
    /// A closing parenthesis without its begin.
    #[error("`)` closes nothing: take it out, or put it in quotes")]
    StrayParenthesis,
    /// An operator without a condition behind it, or empty parentheses.
    #[error("expected a condition {place}, such as `gen:1` or a word to look for")]
    MissingCondition {
        /// Where it was expected.
        place: &'static str,
    },
    /// An operator without a field before it.
    #[error("`{operator}` compares nothing: write it without blanks, such as `fw<1.14`")]
    MissingField {
        /// The operator.
        operator: Op,
    },
    /// A field that does not exist.
    #[error("there is no field `{name}`{}; to look for the text put it in quotes", DidYouMean(.suggestion.as_deref()))]
    UnknownField {
        /// As it was written.
        name: String,
        /// What was probably meant.
        suggestion: Option<String>,
    },
    /// A setting that does not exist.
    #[error("there is no setting `{path}`{}", DidYouMean(.suggestion.as_deref()))]
    UnknownSetting {
        /// As it was written.
        path: String,
        /// What was probably meant.
        suggestion: Option<String>,
    },
    /// A setting whose values are secret.
    #[error("`{path}` is a secret, which cannot be searched")]
    SecretSetting {
        /// The setting.
        path: String,
    },
    /// A setting without an operator.
    #[error("expected a comparison after `{path}`, such as `=` and a value")]
    MissingOperator {
        /// The setting.
        path: String,
    },
    /// An operator that makes no sense with this field.
    #[error("`{operator}` does not go with `{subject}`: expected {}", Listed(.allowed))]
    WrongOperator {
        /// The operator.
        operator: Op,
        /// The field or setting.
        subject: String,
        /// What goes with it.
        allowed: &'static [Op],
    },
    /// Nothing after the operator.
    #[error("expected a value for `{subject}`: {expected}")]
    MissingValue {
        /// The field or setting.
        subject: String,
        /// What values it takes.
        expected: String,
    },
    /// A value that the field does not take.
    #[error("`{found}` is no value of `{subject}`: expected {expected}{}", DidYouMean(.suggestion.as_deref()))]
    WrongValue {
        /// The value.
        found: String,
        /// The field or setting.
        subject: String,
        /// What values it takes.
        expected: String,
        /// What was probably meant.
        suggestion: Option<String>,
    },
    /// Several values where one is compared.
    #[error("`{operator}` compares with one value, not with a list")]
    ListNotAllowed {
        /// The operator.
        operator: Op,
    },
}

impl ParseErrorKind {
    /// The error at the bytes from `start` to `end` of the query.
    pub(crate) fn at(self, text: &str, start: usize, end: usize) -> ParseError {
        let count = |from: usize, to: usize| text.get(from..to).map_or(0, |part| part.chars().count());
        let position = Position { start, end, column: count(0, start) + 1, length: count(start, end) };
        ParseError { position, kind: Box::new(self) }
    }

    /// What was probably meant, where that can be told.
    pub fn suggestion(&self) -> Option<&str> {
        match self {
            Self::UnknownField { suggestion, .. }
            | Self::UnknownSetting { suggestion, .. }
            | Self::WrongValue { suggestion, .. } => suggestion.as_deref(),
            _ => None,
        }
    }
}

struct DidYouMean<'a>(Option<&'a str>);

impl std::fmt::Display for DidYouMean<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.map_or(Ok(()), |word| write!(f, " (did you mean `{word}`?)"))
    }
}

struct Listed<'a>(&'a [Op]);

impl std::fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let words: Vec<String> = self.0.iter().map(|op| format!("`{op}`")).collect();
        f.write_str(&words.join(", "))
    }
}
