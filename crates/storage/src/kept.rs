//! Keeps statements prepared that diesel would prepare anew each time.

use diesel::{
    backend::Backend,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
    result::QueryResult,
};

/// A statement whose text is one of few, so that it can stay prepared.
#[derive(Debug)]
pub(crate) struct Kept<Q>(Q);

/// Keeps a change prepared. Diesel does so only with what it knows to have one text, to which no update and no `ON CONFLICT DO
/// UPDATE` belongs; preparing takes longer than changing a row. Not for what names rows one parameter each.
pub(crate) fn kept<Q>(statement: Q) -> Kept<Q> {
    Kept(statement)
}

impl<DB: Backend, Q: QueryFragment<DB>> QueryFragment<DB> for Kept<Q> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.0.walk_ast(out)
    }

    fn is_safe_to_cache_prepared(&self, _: &DB) -> QueryResult<bool> {
        Ok(true)
    }
}

impl<Q> QueryId for Kept<Q> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Q: Query> Query for Kept<Q> {
    type SqlType = Q::SqlType;
}

impl<Q, C> diesel::RunQueryDsl<C> for Kept<Q> {}
