//! Devices, groups and locations.

use api_types::{
    Page,
    devices::{
        CommandRequest, DeviceDetail, DeviceQuery, DeviceView, RestartRequest, RestartResult, SetDevicePasswordRequest,
        UpdateDeviceRequest,
    },
    groups::{ChangeGroupRequest, ChangeMembersRequest, CreateGroupRequest, GroupDetail, GroupView},
    locations::{ChangeLocationRequest, CreateLocationRequest, LocationView},
};
use http::Method;
use shelly_types::Mac;
use uuid::Uuid;

use crate::{Error, ManagerClient, query::with_query};

impl ManagerClient {
    /// One page of the devices.
    pub async fn devices_page(&self, query: &DeviceQuery) -> Result<Page<DeviceView>, Error> {
        self.get(&with_query("/devices", query)).await
    }

    /// All devices that `query` names, page by page.
    pub async fn devices(&self, query: &DeviceQuery) -> Result<Vec<DeviceView>, Error> {
        self.all(|cursor| with_query("/devices", &DeviceQuery { cursor, limit: Some(500), ..query.clone() })).await
    }

    /// One device.
    pub async fn device(&self, mac: Mac) -> Result<DeviceDetail, Error> {
        self.get(&format!("/devices/{mac}")).await
    }

    /// Changes what is kept about a device.
    pub async fn device_update(&self, mac: Mac, request: &UpdateDeviceRequest) -> Result<DeviceDetail, Error> {
        self.send(Method::PATCH, &format!("/devices/{mac}"), Some(request)).await
    }

    /// Forgets a device.
    pub async fn device_forget(&self, mac: Mac) -> Result<(), Error> {
        self.send(Method::DELETE, &format!("/devices/{mac}"), None::<&()>).await
    }

    /// Reads a device's status now.
    pub async fn device_refresh(&self, mac: Mac) -> Result<DeviceDetail, Error> {
        self.post(&format!("/devices/{mac}/refresh"), &()).await
    }

    /// Has a device do something.
    pub async fn device_command(&self, mac: Mac, command: &CommandRequest) -> Result<DeviceDetail, Error> {
        self.post(&format!("/devices/{mac}/command"), command).await
    }

    /// Restarts devices and waits until they are back.
    pub async fn devices_restart(&self, request: &RestartRequest) -> Result<Vec<RestartResult>, Error> {
        self.post("/devices/restart", request).await
    }

    /// Tells the manager the password that a device has.
    pub async fn device_password(&self, mac: Mac, request: &SetDevicePasswordRequest) -> Result<DeviceDetail, Error> {
        self.send(Method::PUT, &format!("/devices/{mac}/password"), Some(request)).await
    }

    /// All groups.
    pub async fn groups(&self) -> Result<Vec<GroupView>, Error> {
        self.get("/groups").await
    }

    /// Makes a group.
    pub async fn group_create(&self, request: &CreateGroupRequest) -> Result<GroupView, Error> {
        self.post("/groups", request).await
    }

    /// A group and who is in it.
    pub async fn group(&self, id: Uuid) -> Result<GroupDetail, Error> {
        self.get(&format!("/groups/{id}")).await
    }

    /// Changes a group.
    pub async fn group_change(&self, id: Uuid, request: &ChangeGroupRequest) -> Result<GroupView, Error> {
        self.send(Method::PATCH, &format!("/groups/{id}"), Some(request)).await
    }

    /// Takes devices in and lets devices go.
    pub async fn group_members(&self, id: Uuid, request: &ChangeMembersRequest) -> Result<GroupView, Error> {
        self.send(Method::PATCH, &format!("/groups/{id}/members"), Some(request)).await
    }

    /// Removes a group and its layer; its devices stay.
    pub async fn group_delete(&self, id: Uuid) -> Result<(), Error> {
        self.send(Method::DELETE, &format!("/groups/{id}"), None::<&()>).await
    }

    /// All locations.
    pub async fn locations(&self) -> Result<Vec<LocationView>, Error> {
        self.get("/locations").await
    }

    /// Makes a location.
    pub async fn location_create(&self, request: &CreateLocationRequest) -> Result<LocationView, Error> {
        self.post("/locations", request).await
    }

    /// Changes a location.
    pub async fn location_change(&self, id: Uuid, request: &ChangeLocationRequest) -> Result<LocationView, Error> {
        self.send(Method::PATCH, &format!("/locations/{id}"), Some(request)).await
    }

    /// Removes a location and its layer; its devices are nowhere then.
    pub async fn location_delete(&self, id: Uuid) -> Result<(), Error> {
        self.send(Method::DELETE, &format!("/locations/{id}"), None::<&()>).await
    }
}
