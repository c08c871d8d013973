//! Calls the methods of a device by name, with typed results.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use shelly_types::{ComponentKey, Identity, wire::Wire};

use crate::{
    Channel, DeviceConfig, DeviceStatus, Error,
    components::{
        namespace,
        shelly::{ComponentEntry, ComponentsPage, DeviceInfo, MethodList, ProfileList, SetConfigAnswer, UpdateOffer},
    },
};

/// Pages of components that are read at most. Devices have some dozen components, a handful on each page.
const MOST_PAGES: usize = 200;

/// A device of Gen2 or later.
#[derive(Debug)]
pub struct Client<C> {
    channel: C,
}

/// What [`Client::components_page`] brings of each component beside its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Include {
    /// Its settings.
    pub config: bool,
    /// Its reading.
    pub status: bool,
    /// Facts that neither are settings nor change.
    pub attrs: bool,
    /// Leave out the components that `Shelly.GetConfig` has already.
    pub dynamic_only: bool,
}

impl Include {
    /// Everything of every component.
    pub const ALL: Self = Self { config: true, status: true, attrs: true, dynamic_only: false };
    /// Everything of the dynamic components.
    pub const DYNAMIC: Self = Self { dynamic_only: true, ..Self::ALL };

    fn to_params(self, offset: usize) -> Value {
        let parts = [("status", self.status), ("config", self.config), ("attrs", self.attrs)];
        let include: Vec<&str> = parts.into_iter().filter(|(_, wanted)| *wanted).map(|(name, _)| name).collect();
        let mut params = json!({ "offset": offset, "include": include });
        if self.dynamic_only {
            params["dynamic_only"] = Value::Bool(true);
        }
        params
    }
}

/// Change of a light. What is none stays as it is.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LightChange {
    /// On or off.
    pub on: Option<bool>,
    /// Brightness in percent.
    pub brightness: Option<f64>,
    /// Red, green, blue, 0 to 255 (`rgb`, `rgbw`, `rgbcct`).
    pub rgb: Option<[u8; 3]>,
    /// White channel, 0 to 255 (`rgbw`).
    pub white: Option<u8>,
    /// Colour temperature in kelvin (`cct`, `rgbcct`).
    pub color_temperature_k: Option<u32>,
    /// Length of the fade in seconds.
    pub transition_s: Option<f64>,
}

impl LightChange {
    fn to_params(&self, id: u32) -> Value {
        let parts = [
            ("on", self.on.map(Value::from)),
            ("brightness", self.brightness.map(Value::from)),
            ("rgb", self.rgb.map(|rgb| json!(rgb))),
            ("white", self.white.map(Value::from)),
            ("ct", self.color_temperature_k.map(Value::from)),
            ("transition_duration", self.transition_s.map(Value::from)),
        ];
        let mut params = json!({ "id": id });
        for (name, value) in parts {
            if let Some(value) = value {
                params[name] = value;
            }
        }
        params
    }
}

impl<C: Channel> Client<C> {
    /// The device at the end of `channel`.
    pub fn new(channel: C) -> Self {
        Self { channel }
    }

    /// The way to the device.
    pub fn channel(&self) -> &C {
        &self.channel
    }

    /// Calls any method.
    pub async fn call(&self, method: &str, params: Option<Value>) -> Result<Value, Error> {
        self.channel.call(method, params).await
    }

    /// Who the device is; needs no password.
    pub async fn identity(&self) -> Result<Identity, Error> {
        const WHO: &str = "device info";
        let info: DeviceInfo = self.typed(WHO, "an object", self.channel.who().await?)?;
        info.identity().map_err(|source| Error::NotGen2 {
            endpoint: self.channel.endpoint().clone(),
            method: WHO.to_owned(),
            source,
        })
    }

    /// Everything a device tells about itself without a password.
    pub async fn device_info(&self) -> Result<DeviceInfo, Error> {
        self.read("Shelly.GetDeviceInfo", None).await
    }

    /// Readings of all components that are not dynamic.
    pub async fn status(&self) -> Result<DeviceStatus, Error> {
        self.read("Shelly.GetStatus", None).await
    }

    /// Settings of all components that are not dynamic.
    pub async fn config(&self) -> Result<DeviceConfig, Error> {
        self.read("Shelly.GetConfig", None).await
    }

    /// One page of components, beginning at `offset`. How many fit on it the firmware decides.
    pub async fn components_page(&self, offset: usize, include: Include) -> Result<ComponentsPage, Error> {
        self.read("Shelly.GetComponents", Some(include.to_params(offset))).await
    }

    /// All components, page by page until one brings nothing new; `total` is not trusted.
    pub async fn all_components(&self, include: Include) -> Result<Vec<ComponentEntry>, Error> {
        let mut all = Vec::new();
        let mut seen = BTreeSet::new();
        for _ in 0..MOST_PAGES {
            let page = self.components_page(all.len(), include).await?;
            let before = all.len();
            for entry in page.components.into_option().unwrap_or_default() {
                if seen.insert(entry.key.clone()) {
                    all.push(entry);
                }
            }
            if all.len() == before {
                break;
            }
        }
        Ok(all)
    }

    /// Writes some settings of a component; what is left out stays. Answers whether a restart is needed.
    pub async fn set_config(&self, component: &ComponentKey, config: Value) -> Result<bool, Error> {
        let method = format!("{}.SetConfig", namespace(component.kind()));
        let params = match component.id() {
            Some(id) => json!({ "id": id, "config": config }),
            None => json!({ "config": config }),
        };
        let answer: SetConfigAnswer = match self.call(&method, Some(params)).await? {
            Value::Null => SetConfigAnswer::default(),
            answer => self.typed(&method, "an object", answer)?,
        };
        Ok(answer.restart_required.copied().unwrap_or(false))
    }

    /// Sets the password by its hash, or takes it away. `realm` is the device id.
    pub async fn set_auth(&self, realm: &str, ha1: Option<&str>) -> Result<(), Error> {
        let params = json!({ "user": crate::digest::USER, "realm": realm, "ha1": ha1 });
        self.command("Shelly.SetAuth", params).await
    }

    /// Takes another role; the device restarts when it is a different one.
    pub async fn set_profile(&self, name: &str) -> Result<(), Error> {
        self.command("Shelly.SetProfile", json!({ "name": name })).await
    }

    /// The roles the device can take.
    pub async fn profiles(&self) -> Result<ProfileList, Error> {
        self.read("Shelly.ListProfiles", None).await
    }

    /// Switches a relay; answers whether it was on.
    pub async fn switch_set(&self, id: u32, on: bool) -> Result<Option<bool>, Error> {
        let answer = self.call("Switch.Set", Some(json!({ "id": id, "on": on }))).await?;
        Ok(answer.get("was_on").and_then(Value::as_bool))
    }

    /// Toggles a relay; answers whether it was on.
    pub async fn switch_toggle(&self, id: u32) -> Result<Option<bool>, Error> {
        let answer = self.call("Switch.Toggle", Some(json!({ "id": id }))).await?;
        Ok(answer.get("was_on").and_then(Value::as_bool))
    }

    /// Opens a cover.
    pub async fn cover_open(&self, id: u32) -> Result<(), Error> {
        self.command("Cover.Open", json!({ "id": id })).await
    }

    /// Closes a cover.
    pub async fn cover_close(&self, id: u32) -> Result<(), Error> {
        self.command("Cover.Close", json!({ "id": id })).await
    }

    /// Stops a cover.
    pub async fn cover_stop(&self, id: u32) -> Result<(), Error> {
        self.command("Cover.Stop", json!({ "id": id })).await
    }

    /// Moves a calibrated cover to a position in percent, 0 closed to 100 open.
    pub async fn cover_go_to(&self, id: u32, percent: f64) -> Result<(), Error> {
        self.command("Cover.GoToPosition", json!({ "id": id, "pos": whole(percent) })).await
    }

    /// Changes a light of any kind: `light:0`, `rgb:0`, `rgbw:0`, `cct:0`, `rgbcct:0`.
    pub async fn light_set(&self, light: &ComponentKey, change: &LightChange) -> Result<(), Error> {
        let method = format!("{}.Set", namespace(light.kind()));
        self.command(&method, change.to_params(light.id().unwrap_or(0))).await
    }

    /// Toggles a light of any kind.
    pub async fn light_toggle(&self, light: &ComponentKey) -> Result<(), Error> {
        let method = format!("{}.Toggle", namespace(light.kind()));
        self.command(&method, json!({ "id": light.id().unwrap_or(0) })).await
    }

    /// Restarts the device after about a second; outputs fall to their initial state.
    pub async fn reboot(&self) -> Result<(), Error> {
        self.command("Shelly.Reboot", json!({})).await
    }

    /// The methods we may call.
    pub async fn list_methods(&self) -> Result<Vec<String>, Error> {
        let list: MethodList = self.read("Shelly.ListMethods", None).await?;
        Ok(list.methods.into_option().unwrap_or_default())
    }

    /// Firmware on offer.
    pub async fn check_for_update(&self) -> Result<UpdateOffer, Error> {
        self.read("Shelly.CheckForUpdate", None).await
    }

    async fn command(&self, method: &str, params: Value) -> Result<(), Error> {
        self.call(method, Some(params)).await.map(drop)
    }

    async fn read<T: Wire>(&self, method: &str, params: Option<Value>) -> Result<T, Error> {
        self.typed(method, "an object", self.call(method, params).await?)
    }

    fn typed<T: Wire>(&self, method: &str, expected: &'static str, value: Value) -> Result<T, Error> {
        T::from_json(value).map_err(|odd| Error::Unexpected {
            endpoint: self.channel.endpoint().clone(),
            method: method.to_owned(),
            expected,
            begins_with: odd.to_string().chars().take(80).collect(),
        })
    }
}

/// Positions are whole numbers where possible, because older firmware refuses a fraction.
fn whole(number: f64) -> Value {
    #[expect(clippy::cast_possible_truncation, reason = "checked to be whole and small")]
    if number.fract() == 0.0 && number.abs() < 1e9 { Value::from(number as i64) } else { Value::from(number) }
}
