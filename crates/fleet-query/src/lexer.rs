//! Cuts a query into parentheses, minus signs and words, and remembers what stood in quotes.

use crate::{ParseError, ParseErrorKind, Pattern};

/// A piece of a query, from the byte `start` to the byte `end`.
#[derive(Debug, Clone)]
pub(crate) struct Token {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) what: What,
}

#[derive(Debug, Clone)]
pub(crate) enum What {
    Open,
    Close,
    Minus,
    Word(Vec<Bit>),
}

/// A part of a word.
#[derive(Debug, Clone)]
pub(crate) enum Bit {
    /// A character outside of quotes.
    Bare(usize, char),
    /// What stood in quotes, which begin and end there.
    Quoted(usize, usize, String),
}

impl Bit {
    pub(crate) fn start(&self) -> usize {
        match self {
            Self::Bare(at, _) | Self::Quoted(at, ..) => *at,
        }
    }

    pub(crate) fn end(&self) -> usize {
        match self {
            Self::Bare(at, c) => at + c.len_utf8(),
            Self::Quoted(_, end, _) => *end,
        }
    }

    pub(crate) fn bare(&self) -> Option<char> {
        if let Self::Bare(_, c) = self { Some(*c) } else { None }
    }
}

/// The text of these bits when none of them is quoted.
pub(crate) fn bare_text(bits: &[Bit]) -> Option<String> {
    bits.iter().map(Bit::bare).collect()
}

/// The text of these bits, quoted or not.
pub(crate) fn plain_text(bits: &[Bit]) -> String {
    let mut text = String::new();
    for bit in bits {
        match bit {
            Bit::Bare(_, c) => text.push(*c),
            Bit::Quoted(.., quoted) => text.push_str(quoted),
        }
    }
    text
}

/// The pattern that these bits make: stars outside of quotes are wild.
pub(crate) fn pattern(bits: &[Bit]) -> Pattern {
    let mut parts = vec![String::new()];
    for bit in bits {
        match (bit, parts.last_mut()) {
            (Bit::Bare(_, '*'), _) | (_, None) => parts.push(String::new()),
            (Bit::Bare(_, c), Some(part)) => part.push(*c),
            (Bit::Quoted(.., text), Some(part)) => part.push_str(text),
        }
    }
    Pattern::new(parts)
}

/// The pieces of a query.
pub(crate) fn tokens(text: &str) -> Result<Vec<Token>, ParseError> {
    let mut lexer = Lexer { text, chars: text.char_indices().collect(), next: 0 };
    let mut tokens = Vec::new();
    while let Some(&(at, c)) = lexer.peek() {
        let single = match c {
            '(' => What::Open,
            ')' => What::Close,
            '-' => What::Minus,
            c if c.is_whitespace() => {
                lexer.next += 1;
                continue;
            }
            _ => {
                let bits = lexer.word()?;
                let end = bits.last().map_or(at, Bit::end);
                tokens.push(Token { start: at, end, what: What::Word(bits) });
                continue;
            }
        };
        lexer.next += 1;
        tokens.push(Token { start: at, end: at + 1, what: single });
    }
    Ok(tokens)
}

struct Lexer<'a> {
    text: &'a str,
    chars: Vec<(usize, char)>,
    next: usize,
}

impl Lexer<'_> {
    fn peek(&self) -> Option<&(usize, char)> {
        self.chars.get(self.next)
    }

    fn word(&mut self) -> Result<Vec<Bit>, ParseError> {
        let mut bits = Vec::new();
        while let Some(&(at, c)) = self.peek() {
            if c.is_whitespace() || matches!(c, '(' | ')') {
                break;
            }
            self.next += 1;
            bits.push(match c {
                '"' => self.quoted(at)?,
                c if c.is_control() => return Err(self.control(at, c)),
                c => Bit::Bare(at, c),
            });
        }
        Ok(bits)
    }

    /// The rest of what begins with the quote at `start`. A backslash makes the next character literal.
    fn quoted(&mut self, start: usize) -> Result<Bit, ParseError> {
        let mut inside = String::new();
        while let Some(&(at, c)) = self.peek() {
            self.next += 1;
            match c {
                '"' => return Ok(Bit::Quoted(start, at + 1, inside)),
                '\\' => {
                    let Some(&(at, escaped)) = self.peek() else { break };
                    if escaped.is_control() {
                        return Err(self.control(at, escaped));
                    }
                    self.next += 1;
                    inside.push(escaped);
                }
                c if c.is_control() => return Err(self.control(at, c)),
                c => inside.push(c),
            }
        }
        Err(ParseErrorKind::OpenQuote.at(self.text, start, self.text.len()))
    }

    fn control(&self, at: usize, c: char) -> ParseError {
        ParseErrorKind::ControlCharacter.at(self.text, at, at + c.len_utf8())
    }
}
