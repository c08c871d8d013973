//! The OpenAPI document, made from the handlers, and a page to browse it.

use aide::{
    openapi::SecurityScheme,
    transform::{TransformOpenApi, TransformOperation},
};
use axum::response::{Html, IntoResponse, Response};
use http::{HeaderValue, header};
use indexmap::IndexMap;

use crate::{problem::ApiError, router::PREFIX};

/// The document as pretty JSON, as it is committed under `docs/reference`.
pub fn document() -> String {
    let document = crate::router::api().describe(PREFIX, describe);
    serde_json::to_string_pretty(&document).unwrap_or_default() + "\n"
}

fn describe(api: TransformOpenApi<'_>) -> TransformOpenApi<'_> {
    api.title("Shelly manager")
        .version(env!("CARGO_PKG_VERSION"))
        .description(
            "Owns a fleet of Shelly devices: finds them, knows them, holds them to a wish, and proves it. Lists are \
             cursor pages, errors are RFC 9457 problems with a stable `code`, work that takes long answers 202. \
             Secrets go in and never come out.",
        )
        .security_scheme(
            "token",
            SecurityScheme::Http {
                scheme: "bearer".to_owned(),
                bearer_format: None,
                description: Some("API token, `Authorization: Bearer smt_…`.".to_owned()),
                extensions: IndexMap::default(),
            },
        )
        .security_requirement("token")
        .default_response::<ApiError>()
}

/// Id, summary and menu entry of an operation.
pub(crate) fn operation<'t>(
    operation: TransformOperation<'t>,
    id: &str,
    tag: &str,
    summary: &str,
) -> TransformOperation<'t> {
    operation.id(id).tag(tag).summary(summary)
}

/// The document as it was when this program was built.
pub(crate) async fn serve() -> Response {
    let kind = HeaderValue::from_static("application/json");
    ([(header::CONTENT_TYPE, kind)], include_str!("../../../docs/reference/openapi.json")).into_response()
}

/// A page without a framework that lists the operations of the document.
pub(crate) async fn page() -> Response {
    Html(include_str!("openapi/page.html")).into_response()
}

pub(crate) async fn page_script() -> Response {
    let kind = HeaderValue::from_static("text/javascript; charset=utf-8");
    ([(header::CONTENT_TYPE, kind)], include_str!("openapi/browser.js")).into_response()
}
