//! Keeps statements prepared that diesel would prepare anew each time.

use std::marker::PhantomData;

use diesel::{
    backend::Backend,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
    result::QueryResult,
};

/// A statement that has the same text whenever it comes from the same place.
#[derive(Debug)]
pub(crate) struct Kept<Q, Place>(Q, PhantomData<Place>);

impl<Q, Place> Kept<Q, Place> {
    /// Call [`kept!`] instead: no other statement may have the same `Place`.
    pub(crate) fn at(statement: Q, _: Place) -> Self {
        Self(statement, PhantomData)
    }
}

/// Keeps a change prepared, and finds it again without writing its text. Diesel does so only with what it knows to have one
/// text, to which no update and no `ON CONFLICT DO UPDATE` belongs; preparing takes longer than changing a row.
///
/// The text must be the same each time: no list of parameters of any length, no column that is set only sometimes (an
/// `Option` of an assignment), no function that is generic over a part of the statement.
macro_rules! kept {
    ($statement:expr) => {{
        struct Here;
        $crate::kept::Kept::at($statement, Here)
    }};
}
pub(crate) use kept;

impl<DB: Backend, Q: QueryFragment<DB>, Place> QueryFragment<DB> for Kept<Q, Place> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.0.walk_ast(out)
    }

    fn is_safe_to_cache_prepared(&self, _: &DB) -> QueryResult<bool> {
        Ok(true)
    }
}

impl<Q, Place: 'static> QueryId for Kept<Q, Place> {
    type QueryId = Place;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<Q: Query, Place> Query for Kept<Q, Place> {
    type SqlType = Q::SqlType;
}

impl<Q, C, Place> diesel::RunQueryDsl<C> for Kept<Q, Place> {}
