//! Requests, files and command lines that make no sense.

use std::fs;

use api_types::{ErrorCode, groups::CreateGroupRequest};
use diesel::{Connection, RunQueryDsl, SqliteConnection};
use http::Method;
use serde_json::{Value, json};

use crate::{
    database::Database,
    manager::Manager,
    on_each_database,
    program::{local, run},
    support::{adopt, all, model, start},
};

const STRANGER: &str = "A8032AFFFFFF";

on_each_database! {
    each_bad_request_has_its_own_problem
    a_refused_wish_names_every_mistake_and_changes_nothing
    each_bad_command_line_has_its_own_error
    two_managers_do_not_share_a_data_directory
}

/// W59: bad requests are told apart by status and code, and the text says what is wrong.
async fn each_bad_request_has_its_own_problem(database: Database) {
    let manager = Manager::on(database).await;
    let (fleet, handles) = start(vec![model("SNSW-001X16EU", 1)]).await;
    adopt(&manager, &handles).await;
    let known = handles[0].mac().to_string();
    let group = CreateGroupRequest { name: "hall".to_owned(), rank: None, query: None };
    manager.client().group_create(&group).await.unwrap();
    let finished = manager.client().job_create(&all().into()).await.unwrap().job.id;
    let device = format!("/devices/{STRANGER}");
    let too_large = format!(r#"{{"targets":["{}"]}}"#, "x".repeat(1024 * 1024));
    let (get, post, patch, put) = (Method::GET, Method::POST, Method::PATCH, Method::PUT);
    let (bad, missing, conflict) = (ErrorCode::InvalidRequest, ErrorCode::NotFound, ErrorCode::Conflict);
    let cases: &[(&Method, &str, &str, ErrorCode, &str)] = &[
        (&post, "/jobs", "{", bad, "body"),
        (&post, "/jobs", "", bad, "body"),
        (&post, "/jobs", r#"{"gruop":"hall"}"#, bad, "gruop"),
        (&post, "/jobs", r#"{"devices":["nonsense"]}"#, bad, "nonsense"),
        (&post, "/jobs", r#"{"group":"attic"}"#, missing, "attic"),
        (&post, "/jobs", r#"{"rollout":{"at_once":0}}"#, bad, "at_once"),
        (&post, "/jobs", r#"{"rollout":{"rings":["0%"]}}"#, bad, "ring"),
        (&post, "/jobs", r#"{"rollout":{"windows":["someday"]}}"#, bad, "maintenance window"),
        (&post, "/jobs", &format!(r#"{{"devices":["{STRANGER}"]}}"#), missing, STRANGER),
        (&post, &format!("/jobs/{finished}/start"), "", conflict, "already"),
        (&get, "/jobs/01890000-0000-7000-8000-000000000000", "", missing, "job"),
        (&get, "/jobs/nonsense", "", bad, "path"),
        (&get, "/devices/nonsense", "", bad, "nonsense"),
        (&get, &device, "", missing, STRANGER),
        (&Method::DELETE, &device, "", missing, STRANGER),
        (&patch, &device, r#"{"label":"x"}"#, missing, STRANGER),
        (&get, &format!("{device}/config"), "", missing, STRANGER),
        (&get, &format!("{device}/config/history"), "", missing, STRANGER),
        (&post, &format!("{device}/refresh"), "", missing, STRANGER),
        (&post, &format!("{device}/config/pull"), "", missing, STRANGER),
        (&post, &format!("{device}/command"), r#"{"command":"restart"}"#, missing, STRANGER),
        (&put, &format!("{device}/password"), r#"{"password":"x"}"#, missing, STRANGER),
        (&post, &format!("/devices/{known}/command"), r#"{"command":"explode"}"#, bad, "explode"),
        (&patch, &format!("/devices/{known}"), r#"{"poll_interval_s":1}"#, bad, "5 to 86400"),
        (&patch, &format!("/devices/{known}"), r#"{"address":"a b c"}"#, bad, "a b c"),
        (&get, "/devices?cursor=nonsense", "", bad, "cursor"),
        (&get, "/jobs?cursor=%00%01", "", bad, "cursor"),
        (&get, "/devices?limit=0", "", bad, "1 to 500"),
        (&get, "/devices?limit=501", "", bad, "501"),
        (&get, "/events?limit=many", "", bad, "query"),
        (&get, "/devices?group=attic", "", bad, "group"),
        (&get, "/devices?q=fww%3C1", "", ErrorCode::QueryInvalid, "did you mean `fw`"),
        (&post, "/groups", r#"{"name":"hall"}"#, conflict, "group"),
        (&post, "/groups", r#"{"name":"  "}"#, bad, "1 to 64"),
        (&post, "/tokens", r#"{"name":"x","permission":"king"}"#, bad, "king"),
        (&post, "/tokens", r#"{"name":"x","permission":"read","expires_in_days":0}"#, bad, "3650"),
        (&post, "/credentials", r#"{"label":"x","password":""}"#, bad, "password"),
        (&post, "/discovery/scans", r#"{"targets":["not a host!"]}"#, bad, "host"),
        (&post, "/discovery/scans", r#"{"targets":["10.0.0.0/8"]}"#, bad, "addresses"),
        (&post, "/discovery/scans", r#"{"targets":[]}"#, bad, "target"),
        (&post, "/discovery/scans", &too_large, ErrorCode::TooLarge, ""),
        (&post, "/discovery/inbox/adopt", &format!(r#"{{"devices":["{STRANGER}"]}}"#), missing, STRANGER),
        (&patch, "/layers", r#"{"set":{"switch:0.name":"x"}}"#, bad, "scope"),
        (&patch, "/layers", r#"{"scope":{"scope":"fleet"}}"#, bad, "no setting"),
        (&get, "/nonsense", "", missing, ""),
    ];
    for &(method, path, body, code, words) in cases {
        let answer = manager.request(method.clone(), &format!("/api/v1{path}"), body.to_owned()).await;
        let (about, problem) = (format!("{method} {path}: {answer:?}"), answer.problem());
        assert_eq!((problem.code, problem.status), (code, code.status_and_title().0), "{about}");
        assert!(problem.detail.contains(words) && !problem.detail.is_empty(), "{about}");
    }
    let answer = manager.request(Method::DELETE, "/api/v1/system", "").await;
    assert_eq!(answer.status, 405);
    assert_eq!(handles[0].counters().writes, 0);
    assert!(!manager.printed().contains("panicked"));
    fleet.shutdown().await;
}

/// F8: all that is wrong with a wish is said at once, with what was probably meant; nothing is kept of it.
async fn a_refused_wish_names_every_mistake_and_changes_nothing(database: Database) {
    let manager = Manager::on(database).await;
    let change = async |set: Value| {
        let body = json!({ "scope": { "scope": "fleet" }, "set": set }).to_string();
        manager.request(Method::PATCH, "/api/v1/layers", body).await
    };
    let mut long = "x".repeat(65);
    long.push('!');
    for (path, value, code, words) in [
        ("switch:0.auto_of_delay", json!(5), ErrorCode::UnknownSetting, "did you mean `switch:0.auto_off_delay`?"),
        ("switch.name", json!("x"), ErrorCode::UnknownSetting, "switch:*.name"),
        ("nonsense", json!(1), ErrorCode::UnknownSetting, "not a setting path"),
        ("switch:0.auto_off_delay", json!("soon"), ErrorCode::InvalidSetting, "a number from 0"),
        ("switch:0.auto_off_delay", json!(-1), ErrorCode::InvalidSetting, "a number from 0"),
        ("switch:0.name", json!(long), ErrorCode::InvalidSetting, "at most 64"),
        ("switch:0.name", json!({ "a": 1 }), ErrorCode::InvalidSetting, "text"),
        ("sys.device.profile", json!("cover"), ErrorCode::InvalidSetting, "can be read but not set"),
    ] {
        let answer = change(json!({ path: value, "switch:0.auto_on": true })).await;
        let (about, problem) = (format!("{path}: {answer:?}"), answer.problem());
        assert_eq!((problem.code, problem.status), (code, 422), "{about}");
        let [field] = &problem.fields[..] else { panic!("{about}") };
        assert!(field.field == path && field.detail.contains(words), "{about}");
    }
    let problem = change(json!({ "mqtt.sever": "x", "mqtt.enable": "yes", "mqtt.user": "me" })).await.problem();
    let fields: Vec<&str> = problem.fields.iter().map(|field| field.field.as_str()).collect();
    assert_eq!(fields, ["mqtt.enable", "mqtt.sever"]);
    assert!(manager.client().layers().await.unwrap().is_empty(), "nothing was changed");

    assert_eq!(change(json!({ "switch:0.auto_on": true })).await.status, 200);
    let revision = manager.client().layers().await.unwrap()[0].revision;
    let body = |revision: i64| {
        let set = json!({ "switch:0.auto_on": false });
        json!({ "scope": { "scope": "fleet" }, "set": set, "revision": revision }).to_string()
    };
    let stale = manager.request(Method::PATCH, "/api/v1/layers", body(revision + 7)).await;
    assert_eq!(stale.problem().code, ErrorCode::Conflict);
    assert_eq!(manager.request(Method::PATCH, "/api/v1/layers", body(revision)).await.status, 200);
}

/// W59: bad command lines end with their own exit code and one line that says what to do.
async fn each_bad_command_line_has_its_own_error(database: Database) {
    let manager = Manager::on(database).await;
    let huge = format!("{}\n", "x".repeat(1024 * 1024 + 10));
    for (args, input, code, words) in [
        (&["config", "set", "--fleet", "switch:0.auto_of_delay=5"][..], "", 2, "did you mean"),
        (&["config", "set", "--fleet", "switch:0.auto_off_delay=soon"], "", 2, "expected a number"),
        (&["config", "set", "--fleet", "switch:0.name"], "", 2, "expected PATH=VALUE"),
        (&["config", "set", "switch:0.name=x"], "", 2, "say whose it is"),
        (&["config", "set", "--fleet", "sys.device.name=-"], &huge, 2, ""),
        (&["config", "set", "--fleet", "wifi.sta1.pass=-"], "", 2, "standard input"),
        (&["config", "set", "--group", "attic", "switch:0.name=x"], "", 1, "attic"),
        (&["config", "diff", "--device", STRANGER], "", 1, STRANGER),
        (&["devices", "show", STRANGER], "", 1, STRANGER),
        (&["devices", "show", "nonsense"], "", 2, "nonsense"),
        (&["devices", "cover", STRANGER, "sideways"], "", 2, "sideways"),
        (&["devices", "on", STRANGER, "script:1"], "", 2, "script"),
        (&["discover", "scan", "10.0.0.0/8"], "", 2, "addresses"),
        (&["groups", "delete", "attic"], "", 2, "attic"),
        (&["nonsense"], "", 2, "nonsense"),
    ] {
        manager.cli_with(args, input).await.complains(code, &[words]);
    }
    let url = manager.url();
    run(&["devices", "list", "--server", url, "--token", "smt_x"], "").await.complains(6, &["token"]);
    run(&["devices", "list", "--server", url], "").await.complains(6, &["token"]);
    run(&["devices", "list", "--server", "http://127.0.0.1:9"], "").await.complains(5, &["cannot reach the manager"]);
    run(&["devices", "list", "--server", "nonsense"], "").await.complains(2, &["nonsense"]);
}

/// Only one manager writes to a data directory; commands are told to talk to it.
async fn two_managers_do_not_share_a_data_directory(database: Database) {
    let mut manager = Manager::on(database).await;
    let place = manager.place();
    let place: Vec<&str> = place.iter().map(String::as_str).collect();
    let serve = [&["serve", "--listen", "127.0.0.1:0"][..], &place].concat();
    let list = [&["devices", "list"][..], &place].concat();
    for args in [&serve, &list] {
        let refused = run(args, "").await;
        refused.complains(2, &["works on", manager.data().to_str().unwrap(), "--server"]);
    }
    assert!(manager.stop().await.success());
    run(&list, "").await.ends_with(0);
}

/// W59: a broken settings file names the file, the line and the word.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broken_settings_file_is_told() {
    let data = tempfile::tempdir().unwrap();
    let file = data.path().join("settings.toml");
    let name = file.to_str().unwrap();
    for (text, words) in [
        ("poll_interval_s = ", "line 1"),
        ("pol_interval_s = 7", "pol_interval_s"),
        ("poll_interval_s = 0", "1 to 86400"),
        ("listen = \"nowhere\"", "listen"),
        ("\u{0}\u{1}", "line 1"),
    ] {
        fs::write(&file, text).unwrap();
        for command in [&["serve"][..], &["devices", "list"]] {
            local(data.path(), &[command, &["--config", name]].concat()).await.complains(2, &[words]);
        }
    }
    local(data.path(), &["serve", "--config", "/nonexistent.toml"]).await.complains(2, &["/nonexistent.toml"]);
    assert!(!data.path().join("manager.sqlite").exists(), "nothing was begun");
}

/// W47: a database that a newer program has written is refused and stays as it is; so is a file that is none.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_is_not_ours_is_refused() {
    let data = tempfile::tempdir().unwrap();
    local(data.path(), &["devices", "list"]).await.ends_with(0);
    let file = data.path().join("manager.sqlite");
    let mut connection = SqliteConnection::establish(file.to_str().unwrap()).unwrap();
    let newer = "INSERT INTO __diesel_schema_migrations (version) VALUES ('9999')";
    assert_eq!(diesel::sql_query(newer).execute(&mut connection).unwrap(), 1);
    drop(connection);
    for command in [&["serve"][..], &["devices", "list"]] {
        local(data.path(), command).await.complains(6, &["9999", "newer program"]);
    }

    fs::write(&file, "this is no database, whatever its name says").unwrap();
    let _ = fs::remove_file(data.path().join("manager.sqlite-wal"));
    local(data.path(), &["devices", "list"]).await.complains(5, &["manager.sqlite"]);
    assert_eq!(fs::read_to_string(&file).unwrap(), "this is no database, whatever its name says");
    local(data.path(), &["devices", "list", "--database", "mysql://x"]).await.complains(2, &["sqlite:", "postgres://"]);
    fs::write(data.path().join("secret.key"), "nonsense").unwrap();
    local(data.path(), &["devices", "list"]).await.complains(1, &["secret.key"]);
}
