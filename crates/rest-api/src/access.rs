//! Signing in, tokens, and the passwords that are tried on devices.

use aide::transform::TransformOperation;
use api_types::{
    access::{CreateTokenRequest, CreatedToken, SessionView, SignInRequest, TokenView},
    credentials::{CreateCredentialRequest, CredentialView},
};
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use fleet::Fleet;
use fleet_model::{CredentialId, TokenId};
use http::{HeaderMap, HeaderValue, StatusCode, header};

use crate::{
    actor::{By, COOKIE, token},
    extract::{Json, Path},
    groups::IdPath,
    openapi::operation,
    problem::ApiError,
    views,
};

/// Attributes of the session cookie: no script reads it, no other site sends it.
const COOKIE_ATTRIBUTES: &str = "Path=/; HttpOnly; SameSite=Strict";

pub(crate) async fn sign_in(
    State(fleet): State<Fleet>,
    headers: HeaderMap,
    Json(request): Json<SignInRequest>,
) -> Result<Response, ApiError> {
    let session = fleet.sign_in(&request.secret).await?;
    let secure = headers.get("x-forwarded-proto").is_some_and(|value| value == "https");
    let secure = if secure { "; Secure" } else { "" };
    let mut response = Json(views::session(&session.actor)).into_response();
    set_cookie(&mut response, &format!("{COOKIE}={}; {COOKIE_ATTRIBUTES}; Max-Age=2592000{secure}", session.token));
    Ok(response)
}

pub(crate) fn sign_in_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "session_create", "access", "Sign in with the one-time code of the server or an API token")
        .description("The answer sets a session cookie. A one-time code works once.")
        .response::<200, Json<SessionView>>()
}

pub(crate) async fn session(By(actor): By) -> Json<SessionView> {
    Json(views::session(&actor))
}

pub(crate) fn session_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "session_get", "access", "Who is signed in")
}

pub(crate) async fn sign_out(State(fleet): State<Fleet>, headers: HeaderMap, By(_): By) -> Result<Response, ApiError> {
    if let Some((token, true)) = token(&headers) {
        fleet.sign_out(&token).await?;
    }
    let mut response = StatusCode::NO_CONTENT.into_response();
    set_cookie(&mut response, &format!("{COOKIE}=; {COOKIE_ATTRIBUTES}; Max-Age=0"));
    Ok(response)
}

pub(crate) fn sign_out_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "session_delete", "access", "Sign out").response::<204, ()>()
}

fn set_cookie(response: &mut Response, text: &str) {
    if let Ok(value) = HeaderValue::from_str(text) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}

pub(crate) async fn tokens(State(fleet): State<Fleet>, By(actor): By) -> Result<Json<Vec<TokenView>>, ApiError> {
    Ok(Json(fleet.tokens(&actor).await?.iter().map(views::token).collect()))
}

pub(crate) fn tokens_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "tokens_list", "access", "List API tokens")
}

pub(crate) async fn token_create(
    State(fleet): State<Fleet>,
    By(actor): By,
    Json(request): Json<CreateTokenRequest>,
) -> Result<(StatusCode, Json<CreatedToken>), ApiError> {
    let permission = views::permission(request.permission);
    let (token, record) = fleet.token_create(&actor, &request.name, permission, request.expires_in_days).await?;
    Ok((StatusCode::CREATED, Json(CreatedToken { token, info: views::token(&record) })))
}

pub(crate) fn token_create_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "token_create", "access", "Make an API token; it is shown only in this answer")
        .response::<201, Json<CreatedToken>>()
}

pub(crate) async fn token_delete(
    State(fleet): State<Fleet>,
    By(actor): By,
    Path(path): Path<IdPath>,
) -> Result<StatusCode, ApiError> {
    fleet.token_delete(&actor, TokenId::from_uuid(path.id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) fn token_delete_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "token_delete", "access", "End an API token")
}

pub(crate) async fn credentials(
    State(fleet): State<Fleet>,
    By(actor): By,
) -> Result<Json<Vec<CredentialView>>, ApiError> {
    Ok(Json(fleet.credentials(&actor).await?.iter().map(views::credential).collect()))
}

pub(crate) fn credentials_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "credentials_list", "access", "Credential sets in the order in which they are tried")
}

pub(crate) async fn credential_create(
    State(fleet): State<Fleet>,
    By(actor): By,
    Json(request): Json<CreateCredentialRequest>,
) -> Result<(StatusCode, Json<CredentialView>), ApiError> {
    let user = request.user.as_deref().unwrap_or("admin");
    let set = fleet.credential_create(&actor, &request.label, user, &request.password).await?;
    Ok((StatusCode::CREATED, Json(views::credential(&set))))
}

pub(crate) fn credential_create_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "credential_create", "access", "Add a credential set at the end of the order")
        .response::<201, Json<CredentialView>>()
}

pub(crate) async fn credential_delete(
    State(fleet): State<Fleet>,
    By(actor): By,
    Path(path): Path<IdPath>,
) -> Result<StatusCode, ApiError> {
    fleet.credential_delete(&actor, CredentialId::from_uuid(path.id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) fn credential_delete_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "credential_delete", "access", "Remove a credential set; devices that use it keep their password")
}
