//! Variables for templates of wishes.

use aide::transform::TransformOperation;
use api_types::variables::{ChangeVariablesRequest, VariablesScope, VariablesView};
use axum::extract::State;
use fleet::{Fleet, VariablesChange, VariablesName, VariablesOf};

use crate::{actor::By, extract::Json, openapi::operation, problem::ApiError};

pub(crate) async fn list(State(fleet): State<Fleet>, By(actor): By) -> Result<Json<Vec<VariablesView>>, ApiError> {
    Ok(Json(fleet.variables(&actor).await?.into_iter().map(view).collect()))
}

pub(crate) fn list_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "variables_list", "configuration", "All variables for templates, by whose they are")
}

pub(crate) async fn change(
    State(fleet): State<Fleet>,
    By(actor): By,
    Json(request): Json<ChangeVariablesRequest>,
) -> Result<Json<VariablesView>, ApiError> {
    let ChangeVariablesRequest { scope, set, clear } = request;
    let scope = match scope {
        VariablesScope::Fleet => VariablesName::Fleet,
        VariablesScope::Location { name } => VariablesName::Location(name),
        VariablesScope::Group { name } => VariablesName::Group(name),
        VariablesScope::Device { mac } => VariablesName::Device(mac),
        VariablesScope::Vault => VariablesName::Vault,
    };
    let change = VariablesChange { scope, set: set.into_iter().collect(), clear };
    Ok(Json(view(fleet.variables_change(&actor, change).await?)))
}

pub(crate) fn change_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "variables_change", "configuration", "Set variables for templates, or take them away")
        .description("Nothing is written to a device: make a plan and apply it.")
}

fn view(of: VariablesOf) -> VariablesView {
    let scope = match of.scope {
        VariablesName::Fleet => VariablesScope::Fleet,
        VariablesName::Location(name) => VariablesScope::Location { name },
        VariablesName::Group(name) => VariablesScope::Group { name },
        VariablesName::Device(mac) => VariablesScope::Device { mac },
        VariablesName::Vault => VariablesScope::Vault,
    };
    VariablesView { scope, values: of.values.into_iter().map(|(name, value)| (name.to_string(), value)).collect() }
}
