//! Keeps the committed OpenAPI document equal to what the handlers say. `UPDATE=1` rewrites it.

use std::path::Path;

#[test]
fn s1_the_openapi_document_is_fresh() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/openapi.json");
    let made = rest_api::document();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&file, &made).unwrap();
    }
    let committed = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(committed == made, "{} is stale: run `cargo xtask generate`", file.display());
}

#[test]
fn s1_every_operation_says_what_it_is() {
    let document: serde_json::Value = serde_json::from_str(&rest_api::document()).unwrap();
    let paths = document["paths"].as_object().unwrap();
    assert!(paths.len() > 20, "the document lists the operations");
    let mut ids = std::collections::BTreeSet::new();
    for (path, methods) in paths {
        for (method, operation) in methods.as_object().unwrap() {
            let what = format!("{method} {path}");
            assert!(operation["summary"].is_string() && operation["tags"].is_array(), "{what} has a summary and a tag");
            assert!(operation["responses"]["default"].is_object(), "{what} documents its problems");
            assert!(ids.insert(operation["operationId"].as_str().unwrap().to_owned()), "{what} has an id of its own");
        }
    }
}
