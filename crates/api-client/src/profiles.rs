//! Profiles and their versions.

use api_types::{
    groups::ChangeMembersRequest,
    profiles::{
        ChangeProfileRequest, CreateProfileOfDeviceRequest, CreateProfileRequest, ProfileDetail, ProfileOfDeviceView,
        ProfileView, PutBackRequest, VersionDetail,
    },
};
use http::Method;
use uuid::Uuid;

use crate::{Error, ManagerClient};

impl ManagerClient {
    /// All profiles.
    pub async fn profiles(&self) -> Result<Vec<ProfileView>, Error> {
        self.get("/profiles").await
    }

    /// Makes a profile.
    pub async fn profile_create(&self, request: &CreateProfileRequest) -> Result<ProfileView, Error> {
        self.post("/profiles", request).await
    }

    /// Makes a profile of what a device shows, or shows what would go in.
    pub async fn profile_of_device(
        &self,
        request: &CreateProfileOfDeviceRequest,
    ) -> Result<ProfileOfDeviceView, Error> {
        self.post("/profiles/from-device", request).await
    }

    /// A profile, what is wished in it, and who is under it.
    pub async fn profile(&self, id: Uuid) -> Result<ProfileDetail, Error> {
        self.get(&format!("/profiles/{id}")).await
    }

    /// Changes name, rank or scope of a profile.
    pub async fn profile_change(&self, id: Uuid, request: &ChangeProfileRequest) -> Result<ProfileView, Error> {
        self.send(Method::PATCH, &format!("/profiles/{id}"), Some(request)).await
    }

    /// Removes a profile with its versions; its devices stay.
    pub async fn profile_delete(&self, id: Uuid) -> Result<(), Error> {
        self.send(Method::DELETE, &format!("/profiles/{id}"), None::<&()>).await
    }

    /// Assigns devices to a profile and lets others go.
    pub async fn profile_assign(&self, id: Uuid, request: &ChangeMembersRequest) -> Result<ProfileView, Error> {
        self.send(Method::PATCH, &format!("/profiles/{id}/devices"), Some(request)).await
    }

    /// What was wished in a version of a profile.
    pub async fn profile_version(&self, id: Uuid, version: u32) -> Result<VersionDetail, Error> {
        self.get(&format!("/profiles/{id}/versions/{version}")).await
    }

    /// Puts a former version in force again, as a new version.
    pub async fn profile_put_back(&self, id: Uuid, version: u32) -> Result<ProfileDetail, Error> {
        self.post(&format!("/profiles/{id}/put-back"), &PutBackRequest { version }).await
    }
}
