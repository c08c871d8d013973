//! Makes and restores backups (`Sys.CreateBackup` and what belongs to it). Both end with a restart.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use crate::{
    device::Device,
    gen2::{Outcome, RpcError, config},
    json,
    state::State,
};

/// Most bytes in one piece of a download.
const PIECE: usize = 8192;
/// Largest backup taken, in bytes.
const MOST: usize = 64 * 1024;

/// The methods of `Sys` about backups; none when there is no such method.
pub(crate) fn call(device: &Device, state: &mut State, method: &str, params: &Value) -> Option<Outcome> {
    Some(match method {
        "createbackup" => Ok(create(device, state)),
        "downloadbackup" => download(state, params),
        "uploadbackup" => upload(device, state, params),
        "restorebackup" => restore(device, state),
        _ => return None,
    })
}

fn create(device: &Device, state: &mut State) -> String {
    let content = json!({
        "manifest": manifest(device, state),
        "config": json::parse(&state.config),
        "lists": state.lists.as_ref().map(|lists| lists.to_value()),
    });
    state.backup = Some(content.to_string().into());
    device.restart(state, device.timing.restart_delay);
    json!({"restart_required": false}).to_string()
}

fn manifest(device: &Device, state: &State) -> Value {
    json!({
        "created_at": state.clock.unix(), "fw_ver": state.firmware.version(), "model": device.spec.model.code(),
        "app_name": device.spec.app, "device_name": json::parse(&state.config)["sys"]["device"]["name"], "encrypt": false
    })
}

fn number(params: &Value, name: &str) -> Result<usize, RpcError> {
    let value = params.get(name).ok_or_else(|| RpcError::missing(name))?;
    value.as_u64().and_then(|value| usize::try_from(value).ok()).ok_or_else(|| RpcError::argument(name))
}

fn download(state: &State, params: &Value) -> Outcome {
    let backup = state.backup.as_deref().ok_or_else(|| RpcError::new(-109, "No backup"))?.as_bytes();
    let from = number(params, "offset")?.min(backup.len());
    let to = (from + number(params, "len")?.min(PIECE)).min(backup.len());
    Ok(json!({"data": STANDARD.encode(&backup[from..to]), "left": backup.len() - to}).to_string())
}

fn upload(device: &Device, state: &mut State, params: &Value) -> Outcome {
    let offset = number(params, "offset")?;
    let data = params.get("data").and_then(Value::as_str).ok_or_else(|| RpcError::missing("data"))?;
    let bytes = STANDARD.decode(data).map_err(|_| RpcError::argument("data"))?;
    let mut kept = state.backup.take().map(|text| text.as_bytes().to_vec()).unwrap_or_default();
    kept.truncate(offset);
    kept.extend(bytes);
    if kept.len() > MOST {
        return Err(RpcError::new(-108, "Backup too large"));
    }
    let text = String::from_utf8(kept).map_err(|_| RpcError::argument("data"))?;
    let last = params.get("final").and_then(Value::as_bool).unwrap_or(false);
    let content = json::parse(&text);
    state.backup = Some(text.into());
    if !last {
        return Ok("null".into());
    }
    if json::text(&content, "manifest.model") != Some(device.spec.model.code()) {
        return Err(RpcError::new(-103, "The backup is of another model"));
    }
    Ok(json!({"manifest": content["manifest"]}).to_string())
}

fn restore(device: &Device, state: &mut State) -> Outcome {
    let content = json::parse(state.backup.as_deref().ok_or_else(|| RpcError::new(-109, "No backup"))?);
    let Some(root) = content.get("config").filter(|root| root.is_object()) else {
        return Err(RpcError::new(-109, "The backup cannot be read"));
    };
    state.revisions.config += 1;
    if let Some(lists) = content.get("lists") {
        state.restore_lists(lists);
    }
    config::store(state, root.clone());
    device.restart(state, device.timing.restart_delay);
    Ok("null".into())
}
