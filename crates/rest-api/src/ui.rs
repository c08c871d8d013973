//! Serves the web UI: hashed assets for ever, the page itself always fresh.

use api_types::ErrorCode;
use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header};
use web_ui::{Asset, Assets};

use crate::problem::ApiError;

const FOREVER: &str = "public, max-age=31536000, immutable";
const FRESH: &str = "no-cache";

/// Any path outside the interface: an asset, or the page, whose router knows the rest.
pub(crate) async fn serve(uri: Uri, headers: HeaderMap) -> Response {
    let path = uri.path().trim_start_matches('/');
    let accepted = text(&headers, &header::ACCEPT_ENCODING).unwrap_or_default();
    let asset = match Assets::get_for(path, accepted) {
        Some(asset) if !path.is_empty() => Some(asset),
        _ if path.starts_with("api/") || path.starts_with("assets/") => None,
        _ => Assets::get_for("index.html", accepted),
    };
    match asset {
        Some(asset) => answer(asset, &headers),
        None if path.starts_with("api/") => {
            ApiError::new(ErrorCode::NotFound, format!("the interface has no `{}`", uri.path())).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn answer(asset: Asset, headers: &HeaderMap) -> Response {
    let is_known = text(headers, &header::IF_NONE_MATCH) == Some(asset.etag.as_str());
    let mut response = if is_known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        Response::new(Body::from(asset.bytes.into_owned()))
    };
    let all = response.headers_mut();
    all.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.content_type));
    all.insert(header::CACHE_CONTROL, HeaderValue::from_static(if asset.immutable { FOREVER } else { FRESH }));
    all.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Ok(tag) = HeaderValue::from_str(&asset.etag) {
        all.insert(header::ETAG, tag);
    }
    if let Some(encoding) = asset.encoding {
        all.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding.header_value()));
    }
    response
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}
