//! What is true of the fields of resources (reference/gen2: Script, KVS, Webhook, Schedule, Virtual; reference/gen1:
//! actions).

use super::ResourceKind;
use crate::{
    Risk, SettingFacts,
    capability::{Spec, document, flag, integer, list, masked, plain, text},
};

/// Longest code of a script, in characters; what devices keep is less on most models.
const CODE: u32 = 65_535;

fn row(kind: ResourceKind, field: &'static str, help: &'static str, spec: Spec) -> SettingFacts {
    let facts = spec.row(kind.as_str(), false, field, help);
    let is_gen1 = kind == ResourceKind::Actions;
    // Null at any field says that there is none; a device that lost a resource shows none of its fields.
    SettingFacts { nullable: true, gen1: is_gen1, rpc: !is_gen1, ..facts }
}

/// A row for each field of each kind, with the field alone in the place of the whole.
pub(super) fn rows() -> Vec<SettingFacts> {
    use ResourceKind::{Actions, Kvs, Schedules, Scripts, Virtuals, Webhooks};
    let load = Risk::Load;
    let mut rows = vec![
        row(Scripts, "code", "Text of the script; null means that it shall not be there", text(CODE).risk(load).spec()),
        row(Scripts, "secret_code", "Text of a script that holds a secret", masked(CODE).risk(load).spec()),
        row(Scripts, "enable", "Run it when the device starts", flag().risk(load).spec()),
        row(Scripts, "running", "Whether it runs", flag().risk(load).spec()),
        row(Scripts, "hash", "First half of the SHA-256 of its text, in hex: its version", text(0).read_only().spec()),
        row(Scripts, "errors", "Faults by which it stopped, in the vendor's words", list().read_only().spec()),
        row(
            Kvs,
            "value",
            "Text, number or truth that is stored; null means that it shall not be there",
            plain().spec(),
        ),
        row(Kvs, "json", "Object or list that is stored, as JSON", document().spec()),
        row(Kvs, "secret", "Text that is stored and must not be shown", masked(0).spec()),
        row(Schedules, "timespec", "When: second, minute, hour, day, month, weekday", text(256).risk(load).spec()),
        row(
            Schedules,
            "calls",
            "What is called: a JSON list of objects with method and params",
            document().risk(load).spec(),
        ),
        row(Schedules, "enable", "Whether it is in use", flag().risk(load).spec()),
        row(Schedules, "id", "Number of the job on the device", integer().read_only().spec()),
        row(Virtuals, "type", "Kind of the component: boolean, number, text, enum, button, group", text(16).spec()),
        row(Virtuals, "config", "Its settings without the name, as JSON", document().spec()),
        row(Virtuals, "key", "Key of the component on the device", text(0).read_only().spec()),
    ];
    let integration = Risk::Integration;
    for kind in [Webhooks, Actions] {
        rows.extend([
            row(kind, "urls", "Addresses that are called, at most five", list().risk(integration).spec()),
            row(
                kind,
                "secret_urls",
                "Addresses that hold a secret, a line for each",
                masked(2048).risk(integration).spec(),
            ),
            row(kind, "enable", "Whether they are called", flag().risk(integration).spec()),
            row(kind, "between", "Begin and end of the part of the day, `HH:MM`", list().risk(integration).spec()),
        ]);
    }
    rows.extend([
        row(Webhooks, "event", "What happens: `switch.on`", text(64).risk(integration).spec()),
        row(Webhooks, "instance", "Number of the component it happens to", integer().min(0.0).risk(integration).spec()),
        row(Webhooks, "condition", "Expression that must hold", text(512).risk(integration).spec()),
        row(Webhooks, "ssl_ca", "Certificates that are trusted", text(64).risk(integration).spec()),
        row(
            Webhooks,
            "repeat_period",
            "Seconds between calls while the condition holds",
            integer().risk(integration).spec(),
        ),
    ]);
    rows.extend(ResourceKind::ALL.map(|kind| {
        let help = "Only what is wished may be there: anything else of the kind is removed; else it is left alone";
        row(kind, super::EXCLUSIVE, help, flag().spec())
    }));
    rows
}

/// Whether an address holds a password or a key: in front of the host, or as a parameter with such a name.
pub fn secret_in_url(url: &str) -> bool {
    const NAMES: [&str; 9] = ["pass", "pwd", "token", "secret", "key", "auth", "sig", "credential", "code"];
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if host.rsplit_once('@').is_some_and(|(user, _)| user.contains(':')) {
        return true;
    }
    let query = rest.split_once('?').map(|(_, query)| query).unwrap_or_default();
    query.split('&').filter_map(|pair| pair.split_once('=')).any(|(name, value)| {
        let name = name.to_ascii_lowercase();
        // What stands for a reading is no secret.
        !value.is_empty() && !value.starts_with("${") && NAMES.iter().any(|secret| name.contains(secret))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_in_addresses_are_seen() {
        for url in ["http://me:hush@a/b", "https://a/b?x=1&apiToken=abc", "http://a/?PASSWORD=x"] {
            assert!(secret_in_url(url), "{url}");
        }
        for url in ["http://a/b", "http://a@b/c", "http://a/?who=door&t=${ev.tC}", "http://a/?token=", "http://a/x:y@z"]
        {
            assert!(!secret_in_url(url), "{url}");
        }
    }
}
