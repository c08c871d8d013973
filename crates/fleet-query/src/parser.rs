//! Reads a query: `OR` binds least, then what stands side by side, then `NOT` and `-`.

use std::str::FromStr;

use crate::{
    Expr, ParseError, ParseErrorKind, Query,
    lexer::{self, Token, What, bare_text},
    term,
};

/// Most bytes of a query.
const MAX_BYTES: usize = 2000;
/// Most conditions.
const MAX_CONDITIONS: usize = 100;
/// Most parentheses and negations within each other.
const MAX_DEPTH: usize = 32;

impl FromStr for Query {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        if text.len() > MAX_BYTES {
            let start = text.char_indices().map(|(at, _)| at).take_while(|at| *at <= MAX_BYTES).last().unwrap_or(0);
            return Err(ParseErrorKind::TooLong { max: MAX_BYTES }.at(text, start, text.len()));
        }
        let tokens = lexer::tokens(text)?;
        if tokens.is_empty() {
            return Ok(Self::everything());
        }
        let mut parser = Parser { text, tokens, next: 0, conditions: 0, depth: 0 };
        let expr = parser.any("here")?;
        match parser.peek() {
            Some(Token { start, end, .. }) => Err(ParseErrorKind::StrayParenthesis.at(text, *start, *end)),
            None => Ok(Self { expr }),
        }
    }
}

struct Parser<'a> {
    text: &'a str,
    tokens: Vec<Token>,
    next: usize,
    conditions: usize,
    depth: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Keyword {
    And,
    Or,
    Not,
}

impl Parser<'_> {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.next)
    }

    fn keyword(&self) -> Option<Keyword> {
        let What::Word(bits) = &self.peek()?.what else { return None };
        match bare_text(bits)?.as_str() {
            "AND" => Some(Keyword::And),
            "OR" => Some(Keyword::Or),
            "NOT" => Some(Keyword::Not),
            _ => None,
        }
    }

    fn any(&mut self, place: &'static str) -> Result<Expr, ParseError> {
        let mut parts = vec![self.all(place)?];
        while self.keyword() == Some(Keyword::Or) {
            self.next += 1;
            parts.push(self.all("after `OR`")?);
        }
        Ok(Expr::any(parts))
    }

    fn all(&mut self, place: &'static str) -> Result<Expr, ParseError> {
        let mut parts = vec![self.one(place)?];
        loop {
            match (self.peek().map(|token| &token.what), self.keyword()) {
                (None | Some(What::Close), _) | (_, Some(Keyword::Or)) => return Ok(Expr::all(parts)),
                (_, Some(Keyword::And)) => {
                    self.next += 1;
                    parts.push(self.one("after `AND`")?);
                }
                _ => parts.push(self.one("here")?),
            }
        }
    }

    fn one(&mut self, place: &'static str) -> Result<Expr, ParseError> {
        let keyword = self.keyword();
        let Some(Token { start, end, what }) = self.peek().cloned() else {
            return Err(ParseErrorKind::MissingCondition { place }.at(self.text, self.text.len(), self.text.len()));
        };
        let missing = |text: &str| ParseErrorKind::MissingCondition { place }.at(text, start, end);
        match (what, keyword) {
            (_, Some(Keyword::And | Keyword::Or)) | (What::Close, _) => Err(missing(self.text)),
            (What::Minus, _) => self.deeper(start, |parser| Ok(parser.one("after `-`")?.negated())),
            (_, Some(Keyword::Not)) => self.deeper(start, |parser| Ok(parser.one("after `NOT`")?.negated())),
            (What::Open, _) => self.deeper(start, |parser| {
                let inner = parser.any("between the parentheses")?;
                match parser.peek() {
                    Some(_) => parser.next += 1,
                    None => return Err(ParseErrorKind::OpenParenthesis.at(parser.text, start, end)),
                }
                Ok(inner)
            }),
            (What::Word(bits), None) => {
                self.next += 1;
                self.conditions += 1;
                if self.conditions > MAX_CONDITIONS {
                    let kind = ParseErrorKind::TooMany { what: "conditions", max: MAX_CONDITIONS };
                    return Err(kind.at(self.text, start, end));
                }
                Ok(Expr::One(term::condition(self.text, &bits)?))
            }
        }
    }

    /// Reads what follows the token that begins at `start`, one level deeper.
    fn deeper(
        &mut self,
        start: usize,
        read: impl FnOnce(&mut Self) -> Result<Expr, ParseError>,
    ) -> Result<Expr, ParseError> {
        self.next += 1;
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            let kind = ParseErrorKind::TooMany { what: "parentheses and negations within each other", max: MAX_DEPTH };
            return Err(kind.at(self.text, start, start + 1));
        }
        let inner = read(self)?;
        self.depth -= 1;
        Ok(inner)
    }
}
