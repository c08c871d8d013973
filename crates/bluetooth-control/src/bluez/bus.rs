//! Questions to the Bluetooth service of Linux.

use std::{collections::HashMap, time::Duration};

use serde::{Serialize, de::DeserializeOwned};
use tokio::time::timeout;
use zbus::{
    Connection,
    zvariant::{DynamicType, ObjectPath, OwnedObjectPath, OwnedValue, Type},
};

use crate::Error;

const SERVICE: &str = "org.bluez";
const OBJECTS: &str = "org.freedesktop.DBus.ObjectManager";
pub(super) const ADAPTER: &str = "org.bluez.Adapter1";
pub(super) const DEVICE: &str = "org.bluez.Device1";
pub(super) const GATT_SERVICE: &str = "org.bluez.GattService1";
pub(super) const CHARACTERISTIC: &str = "org.bluez.GattCharacteristic1";

/// It answers at once, except while it talks to a device.
pub(super) const LIMIT: Duration = Duration::from_secs(25);

/// Values by name.
pub(super) type Properties = HashMap<String, OwnedValue>;
/// What an object is and shows, by interface.
pub(super) type Interfaces = HashMap<String, Properties>;
/// All objects of the service.
pub(super) type Objects = HashMap<OwnedObjectPath, Interfaces>;

/// The bus with the Bluetooth service on it. Clones are the same connection.
#[derive(Debug, Clone)]
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

    /// Calls a method that answers within this time.
    pub(super) async fn call<T: DeserializeOwned + Type>(
        &self,
        path: &str,
        (interface, method): (&str, &str),
        attempt: &'static str,
        limit: Duration,
        arguments: &(impl Serialize + DynamicType + Sync),
    ) -> Result<T, Error> {
        let path = ObjectPath::try_from(path).map_err(|error| bus(attempt, error.into()))?;
        let call = self.connection.call_method(self.service, path, Some(interface), method, arguments);
        let Ok(answer) = timeout(limit, call).await else {
            return Err(Error::Timeout { attempt, waited: limit });
        };
        let answer = answer.map_err(|source| sorted(attempt, source))?;
        answer.body().deserialize().map_err(|source| bus(attempt, source))
    }

    /// Everything that the service knows.
    pub(super) async fn objects(&self) -> Result<Objects, Error> {
        self.call("/", (OBJECTS, "GetManagedObjects"), "list what there is", LIMIT, &()).await
    }

    /// What one object shows; none when it is gone.
    pub(super) async fn device(&self, path: &OwnedObjectPath) -> Result<Option<Properties>, Error> {
        Ok(self.objects().await?.remove(path).and_then(|mut interfaces| interfaces.remove(DEVICE)))
    }
}

/// A property of another kind than expected is none.
pub(super) fn property<T: TryFrom<OwnedValue>>(properties: &Properties, name: &str) -> Option<T> {
    T::try_from(properties.get(name)?.try_clone().ok()?).ok()
}

pub(super) fn is_true(properties: &Properties, name: &str) -> bool {
    property(properties, name).unwrap_or(false)
}

fn bus(attempt: &'static str, source: zbus::Error) -> Error {
    Error::Bus { attempt, source: Box::new(source) }
}

fn sorted(attempt: &'static str, source: zbus::Error) -> Error {
    let zbus::Error::MethodError(name, text, _) = &source else { return bus(attempt, source) };
    let answer = text.clone().unwrap_or_else(|| name.to_string());
    match name.as_str().rsplit('.').next().unwrap_or_default() {
        "ServiceUnknown" | "NameHasNoOwner" => Error::NoService,
        "AccessDenied" | "NotAuthorized" => {
            let remedy =
                "the policy of the bus has to allow the user to talk to org.bluez; on Debian its group `bluetooth` may";
            Error::NotPermitted { attempt, remedy }
        }
        "NotConnected" => Error::Ended { why: answer },
        _ => Error::Answer { attempt, answer },
    }
}
