//! Takes uploaded certificates and keys in pieces (gen2 protocol 12.1).

use serde_json::{Value, json};

use crate::{
    gen2::{Outcome, RpcError},
    state::State,
};

/// Largest file, in bytes.
const MOST: usize = 16 * 1024;

/// Method and the name its file is kept under.
const FILES: &[(&str, &str)] = &[
    ("putuserca", "user_ca"),
    ("puttlsclientcert", "client_cert"),
    ("puttlsclientkey", "client_key"),
    ("puthttpservercert", "server_cert"),
    ("puthttpserverkey", "server_key"),
    ("puthttpservercabundle", "server_ca_bundle"),
];

/// `Shelly.Put…`; none when there is no such method. Server files work after the next start.
pub(crate) fn put(state: &mut State, method: &str, params: &Value) -> Option<Outcome> {
    let (_, name) = FILES.iter().find(|(known, _)| *known == method)?;
    Some(store(state, name, params))
}

fn store(state: &mut State, name: &str, params: &Value) -> Outcome {
    let append = params.get("append").and_then(Value::as_bool).unwrap_or(false);
    let kept = match params.get("data") {
        None => return Err(RpcError::missing("data")),
        Some(Value::Null) => {
            state.files.remove(name);
            String::new()
        }
        Some(Value::String(data)) => {
            let mut kept = if append { state.files.remove(name).unwrap_or_default() } else { String::new() };
            kept.push_str(data);
            if kept.len() > MOST {
                return Err(RpcError::new(-108, "File too large"));
            }
            kept
        }
        Some(_) => return Err(RpcError::argument("data")),
    };
    let length = kept.len();
    if !kept.is_empty() {
        state.files.insert(name.to_owned(), kept);
    }
    if name.starts_with("server") {
        state.restart_required = true;
    }
    Ok(json!({"len": length}).to_string())
}
