//! WiFi networks whose keys are known.

use aide::transform::TransformOperation;
use api_types::networks::{NetworkName, NetworkView, SetNetworkRequest};
use axum::extract::State;
use capability_config::SecretText;
use fleet::Fleet;
use fleet_model::NetworkRecord;
use http::StatusCode;

use crate::{
    actor::By,
    extract::{Json, Query},
    openapi::operation,
    operations::{ApiRouter, get_with},
    problem::ApiError,
};

/// The routes of networks.
pub(crate) fn routes() -> ApiRouter {
    ApiRouter::new()
        .api_route("/networks", get_with(list, list_docs).put_with(set, set_docs).delete_with(remove, remove_docs))
}

async fn list(State(fleet): State<Fleet>, By(actor): By) -> Result<Json<Vec<NetworkView>>, ApiError> {
    Ok(Json(fleet.networks(&actor).await?.into_iter().map(view).collect()))
}

fn list_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "networks_list", "configuration", "WiFi networks whose keys are known")
}

async fn set(
    State(fleet): State<Fleet>,
    By(actor): By,
    Json(request): Json<SetNetworkRequest>,
) -> Result<Json<Vec<NetworkView>>, ApiError> {
    let SetNetworkRequest { ssid, key } = request;
    let all = fleet.network_set(&actor, &ssid, key.map(SecretText::new)).await?;
    Ok(Json(all.into_iter().map(view).collect()))
}

fn set_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "network_set", "configuration", "Store the key of a WiFi network").description(
        "Nothing is written to a device. A device that is moved to another network gets the one it is in as its second one, \
         so that it comes back by itself; for that its key has to be known.",
    )
}

async fn remove(
    State(fleet): State<Fleet>,
    By(actor): By,
    Query(query): Query<NetworkName>,
) -> Result<StatusCode, ApiError> {
    fleet.network_remove(&actor, &query.ssid).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn remove_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "network_remove", "configuration", "Forget the key of a WiFi network")
}

fn view(network: NetworkRecord) -> NetworkView {
    let NetworkRecord { ssid, is_open, updated_at } = network;
    NetworkView { ssid, is_open, updated_at }
}
