//! Every route on one page, in the order of the web UI's menu.

use axum::{Router, extract::DefaultBodyLimit};
use fleet::Fleet;
use http::{HeaderValue, header};
use tower_http::set_header::SetResponseHeaderLayer;

use crate::{
    access, addresses, agent_tasks, agents, config, devices, discovery, drift, events, expected, groups, health, jobs,
    locations, maintenance, networks, openapi,
    operations::{ApiRouter, delete_with, get_with, patch_with, post_with, put_with},
    passwords, profiles, readdress, repairs, replacements, rules, snapshots, stream, system, ui, variables,
};

/// Largest request body. The largest honest one is a layer with a few hundred settings.
const MAX_BODY_BYTES: usize = 1024 * 1024;

/// Only our own files, nothing inline, nobody frames us.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
    font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; \
    frame-ancestors 'none'";

/// Where the documented operations begin.
pub(crate) const PREFIX: &str = "/api/v1";

/// The whole surface of the manager.
pub fn router(fleet: Fleet) -> Router {
    let fixed = |name, value| SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value));
    api()
        .serve(PREFIX)
        .route("/health/live", axum::routing::get(health::live))
        .route("/health/ready", axum::routing::get(health::ready))
        .route("/api/v1/stream", axum::routing::get(stream::open))
        .route("/api/v1/openapi.json", axum::routing::get(openapi::serve))
        .route("/api/docs", axum::routing::get(openapi::page))
        .route("/api/docs/browser.js", axum::routing::get(openapi::page_script))
        .fallback(ui::serve)
        .layer(axum::Extension(stream::Press::default()))
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .layer(fixed(header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY))
        .layer(fixed(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(fixed(header::REFERRER_POLICY, "no-referrer"))
        .with_state(fleet)
}

/// The documented operations.
pub(crate) fn api() -> ApiRouter {
    of_devices().merge(of_wishes()).merge(of_work())
}

/// Devices and what they have.
fn of_devices() -> ApiRouter {
    ApiRouter::new()
        .api_route("/devices", get_with(devices::list, devices::list_docs))
        .api_route("/devices/restart", post_with(devices::restart, devices::restart_docs))
        .api_route(
            "/devices/{mac}",
            get_with(devices::get, devices::get_docs)
                .patch_with(devices::update, devices::update_docs)
                .delete_with(devices::forget, devices::forget_docs),
        )
        .api_route("/devices/{mac}/refresh", post_with(devices::refresh, devices::refresh_docs))
        .api_route("/devices/{mac}/command", post_with(devices::command, devices::command_docs))
        .api_route("/devices/{mac}/password", put_with(devices::password, devices::password_docs))
        .api_route("/devices/{mac}/config", get_with(config::show, config::show_docs))
        .api_route("/devices/{mac}/drift", get_with(drift::show, drift::show_docs))
        .api_route("/devices/{mac}/config/pull", post_with(config::pull, config::pull_docs))
        .api_route("/devices/{mac}/config/history", get_with(config::history, config::history_docs))
}

/// Who devices are together with, what is wished of them, and what differs.
fn of_wishes() -> ApiRouter {
    ApiRouter::new()
        .api_route("/groups", get_with(groups::list, groups::list_docs).post_with(groups::create, groups::create_docs))
        .api_route(
            "/groups/{id}",
            get_with(groups::show, groups::show_docs)
                .patch_with(groups::change, groups::change_docs)
                .delete_with(groups::delete, groups::delete_docs),
        )
        .api_route("/groups/{id}/members", patch_with(groups::members, groups::members_docs))
        .api_route(
            "/locations",
            get_with(locations::list, locations::list_docs).post_with(locations::create, locations::create_docs),
        )
        .api_route(
            "/locations/{id}",
            patch_with(locations::change, locations::change_docs)
                .delete_with(locations::delete, locations::delete_docs),
        )
        .api_route(
            "/profiles",
            get_with(profiles::list, profiles::list_docs).post_with(profiles::create, profiles::create_docs),
        )
        .api_route("/profiles/from-device", post_with(profiles::create_of_device, profiles::create_of_device_docs))
        .api_route(
            "/profiles/{id}",
            get_with(profiles::show, profiles::show_docs)
                .patch_with(profiles::change, profiles::change_docs)
                .delete_with(profiles::delete, profiles::delete_docs),
        )
        .api_route("/profiles/{id}/devices", patch_with(profiles::assign, profiles::assign_docs))
        .api_route("/profiles/{id}/versions/{version}", get_with(profiles::version, profiles::version_docs))
        .api_route("/profiles/{id}/put-back", post_with(profiles::put_back, profiles::put_back_docs))
        .api_route(
            "/layers",
            get_with(config::layers, config::layers_docs).patch_with(config::change, config::change_docs),
        )
        .api_route(
            "/variables",
            get_with(variables::list, variables::list_docs).patch_with(variables::change, variables::change_docs),
        )
        .api_route("/settings", get_with(config::settings, config::settings_docs))
        .api_route("/drift", get_with(drift::list, drift::list_docs))
        .api_route("/drift/check", post_with(drift::check, drift::check_docs))
        .api_route("/drift/accept", post_with(drift::accept, drift::accept_docs))
        .api_route("/drift/waive", post_with(drift::waive, drift::waive_docs))
        .api_route("/drift/waivers", get_with(drift::waivers, drift::waivers_docs))
        .api_route("/drift/waivers/{id}", delete_with(drift::unwaive, drift::unwaive_docs))
}

/// What is done, found and told.
fn of_work() -> ApiRouter {
    ApiRouter::new()
        .merge(addresses::routes())
        .merge(expected::routes())
        .merge(jobs::routes())
        .merge(readdress::routes())
        .merge(repairs::routes())
        .merge(replacements::routes())
        .merge(snapshots::routes())
        .merge(networks::routes())
        .merge(maintenance::routes())
        .merge(passwords::routes())
        .merge(agents::routes())
        .merge(agent_tasks::routes())
        .api_route("/rules", get_with(rules::list, rules::list_docs).post_with(rules::create, rules::create_docs))
        .api_route(
            "/rules/{id}",
            put_with(rules::change, rules::change_docs)
                .patch_with(rules::policy, rules::policy_docs)
                .delete_with(rules::delete, rules::delete_docs),
        )
        .api_route("/findings", get_with(rules::findings, rules::findings_docs))
        .api_route("/findings/fix", post_with(rules::fix, rules::fix_docs))
        .api_route("/waivers", get_with(rules::waivers, rules::waivers_docs).post_with(rules::waive, rules::waive_docs))
        .api_route("/waivers/{id}", delete_with(rules::unwaive, rules::unwaive_docs))
        .api_route(
            "/discovery/scans",
            get_with(discovery::scans, discovery::scans_docs).post_with(discovery::start, discovery::start_docs),
        )
        .api_route("/discovery/scans/{id}", get_with(discovery::scan, discovery::scan_docs))
        .api_route("/discovery/sources", get_with(discovery::sources, discovery::sources_docs))
        .api_route("/discovery/inbox", get_with(discovery::inbox, discovery::inbox_docs))
        .api_route("/discovery/inbox/adopt", post_with(discovery::adopt, discovery::adopt_docs))
        .api_route("/discovery/inbox/ignore", post_with(discovery::ignore, discovery::ignore_docs))
        .api_route("/events", get_with(events::list, events::list_docs))
        .api_route(
            "/credentials",
            get_with(access::credentials, access::credentials_docs)
                .post_with(access::credential_create, access::credential_create_docs),
        )
        .api_route("/credentials/{id}", delete_with(access::credential_delete, access::credential_delete_docs))
        .api_route(
            "/tokens",
            get_with(access::tokens, access::tokens_docs).post_with(access::token_create, access::token_create_docs),
        )
        .api_route("/tokens/{id}", delete_with(access::token_delete, access::token_delete_docs))
        .api_route(
            "/session",
            get_with(access::session, access::session_docs)
                .post_with(access::sign_in, access::sign_in_docs)
                .delete_with(access::sign_out, access::sign_out_docs),
        )
        .api_route("/system", get_with(system::get, system::get_docs))
}
