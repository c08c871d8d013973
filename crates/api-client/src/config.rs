//! Wishes and configurations.

use api_types::{
    PageQuery,
    config::{ChangeLayerRequest, DeviceConfigView, LayerView, SnapshotView},
    system::SettingFactsView,
    variables::{ChangeVariablesRequest, VariablesView},
};
use http::Method;
use shelly_types::Mac;

use crate::{Error, ManagerClient, query::with_query};

impl ManagerClient {
    /// What is known, wished and different about a device's configuration.
    pub async fn device_config(&self, mac: Mac) -> Result<DeviceConfigView, Error> {
        self.get(&format!("/devices/{mac}/config")).await
    }

    /// Reads a device's configuration now.
    pub async fn device_config_pull(&self, mac: Mac) -> Result<DeviceConfigView, Error> {
        self.post(&format!("/devices/{mac}/config/pull"), &()).await
    }

    /// Stored configurations of a device, newest first.
    pub async fn device_config_history(&self, mac: Mac) -> Result<Vec<SnapshotView>, Error> {
        let path = format!("/devices/{mac}/config/history");
        self.all(|cursor| with_query(&path, &PageQuery { cursor, limit: Some(100) })).await
    }

    /// All layers of wishes.
    pub async fn layers(&self) -> Result<Vec<LayerView>, Error> {
        self.get("/layers").await
    }

    /// Changes a layer.
    pub async fn layer_change(&self, request: &ChangeLayerRequest) -> Result<LayerView, Error> {
        self.send(Method::PATCH, "/layers", Some(request)).await
    }

    /// All variables for templates.
    pub async fn variables(&self) -> Result<Vec<VariablesView>, Error> {
        self.get("/variables").await
    }

    /// Sets variables for templates and takes others away.
    pub async fn variables_change(&self, request: &ChangeVariablesRequest) -> Result<VariablesView, Error> {
        self.send(Method::PATCH, "/variables", Some(request)).await
    }

    /// Every setting that devices may have.
    pub async fn settings(&self) -> Result<Vec<SettingFactsView>, Error> {
        self.get("/settings").await
    }
}
