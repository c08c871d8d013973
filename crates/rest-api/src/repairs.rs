//! Policies of repair.

use aide::transform::TransformOperation;
use api_types::{
    jobs::JobView,
    repairs::{RepairLeftView, RepairPolicyView, RepairRulesView, RepairView, SetRepairPolicyRequest},
};
use axum::extract::State;
use fleet::{Fleet, PolicyOf, RepairOf};
use fleet_model::RepairRules;

use crate::{
    actor::By,
    extract::Json,
    openapi::operation,
    operations::{ApiRouter, get_with, post_with},
    problem::ApiError,
    views,
};

/// The routes of policies of repair.
pub(crate) fn routes() -> ApiRouter {
    ApiRouter::new()
        .api_route("/drift/policies", get_with(policies, policies_docs).put_with(set, set_docs))
        .api_route("/drift/repairs", get_with(list, list_docs))
        .api_route("/drift/repairs/run", post_with(run, run_docs))
}

async fn policies(State(fleet): State<Fleet>, By(actor): By) -> Result<Json<Vec<RepairPolicyView>>, ApiError> {
    Ok(Json(fleet.repair_policies(&actor).await?.into_iter().map(policy).collect()))
}

fn policies_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "repair_policies_list", "configuration", "What is done about drift when nobody is asked before")
}

async fn set(
    State(fleet): State<Fleet>,
    By(actor): By,
    Json(request): Json<SetRepairPolicyRequest>,
) -> Result<Json<Option<RepairPolicyView>>, ApiError> {
    let SetRepairPolicyRequest { scope, rules } = request;
    let rules = rules.map(|RepairRulesView { policy, windows, zone }| RepairRules { policy, windows, zone });
    let set = fleet.repair_policy_set(&actor, &views::scope_name(scope), rules).await?;
    Ok(Json(set.map(policy)))
}

fn set_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "repair_policy_set", "configuration", "Set the policy of repair of a scope, or take it away")
        .description(
            "The strongest policy decides about a device as a whole: its own, then that of its profile, group, location \
             and the fleet. What policies ignore and tolerate is added up.",
        )
}

async fn list(State(fleet): State<Fleet>, By(actor): By) -> Result<Json<Vec<RepairView>>, ApiError> {
    Ok(Json(fleet.repairs(&actor).await?.into_iter().map(repair).collect()))
}

fn list_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "repairs_list", "configuration", "What policies do about what differs, and what they leave")
}

async fn run(State(fleet): State<Fleet>, By(actor): By) -> Result<Json<Vec<JobView>>, ApiError> {
    Ok(Json(fleet.repairs_do(&actor).await?.iter().map(views::job).collect()))
}

fn run_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "repairs_run", "configuration", "Do now what policies say, and answer with the jobs that were made")
        .description("The manager looks by itself, too. Within the limits of the policies, as always.")
}

fn policy(of: PolicyOf) -> RepairPolicyView {
    let RepairRules { policy, windows, zone } = of.record.rules;
    RepairPolicyView {
        scope: views::scope_view(of.scope),
        rules: RepairRulesView { policy, windows, zone },
        updated_at: of.record.updated_at,
        updated_by: of.record.updated_by,
    }
}

fn repair(of: RepairOf) -> RepairView {
    let RepairOf { mac, name, policy, mode, act, left } = of;
    let left = left.into_iter().map(|(path, why)| RepairLeftView { path, why }).collect();
    RepairView { mac, name, policy, mode, act, left }
}
