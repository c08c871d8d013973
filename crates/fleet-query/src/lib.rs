#![doc = include_str!("../README.md")]

mod complete;
mod error;
mod explain;
mod expr;
mod facts;
mod field;
mod lexer;
mod matches;
mod parser;
mod pattern;
mod print;
mod setting;
mod steady;
mod suggest;
mod term;
mod values;

pub use complete::{Candidate, Completion, complete};
pub use error::{ParseError, ParseErrorKind, Position};
pub use expr::{Condition, Expr, Op, Query, Test};
pub use facts::{Facts, booted_at, rssi_dbm, search_text};
pub use field::{FIELDS, Field, FieldFacts, Kind, STATES, stored_drift};
pub use pattern::Pattern;
pub use setting::{IndexedSetting, component_words, indexed};
pub use values::{Age, Version, firmware_key};
