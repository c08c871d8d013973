//! Who asks: a bearer token, the session cookie, or the program itself in the same process.

use aide::OperationInput;
use api_types::ErrorCode;
use axum::extract::{FromRef, FromRequestParts};
use fleet::{Actor, Fleet};
use http::{HeaderMap, Method, header, request::Parts};

use crate::problem::ApiError;

/// Name of the session cookie.
pub(crate) const COOKIE: &str = "shelly_manager_session";

/// The one who asks. An operation that takes this needs a sign-in.
pub(crate) struct By(pub(crate) Actor);

/// Put into a request by a program that holds the router itself: the operator of this host.
#[derive(Debug, Clone, Copy)]
pub struct LocalOperator;

impl<S> FromRequestParts<S> for By
where
    Fleet: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        if parts.extensions.get::<LocalOperator>().is_some() {
            return Ok(Self(Actor::Local));
        }
        let (token, from_cookie) = token(&parts.headers).ok_or_else(not_signed_in)?;
        if from_cookie && !is_same_site(&parts.method, &parts.headers) {
            let detail = "a request from another site cannot use the session of this one";
            return Err(ApiError::new(ErrorCode::Forbidden, detail));
        }
        let actor = Fleet::from_ref(state).token_authenticate(&token).await?;
        Ok(Self(actor))
    }
}

impl OperationInput for By {}

fn not_signed_in() -> ApiError {
    ApiError::new(ErrorCode::NotSignedIn, "send an API token as `Authorization: Bearer …`, or sign in")
}

/// The token of a request, and whether the browser sent it by itself.
pub(crate) fn token(headers: &HeaderMap) -> Option<(String, bool)> {
    if let Some(value) = headers.get(header::AUTHORIZATION) {
        let token = value.to_str().ok()?.strip_prefix("Bearer ")?;
        return Some((token.trim().to_owned(), false));
    }
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == COOKIE).map(|(_, value)| (value.to_owned(), true))
}

/// Whether a request that may change something comes from our own pages. Browsers say so in `Sec-Fetch-Site`; older
/// ones at least in `Origin`.
fn is_same_site(method: &Method, headers: &HeaderMap) -> bool {
    let is_upgrade = headers.contains_key(header::UPGRADE);
    if method.is_safe() && !is_upgrade {
        return true;
    }
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    match (text("sec-fetch-site"), text("origin"), text("host")) {
        (Some(site), ..) => matches!(site, "same-origin" | "none"),
        (None, Some(origin), Some(host)) => origin.split_once("://").is_some_and(|(_, authority)| authority == host),
        (None, Some(_), None) => false,
        (None, None, _) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn tokens_come_in_two_ways() {
        assert_eq!(token(&headers(&[("authorization", "Bearer abc")])), Some(("abc".to_owned(), false)));
        let cookie = headers(&[("cookie", "theme=dark; shelly_manager_session=abc")]);
        assert_eq!(token(&cookie), Some(("abc".to_owned(), true)));
        assert_eq!(token(&headers(&[("authorization", "Basic abc")])), None);
        assert_eq!(token(&headers(&[])), None);
    }

    #[test]
    fn other_sites_cannot_use_the_session() {
        let from = |pairs: &[(&'static str, &'static str)]| is_same_site(&Method::POST, &headers(pairs));
        assert!(from(&[("sec-fetch-site", "same-origin")]));
        assert!(!from(&[("sec-fetch-site", "cross-site")]));
        assert!(from(&[("origin", "http://a:1"), ("host", "a:1")]));
        assert!(!from(&[("origin", "http://b:1"), ("host", "a:1")]));
        assert!(is_same_site(&Method::GET, &headers(&[("sec-fetch-site", "cross-site")])));
    }
}
