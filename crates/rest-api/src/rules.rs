//! Rules of good order, what they find, and what is let pass.

use aide::transform::TransformOperation;
use api_types::{
    jobs::JobDetail,
    rules::{
        FindingsQuery, FindingsView, FixRequest, OwnRuleRequest, RulePolicyRequest, RuleView, WaiverRequest, WaiverView,
    },
};
use axum::extract::State;
use fleet::Fleet;
use fleet_model::WaiverId;
use http::StatusCode;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::{
    actor::By,
    extract::{Json, Path, Query},
    groups::IdPath,
    openapi::operation,
    problem::ApiError,
    views,
};

/// A rule in a path.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct RulePath {
    /// Its stable name.
    pub(crate) id: String,
}

pub(crate) async fn list(State(fleet): State<Fleet>, By(actor): By) -> Result<Json<Vec<RuleView>>, ApiError> {
    Ok(Json(fleet.rules(&actor).await?.iter().map(views::rules::rule).collect()))
}

pub(crate) fn list_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "rules_list", "rules", "List the rules of good order as they count here")
}

pub(crate) async fn create(
    State(fleet): State<Fleet>,
    By(actor): By,
    Json(request): Json<OwnRuleRequest>,
) -> Result<(StatusCode, Json<RuleView>), ApiError> {
    let rule = fleet.own_rule_create(&actor, views::rules::own(request)).await?;
    Ok((StatusCode::CREATED, Json(views::rules::rule(&rule))))
}

pub(crate) fn create_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "rule_create", "rules", "Make a rule of your own").response::<201, Json<RuleView>>()
}

pub(crate) async fn change(
    State(fleet): State<Fleet>,
    By(actor): By,
    Path(path): Path<RulePath>,
    Json(request): Json<OwnRuleRequest>,
) -> Result<Json<RuleView>, ApiError> {
    let request = fleet::OwnRuleRequest { id: path.id, ..views::rules::own(request) };
    Ok(Json(views::rules::rule(&fleet.own_rule_change(&actor, request).await?)))
}

pub(crate) fn change_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "rule_change", "rules", "Change a rule of your own; the id in the path counts")
}

pub(crate) async fn policy(
    State(fleet): State<Fleet>,
    By(actor): By,
    Path(path): Path<RulePath>,
    Json(RulePolicyRequest { off, severity }): Json<RulePolicyRequest>,
) -> Result<Json<RuleView>, ApiError> {
    let severity = severity.map(views::rules::severity_of);
    Ok(Json(views::rules::rule(&fleet.rule_policy(&actor, &path.id, off, severity).await?)))
}

pub(crate) fn policy_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "rule_policy", "rules", "Say whether a rule is looked at, and how much it matters")
}

pub(crate) async fn delete(
    State(fleet): State<Fleet>,
    By(actor): By,
    Path(path): Path<RulePath>,
) -> Result<StatusCode, ApiError> {
    fleet.own_rule_remove(&actor, &path.id).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) fn delete_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "rule_delete", "rules", "Remove a rule of your own and what was let pass of it")
}

pub(crate) async fn findings(
    State(fleet): State<Fleet>,
    By(actor): By,
    Query(FindingsQuery { device, rule, waived }): Query<FindingsQuery>,
) -> Result<Json<FindingsView>, ApiError> {
    let query = fleet::FindingsQuery { device, rule, with_waived: waived };
    Ok(Json(views::rules::findings(fleet.findings(&actor, &query).await?)))
}

pub(crate) fn findings_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "findings", "rules", "What rules find, rule by rule, and the score of each device")
        .description("Looks at what is stored: no device is asked. What is not known is never a finding.")
}

pub(crate) async fn fix(
    State(fleet): State<Fleet>,
    By(actor): By,
    Json(FixRequest { rule, devices, for_fleet }): Json<FixRequest>,
) -> Result<(StatusCode, Json<JobDetail>), ApiError> {
    let plan = fleet.findings_fix(&actor, &fleet::FixRequest { rule, devices, for_fleet }).await?;
    Ok((StatusCode::CREATED, Json(views::job_detail(&plan))))
}

pub(crate) fn fix_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "findings_fix", "rules", "Wish what sets findings right, and plan it")
        .description(
            "The settings become part of the wish of each device, or of the fleet. The answer is an ordinary job: \
             nothing is written to a device until it is confirmed.",
        )
        .response::<201, Json<JobDetail>>()
}

pub(crate) async fn waivers(State(fleet): State<Fleet>, By(actor): By) -> Result<Json<Vec<WaiverView>>, ApiError> {
    Ok(Json(fleet.waivers(&actor).await?.into_iter().map(views::rules::waiver).collect()))
}

pub(crate) fn waivers_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "waivers_list", "rules", "List what is let pass, also what has ended")
}

pub(crate) async fn waive(
    State(fleet): State<Fleet>,
    By(actor): By,
    Json(WaiverRequest { rule, devices, until, reason }): Json<WaiverRequest>,
) -> Result<(StatusCode, Json<Vec<WaiverView>>), ApiError> {
    let waivers = fleet.waive(&actor, fleet::WaiverRequest { rule, devices, until, reason }).await?;
    Ok((StatusCode::CREATED, Json(waivers.into_iter().map(views::rules::waiver).collect())))
}

pub(crate) fn waive_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "waiver_create", "rules", "Let findings of a rule pass, with a reason and until a date")
        .response::<201, Json<Vec<WaiverView>>>()
}

pub(crate) async fn unwaive(
    State(fleet): State<Fleet>,
    By(actor): By,
    Path(path): Path<IdPath>,
) -> Result<StatusCode, ApiError> {
    fleet.waiver_remove(&actor, WaiverId::from_uuid(path.id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) fn unwaive_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "waiver_delete", "rules", "Take a waiver back")
}
