//! What is old is counted, removed, and told of; what something refers to stays.

use api_types::{
    access::Permission, config::ScopeView, devices::UpdateDeviceRequest, events::EventQuery, jobs::JobState,
    maintenance::SweepRequest, problem::ErrorCode,
};
use diesel::{Connection, SqliteConnection, connection::SimpleConnection};
use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection};
use serde_json::json;
use shelly_sim::SimHandle;

use crate::{
    database::Database,
    manager::Manager,
    on_each_database,
    support::{adopt, all, eventually, model, plan_and_apply, start, wish},
};

on_each_database! {
    what_is_old_is_removed_and_what_is_referred_to_stays
    the_manager_removes_by_itself_what_is_old
}

const PLUS_1: &str = "SNSW-001X16EU";

/// Runs statements behind the manager's back.
async fn execute(manager: &Manager, statements: &str) {
    if let Some(url) = manager.database_url() {
        let mut connection = AsyncPgConnection::establish(url).await.unwrap();
        connection.batch_execute(statements).await.unwrap();
    } else {
        let file = manager.data().join("manager.sqlite");
        let mut connection = SqliteConnection::establish(file.to_str().unwrap()).unwrap();
        let statements = format!("PRAGMA busy_timeout = 20000; {statements}");
        SimpleConnection::batch_execute(&mut connection, &statements).unwrap();
    }
}

/// Three jobs that name a device, the second and third undoing one another, and all of it as if it were long ago.
async fn long_ago(manager: &Manager, handle: &SimHandle) -> [uuid::Uuid; 3] {
    let mut jobs = Vec::new();
    for name in ["Lamp", "Pump"] {
        wish(manager, ScopeView::Fleet, &[("switch:0.name", json!(name))]).await;
        let done = plan_and_apply(manager, &all()).await;
        assert_eq!(done.job.state, JobState::Done);
        jobs.push(done.job.id);
    }
    let undo = manager.client().job_undo(jobs[1]).await.unwrap();
    manager.client().job_start(undo.job.id).await.unwrap();
    crate::support::ended(manager, undo.job.id).await;
    assert_eq!(manager.client().device_config_history(handle.mac()).await.unwrap().len(), 4);
    execute(
        manager,
        &format!(
            "UPDATE events SET at = '2020-01-01 00:00:00';
             UPDATE snapshots SET taken_at = '2020-01-01 00:00:00';
             UPDATE jobs SET finished_at = '2020-01-01 00:00:00' WHERE id <> '{}';",
            undo.job.id
        ),
    )
    .await;
    [jobs[0], jobs[1], undo.job.id]
}

/// The counts, as they are told.
fn told(text: &str) -> Vec<(String, u64)> {
    let row = |line: &str| {
        let (what, number) = line.trim_end().rsplit_once("  ")?;
        Some((what.trim().to_owned(), number.trim().parse().ok()?))
    };
    text.lines().filter_map(row).filter(|(_, number)| *number > 0).collect()
}

/// The dry run counts what the sweep removes: old events, all snapshots of a day but its last, a job. The job that a later
/// one undoes stays, and so does the newest snapshot; undo and history still work.
async fn what_is_old_is_removed_and_what_is_referred_to_stays(database: Database) {
    let manager = Manager::with(database, &["--sweep-interval", "0"]).await;
    let (fleet, handles) = start(vec![model(PLUS_1, 1)]).await;
    adopt(&manager, &handles).await;
    let [first, undone, undo] = long_ago(&manager, &handles[0]).await;
    let client = manager.client();
    let reader = manager.client_of(&manager.token("reader", Permission::Configure).await);

    let would = manager.cli(&["maintenance", "sweep", "--check"]).await.ends_with(0);
    assert!(would.out.starts_with("would be removed:"), "{}", would.out);
    let counted = told(&would.out);
    let of = |what: &str| counted.iter().find(|(known, _)| known == what).map_or(0, |(_, number)| *number);
    assert!(of("events") > 5 && of("snapshots") == 3 && of("jobs") == 1, "{}", would.out);
    assert!(client.job(first).await.is_ok(), "nothing was removed");
    let refused = reader.maintenance_sweep(&SweepRequest::default()).await.unwrap_err();
    assert_eq!(refused.code(), Some(ErrorCode::Forbidden), "{refused}");
    assert!(reader.maintenance_sweep(&SweepRequest { dry_run: true }).await.is_ok());

    let done = manager.cli(&["maintenance", "sweep"]).await.ends_with(0);
    assert_eq!(told(&done.out), counted, "as much as was told before");
    assert_eq!(client.job(first).await.unwrap_err().code(), Some(ErrorCode::NotFound));
    assert!(client.job(undone).await.is_ok() && client.job(undo).await.is_ok());
    assert_eq!(client.device_config_history(handles[0].mac()).await.unwrap().len(), 1, "the newest stays");
    let events = client.events(&EventQuery::default()).await.unwrap();
    assert_eq!(events[0].kind, "old_removed", "{events:?}");
    assert!(events[0].message.contains("3 snapshots, 1 jobs"), "{}", events[0].message);
    let again = manager.cli(&["maintenance", "sweep", "--dry-run"]).await.ends_with(0);
    assert_eq!(told(&again.out), [], "{}", again.out);
    let shown = manager.cli(&["maintenance", "show"]).await.ends_with(0);
    for part in ["400 days", "only when asked for", "last: began", "snapshots"] {
        assert!(shown.out.contains(part), "`{part}` is missing: {}", shown.out);
    }

    // Everything goes on as before.
    let change = UpdateDeviceRequest { label: Some("Attic".to_owned()), ..UpdateDeviceRequest::default() };
    client.device_update(handles[0].mac(), &change).await.unwrap();
    assert_eq!(plan_and_apply(&manager, &all()).await.job.state, JobState::Done);
    let newest = client.events(&EventQuery::default()).await.unwrap();
    assert!(newest[0].seq > events[0].seq);
    fleet.shutdown().await;
}

/// It begins within its interval at the latest, and of two managers on one database one does it.
async fn the_manager_removes_by_itself_what_is_old(database: Database) {
    // Not before: a sweep that is killed keeps others out for minutes.
    let mut manager = Manager::with(database, &["--sweep-interval", "0"]).await;
    let (fleet, handles) = start(vec![model(PLUS_1, 1)]).await;
    adopt(&manager, &handles).await;
    manager.kill();
    execute(&manager, "UPDATE events SET at = '2020-01-01 00:00:00'").await;
    manager.start_with(&["--sweep-interval", "2", "--keep-events", "30"]).await;
    let beside = manager.beside().await;
    let removed = eventually("the removal", async || {
        let last = manager.client().maintenance().await.unwrap().last?;
        last.ended_at?;
        let events = manager.client().events(&EventQuery::default()).await.unwrap();
        events.into_iter().find(|event| event.kind == "old_removed")
    })
    .await;
    assert!(removed.message.contains("events"), "{}", removed.message);
    let view = manager.client().maintenance().await.unwrap();
    assert_eq!((view.interval_s, view.retention.events_days, view.retention.jobs_days), (Some(2), 30, 400));
    drop(beside);
    fleet.shutdown().await;
}
