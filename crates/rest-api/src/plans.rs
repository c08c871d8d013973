//! Plans.

use aide::transform::TransformOperation;
use api_types::{
    Page, PageQuery,
    plans::{PlanDetail, PlanRequest, PlanView},
};
use axum::extract::State;
use fleet::{Fleet, Selection};
use fleet_model::PlanId;
use http::StatusCode;

use crate::{
    actor::By,
    extract::{Json, Path, Query},
    groups::IdPath,
    openapi::operation,
    problem::ApiError,
    views,
};

pub(crate) async fn list(
    State(fleet): State<Fleet>,
    By(actor): By,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<PlanView>>, ApiError> {
    let page = views::page(query.cursor, query.limit)?;
    let found = fleet.plans_page(&actor, &page).await?;
    Ok(Json(Page { items: found.items.iter().map(views::plan).collect(), next_cursor: views::cursor(found.next) }))
}

pub(crate) fn list_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "plans_list", "plans", "List plans, newest first")
}

pub(crate) async fn create(
    State(fleet): State<Fleet>,
    By(actor): By,
    Json(PlanRequest { devices, group, query, take_over }): Json<PlanRequest>,
) -> Result<(StatusCode, Json<PlanDetail>), ApiError> {
    let plan = fleet.plan_create(&actor, &Selection { devices, group, query }, take_over).await?;
    Ok((StatusCode::CREATED, Json(views::plan_detail(&plan))))
}

pub(crate) fn create_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "plan_create", "plans", "Plan how devices get to the wish")
        .description(
            "Reads the devices and shows before and after of every setting. Nothing is written. A change that takes a \
             device away from whom it reports to is held back unless `take_over` is true.",
        )
        .response::<201, Json<PlanDetail>>()
}

pub(crate) async fn get(
    State(fleet): State<Fleet>,
    By(actor): By,
    Path(path): Path<IdPath>,
) -> Result<Json<PlanDetail>, ApiError> {
    Ok(Json(views::plan_detail(&fleet.plan(&actor, PlanId::from_uuid(path.id)).await?)))
}

pub(crate) fn get_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "plan_get", "plans", "A plan, device by device, with what became of it")
}

pub(crate) async fn apply(
    State(fleet): State<Fleet>,
    By(actor): By,
    Path(path): Path<IdPath>,
) -> Result<(StatusCode, Json<PlanView>), ApiError> {
    let plan = fleet.plan_apply(&actor, PlanId::from_uuid(path.id)).await?;
    Ok((StatusCode::ACCEPTED, Json(views::plan(&plan))))
}

pub(crate) fn apply_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "plan_apply", "plans", "Say yes to a plan")
        .description("It runs on, also over a restart of the manager; ask for the plan to see how far it is.")
        .response::<202, Json<PlanView>>()
}

pub(crate) async fn cancel(
    State(fleet): State<Fleet>,
    By(actor): By,
    Path(path): Path<IdPath>,
) -> Result<Json<PlanView>, ApiError> {
    Ok(Json(views::plan(&fleet.plan_cancel(&actor, PlanId::from_uuid(path.id)).await?)))
}

pub(crate) fn cancel_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "plan_cancel", "plans", "Call a plan off; a device being written is finished")
}
