//! Prints a query as it may be written.

use std::fmt::{self, Display, Formatter};

use crate::{Condition, Expr, Op, Pattern, Query, Test, term::SETTING};

impl Display for Query {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.expr.fmt(f)
    }
}

impl Display for Expr {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::All(parts) => joined(f, parts, " ", |part| matches!(part, Self::Any(_))),
            Self::Any(parts) => joined(f, parts, " OR ", |_| false),
            Self::Not(inner) => {
                f.write_str("-")?;
                in_parentheses(f, inner, matches!(**inner, Self::All(_) | Self::Any(_)))
            }
            Self::One(condition) => condition.fmt(f),
        }
    }
}

fn joined(f: &mut Formatter<'_>, parts: &[Expr], between: &str, apart: impl Fn(&Expr) -> bool) -> fmt::Result {
    for (place, part) in parts.iter().enumerate() {
        if place > 0 {
            f.write_str(between)?;
        }
        in_parentheses(f, part, apart(part))?;
    }
    Ok(())
}

fn in_parentheses(f: &mut Formatter<'_>, expr: &Expr, wanted: bool) -> fmt::Result {
    if wanted { write!(f, "({expr})") } else { write!(f, "{expr}") }
}

impl Display for Condition {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Word(pattern) => word(f, pattern),
            Self::Field(field, test) => write!(f, "{}{}", field.facts().name, Written(test, Op::Is.as_str())),
            Self::Setting(selector, test) => write!(f, "{SETTING}{selector}{}", Written(test, "=")),
        }
    }
}

/// A word stands without quotes when nothing in it could be taken for something else.
fn word(f: &mut Formatter<'_>, pattern: &Pattern) -> fmt::Result {
    let is_harmless = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_');
    for (place, part) in pattern.parts().iter().enumerate() {
        if place > 0 {
            f.write_str("*")?;
        }
        let is_end_of_wild = part.is_empty() && pattern.parts().len() > 1;
        if is_end_of_wild || !part.is_empty() && part.chars().all(is_harmless) && !part.starts_with(SETTING) {
            f.write_str(part)?;
        } else {
            write!(f, "\"{}\"", part.replace('\\', "\\\\").replace('"', "\\\""))?;
        }
    }
    Ok(())
}

/// A test with its operator; `Is` is written as the second one says.
struct Written<'a>(&'a Test, &'static str);

impl Display for Written<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self(test, is) = *self;
        let sign = |op: Op| if op == Op::Is { is } else { op.as_str() };
        match test {
            Test::Text(op, values) => list(f, sign(*op), values),
            Test::Words(op, values) => list(f, sign(*op), values),
            Test::Whole(op, values) => list(f, sign(*op), values),
            Test::Number(op, values) => list(f, sign(*op), values),
            Test::Version(op, values) => list(f, sign(*op), values),
            Test::Age(op, age) => list(f, sign(*op), &[age]),
            Test::Flag(yes) => list(f, is, &[if *yes { "yes" } else { "no" }]),
            Test::Null(is_null) => list(f, if *is_null { is } else { Op::IsNot.as_str() }, &["null"]),
        }
    }
}

fn list(f: &mut Formatter<'_>, sign: &str, values: &[impl Display]) -> fmt::Result {
    f.write_str(sign)?;
    for (place, value) in values.iter().enumerate() {
        write!(f, "{}{value}", if place > 0 { "," } else { "" })?;
    }
    Ok(())
}
