//! Tells whether a query asks only for what a device is, so that it may decide under which wishes a device is.
//!
//! A query that asks for a setting would change its own answer by what it brings about, and one that asks for the strength
//! of a signal would change it by the weather.

use crate::{Condition, Expr, Field, Query};

impl Query {
    /// The first condition that asks for what changes by itself or by what is wished; none when the query is steady.
    pub fn unsteady(&self) -> Option<String> {
        unsteady(&self.expr).map(|condition| Self::of(Expr::One(condition.clone())).to_string())
    }
}

fn unsteady(expr: &Expr) -> Option<&Condition> {
    match expr {
        Expr::All(parts) | Expr::Any(parts) => parts.iter().find_map(unsteady),
        Expr::Not(inner) => unsteady(inner),
        Expr::One(condition) => (!is_steady(condition)).then_some(condition),
    }
}

fn is_steady(condition: &Condition) -> bool {
    match condition {
        Condition::Word(_) => true,
        Condition::Setting(..) => false,
        Condition::Field(field, _) => match field {
            Field::Gen
            | Field::Model
            | Field::App
            | Field::Name
            | Field::Mac
            | Field::Ip
            | Field::Location
            | Field::Tag
            | Field::Fw
            | Field::Sleeps
            | Field::Profile
            | Field::Component => true,
            Field::Group
            | Field::State
            | Field::Drift
            | Field::Rssi
            | Field::Restart
            | Field::Auth
            | Field::Uptime
            | Field::Seen
            | Field::Adopted => false,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changes_by_itself_is_named() {
        let cases = [
            ("gen:1 tag:kitchen (fw<1.14 OR -location:garden) lamp", None),
            ("", None),
            ("gen:1 (tag:x OR rssi<-75)", Some("rssi<-75")),
            ("-config.mqtt.server=10.0.0.5", Some("config.mqtt.server=10.0.0.5")),
            ("group:hall", Some("group:hall")),
            ("drift:yes", Some("drift:yes")),
        ];
        for (text, expected) in cases {
            assert_eq!(text.parse::<Query>().unwrap().unsteady().as_deref(), expected, "{text}");
        }
    }
}
