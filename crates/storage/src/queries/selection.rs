//! Translates a query to SQL. Each condition is true or false, never null, so that negation means the same as in
//! `fleet_query::Query::matches`.

use capability_config::{Instance, SettingSelector};
use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::{
    dsl::{not, sql},
    expression::BoxableExpression,
    prelude::*,
    sql_types::{Bool, Text},
};
use fleet_model::{LocationRecord, LocationTree};
use fleet_query::{Condition, Expr, Field, Op, Pattern, Query, Test, Version, stored_drift};

use super::{
    Backend, Connection, dialect,
    membership::{self, Group},
};
use crate::{
    error::Kind,
    rows::NO_INSTANCE,
    schema::{device_components, device_contacts, device_settings, device_status, device_tags, devices, group_members},
};

/// A condition on the rows of a table.
type On<Table> = Box<dyn BoxableExpression<Table, Backend, SqlType = Bool>>;

/// What is known by name, as far as the query asks: names are compared here, because databases disagree on capitals.
#[derive(Default)]
struct Names {
    groups: Vec<Group>,
    /// Locations by id, each with its name and those of the locations around it, in lower case.
    locations: Vec<(String, Vec<String>)>,
}

/// What a query asks of the rows of `devices` at the moment `now`; nothing when it means every device.
pub(super) async fn condition(
    c: &mut Connection,
    query: &Query,
    now: DateTime<Utc>,
) -> Result<Option<On<devices::table>>, Kind> {
    if query.is_everything() {
        return Ok(None);
    }
    let mut names = Names::default();
    if asks_for(query.expr(), Field::Group) {
        names.groups = membership::groups(c).await?;
    }
    let queries = names.groups.iter().filter_map(|group| group.query.as_ref());
    if queries.chain([query]).any(|query| asks_for(query.expr(), Field::Location)) {
        names.locations = locations(c).await?;
    }
    Ok(Some(of_expr(query.expr(), now, &names)))
}

async fn locations(c: &mut Connection) -> Result<Vec<(String, Vec<String>)>, Kind> {
    let all = membership::locations(c).await?;
    let tree = LocationTree::new(all.clone());
    let named = |location: &LocationRecord| {
        let names = tree.outwards(location.id).map(|around| around.name.to_lowercase());
        (location.id.to_string(), names.collect())
    };
    Ok(all.iter().map(named).collect())
}

fn asks_for(expr: &Expr, field: Field) -> bool {
    match expr {
        Expr::All(parts) | Expr::Any(parts) => parts.iter().any(|part| asks_for(part, field)),
        Expr::Not(inner) => asks_for(inner, field),
        Expr::One(condition) => matches!(condition, Condition::Field(asked, _) if *asked == field),
        _ => false,
    }
}

fn of_expr(expr: &Expr, now: DateTime<Utc>, names: &Names) -> On<devices::table> {
    let each = |parts: &[Expr]| parts.iter().map(|part| of_expr(part, now, names)).collect::<Vec<_>>();
    match expr {
        Expr::All(parts) => all(each(parts)),
        Expr::Any(parts) => any(each(parts)),
        Expr::Not(inner) => Box::new(not(of_expr(inner, now, names))),
        Expr::One(Condition::Word(pattern)) => {
            Box::new(devices::search_text.like(pattern.anywhere().like()).escape('\\'))
        }
        Expr::One(Condition::Field(field, test)) => of_field(*field, test, now, names),
        Expr::One(Condition::Setting(selector, test)) => of_setting(selector, test),
        _ => never(),
    }
}

fn never<Table: 'static>() -> On<Table> {
    Box::new(diesel::dsl::sql::<Bool>("(1 = 0)"))
}

fn any<Table: 'static>(parts: Vec<On<Table>>) -> On<Table> {
    let joined = parts.into_iter().reduce(|left, right| Box::new(left.or(right)));
    joined.unwrap_or_else(never)
}

fn all<Table: 'static>(parts: Vec<On<Table>>) -> On<Table> {
    let joined = parts.into_iter().reduce(|left, right| Box::new(left.and(right)));
    joined.unwrap_or_else(|| Box::new(not(never::<Table>())))
}

/// A column compared with texts.
macro_rules! text {
    ($column:expr, $op:expr, $patterns:expr) => {{
        let one = |pattern: &Pattern| -> On<_> {
            match (pattern.as_literal(), $op) {
                (Some(literal), Op::Is | Op::IsNot) => Box::new($column.eq(literal.to_owned())),
                (None, Op::Is | Op::IsNot) => Box::new($column.like(pattern.like()).escape('\\')),
                _ => Box::new($column.like(pattern.anywhere().like()).escape('\\')),
            }
        };
        negated_if($op == Op::IsNot, any($patterns.iter().map(one).collect()))
    }};
}

/// A column compared with values; `$body` takes the comparison as `$it`.
macro_rules! compared {
    ($column:expr, $op:expr, $values:expr, $it:ident => $body:expr) => {{
        let values = $values;
        match ($op, values.as_slice()) {
            (Op::Is, [one]) => {
                let $it = $column.eq(*one);
                $body
            }
            (Op::Is, _) => {
                let $it = $column.eq_any(values);
                $body
            }
            (Op::IsNot, _) => {
                let $it = $column.ne_all(values);
                $body
            }
            (Op::Less, [one, ..]) => {
                let $it = $column.lt(*one);
                $body
            }
            (Op::AtMost, [one, ..]) => {
                let $it = $column.le(*one);
                $body
            }
            (Op::More, [one, ..]) => {
                let $it = $column.gt(*one);
                $body
            }
            (Op::AtLeast, [one, ..]) => {
                let $it = $column.ge(*one);
                $body
            }
            _ => never(),
        }
    }};
}

fn negated_if<Table: 'static>(is_negated: bool, condition: On<Table>) -> On<Table> {
    if is_negated { Box::new(not(condition)) } else { condition }
}

fn of_field(field: Field, test: &Test, now: DateTime<Utc>, names: &Names) -> On<devices::table> {
    match (field, test) {
        (Field::Group, Test::Text(op, patterns)) => in_group(*op, patterns, now, names),
        (Field::Location, Test::Text(op, patterns)) => in_location(*op, patterns, names),
        (_, Test::Text(op, patterns)) => of_text(field, *op, patterns),
        (_, Test::Age(op, age)) => of_age(field, back(*op), vec![age.before(now).naive_utc()]),
        (Field::Gen, Test::Whole(op, values)) => {
            compared!(devices::generation, *op, values.clone(), it => Box::new(it))
        }
        (Field::Rssi, Test::Whole(op, values)) => compared!(device_status::rssi_dbm, *op, values.clone(), it => {
            let heard = device_status::table.filter(it).select(device_status::mac);
            Box::new(mac().eq_any(heard))
        }),
        (Field::Fw, Test::Version(op, versions)) => of_version(*op, versions),
        (Field::State, Test::Words(op, words)) => {
            one_of(*op, words.iter().map(String::as_str), |word| Box::new(devices::state.eq(word)))
        }
        (Field::Drift, Test::Words(op, words)) => {
            one_of(*op, words.iter().map(|word| stored_drift(word)), |word| Box::new(devices::drift_state.eq(word)))
        }
        (Field::Restart, Test::Flag(yes)) => Box::new(devices::restart_required.eq(*yes)),
        (Field::Auth, Test::Flag(yes)) => Box::new(devices::auth_required.eq(*yes)),
        (Field::Sleeps, Test::Flag(yes)) => Box::new(devices::sleeps.eq(*yes)),
        // The parser gives each field a test of its kind.
        _ => never(),
    }
}

fn of_text(field: Field, op: Op, patterns: &[Pattern]) -> On<devices::table> {
    match field {
        Field::Name => text!(devices::sort_name, op, patterns),
        Field::Mac => text!(lower("devices.mac"), op, patterns),
        Field::Model => text!(lower("devices.model"), op, patterns),
        Field::App => Box::new(devices::app.is_not_null().and(text!(lower("devices.app"), op, patterns))),
        Field::Profile => Box::new(devices::profile.is_not_null().and(text!(lower("devices.profile"), op, patterns))),
        Field::Ip => {
            // An address fits with its port and without.
            let mut patterns = patterns.to_vec();
            if op != Op::Contains {
                let with_port: Vec<Pattern> = patterns.iter().map(|pattern| pattern.followed_by(":")).collect();
                patterns.extend(with_port);
            }
            text!(lower("devices.endpoint"), op, patterns)
        }
        Field::Tag => {
            let tagged = device_tags::table.filter(text!(device_tags::tag, op, patterns));
            Box::new(mac().eq_any(tagged.select(device_tags::mac)))
        }
        Field::Component => {
            let having = device_components::table.filter(text!(device_components::component, op, patterns));
            Box::new(mac().eq_any(having.select(device_components::mac)))
        }
        _ => never(),
    }
}

fn of_age(field: Field, op: Op, bound: Vec<NaiveDateTime>) -> On<devices::table> {
    match field {
        Field::Uptime => compared!(device_status::booted_at, op, bound, it => {
            let started = device_status::table.filter(it).select(device_status::mac);
            Box::new(mac().eq_any(started))
        }),
        Field::Seen => compared!(device_contacts::last_seen_at, op, bound, it => {
            let seen = device_contacts::table.filter(it).select(device_contacts::mac);
            Box::new(mac().eq_any(seen))
        }),
        Field::Adopted => compared!(devices::adopted_at, op, bound, it => Box::new(it)),
        _ => never(),
    }
}

/// The MAC as one that is compared, not looked up: so the database goes through the names in their order, and stops at the
/// end of the page.
fn mac() -> diesel::expression::SqlLiteral<Text> {
    sql::<Text>(dialect::MAC_TO_COMPARE)
}

fn lower(column: &str) -> diesel::expression::SqlLiteral<Text> {
    sql::<Text>(&dialect::lower(column))
}

fn one_of<'a>(
    op: Op,
    words: impl Iterator<Item = &'a str>,
    is: impl Fn(String) -> On<devices::table>,
) -> On<devices::table> {
    negated_if(op == Op::IsNot, any(words.map(|word| is(word.to_owned())).collect()))
}

fn in_group(op: Op, patterns: &[Pattern], now: DateTime<Utc>, names: &Names) -> On<devices::table> {
    let fitting = names.groups.iter().filter(|group| fits(op, patterns, &group.name.to_lowercase()));
    let (mut ids, mut parts) = (Vec::new(), Vec::new());
    for group in fitting {
        ids.push(group.id.clone());
        if let Some(query) = &group.query {
            // The query of a group asks for no group.
            let names = Names { groups: Vec::new(), locations: names.locations.clone() };
            parts.push(of_expr(query.expr(), now, &names));
        }
    }
    let members = group_members::table.filter(group_members::group_id.eq_any(ids)).select(group_members::mac);
    parts.push(Box::new(mac().eq_any(members)));
    any(parts)
}

fn in_location(op: Op, patterns: &[Pattern], names: &Names) -> On<devices::table> {
    let fitting = names.locations.iter().filter(|(_, names)| names.iter().any(|name| fits(op, patterns, name)));
    let ids: Vec<String> = fitting.map(|(id, _)| id.clone()).collect();
    Box::new(devices::location.is_not_null().and(devices::location.assume_not_null().eq_any(ids)))
}

fn fits(op: Op, patterns: &[Pattern], name: &str) -> bool {
    let one = |pattern: &Pattern| if op == Op::Contains { pattern.anywhere().fits(name) } else { pattern.fits(name) };
    patterns.iter().any(one)
}

fn of_version(op: Op, versions: &[Version]) -> On<devices::table> {
    let key = || devices::firmware_key.assume_not_null();
    let one = |version: &Version| -> On<devices::table> {
        let (from, to) = version.keys();
        match op {
            Op::Less => Box::new(key().lt(from)),
            Op::AtMost => Box::new(key().lt(to)),
            Op::More => Box::new(key().ge(to)),
            Op::AtLeast => Box::new(key().ge(from)),
            Op::Is | Op::IsNot | Op::Contains => Box::new(key().ge(from).and(key().lt(to))),
        }
    };
    let fits = negated_if(op == Op::IsNot, any(versions.iter().map(one).collect()));
    Box::new(devices::firmware_key.is_not_null().and(fits))
}

/// More time has passed when the moment lies further back.
fn back(op: Op) -> Op {
    match op {
        Op::Less => Op::More,
        Op::AtMost => Op::AtLeast,
        Op::More => Op::Less,
        Op::AtLeast => Op::AtMost,
        Op::Is | Op::IsNot | Op::Contains => op,
    }
}

fn of_setting(selector: &SettingSelector, test: &Test) -> On<devices::table> {
    let value = || device_settings::value.assume_not_null();
    let is_set = || device_settings::value.is_not_null();
    let fits: On<device_settings::table> = match test {
        Test::Null(true) => Box::new(device_settings::value.is_null()),
        Test::Null(false) => Box::new(is_set()),
        Test::Flag(yes) => Box::new(is_set().and(value().eq(if *yes { "true" } else { "false" }))),
        Test::Text(op, patterns) => Box::new(is_set().and(text!(value(), *op, patterns))),
        Test::Number(op, values) => {
            let number = device_settings::number.assume_not_null();
            let fits: On<device_settings::table> =
                compared!(number, *op, values.clone(), it => Box::new(it) as On<device_settings::table>);
            Box::new(device_settings::number.is_not_null().and(fits))
        }
        Test::Words(..) | Test::Whole(..) | Test::Version(..) | Test::Age(..) => never(),
    };
    let instance: On<device_settings::table> = match selector.instance() {
        Instance::Single => Box::new(device_settings::instance.eq(NO_INSTANCE)),
        Instance::Every => Box::new(device_settings::instance.ne(NO_INSTANCE)),
        Instance::Id(id) => Box::new(device_settings::instance.eq(i64::from(id))),
    };
    let named = device_settings::setting.eq(format!("{}.{}", selector.kind(), selector.field()));
    let having = device_settings::table.into_boxed::<Backend>().filter(named).filter(instance).filter(fits);
    Box::new(mac().eq_any(having.select(device_settings::mac)))
}
