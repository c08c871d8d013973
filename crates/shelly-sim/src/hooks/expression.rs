//! Evaluates what URLs and conditions of webhooks say: paths, literals, comparisons, sums, `&&`, `||`, `!`.

use std::cmp::Ordering;

use serde_json::{Map, Value, json};

use crate::json;

/// Deepest nesting of an expression.
const DEPTH: u32 = 32;

/// Operators that compare, longer ones before those they begin with.
const COMPARISONS: [&str; 8] = ["===", "!==", "==", "!=", "<=", ">=", "<", ">"];

/// The value of an expression; none when it is not understood. What does not exist is null.
pub(super) fn value(text: &str, scope: &Map<String, Value>) -> Option<Value> {
    let mut reader = Reader { rest: text, scope, depth: 0 };
    let value = reader.either()?;
    reader.rest.trim().is_empty().then_some(value)
}

/// Whether a value counts as true.
pub(super) fn holds(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(yes) => *yes,
        Value::Number(number) => number.as_f64().is_some_and(|number| number != 0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(_) | Value::Object(_) => true,
    }
}

/// A URL with its tokens `${...}` replaced by their values; `$${` is `${`. A token that is not understood is null.
pub(super) fn filled(url: &str, scope: &Map<String, Value>) -> String {
    let (mut out, mut rest) = (String::with_capacity(url.len()), url);
    while let Some(at) = rest.find("${") {
        if let Some(before) = rest[..at].strip_suffix('$') {
            out.push_str(before);
            out.push_str("${");
            rest = &rest[at + 2..];
            continue;
        }
        let Some(length) = end_of_token(&rest[at + 2..]) else { break };
        out.push_str(&rest[..at]);
        encode(&value(&rest[at + 2..at + 2 + length], scope).unwrap_or_default(), &mut out);
        rest = &rest[at + 2 + length + 1..];
    }
    out.push_str(rest);
    out
}

/// Where the brace is that closes a token, whose texts may have braces of their own.
fn end_of_token(text: &str) -> Option<usize> {
    let mut quote = None;
    text.char_indices().find_map(|(at, letter)| {
        match (quote, letter) {
            (None, '}') => return Some(at),
            (None, '"' | '\'') => quote = Some(letter),
            (Some(open), _) if open == letter => quote = None,
            _ => {}
        }
        None
    })
}

fn encode(value: &Value, out: &mut String) {
    let text = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.extend([byte >> 4, byte & 15].map(|digit| char::from(b"0123456789ABCDEF"[usize::from(digit)])));
        }
    }
}

struct Reader<'a> {
    rest: &'a str,
    scope: &'a Map<String, Value>,
    depth: u32,
}

impl Reader<'_> {
    /// Takes one of these signs away.
    fn sign(&mut self, signs: &[&'static str]) -> Option<&'static str> {
        let rest = self.rest.trim_start();
        let sign = signs.iter().find(|sign| rest.starts_with(**sign))?;
        self.rest = &rest[sign.len()..];
        Some(sign)
    }

    fn either(&mut self) -> Option<Value> {
        self.depth += 1;
        if self.depth > DEPTH {
            return None;
        }
        let mut left = self.both()?;
        while self.sign(&["||"]).is_some() {
            let right = self.both()?;
            left = if holds(&left) { left } else { right };
        }
        self.depth -= 1;
        Some(left)
    }

    fn both(&mut self) -> Option<Value> {
        let mut left = self.comparison()?;
        while self.sign(&["&&"]).is_some() {
            let right = self.comparison()?;
            left = if holds(&left) { right } else { left };
        }
        Some(left)
    }

    fn comparison(&mut self) -> Option<Value> {
        let left = self.sum()?;
        let Some(sign) = self.sign(&COMPARISONS) else { return Some(left) };
        let right = self.sum()?;
        let order = match (&left, &right) {
            (Value::String(left), Value::String(right)) => Some(left.cmp(right)),
            _ => left.as_f64().zip(right.as_f64()).and_then(|(left, right)| left.partial_cmp(&right)),
        };
        Some(Value::Bool(match sign {
            "==" | "===" => json::same(&left, &right),
            "!=" | "!==" => !json::same(&left, &right),
            "<" => order == Some(Ordering::Less),
            ">" => order == Some(Ordering::Greater),
            "<=" => order.is_some_and(Ordering::is_le),
            _ => order.is_some_and(Ordering::is_ge),
        }))
    }

    fn sum(&mut self) -> Option<Value> {
        let mut left = self.product()?;
        while let Some(sign) = self.sign(&["+", "-"]) {
            let right = self.product()?;
            left = match (left, right) {
                (Value::String(left), Value::String(right)) if sign == "+" => Value::String(left + &right),
                (left, right) => {
                    let (left, right) = (left.as_f64()?, right.as_f64()?);
                    number(if sign == "+" { left + right } else { left - right })
                }
            };
        }
        Some(left)
    }

    fn product(&mut self) -> Option<Value> {
        let mut left = self.one()?;
        while let Some(sign) = self.sign(&["*", "/"]) {
            let (dividend, by) = (left.as_f64()?, self.one()?.as_f64()?);
            left = number(if sign == "*" { dividend * by } else { dividend / by });
        }
        Some(left)
    }

    fn one(&mut self) -> Option<Value> {
        let mut signs = Vec::new();
        while signs.len() < 8
            && let Some(sign) = self.sign(&["!", "-"])
        {
            signs.push(sign);
        }
        let mut value = self.bare()?;
        for sign in signs.into_iter().rev() {
            value = if sign == "!" { Value::Bool(!holds(&value)) } else { number(-value.as_f64()?) };
        }
        Some(value)
    }

    fn bare(&mut self) -> Option<Value> {
        if self.sign(&["("]).is_some() {
            let value = self.either()?;
            return self.sign(&[")"]).map(|_| value);
        }
        let rest = self.rest.trim_start();
        match rest.chars().next()? {
            quote @ ('"' | '\'') => {
                let end = rest[1..].find(quote)?;
                self.rest = &rest[end + 2..];
                Some(json!(rest[1..=end]))
            }
            digit if digit.is_ascii_digit() => {
                let end = rest.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(rest.len());
                self.rest = &rest[end..];
                serde_json::from_str(&rest[..end]).ok()
            }
            _ => self.path(),
        }
    }

    fn word(&mut self) -> Option<&str> {
        let rest = self.rest.trim_start();
        let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
        let end = rest.find(|letter| !is_part(letter)).unwrap_or(rest.len());
        self.rest = &rest[end..];
        (end > 0).then(|| &rest[..end])
    }

    /// `event.tC`, `status["switch:0"].apower`.
    fn path(&mut self) -> Option<Value> {
        let scope = self.scope;
        let mut value = match self.word()? {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            "null" | "undefined" => Value::Null,
            // A name of nothing is an error in a script, while a member that does not exist is not.
            name => scope.get(name)?.clone(),
        };
        loop {
            if self.sign(&["."]).is_some() {
                let name = self.word()?;
                value = value.get(name).cloned().unwrap_or_default();
            } else if self.sign(&["["]).is_some() {
                let index = self.either()?;
                self.sign(&["]"])?;
                value = match &index {
                    Value::String(name) => value.get(name).cloned().unwrap_or_default(),
                    index => {
                        let at = usize::try_from(index.as_u64()?).ok()?;
                        value.get(at).cloned().unwrap_or_default()
                    }
                };
            } else {
                return Some(value);
            }
        }
    }
}

/// A number as a script prints it: without a point where it is whole.
fn number(value: f64) -> Value {
    #[expect(clippy::cast_possible_truncation, reason = "whole numbers of this size are exact")]
    if value.fract() == 0.0 && value.abs() < 9e15 { json!(value as i64) } else { json!(value) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope() -> Map<String, Value> {
        json::object([
            ("event", json!({"tC": 21.5, "name": "a b&c"})),
            ("status", json!({"switch:0": {"apower": 60, "output": true}, "list": [1, 2]})),
        ])
    }

    #[test]
    fn expressions_have_values() {
        for (text, expected) in [
            ("event.tC > 20", json!(true)),
            ("event.tC>=21.5 && event.tC < 22", json!(true)),
            ("status[\"switch:0\"].apower == 60.0", json!(true)),
            ("status['switch:0'].output === false || event.name != 'x'", json!(true)),
            ("!(event.tC > 20) ", json!(false)),
            ("status.list[1] + 2 * 3 - 4 / 2", json!(6)),
            ("(1 + 2) * -3", json!(-9)),
            ("event.none", Value::Null),
            ("event.none.deeper == null", json!(true)),
            ("'a' + \"b\" < 'b'", json!(true)),
            ("event.name > 3", json!(false)),
            ("1 / 2", json!(0.5)),
        ] {
            assert_eq!(value(text, &scope()), Some(expected), "{text}");
        }
        for text in ["", "event.tC >", "nobody.knows", "f(1)", "1 1", "a = 1", "'open", "event.tC + 'x'", "(1"] {
            assert_eq!(value(text, &scope()), None, "{text}");
        }
        assert_eq!(value(&"(".repeat(5000), &scope()), None);
    }

    #[test]
    fn tokens_are_replaced() {
        let url =
            "http://h/?t=${event.tC}&n=${event.name}&on=${status[\"switch:0\"].output}&x=${'}'}&l=$${a}&bad=${f()}";
        assert_eq!(filled(url, &scope()), "http://h/?t=21.5&n=a%20b%26c&on=true&x=%7D&l=${a}&bad=null");
        assert_eq!(filled("http://h/${open", &scope()), "http://h/${open");
    }

    proptest::proptest! {
        #[test]
        fn no_text_is_too_strange(text in ".{0,60}", near in "[-a-z0-9.'\"(){}$!&|<>=+*/\\[\\] ]{0,60}") {
            let _ = (value(&text, &scope()), value(&near, &scope()));
            let _ = (filled(&text, &scope()), filled(&format!("${{{near}}}"), &scope()));
        }
    }
}
