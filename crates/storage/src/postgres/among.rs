//! Asks for rows whose text is one of several.

use diesel::{dsl::EqAny, expression::Expression, prelude::*, sql_types::Text};

/// Whether `column` is one of these texts. They are one parameter, so that the statement is kept prepared.
pub(crate) fn among<C: Expression<SqlType = Text>>(column: C, texts: &[String]) -> EqAny<C, Vec<String>> {
    column.eq_any(texts.to_vec())
}
