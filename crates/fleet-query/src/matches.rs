//! Tells whether one device is meant: the meaning of the language.

use capability_config::{Instance, SettingSelector};
use chrono::{DateTime, Utc};

use crate::{
    Condition, Expr, Facts, Field, IndexedSetting, Op, Pattern, Query, Test, firmware_key, setting, stored_drift,
};

impl Query {
    /// Whether the device is meant at the moment `now`.
    pub fn matches(&self, facts: &Facts, now: DateTime<Utc>) -> bool {
        expr(&self.expr, facts, now)
    }
}

fn expr(part: &Expr, facts: &Facts, now: DateTime<Utc>) -> bool {
    match part {
        Expr::All(parts) => parts.iter().all(|part| expr(part, facts, now)),
        Expr::Any(parts) => parts.iter().any(|part| expr(part, facts, now)),
        Expr::Not(inner) => !expr(inner, facts, now),
        Expr::One(Condition::Word(pattern)) => pattern.anywhere().fits(&facts.search_text),
        Expr::One(Condition::Field(field, test)) => of_field(*field, test, facts, now),
        Expr::One(Condition::Setting(selector, test)) => {
            let named = facts.settings.iter().filter(|setting| is_named(selector, setting));
            named.into_iter().any(|setting| of_setting(test, setting))
        }
    }
}

fn of_field(field: Field, test: &Test, facts: &Facts, now: DateTime<Utc>) -> bool {
    let plain = |value: &str| text(test, &value.to_ascii_lowercase());
    let moment = |at: Option<DateTime<Utc>>| at.is_some_and(|at| age(test, at, now));
    match field {
        Field::Gen => whole(test, i64::from(facts.generation.0)),
        Field::Model => plain(&facts.model),
        Field::App => facts.app.as_deref().is_some_and(plain),
        Field::Name => text(test, &facts.name.to_lowercase()),
        Field::Mac => plain(&facts.mac.to_string()),
        Field::Ip => address(test, &facts.endpoint.to_ascii_lowercase()),
        Field::Group => facts.groups.iter().any(|name| text(test, &name.to_lowercase())),
        Field::Location => facts.locations.iter().any(|name| text(test, &name.to_lowercase())),
        Field::Tag => facts.tags.iter().any(|tag| text(test, &tag.to_lowercase())),
        Field::Component => facts.components.iter().any(|word| text(test, word)),
        Field::Fw => firmware_key(&facts.firmware).is_some_and(|key| version(test, key)),
        Field::State => word(test, |word| word == facts.state),
        Field::Drift => word(test, |word| stored_drift(word) == facts.drift),
        Field::Profile => facts.profile.as_deref().is_some_and(plain),
        Field::Rssi => facts.rssi_dbm.is_some_and(|rssi| whole(test, rssi)),
        Field::Restart => *test == Test::Flag(facts.restart_required),
        Field::Auth => *test == Test::Flag(facts.auth_required),
        Field::Sleeps => *test == Test::Flag(facts.sleeps),
        Field::Uptime => moment(facts.booted_at),
        Field::Seen => moment(facts.last_seen_at),
        Field::Adopted => moment(Some(facts.adopted_at)),
    }
}

fn text(test: &Test, value: &str) -> bool {
    let Test::Text(op, patterns) = test else { return false };
    let fits = |pattern: &Pattern| match op {
        Op::Contains => pattern.anywhere().fits(value),
        _ => pattern.fits(value),
    };
    patterns.iter().any(fits) != (*op == Op::IsNot)
}

/// An address fits with its port and without.
fn address(test: &Test, value: &str) -> bool {
    let Test::Text(op @ (Op::Is | Op::IsNot), patterns) = test else { return text(test, value) };
    let fits = |pattern: &Pattern| pattern.fits(value) || pattern.followed_by(":").fits(value);
    patterns.iter().any(fits) != (*op == Op::IsNot)
}

fn word(test: &Test, is_it: impl Fn(&str) -> bool) -> bool {
    let Test::Words(op, words) = test else { return false };
    words.iter().any(|word| is_it(word)) != (*op == Op::IsNot)
}

fn whole(test: &Test, value: i64) -> bool {
    let Test::Whole(op, values) = test else { return false };
    compared(*op, values, |other| value.partial_cmp(other))
}

fn compared<T>(op: Op, values: &[T], order: impl Fn(&T) -> Option<std::cmp::Ordering>) -> bool {
    let any = |is_it: fn(std::cmp::Ordering) -> bool| values.iter().any(|value| order(value).is_some_and(is_it));
    match op {
        Op::Is => any(std::cmp::Ordering::is_eq),
        Op::IsNot => !any(std::cmp::Ordering::is_eq),
        Op::Less => any(std::cmp::Ordering::is_lt),
        Op::AtMost => any(std::cmp::Ordering::is_le),
        Op::More => any(std::cmp::Ordering::is_gt),
        Op::AtLeast => any(std::cmp::Ordering::is_ge),
        Op::Contains => false,
    }
}

fn version(test: &Test, key: i64) -> bool {
    let Test::Version(op, versions) = test else { return false };
    let mut spans = versions.iter().map(|version| version.keys());
    match op {
        Op::Is => spans.any(|(from, to)| (from..to).contains(&key)),
        Op::IsNot => !spans.any(|(from, to)| (from..to).contains(&key)),
        Op::Less => spans.any(|(from, _)| key < from),
        Op::AtMost => spans.any(|(_, to)| key < to),
        Op::More => spans.any(|(_, to)| key >= to),
        Op::AtLeast => spans.any(|(from, _)| key >= from),
        Op::Contains => false,
    }
}

/// More time has passed when the moment lies further back.
fn age(test: &Test, at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    let Test::Age(op, age) = test else { return false };
    let bound = age.before(now);
    match op {
        Op::Less => at > bound,
        Op::AtMost => at >= bound,
        Op::More => at < bound,
        Op::AtLeast => at <= bound,
        Op::Is | Op::IsNot | Op::Contains => false,
    }
}

fn is_named(selector: &SettingSelector, setting: &IndexedSetting) -> bool {
    let instance = match selector.instance() {
        Instance::Single => setting.instance.is_none(),
        Instance::Every => setting.instance.is_some(),
        Instance::Id(id) => setting.instance == Some(id),
    };
    instance && setting.setting == setting::name(selector.kind(), selector.field())
}

fn of_setting(test: &Test, setting: &IndexedSetting) -> bool {
    match test {
        Test::Null(is_null) => setting.text.is_none() == *is_null,
        Test::Flag(yes) => setting.text.as_deref() == Some(if *yes { "true" } else { "false" }),
        Test::Text(..) => setting.text.as_deref().is_some_and(|value| text(test, value)),
        Test::Number(op, values) => {
            setting.number.is_some_and(|number| compared(*op, values, |other| number.partial_cmp(other)))
        }
        Test::Words(..) | Test::Whole(..) | Test::Version(..) | Test::Age(..) => false,
    }
}
