//! Devices that are expected.

use aide::transform::TransformOperation;
use api_types::expected::{
    ExpectedView, ImportDevicesRequest, ImportDevicesResult, ImportEffect, ImportedLineView, RemoveExpectedRequest,
};
use axum::extract::State;
use fleet::{ExpectedDevice, Fleet, ImportRequest};
use fleet_model::ExpectedRecord;

use crate::{
    actor::By,
    extract::Json,
    openapi::operation,
    operations::{ApiRouter, get_with, post_with},
    problem::ApiError,
};

/// The routes of expected devices.
pub(crate) fn routes() -> ApiRouter {
    ApiRouter::new()
        .api_route("/discovery/expected", get_with(list, list_docs))
        .api_route("/discovery/expected/import", post_with(import, import_docs))
        .api_route("/discovery/expected/remove", post_with(remove, remove_docs))
}

async fn list(State(fleet): State<Fleet>, By(actor): By) -> Result<Json<Vec<ExpectedView>>, ApiError> {
    let expected = fleet.expected(&actor).await?.into_iter();
    Ok(Json(expected.map(|ExpectedDevice { record, found_at }| view(record, found_at)).collect()))
}

fn list_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "expected_list", "discovery", "Devices that are expected and not ours yet")
}

async fn import(
    State(fleet): State<Fleet>,
    By(actor): By,
    Json(request): Json<ImportDevicesRequest>,
) -> Result<Json<ImportDevicesResult>, ApiError> {
    let ImportDevicesRequest { csv, names_devices, create, dry_run } = request;
    let done = fleet.expected_import(&actor, &ImportRequest { csv, names_devices, create, dry_run }).await?;
    let line = |line: fleet::ImportedLine| ImportedLineView {
        line: line.line,
        effect: match line.effect {
            fleet::ImportEffect::New => ImportEffect::New,
            fleet::ImportEffect::Changed => ImportEffect::Changed,
            fleet::ImportEffect::Same => ImportEffect::Same,
            fleet::ImportEffect::Ours => ImportEffect::Ours,
        },
        device: view(line.expected, None),
    };
    let lines = done.lines.into_iter().map(line).collect();
    Ok(Json(ImportDevicesResult { dry_run, lines, locations: done.locations, groups: done.groups }))
}

fn import_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "expected_import", "discovery", "Take a list of devices in before they exist").description(
        "All of it or nothing: when something is wrong, the answer names every line. A device gets what the list says \
         when it is found and adopted, or when an agent brings it in.",
    )
}

async fn remove(
    State(fleet): State<Fleet>,
    By(actor): By,
    Json(request): Json<RemoveExpectedRequest>,
) -> Result<Json<usize>, ApiError> {
    let RemoveExpectedRequest { devices, all } = request;
    if devices.is_empty() != all {
        let why = "either `devices` names devices, or `all` is true";
        return Err(ApiError::new(api_types::ErrorCode::InvalidRequest, why));
    }
    Ok(Json(fleet.expected_remove(&actor, &devices).await?))
}

fn remove_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "expected_remove", "discovery", "Expect devices no more; answers how many")
}

fn view(record: ExpectedRecord, found_at: Option<String>) -> ExpectedView {
    ExpectedView {
        mac: record.mac,
        name: record.name,
        names_device: record.names_device,
        address: record.address,
        tags: record.tags,
        location: record.location.map(|location| location.name),
        group: record.group.map(|group| group.name),
        profile: record.profile.map(|profile| profile.name),
        found_at,
        created_at: record.created_at,
        created_by: record.created_by,
    }
}
