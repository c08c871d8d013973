//! `GetConfig`, `GetStatus` and `SetConfig`, which are the same for all components.

use serde_json::{Value, json};
use shelly_types::{ComponentKey, wire::Wire};

use super::common::Restart;
use crate::{
    Channel, Client, Error,
    components::{ComponentConfig, ComponentStatus, namespace},
};

impl<C: Channel> Client<C> {
    /// Settings of one component.
    pub async fn component_config(&self, component: &ComponentKey) -> Result<ComponentConfig, Error> {
        let settings = self.of_component(component, "GetConfig").await?;
        Ok(ComponentConfig::from_json(&component.to_string(), settings))
    }

    /// Reading of one component.
    pub async fn component_status(&self, component: &ComponentKey) -> Result<ComponentStatus, Error> {
        let reading = self.of_component(component, "GetStatus").await?;
        Ok(ComponentStatus::from_json(&component.to_string(), reading))
    }

    /// Writes some settings of a component; what is left out stays, and null brings most back to their default.
    /// Answers whether a restart is needed (E7).
    ///
    /// The settings can be a typed part: `switch::Config { auto_off: true.into(), ..Default::default() }.to_json()`.
    pub async fn set_config(&self, component: &ComponentKey, config: Value) -> Result<bool, Error> {
        let method = format!("{}.SetConfig", namespace(component.kind()));
        let params = match component.id() {
            Some(id) => json!({ "id": id, "config": config }),
            None => json!({ "config": config }),
        };
        let answer: Restart = self.ask(&method, Some(params)).await?;
        Ok(answer.restart_required.copied().unwrap_or(false))
    }

    /// Writes some settings of a component, typed; see [`Client::set_config`].
    pub async fn write_config<T: Wire + Sync>(&self, component: &ComponentKey, config: &T) -> Result<bool, Error> {
        self.set_config(component, config.to_json()).await
    }

    async fn of_component(&self, component: &ComponentKey, verb: &str) -> Result<Value, Error> {
        let params = component.id().map(|id| json!({ "id": id }));
        self.call(&format!("{}.{verb}", namespace(component.kind())), params).await
    }
}
