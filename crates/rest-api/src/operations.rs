//! The operations of the API: each knows how it is served and how it is described. Describing them all takes megabytes, so a
//! manager that serves does not; the document that it hands out was made when it was built.

use std::fmt;

use aide::{
    OperationInput, OperationOutput,
    axum::{ApiRouter as DescribedRouter, routing::ApiMethodRouter},
    openapi::OpenApi,
    operation::OperationHandler,
    transform::{TransformOpenApi, TransformOperation},
};
use axum::{Router, handler::Handler, routing::MethodRouter};
use fleet::Fleet;

/// Paths and what can be done with each.
#[derive(Debug, Default)]
pub(crate) struct ApiRouter {
    paths: Vec<(&'static str, Methods)>,
}

/// What can be done with a path.
#[derive(Default)]
pub(crate) struct Methods {
    each: Vec<Method>,
}

struct Method {
    serve: Box<dyn FnOnce(MethodRouter<Fleet>) -> MethodRouter<Fleet>>,
    describe: Box<dyn FnOnce(ApiMethodRouter<Fleet>) -> ApiMethodRouter<Fleet>>,
}

impl ApiRouter {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn api_route(mut self, path: &'static str, methods: Methods) -> Self {
        self.paths.push((path, methods));
        self
    }

    pub(crate) fn merge(mut self, other: Self) -> Self {
        self.paths.extend(other.paths);
        self
    }

    /// The routes below `prefix`.
    pub(crate) fn serve(self, prefix: &str) -> Router<Fleet> {
        let routes = self.paths.into_iter().fold(Router::new(), |router, (path, methods)| {
            let each = methods.each.into_iter();
            router.route(path, each.fold(MethodRouter::new(), |methods, method| (method.serve)(methods)))
        });
        Router::new().nest(prefix, routes)
    }

    /// The document of the operations below `prefix`.
    pub(crate) fn describe(
        self,
        prefix: &str,
        about: impl FnOnce(TransformOpenApi<'_>) -> TransformOpenApi<'_>,
    ) -> OpenApi {
        let routes = self.paths.into_iter().fold(DescribedRouter::new(), |router, (path, methods)| {
            let each = methods.each.into_iter();
            router.api_route(path, each.fold(ApiMethodRouter::new(), |methods, method| (method.describe)(methods)))
        });
        let mut document = OpenApi::default();
        let _ = DescribedRouter::new().nest(prefix, routes).finish_api_with(&mut document, about);
        document
    }
}

impl fmt::Debug for Methods {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Methods").field("count", &self.each.len()).finish()
    }
}

macro_rules! methods {
    ($($with:ident, $serve:ident;)+) => {
        impl Methods {$(
            pub(crate) fn $with<H, I, O, T>(mut self, handler: H, docs: Docs) -> Self
            where
                H: Handler<T, Fleet> + OperationHandler<I, O> + Clone,
                I: OperationInput,
                O: OperationOutput,
                T: 'static,
            {
                let described = handler.clone();
                self.each.push(Method {
                    serve: Box::new(move |methods| methods.$serve(handler)),
                    describe: Box::new(move |methods| methods.$with(described, docs)),
                });
                self
            }
        )+}

        $(
            pub(crate) fn $with<H, I, O, T>(handler: H, docs: Docs) -> Methods
            where
                H: Handler<T, Fleet> + OperationHandler<I, O> + Clone,
                I: OperationInput,
                O: OperationOutput,
                T: 'static,
            {
                Methods::default().$with(handler, docs)
            }
        )+
    };
}

/// Says what an operation is.
pub(crate) type Docs = fn(TransformOperation<'_>) -> TransformOperation<'_>;

methods! {
    delete_with, delete;
    get_with, get;
    patch_with, patch;
    post_with, post;
    put_with, put;
}
