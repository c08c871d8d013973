#![doc = include_str!("../README.md")]

mod examine;
mod expression;
mod facts;
mod rule;
mod rules;
mod score;

pub use examine::{Found, examine};
pub use expression::{Expression, ExpressionError, Reads, Trouble};
pub use facts::{DeviceFacts, is_read};
pub use rule::{AppliesTo, Finding, Rule, Severity, UnknownSeverity};
pub use rules::{all, by_id};
pub use score::{Score, score};
