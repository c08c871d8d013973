//! Requests of the interface as the fleet takes them.

use api_types::{
    ErrorCode,
    access::Permission,
    config::{ChangeLayerRequest, ScopeView, SelectionRequest},
    devices::{CommandRequest, CoverAction, RestartRequest, SwitchAction, UpdateDeviceRequest},
};
use fleet::{DeviceChange, LayerChange, RestartOf, ScopeName, Selection};
use fleet_model::{Cursor, PageRequest};
use shelly_driver::{Command, LightChange};
use shelly_types::ComponentKey;

use crate::problem::ApiError;

pub(crate) fn page(cursor: Option<String>, wanted: Option<u32>) -> Result<PageRequest, ApiError> {
    Ok(PageRequest { cursor: cursor.map(Cursor::from_text), limit: Some(limit(wanted)?) })
}

/// The cursor of the next page, as callers keep it.
pub(crate) fn cursor(next: Option<Cursor>) -> Option<String> {
    next.map(|cursor| cursor.as_str().to_owned())
}

pub(crate) fn limit(limit: Option<u32>) -> Result<u32, ApiError> {
    match limit {
        None => Ok(PageRequest::DEFAULT_LIMIT),
        Some(limit) if (1..=PageRequest::MAX_LIMIT).contains(&limit) => Ok(limit),
        Some(limit) => Err(invalid(format!("`limit` is 1 to {}, not {limit}", PageRequest::MAX_LIMIT))),
    }
}

pub(crate) fn device_change(request: UpdateDeviceRequest) -> DeviceChange {
    let UpdateDeviceRequest { label, poll_interval_s, address, powered_by, critical, location, add_tags, remove_tags } =
        request;
    DeviceChange { label, poll_interval_s, address, powered_by, critical, location, add_tags, remove_tags }
}

pub(crate) fn restart_of(request: RestartRequest) -> Result<RestartOf, ApiError> {
    match (request.devices, request.required) {
        (devices, false) if !devices.is_empty() => Ok(RestartOf::Devices(devices)),
        (devices, true) if devices.is_empty() => Ok(RestartOf::AllRequired),
        _ => Err(invalid("either `devices` names devices, or `required` is true")),
    }
}

pub(crate) fn selection(request: SelectionRequest) -> Selection {
    let SelectionRequest { devices, group, query } = request;
    Selection { devices, group, query }
}

pub(crate) fn layer_change(request: ChangeLayerRequest) -> Result<LayerChange, ApiError> {
    let ChangeLayerRequest { scope, set, clear, revision } = request;
    let whose = "`scope` says whose wish it is: fleet, a location, a group, a profile or a device";
    let scope = scope.map(scope_name).ok_or_else(|| invalid(whose))?;
    Ok(LayerChange { scope, set: set.into_iter().collect(), clear, revision })
}

pub(crate) fn scope_name(scope: ScopeView) -> ScopeName {
    match scope {
        ScopeView::Fleet => ScopeName::Fleet,
        ScopeView::Location { name } => ScopeName::Location(name),
        ScopeView::Group { name } => ScopeName::Group(name),
        ScopeView::Profile { name } => ScopeName::Profile(name),
        ScopeView::Device { mac } => ScopeName::Device(mac),
    }
}

pub(crate) fn command(request: &CommandRequest) -> Result<Command, ApiError> {
    Ok(match request {
        CommandRequest::Switch { id, action } => Command::Switch { id: *id, action: switch(*action) },
        CommandRequest::Cover { id, action, position_percent } => {
            Command::Cover { id: *id, action: cover(*action, *position_percent)? }
        }
        CommandRequest::Light { component, action, brightness_percent } => {
            if !matches!(component.kind(), "light" | "rgb" | "rgbw" | "cct" | "rgbcct") {
                return Err(invalid(format!("`{component}` is no light")));
            }
            let change = LightChange {
                action: action.map(switch),
                brightness_percent: brightness_percent.map(percent).transpose()?,
                ..LightChange::default()
            };
            Command::Light { component: ComponentKey::clone(component), change }
        }
        CommandRequest::Restart => Command::Restart,
    })
}

fn switch(action: SwitchAction) -> shelly_driver::SwitchAction {
    match action {
        SwitchAction::On => shelly_driver::SwitchAction::On,
        SwitchAction::Off => shelly_driver::SwitchAction::Off,
        SwitchAction::Toggle => shelly_driver::SwitchAction::Toggle,
    }
}

fn cover(action: CoverAction, position: Option<f64>) -> Result<shelly_driver::CoverAction, ApiError> {
    Ok(match (action, position) {
        (CoverAction::Open, _) => shelly_driver::CoverAction::Open,
        (CoverAction::Close, _) => shelly_driver::CoverAction::Close,
        (CoverAction::Stop, _) => shelly_driver::CoverAction::Stop,
        (CoverAction::Position, Some(position)) => shelly_driver::CoverAction::Position(percent(position)?),
        (CoverAction::Position, None) => return Err(invalid("`position` needs `position_percent`")),
    })
}

fn percent(percent: f64) -> Result<u8, ApiError> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be 0 to 100")]
    if (0.0..=100.0).contains(&percent) {
        return Ok(percent.round() as u8);
    }
    Err(invalid(format!("a percentage is 0 to 100, not {percent}")))
}

pub(crate) fn permission(permission: Permission) -> fleet_model::Permission {
    match permission {
        Permission::Read => fleet_model::Permission::Read,
        Permission::Control => fleet_model::Permission::Control,
        Permission::Configure => fleet_model::Permission::Configure,
        Permission::Admin => fleet_model::Permission::Admin,
    }
}

fn invalid(detail: impl Into<String>) -> ApiError {
    ApiError::new(ErrorCode::InvalidRequest, detail)
}
