//! Asks for rows whose text is one of several, with a statement that is the same for any number of them.

use diesel::{
    expression::{AppearsOnTable, Expression, SelectableExpression, ValidGrouping},
    query_builder::{AstPass, QueryFragment, QueryId},
    result::QueryResult,
    sql_types::{Bool, Text},
    sqlite::Sqlite,
};

/// A column is one of several texts. Unlike a list of parameters, one for each, they are one parameter: the statement is kept
/// prepared, and there is no limit to their number.
#[derive(Debug, Clone, QueryId)]
pub(crate) struct Among<C> {
    column: C,
    /// The texts as a JSON list.
    texts: String,
}

/// Whether `column` is one of these texts.
pub(crate) fn among<C: Expression<SqlType = Text>>(column: C, texts: &[String]) -> Among<C> {
    Among { column, texts: serde_json::Value::from(texts).to_string() }
}

impl<C: Expression<SqlType = Text>> Expression for Among<C> {
    type SqlType = Bool;
}

impl<C: AppearsOnTable<S>, S: ?Sized> AppearsOnTable<S> for Among<C> where Self: Expression {}

impl<C: SelectableExpression<S>, S: ?Sized> SelectableExpression<S> for Among<C> where Self: AppearsOnTable<S> {}

impl<C: ValidGrouping<G>, G> ValidGrouping<G> for Among<C> {
    type IsAggregate = C::IsAggregate;
}

impl<C: QueryFragment<Sqlite>> QueryFragment<Sqlite> for Among<C> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        self.column.walk_ast(out.reborrow())?;
        out.push_sql(" IN (SELECT value FROM json_each(");
        out.push_bind_param::<Text, _>(&self.texts)?;
        out.push_sql("))");
        Ok(())
    }
}
