//! WiFi networks, addresses and passwords of devices.

use api_types::{
    addresses::AssignAddressesRequest,
    jobs::JobDetail,
    networks::{NetworkName, NetworkView, SetNetworkRequest},
    passwords::{ImportPasswordsRequest, ImportedPasswords, PasswordJobRequest, ShownPassword},
    readdress::ReaddressRequest,
};
use http::Method;
use shelly_types::Mac;

use crate::{Error, ManagerClient, query::with_query};

impl ManagerClient {
    /// WiFi networks whose keys are known.
    pub async fn networks(&self) -> Result<Vec<NetworkView>, Error> {
        self.get("/networks").await
    }

    /// Stores the key of a WiFi network. Gives all.
    pub async fn network_set(&self, request: &SetNetworkRequest) -> Result<Vec<NetworkView>, Error> {
        self.send(Method::PUT, "/networks", Some(request)).await
    }

    /// Forgets the key of a WiFi network.
    pub async fn network_remove(&self, ssid: &str) -> Result<(), Error> {
        let query = NetworkName { ssid: ssid.to_owned() };
        self.send(Method::DELETE, &with_query("/networks", &query), None::<&()>).await
    }

    /// Wishes static addresses, and makes the job that gives them to devices.
    pub async fn addresses_assign(&self, request: &AssignAddressesRequest) -> Result<JobDetail, Error> {
        self.post("/devices/addresses", request).await
    }

    /// Makes a job that has devices name another address of a server.
    pub async fn address_replace(&self, request: &ReaddressRequest) -> Result<JobDetail, Error> {
        self.post("/devices/replace-address", request).await
    }

    /// Makes a job that gives devices other passwords.
    pub async fn passwords_change(&self, request: &PasswordJobRequest) -> Result<JobDetail, Error> {
        self.post("/passwords", request).await
    }

    /// Tells the passwords that devices have.
    pub async fn passwords_import(&self, request: &ImportPasswordsRequest) -> Result<ImportedPasswords, Error> {
        self.post("/passwords/import", request).await
    }

    /// Shows the password of a device.
    pub async fn password_reveal(&self, mac: Mac) -> Result<ShownPassword, Error> {
        self.post(&format!("/devices/{mac}/password/reveal"), &()).await
    }
}
