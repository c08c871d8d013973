//! Devices that change their addresses.

use api_types::{
    ErrorCode,
    config::ScopeView,
    devices::{CommandRequest, DeviceState, SwitchAction},
    events::EventQuery,
    jobs::UnitState,
};
use serde_json::json;
use shelly_sim::SimHandle;

use crate::{
    database::Database,
    manager::Manager,
    on_each_database,
    support::{adopt, all, eventually, model, on_device, only, scan, start, targets, unit, wish},
};

const ON: CommandRequest = CommandRequest::Switch { id: 0, action: SwitchAction::On };

on_each_database! {
    a_command_never_reaches_the_wrong_device
    a_plan_never_writes_the_wrong_device
}

fn is_on(handle: &SimHandle) -> Option<bool> {
    handle.output(&"switch:0".parse().unwrap())
}

/// B6: after two devices exchanged their addresses, nothing reaches the wrong one; a scan finds both again.
async fn a_command_never_reaches_the_wrong_device(database: Database) {
    let manager = Manager::on(database).await;
    let (mut fleet, handles) = start(vec![model("SNSW-001X16EU", 1), model("SHSW-1", 2)]).await;
    adopt(&manager, &handles).await;
    let client = manager.client();
    let [plus, old] = [&handles[0], &handles[1]];
    assert!(fleet.swap(plus.mac(), old.mac()));

    for (asked, there) in [(plus, old), (old, plus)] {
        let error = client.device_command(asked.mac(), &ON).await.unwrap_err();
        assert_eq!(error.code(), Some(ErrorCode::WrongDevice), "{error}");
        let text = error.to_string();
        assert!(text.contains(&asked.mac().to_string()) && text.contains(&there.mac().to_string()), "{text}");
        let refused = manager.cli(&["devices", "on", &asked.mac().to_string()]).await;
        refused.complains(5, &[&there.mac().to_string()]);
    }
    assert_eq!((is_on(plus), is_on(old)), (Some(false), Some(false)));
    assert_eq!((plus.counters().writes, old.counters().writes), (0, 0));
    for handle in &handles {
        eventually("the trouble in the list", async || {
            let device = client.device(handle.mac()).await.unwrap().device;
            (device.state == DeviceState::WrongDevice && device.state_reason.is_some()).then_some(())
        })
        .await;
    }

    scan(&manager, targets(&handles), false).await;
    assert!(client.inbox().await.unwrap().is_empty(), "they are ours already");
    for handle in &handles {
        let device = client.device_command(handle.mac(), &ON).await.unwrap().device;
        assert_eq!((device.address, device.state), (handle.endpoint().to_string(), DeviceState::Online));
        assert_eq!(is_on(handle), Some(true));
        let events = client.events(&EventQuery { mac: Some(handle.mac()), ..EventQuery::default() }).await.unwrap();
        assert!(events.iter().any(|event| event.kind == "device_moved"), "{events:?}");
    }
    assert_eq!((plus.counters().writes, old.counters().writes), (1, 1));
    fleet.shutdown().await;
}

/// B6, B7: a plan made before the swap writes to neither; an address is taken by hand only when its MAC is right.
async fn a_plan_never_writes_the_wrong_device(database: Database) {
    let manager = Manager::on(database).await;
    let (mut fleet, handles) = start(vec![model("SNSW-001X16EU", 1), model("S3SW-001X8EU", 2)]).await;
    adopt(&manager, &handles).await;
    let client = manager.client();
    wish(&manager, ScopeView::Fleet, &[("switch:0.name", json!("Lamp"))]).await;
    let plan = client.job_create(&all().into()).await.unwrap();
    assert_eq!(plan.job.units.pending, 2);
    assert!(fleet.swap(handles[0].mac(), handles[1].mac()));
    client.job_start(plan.job.id).await.unwrap();
    let done = crate::support::ended(&manager, plan.job.id).await;
    for handle in &handles {
        let unit = unit(&done, handle);
        assert_eq!(unit.state, UnitState::Failed, "{unit:?}");
        assert!(unit.reason.as_deref().unwrap().contains(&handle.mac().to_string()), "{unit:?}");
        assert_eq!(handle.counters().writes, 0);
    }

    let [first, second] = [&handles[0], &handles[1]];
    let mac = first.mac().to_string();
    let refused = manager.cli(&["devices", "move", &mac, &second.endpoint().to_string()]).await;
    refused.complains(5, &[&second.mac().to_string(), "nothing was changed"]);
    manager.cli(&["devices", "move", &mac, &first.endpoint().to_string()]).await.ends_with(0);
    let done = crate::support::plan_and_apply(&manager, &only(first)).await;
    assert_eq!(done.job.units.verified, 1, "{done:?}");
    assert_eq!(on_device(first, "switch:0.name"), "Lamp");
    assert_eq!(second.counters().writes, 0);
    fleet.shutdown().await;
}
