//! Static addresses of devices.

use aide::transform::TransformOperation;
use api_types::{
    addresses::{Addresses, AssignAddressesRequest},
    jobs::JobDetail,
};
use axum::extract::State;
use fleet::{AddressNetwork, Fleet};
use http::StatusCode;

use crate::{
    actor::By,
    extract::Json,
    openapi::operation,
    operations::{ApiRouter, post_with},
    problem::ApiError,
    views,
};

/// The routes of addresses.
pub(crate) fn routes() -> ApiRouter {
    ApiRouter::new().api_route("/devices/addresses", post_with(assign, assign_docs))
}

async fn assign(
    State(fleet): State<Fleet>,
    By(actor): By,
    Json(request): Json<AssignAddressesRequest>,
) -> Result<(StatusCode, Json<JobDetail>), ApiError> {
    let AssignAddressesRequest { addresses, netmask, gateway, nameserver, job } = request;
    let (selection, options) = views::job_request(job);
    let addresses = match addresses {
        Addresses::Given { addresses } => {
            fleet::Addresses::Given(addresses.into_iter().map(|of| (of.mac, of.address)).collect())
        }
        Addresses::Pool { first, last } => fleet::Addresses::Pool { first, last },
        Addresses::Leased => fleet::Addresses::Leased,
    };
    let network = netmask.map(|netmask| AddressNetwork { netmask, gateway, nameserver });
    let made = fleet.addresses_assign(&actor, &selection, &addresses, network, options).await?;
    Ok((StatusCode::CREATED, Json(views::job_detail(&made))))
}

fn assign_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "addresses_assign", "jobs", "Wish static addresses and make the job that gives them to devices")
        .description(
            "Mask, gateway, and addresses that are given twice are refused before anything is wished. A device is proven at \
             its new address; one that cannot be reached there goes back to its former one by itself (Gen2 and later).",
        )
        .response::<201, Json<JobDetail>>()
}
