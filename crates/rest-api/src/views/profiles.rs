//! Profiles as the interface shows them.

use api_types::profiles::{ProfileDetail, ProfileDeviceView, ProfileView, VersionDetail, VersionView};
use fleet::{DeviceOfProfile, ProfileWithDevices, VersionOfProfile};
use fleet_model::{ProfileRecord, VersionRecord};

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
