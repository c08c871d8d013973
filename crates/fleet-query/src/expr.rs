//! A query as a tree of conditions.

use std::fmt;

use capability_config::SettingSelector;

use crate::{Age, Field, Pattern, Version};

/// Which devices are meant. Read with `parse`, printed with `to_string`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Query {
    pub(crate) expr: Expr,
}

/// Conditions, put together. Made by [`Expr::all`], [`Expr::any`] and [`Expr::negated`], which leave out what says nothing:
/// an `All` holds no `All`, an `Any` no `Any`, and neither holds less than two.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Expr {
    /// Every one holds. Without any, every device.
    All(Vec<Expr>),
    /// At least one holds.
    Any(Vec<Expr>),
    /// It does not hold.
    Not(Box<Expr>),
    /// This holds.
    One(Condition),
}

/// One condition.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// Somewhere in what [`crate::search_text`] holds.
    Word(Pattern),
    /// A field of the device.
    Field(Field, Test),
    /// A setting in its newest configuration. With `*` one of the instances has to fit.
    Setting(SettingSelector, Test),
}

/// What is asked of a value. It holds only when there is a value.
#[derive(Debug, Clone, PartialEq)]
pub enum Test {
    /// `Is`, `IsNot` or `Contains` with one of several texts.
    Text(Op, Vec<Pattern>),
    /// `Is` or `IsNot` one of the words.
    Words(Op, Vec<String>),
    /// It is so, or it is not so.
    Flag(bool),
    /// Compared with whole numbers; more than one only with `Is` and `IsNot`.
    Whole(Op, Vec<i64>),
    /// Compared with numbers; more than one only with `Is` and `IsNot`.
    Number(Op, Vec<f64>),
    /// Compared with versions; more than one only with `Is` and `IsNot`.
    Version(Op, Vec<Version>),
    /// Less or more time has passed.
    Age(Op, Age),
    /// The setting is null (`true`), or has a value (`false`).
    Null(bool),
}

/// How a value is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Op {
    /// `:` or `=`.
    Is,
    /// `!=`
    IsNot,
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    More,
    /// `>=`
    AtLeast,
    /// `~`
    Contains,
}

impl Query {
    /// Every device.
    pub fn everything() -> Self {
        Self::default()
    }

    /// The query with this meaning.
    pub fn of(expr: Expr) -> Self {
        Self { expr }
    }

    /// Its conditions.
    pub fn expr(&self) -> &Expr {
        &self.expr
    }

    /// Devices that both mean.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self { expr: Expr::all(vec![self.expr, other.expr]) }
    }

    /// Whether it means every device.
    pub fn is_everything(&self) -> bool {
        self.expr == Expr::default()
    }
}

impl Expr {
    /// Every one of these.
    pub fn all(parts: Vec<Self>) -> Self {
        let mut flat = Vec::with_capacity(parts.len());
        for part in parts {
            match part {
                Self::All(inner) => flat.extend(inner),
                other => flat.push(other),
            }
        }
        if flat.len() == 1 { flat.remove(0) } else { Self::All(flat) }
    }

    /// At least one of these; every device when one of them is that, or when there is none.
    pub fn any(parts: Vec<Self>) -> Self {
        let mut flat = Vec::with_capacity(parts.len());
        for part in parts {
            match part {
                Self::Any(inner) => flat.extend(inner),
                Self::All(inner) if inner.is_empty() => return Self::default(),
                other => flat.push(other),
            }
        }
        match flat.len() {
            0 => Self::default(),
            1 => flat.remove(0),
            _ => Self::Any(flat),
        }
    }

    /// Not this.
    #[must_use]
    pub fn negated(self) -> Self {
        Self::Not(Box::new(self))
    }
}

impl Default for Expr {
    fn default() -> Self {
        Self::All(Vec::new())
    }
}

impl Op {
    /// As it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Is => ":",
            Self::IsNot => "!=",
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::More => ">",
            Self::AtLeast => ">=",
            Self::Contains => "~",
        }
    }

    /// Whether it takes a list of values.
    pub(crate) const fn takes_list(self) -> bool {
        matches!(self, Self::Is | Self::IsNot | Self::Contains)
    }
}

impl fmt::Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
