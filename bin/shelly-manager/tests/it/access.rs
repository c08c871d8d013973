//! Signing in, tokens and permissions.

use api_types::{
    ErrorCode,
    access::Permission,
    config::{ChangeLayerRequest, ScopeView},
    devices::{CommandRequest, DeviceQuery},
};
use http::Method;
use serde_json::json;

use crate::{
    database::Database,
    manager::Manager,
    on_each_database,
    support::{adopt, model, start},
};

on_each_database! {
    nothing_works_without_sign_in
    the_one_time_code_works_once
    a_token_does_what_it_may
}

/// T5: every operation of the interface refuses who is not signed in, before it looks at anything else.
async fn nothing_works_without_sign_in(database: Database) {
    let manager = Manager::with(database, &[]).await;
    let document = manager.get("/api/v1/openapi.json").await;
    let mut tried = 0;
    for (path, operations) in document["paths"].as_object().unwrap() {
        let path = path.replace("{mac}", "A8032A000001").replace("{id}", "01890000-0000-7000-8000-000000000000");
        for (method, _) in operations.as_object().unwrap() {
            let method: Method = method.to_uppercase().parse().unwrap();
            if path.ends_with("/session") && method == Method::POST {
                continue;
            }
            for token in [None, Some("smt_nonsense"), Some("")] {
                let answer = manager.ask(method.clone(), &path, token, "{}").await.unwrap();
                assert_eq!(answer.problem().code, ErrorCode::NotSignedIn, "{method} {path} {token:?}");
                assert_eq!(answer.status, 401);
            }
            tried += 1;
        }
    }
    assert!(tried > 30, "{tried} operations tried");
    let stream = manager.ask(Method::GET, "/api/v1/stream", None, "").await.unwrap();
    assert!(stream.status.is_client_error(), "{stream:?}");
    for path in ["/health/live", "/health/ready"] {
        assert!(manager.ask(Method::GET, path, None, "").await.unwrap().status.is_success(), "{path}");
    }
}

/// T5: the first start prints a code; it is good for one sign-in; later starts print none.
async fn the_one_time_code_works_once(database: Database) {
    let mut manager = Manager::fresh(database, &[]).await;
    let code = manager.code().await;
    assert_eq!(code.split('-').map(str::len).collect::<Vec<_>>(), [4, 4, 4], "{code}");

    for wrong in ["AAAA-AAAA-AAAA", "", "AAAA", "smt_AAAA"] {
        let refused = manager.sign_in(wrong).await.unwrap_err();
        assert_eq!((refused.status.as_u16(), refused.problem().code), (401, ErrorCode::NotSignedIn), "{wrong}");
    }
    let token = manager.sign_in(&code).await.unwrap();
    let system = manager.client_of(&token).system().await.unwrap();
    assert_eq!(system.fleet.devices, 0);
    assert_eq!(manager.sign_in(&code).await.unwrap_err().status, 401, "a code works once");

    let cookie = http::Request::get("/api/v1/session")
        .header("cookie", format!("shelly_manager_session={token}"))
        .body(bytes::Bytes::new())
        .unwrap();
    let transport = api_client::HttpTransport::new(manager.url().parse().unwrap()).unwrap();
    let session = api_client::Transport::send(&transport, cookie).await.unwrap();
    assert_eq!(session.status(), 200, "the session of a browser is a cookie");

    assert!(manager.stop().await.success());
    manager.start().await;
    assert!(manager.stop().await.success());
    assert_eq!(manager.printed_code(), None, "{}", manager.printed());
    assert!(manager.printed().ends_with("Stopping.\n"), "{}", manager.printed());
}

/// T3: a token does what its permission says, until it is revoked.
async fn a_token_does_what_it_may(database: Database) {
    let manager = Manager::on(database).await;
    let (fleet, handles) = start(vec![model("SNSW-001X16EU", 1)]).await;
    adopt(&manager, &handles).await;
    let mac = handles[0].mac();
    let toggle: CommandRequest = serde_json::from_value(json!({"command": "switch", "id": 0, "action": "on"})).unwrap();
    let wish = ChangeLayerRequest {
        scope: Some(ScopeView::Fleet),
        set: [("switch:*.auto_off".to_owned(), json!(true))].into(),
        ..ChangeLayerRequest::default()
    };

    let expected = [
        (Permission::Read, [true, false, false, false]),
        (Permission::Control, [true, true, false, false]),
        (Permission::Configure, [true, true, true, false]),
        (Permission::Admin, [true, true, true, true]),
    ];
    for (permission, may) in expected {
        let client = manager.client_of(&manager.token(&format!("{permission:?}"), permission).await);
        let results = [
            client.devices(&DeviceQuery::default()).await.map(drop),
            client.device_command(mac, &toggle).await.map(drop),
            client.layer_change(&wish).await.map(drop),
            client.tokens().await.map(drop),
        ];
        for (operation, (result, may)) in results.into_iter().zip(may).enumerate() {
            let code = result.err().and_then(|error| error.code());
            assert_eq!(code, (!may).then_some(ErrorCode::Forbidden), "{permission:?}, operation {operation}");
        }
    }
    assert_eq!(handles[0].output(&"switch:0".parse().unwrap()), Some(true));

    let reader = manager.token("visitor", Permission::Read).await;
    let refused = manager.ask(Method::POST, "/api/v1/jobs", Some(&reader), "{}").await.unwrap();
    assert_eq!((refused.status.as_u16(), refused.problem().code), (403, ErrorCode::Forbidden));
    assert!(refused.problem().detail.contains("configure"), "{refused:?}");
    manager.cli(&["token", "revoke", "visitor"]).await.ends_with(0);
    let refused = manager.ask(Method::GET, "/api/v1/devices", Some(&reader), "").await.unwrap();
    assert_eq!((refused.status.as_u16(), refused.problem().code), (401, ErrorCode::NotSignedIn));
    fleet.shutdown().await;
}
