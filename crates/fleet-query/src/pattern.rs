//! Text in which `*` stands for anything.

use std::fmt;

/// Text to compare with, in lower case, in which some places stand for anything.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Pattern {
    /// What stands between the wild places: one more than there are of those.
    parts: Vec<String>,
}

impl Pattern {
    /// Most wild places, which keeps the search cheap.
    pub(crate) const MAX_WILD: usize = 8;

    /// The pattern of these parts, with a wild place between each two. Capitals do not count.
    pub fn new(parts: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        let mut parts: Vec<String> = parts.into_iter().map(|part| part.as_ref().to_lowercase()).collect();
        if parts.is_empty() {
            parts.push(String::new());
        }
        // Two wild places beside each other are one.
        let last = parts.len() - 1;
        let mut place = 0;
        parts.retain(|part| {
            place += 1;
            !part.is_empty() || place == 1 || place == last + 1
        });
        Self { parts }
    }

    /// This very text.
    pub fn literal(text: &str) -> Self {
        Self::new([text])
    }

    /// The text, when no place is wild.
    pub fn as_literal(&self) -> Option<&str> {
        if let [one] = self.parts.as_slice() { Some(one) } else { None }
    }

    /// The texts between the wild places.
    pub fn parts(&self) -> &[String] {
        &self.parts
    }

    /// The pattern for texts that hold this one somewhere.
    #[must_use]
    pub fn anywhere(&self) -> Self {
        Self::new(std::iter::once("").chain(self.parts.iter().map(String::as_str)).chain([""]))
    }

    /// The pattern for texts that begin with this one and go on with `text`, whatever follows.
    #[must_use]
    pub fn followed_by(&self, text: &str) -> Self {
        let mut parts = self.parts.clone();
        if let Some(last) = parts.last_mut() {
            last.push_str(text);
        }
        parts.push(String::new());
        Self::new(parts)
    }

    /// Whether the whole text fits. The text has to be in lower case already.
    pub fn fits(&self, text: &str) -> bool {
        let [first, middle @ .., last] = self.parts.as_slice() else {
            return self.as_literal().is_some_and(|literal| literal == text);
        };
        let Some(mut rest) = text.strip_prefix(first.as_str()) else { return false };
        for part in middle {
            match rest.find(part.as_str()) {
                Some(at) => rest = &rest[at + part.len()..],
                None => return false,
            }
        }
        rest.ends_with(last.as_str())
    }

    /// The pattern as `LIKE ... ESCAPE '\'` takes it.
    pub fn like(&self) -> String {
        let escape = |part: &String| part.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        self.parts.iter().map(escape).collect::<Vec<_>>().join("%")
    }
}

/// As it is written in a query behind an operator: quoted where that is needed.
impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, part) in self.parts.iter().enumerate() {
            if place > 0 {
                f.write_str("*")?;
            }
            let is_bare = |c: char| !c.is_whitespace() && !matches!(c, '"' | '(' | ')' | ',' | '*');
            if part.is_empty() && self.parts.len() > 1
                || part != "null" && !part.is_empty() && part.chars().all(is_bare)
            {
                f.write_str(part)?;
            } else {
                write!(f, "\"{}\"", part.replace('\\', "\\\\").replace('"', "\\\""))?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_anything() {
        let pattern = Pattern::new(["Lam", "p", ""]);
        assert!(pattern.fits("lamp") && pattern.fits("lame pony") && !pattern.fits("a lamp"));
        assert!(pattern.anywhere().fits("a lamp"));
        assert!(Pattern::new(["a", "a"]).fits("aa") && !Pattern::new(["a", "a"]).fits("a"));
        assert_eq!(Pattern::new(["", "", "", ""]), Pattern::new(["", ""]));
        assert!(Pattern::new(["", ""]).fits("") && Pattern::literal("").fits(""));
        assert_eq!(Pattern::new(["50%", "\\"]).like(), "50\\%%\\\\");
        assert_eq!(Pattern::new(["ground floor", ""]).to_string(), "\"ground floor\"*");
        assert!(Pattern::literal("192.0.2.7").followed_by(":").fits("192.0.2.7:80"));
    }
}
