//! Says in plain English which devices a query means.

use crate::{Condition, Expr, Field, Op, Pattern, Query, Test};

impl Query {
    /// The query in words: `devices whose generation is 1, and whose firmware is older than 1.14`.
    pub fn explain(&self) -> String {
        if self.is_everything() { "all devices".to_owned() } else { format!("devices {}", expr(&self.expr, false)) }
    }
}

/// A part of a query in words, in parentheses where it stands beside others and is more than one.
fn expr(part: &Expr, apart: bool) -> String {
    let joined = |parts: &[Expr], word: &str| parts.iter().map(|part| expr(part, true)).collect::<Vec<_>>().join(word);
    let words = match part {
        Expr::All(parts) if parts.is_empty() => return "that exist".to_owned(),
        Expr::All(parts) => joined(parts, ", and "),
        Expr::Any(parts) => joined(parts, ", or "),
        Expr::Not(inner) => return format!("not {}", expr(inner, true)),
        Expr::One(condition) => return one(condition),
    };
    if apart { format!("({words})") } else { words }
}

fn one(condition: &Condition) -> String {
    match condition {
        Condition::Word(pattern) => format!("with {} in their description", text(pattern)),
        Condition::Field(field, test) => of_field(*field, test),
        Condition::Setting(selector, test) => {
            format!("whose setting {selector} {}", is(test, ("less than", "more than")))
        }
    }
}

fn of_field(field: Field, test: &Test) -> String {
    let named = |name: &str| format!("whose {name} {}", is(test, ("less than", "more than")));
    match (field, test) {
        (Field::Fw, _) => format!("whose firmware {}", is(test, ("older than", "newer than"))),
        (Field::Group, Test::Text(op, values)) => format!("in a group whose name {}", texts(*op, values)),
        (Field::Location, Test::Text(op, values)) => format!("in a location whose name {}", texts(*op, values)),
        (Field::Tag, Test::Text(op, values)) => format!("with a tag that {}", texts(*op, values)),
        (Field::Component, Test::Text(op, values)) => format!("with a component that {}", texts(*op, values)),
        (Field::State, Test::Words(op, values)) => {
            format!("that are {}{}", not(*op), choice(values.iter().map(|word| word.replace('_', " "))))
        }
        (Field::Drift, Test::Words(op, values)) => {
            let words = values.iter().map(|word| match word.as_str() {
                "yes" => "different from the wish",
                "no" => "as wished",
                "unknown" => "not compared since the last change",
                _ => "without any wish",
            });
            format!("that are {}{}", not(*op), choice(words.map(str::to_owned)))
        }
        (Field::Restart, Test::Flag(yes)) => format!("that {}wait for a restart", without(*yes)),
        (Field::Auth, Test::Flag(yes)) => format!("that {}ask for a password", without(*yes)),
        (Field::Sleeps, Test::Flag(yes)) => format!("that {}sleep between wakes", without(*yes)),
        (Field::Uptime, Test::Age(op, age)) => format!("that started {} {} ago", bound(*op), age.words()),
        (Field::Seen, Test::Age(op, age)) => format!("that answered last {} {} ago", bound(*op), age.words()),
        (Field::Adopted, Test::Age(op, age)) => format!("that were adopted {} {} ago", bound(*op), age.words()),
        (Field::Rssi, _) => named("signal in dBm"),
        (Field::Gen, _) => named("generation"),
        (Field::Mac, _) => named("MAC"),
        (Field::Ip, _) => named("address"),
        (Field::Name, _) => named("name"),
        (Field::Model, _) => named("model"),
        (Field::App, _) => named("application"),
        (Field::Profile, _) => named("profile"),
        (
            Field::Group
            | Field::Location
            | Field::Tag
            | Field::Component
            | Field::State
            | Field::Drift
            | Field::Restart
            | Field::Auth
            | Field::Sleeps
            | Field::Uptime
            | Field::Seen
            | Field::Adopted,
            _,
        ) => named(field.facts().name),
    }
}

fn is(test: &Test, (less, more): (&str, &str)) -> String {
    let compared = |op: Op, values: Vec<String>| match op {
        Op::Is | Op::IsNot | Op::Contains => format!("is {}{}", not(op), choice(values)),
        Op::Less => format!("is {less} {}", choice(values)),
        Op::AtMost => format!("is {} or {less} that", choice(values)),
        Op::More => format!("is {more} {}", choice(values)),
        Op::AtLeast => format!("is {} or {more} that", choice(values)),
    };
    match test {
        Test::Text(op, values) => texts(*op, values),
        Test::Words(op, values) => compared(*op, values.clone()),
        Test::Flag(yes) => format!("is {}", if *yes { "on" } else { "off" }),
        Test::Whole(op, values) => compared(*op, values.iter().map(ToString::to_string).collect()),
        Test::Number(op, values) => compared(*op, values.iter().map(ToString::to_string).collect()),
        Test::Version(op, values) => compared(*op, values.iter().map(ToString::to_string).collect()),
        Test::Age(op, age) => format!("is {} {}", bound(*op), age.words()),
        Test::Null(true) => "is not set".to_owned(),
        Test::Null(false) => "is set".to_owned(),
    }
}

fn texts(op: Op, values: &[Pattern]) -> String {
    let words = choice(values.iter().map(text));
    if op == Op::Contains { format!("holds {words}") } else { format!("is {}{words}", not(op)) }
}

fn text(pattern: &Pattern) -> String {
    format!("\"{}\"", pattern.parts().join("*"))
}

fn not(op: Op) -> &'static str {
    if op == Op::IsNot { "not " } else { "" }
}

fn without(yes: bool) -> &'static str {
    if yes { "" } else { "do not " }
}

fn bound(op: Op) -> &'static str {
    match op {
        Op::Less => "less than",
        Op::AtMost => "at most",
        Op::More => "more than",
        Op::AtLeast => "at least",
        Op::Is | Op::IsNot | Op::Contains => "exactly",
    }
}

fn choice(words: impl IntoIterator<Item = String>) -> String {
    words.into_iter().collect::<Vec<_>>().join(" or ")
}
