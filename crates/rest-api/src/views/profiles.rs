//! Profiles as the interface shows them.

use api_types::profiles::{
    CreateProfileOfDeviceRequest, CreateProfileRequest, ProfileDetail, ProfileDeviceView, ProfileOfDeviceView,
    ProfileView, VersionDetail, VersionView,
};
use fleet::{DeviceOfProfile, MadeProfile, ProfileChange, ProfileOfDevice, ProfileWithDevices, VersionOfProfile};
use fleet_model::{ProfileRecord, VersionRecord};
use shelly_types::Mac;

use super::{jobs::left, requests::scope_name};

/// The profile that somebody wants.
pub(crate) fn new(request: CreateProfileRequest) -> ProfileChange {
    let CreateProfileRequest { name, rank, models, query } = request;
    ProfileChange { name: Some(name), rank, models: Some(models), query }
}

pub(crate) fn of_device_request(request: CreateProfileOfDeviceRequest) -> (Mac, ProfileOfDevice) {
    let CreateProfileOfDeviceRequest {
        device,
        profile,
        only,
        without,
        resources,
        unlike_device,
        unlike_layer,
        vault,
        assign,
        check,
    } = request;
    let (profile, unlike_layer) = (new(profile), unlike_layer.map(scope_name));
    (device, ProfileOfDevice { profile, only, without, resources, unlike_device, unlike_layer, vault, assign, check })
}

pub(crate) fn of_device(made: MadeProfile) -> ProfileOfDeviceView {
    ProfileOfDeviceView {
        profile: made.profile.as_ref().map(profile),
        settings: made.settings,
        left: made.left.iter().map(left).collect(),
        alike: made.alike as u64,
        unread: made.unread,
    }
}

pub(crate) fn profile(profile: &ProfileRecord) -> ProfileView {
    ProfileView {
        id: profile.id.uuid(),
        name: profile.name.clone(),
        rank: profile.rank,
        models: profile.models.clone(),
        query: profile.query.clone(),
        version: profile.version,
        devices: profile.devices,
        assigned: profile.assigned,
    }
}

pub(crate) fn detail(of: &ProfileWithDevices) -> ProfileDetail {
    let device = |device: &DeviceOfProfile| ProfileDeviceView {
        mac: device.mac,
        name: device.name.clone(),
        assigned: device.assigned,
        in_scope: device.in_scope,
    };
    ProfileDetail {
        profile: profile(&of.record),
        settings: of.layer.as_ref().map(|layer| layer.settings.clone()).unwrap_or_default(),
        under: of.devices.iter().map(device).collect(),
        versions: of.versions.iter().map(version).collect(),
    }
}

pub(crate) fn version_detail(of: &VersionOfProfile) -> VersionDetail {
    VersionDetail { version: version(&of.record), settings: of.settings.clone() }
}

fn version(version: &VersionRecord) -> VersionView {
    VersionView {
        version: version.id.version,
        created_at: version.created_at,
        created_by: version.created_by.clone(),
        put_back: version.put_back,
    }
}
