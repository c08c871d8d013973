//! Questions to NetworkManager.

use std::{collections::HashMap, time::Duration};

use serde::{Serialize, de::DeserializeOwned};
use tokio::time::timeout;
use zbus::{
    Connection,
    zvariant::{DynamicType, ObjectPath, OwnedObjectPath, OwnedValue, Type},
};

use crate::{Backend, Error};

const SERVICE: &str = "org.freedesktop.NetworkManager";
const PROPERTIES: &str = "org.freedesktop.DBus.Properties";
/// The path that stands for nothing.
pub(super) const NOWHERE: &str = "/";
/// It answers at once, except when a person is asked for a password.
const LIMIT: Duration = Duration::from_secs(25);

const MANAGER: &str = "org.freedesktop.NetworkManager";
pub(super) const DEVICE: &str = "org.freedesktop.NetworkManager.Device";
pub(super) const WIRELESS: &str = "org.freedesktop.NetworkManager.Device.Wireless";
pub(super) const ACCESS_POINT: &str = "org.freedesktop.NetworkManager.AccessPoint";
pub(super) const ACTIVE: &str = "org.freedesktop.NetworkManager.Connection.Active";
pub(super) const IP4: &str = "org.freedesktop.NetworkManager.IP4Config";
const SETTINGS: &str = "org.freedesktop.NetworkManager.Settings";
const MANAGER_PATH: &str = "/org/freedesktop/NetworkManager";
const SETTINGS_PATH: &str = "/org/freedesktop/NetworkManager/Settings";

/// The bus with NetworkManager on it.
#[derive(Debug)]
pub(super) struct Bus {
    connection: Connection,
    /// None for a connection straight to it, as in tests.
    service: Option<&'static str>,
}

impl Bus {
    /// The system bus.
    pub(super) async fn system() -> Result<Self, Error> {
        let connection = Connection::system().await.map_err(|source| bus("reach the system bus", source))?;
        Ok(Self { connection, service: Some(SERVICE) })
    }

    #[cfg(test)]
    pub(super) fn straight(connection: Connection) -> Self {
        Self { connection, service: None }
    }

    /// Calls a method.
    pub(super) async fn call<T: DeserializeOwned + Type>(
        &self,
        path: &str,
        interface: &str,
        method: &str,
        attempt: &'static str,
        arguments: &(impl Serialize + DynamicType + Sync),
    ) -> Result<T, Error> {
        let path = ObjectPath::try_from(path).map_err(|error| bus(attempt, error.into()))?;
        let call = self.connection.call_method(self.service, path, Some(interface), method, arguments);
        let Ok(answer) = timeout(LIMIT, call).await else {
            return Err(Error::Timeout { backend: Backend::NetworkManager, attempt, waited: LIMIT });
        };
        let answer = answer.map_err(|source| sorted(attempt, source))?;
        answer.body().deserialize().map_err(|source| bus(attempt, source))
    }

    /// Calls a method of the manager itself.
    pub(super) async fn manager<T: DeserializeOwned + Type>(
        &self,
        method: &str,
        attempt: &'static str,
        arguments: &(impl Serialize + DynamicType + Sync),
    ) -> Result<T, Error> {
        self.call(MANAGER_PATH, MANAGER, method, attempt, arguments).await
    }

    /// Reads a property.
    pub(super) async fn get<T: TryFrom<OwnedValue>>(
        &self,
        path: &OwnedObjectPath,
        interface: &str,
        name: &'static str,
    ) -> Result<T, Error> {
        let attempt = "tell a property";
        let value: OwnedValue = self.call(path.as_str(), PROPERTIES, "Get", attempt, &(interface, name)).await?;
        let answer = || format!("{name} has another kind of value than expected");
        let backend = Backend::NetworkManager;
        T::try_from(value).map_err(|_| Error::Answer { backend, attempt, answer: answer() })
    }

    /// The profile with this UUID.
    pub(super) async fn profile(&self, uuid: &str) -> Result<OwnedObjectPath, Error> {
        self.call(SETTINGS_PATH, SETTINGS, "GetConnectionByUuid", "find the former network", &(uuid,)).await
    }

    /// What we may do, by the names that polkit has for it.
    pub(super) async fn permissions(&self) -> Result<HashMap<String, String>, Error> {
        self.manager("GetPermissions", "tell what we may do", &()).await
    }

    /// Has it put the device back after a while, unless the checkpoint is ended before.
    pub(super) async fn checkpoint(&self, device: &OwnedObjectPath, seconds: u32) -> Result<OwnedObjectPath, Error> {
        let devices = vec![device];
        self.manager("CheckpointCreate", "make a checkpoint", &(devices, seconds, 0_u32)).await
    }

    /// Ends a checkpoint.
    pub(super) async fn end_checkpoint(&self, checkpoint: &str) -> Result<(), Error> {
        let path = ObjectPath::try_from(checkpoint).map_err(|error| bus("end a checkpoint", error.into()))?;
        self.manager("CheckpointDestroy", "end a checkpoint", &(path,)).await
    }
}

fn bus(attempt: &'static str, source: zbus::Error) -> Error {
    Error::Bus { attempt, source: Box::new(source) }
}

fn sorted(attempt: &'static str, source: zbus::Error) -> Error {
    let zbus::Error::MethodError(name, text, _) = &source else { return bus(attempt, source) };
    let backend = Backend::NetworkManager;
    if name.as_str().ends_with("PermissionDenied") || name.as_str().ends_with("AccessDenied") {
        let remedy = "install the polkit rule that comes with the program (deploy/polkit), or run it as root";
        return Error::NotPermitted { backend, attempt, remedy };
    }
    let answer = text.clone().unwrap_or_else(|| name.to_string());
    Error::Answer { backend, attempt, answer }
}
