//! Passwords of devices.

use aide::transform::TransformOperation;
use api_types::{
    jobs::JobDetail,
    passwords::{
        ImportPasswordsRequest, ImportedPasswords, NewPassword, PasswordJobRequest, ShownPassword, ToldPassword,
    },
};
use axum::extract::State;
use capability_config::SecretText;
use fleet::{Fleet, NewPasswords};
use http::StatusCode;

use crate::{
    actor::By,
    devices::DevicePath,
    extract::{Json, Path},
    openapi::operation,
    operations::{ApiRouter, post_with},
    problem::ApiError,
    views,
};

/// The routes of passwords.
pub(crate) fn routes() -> ApiRouter {
    ApiRouter::new()
        .api_route("/passwords", post_with(change, change_docs))
        .api_route("/passwords/import", post_with(import, import_docs))
        .api_route("/devices/{mac}/password/reveal", post_with(reveal, reveal_docs))
}

async fn change(
    State(fleet): State<Fleet>,
    By(actor): By,
    Json(request): Json<PasswordJobRequest>,
) -> Result<(StatusCode, Json<JobDetail>), ApiError> {
    let (selection, options) = views::job_request(request.job);
    let new = match request.new {
        NewPassword::Same { password } => NewPasswords::Same(SecretText::new(password)),
        NewPassword::Random => NewPasswords::Random,
        NewPassword::None => NewPasswords::None,
    };
    let made = fleet.passwords_job(&actor, &selection, &new, options).await?;
    Ok((StatusCode::CREATED, Json(views::job_detail(&made))))
}

fn change_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "passwords_change", "jobs", "Make a job that gives devices other passwords")
        .description(
            "Nothing is sent before the job is started. Both passwords of a device are kept, sealed, until it has proven \
             the new one.",
        )
        .response::<201, Json<JobDetail>>()
}

async fn import(
    State(fleet): State<Fleet>,
    By(actor): By,
    Json(request): Json<ImportPasswordsRequest>,
) -> Result<Json<ImportedPasswords>, ApiError> {
    let told = |told: ToldPassword| fleet::ToldPassword { mac: told.mac, user: told.user, password: told.password };
    let done = fleet.passwords_import(&actor, request.passwords.into_iter().map(told).collect()).await?;
    Ok(Json(ImportedPasswords { taken: done.taken, unknown: done.unknown }))
}

fn import_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "passwords_import", "access", "Tell the passwords that devices have").description(
        "They are kept, sealed, as they are told, and used from the next reading on. Nothing is sent to a device. Each is an \
         event.",
    )
}

async fn reveal(
    State(fleet): State<Fleet>,
    By(actor): By,
    Path(path): Path<DevicePath>,
) -> Result<Json<ShownPassword>, ApiError> {
    let shown = fleet.password_reveal(&actor, path.mac).await?;
    Ok(Json(ShownPassword {
        user: shown.credentials.user.clone(),
        password: shown.credentials.expose_password().to_owned(),
        in_doubt: shown.in_doubt.map(|other| other.expose_password().to_owned()),
    }))
}

fn reveal_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "password_reveal", "access", "Show the password of a device")
        .description("That it was shown is an event.")
}
