//! The fields that a query may name, and which values each takes.

use crate::Op;

/// Reachability, in the words of devices' states.
pub const STATES: [&str; 6] = ["online", "offline", "asleep", "unauthorized", "wrong_device", "locked_out"];

const DRIFTS: [&str; 4] = ["yes", "no", "unknown", "unmanaged"];

/// What a query may ask of a device, besides its settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Field {
    /// Generation.
    Gen,
    /// Order code.
    Model,
    /// Firmware application name.
    App,
    /// Name as it is shown.
    Name,
    /// MAC address.
    Mac,
    /// Where it was seen last.
    Ip,
    /// Groups it is a member of, by name.
    Group,
    /// Where it is, or what that is in, by name.
    Location,
    /// Tags.
    Tag,
    /// Version of the firmware.
    Fw,
    /// Reachability.
    State,
    /// Configuration against wish.
    Drift,
    /// Strength of the radio signal, in dBm.
    Rssi,
    /// A setting waits for a restart.
    Restart,
    /// It asks for a password.
    Auth,
    /// It sleeps between wakes.
    Sleeps,
    /// Time since it started.
    Uptime,
    /// Time since its last answer.
    Seen,
    /// Time since its adoption.
    Adopted,
    /// Profile or mode of the device.
    Profile,
    /// Components it has, by kind or by key.
    Component,
}

/// What values a field takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// One text.
    Text,
    /// Several texts, of which one has to fit.
    Texts,
    /// One of these words.
    Words(&'static [&'static str]),
    /// Yes or no.
    Flag,
    /// A whole number.
    Whole,
    /// A version, in whole or its beginning.
    Version,
    /// A time that has passed.
    Age,
}

/// What is true of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldFacts {
    /// The field.
    pub field: Field,
    /// How it is written.
    pub name: &'static str,
    /// How it may be written as well.
    pub aliases: &'static [&'static str],
    /// What values it takes.
    pub kind: Kind,
    /// What it is, for people.
    pub help: &'static str,
    /// A condition as it may be written.
    pub example: &'static str,
}

macro_rules! fields {
    ($($field:ident $name:literal $aliases:tt $kind:expr, $help:literal, $example:literal;)*) => {
        /// Every field, in the order in which they are explained.
        pub const FIELDS: &[FieldFacts] = &[$(FieldFacts {
            field: Field::$field, name: $name, aliases: &$aliases, kind: $kind, help: $help, example: $example,
        }),*];
    };
}

fields! {
    Name "name" ["label"] Kind::Text, "name as it is shown", "name:kitchen*";
    Mac "mac" ["id"] Kind::Text, "MAC address, with or without colons", "mac:C4:5B*";
    Ip "ip" ["address", "host"] Kind::Text, "address where it was seen last", "ip:192.168.1.*";
    Gen "gen" ["generation"] Kind::Whole, "generation", "gen:1,2";
    Model "model" [] Kind::Text, "order code", "model:SNSW-*";
    App "app" [] Kind::Text, "firmware application (Gen2 and later)", "app:Plus1PM";
    Fw "fw" ["firmware", "version"] Kind::Version, "version of the firmware", "fw<1.14";
    State "state" [] Kind::Words(&STATES), "reachability", "state:offline";
    Drift "drift" ["drifted"] Kind::Words(&DRIFTS), "configuration differs from the wish", "drift:yes";
    Group "group" [] Kind::Texts, "group it is a member of", "group:\"ground floor\"";
    Location "location" ["place"] Kind::Texts, "location it is in, or one around that", "location:house";
    Tag "tag" ["tags"] Kind::Texts, "tag it carries", "tag:kitchen";
    Component "component" ["has"] Kind::Texts, "component it has, by kind or by key", "component:switch";
    Profile "profile" ["mode"] Kind::Text, "profile or mode of the device", "profile:cover";
    Rssi "rssi" [] Kind::Whole, "strength of the radio signal in dBm", "rssi<-75";
    Restart "restart" [] Kind::Flag, "a setting waits for a restart", "restart:yes";
    Auth "auth" [] Kind::Flag, "it asks for a password", "auth:no";
    Sleeps "sleeps" [] Kind::Flag, "it sleeps between wakes", "sleeps:yes";
    Uptime "uptime" [] Kind::Age, "time since it started", "uptime<5m";
    Seen "seen" [] Kind::Age, "time since its last answer", "seen>2h";
    Adopted "adopted" [] Kind::Age, "time since its adoption", "adopted<1d";
}

impl Field {
    /// What is true of it.
    pub fn facts(self) -> &'static FieldFacts {
        FIELDS.iter().find(|facts| facts.field == self).unwrap_or(&FIELDS[0])
    }

    /// The field with this name, in any case.
    pub fn by_name(name: &str) -> Option<Self> {
        let is_it = |facts: &&FieldFacts| {
            facts.name.eq_ignore_ascii_case(name) || facts.aliases.iter().any(|other| other.eq_ignore_ascii_case(name))
        };
        FIELDS.iter().find(is_it).map(|facts| facts.field)
    }
}

impl Kind {
    /// The operators that make sense with such values.
    pub const fn operators(self) -> &'static [Op] {
        match self {
            Self::Text => &[Op::Is, Op::IsNot, Op::Contains],
            Self::Texts => &[Op::Is, Op::Contains],
            Self::Words(_) | Self::Flag => &[Op::Is, Op::IsNot],
            Self::Whole | Self::Version => &[Op::Is, Op::IsNot, Op::Less, Op::AtMost, Op::More, Op::AtLeast],
            Self::Age => &[Op::Less, Op::AtMost, Op::More, Op::AtLeast],
        }
    }
}

/// The word of the drift state that a value of `drift:` means: `yes` is `drifted`, `no` is `in_sync`.
pub fn stored_drift(word: &str) -> &str {
    match word {
        "yes" => "drifted",
        "no" => "in_sync",
        word => word,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_told_apart_and_examples_are_queries() {
        let mut names = BTreeSet::new();
        for facts in FIELDS {
            assert_eq!(facts.field.facts(), facts);
            for name in std::iter::once(&facts.name).chain(facts.aliases) {
                assert!(names.insert(*name), "{name} is used twice");
                assert_eq!(Field::by_name(&name.to_uppercase()), Some(facts.field));
            }
            facts.example.parse::<crate::Query>().unwrap();
        }
    }
}
