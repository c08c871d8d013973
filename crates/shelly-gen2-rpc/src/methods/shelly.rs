//! `Shelly`: the device as a whole.

use std::collections::BTreeSet;

use serde_json::{Map, Value};
use shelly_types::{ComponentKey, wire::AsSent, wire_enum, wire_object};

use super::{Options, wire_params};
use crate::{
    Channel, Client, DeviceConfig, DeviceStatus, Error, TransferError,
    components::shelly::{ComponentEntry, ComponentsPage, DeviceInfo, MethodList, ProfileList, UpdateOffer},
    transfer::{Stored, Upload},
};

/// Pages that are read at most. Devices have some dozen components, a handful on each page.
const MOST_PAGES: usize = 200;

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
}

impl Options for Include {
    const NAMES: &'static [&'static str] = &["include", "dynamic_only"];

    fn put(&self, params: &mut Map<String, Value>) {
        let parts = [("status", self.status), ("config", self.config), ("attrs", self.attrs)];
        let include: Vec<&str> = parts.into_iter().filter(|(_, wanted)| *wanted).map(|(name, _)| name).collect();
        params.insert("include".to_owned(), include.into());
        if self.dynamic_only {
            params.insert("dynamic_only".to_owned(), true.into());
        }
    }
}

wire_enum! {
    /// A line of firmware. An unknown word is ignored by devices, which then install the stable one.
    pub enum Stage {
        /// Released.
        Stable = "stable",
        /// For those who try.
        Beta = "beta",
        /// For the vendor's tests; only `Shelly.InstallAlt` knows it.
        Test = "test",
    }
}

wire_params!(Stage);

/// Where a device gets its firmware.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UpdateFrom {
    /// From the vendor.
    Stage(Stage),
    /// From an address that the device can reach.
    Url(String),
}

impl Options for UpdateFrom {
    const NAMES: &'static [&'static str] = &["stage", "url"];

    fn put(&self, params: &mut Map<String, Value>) {
        let (name, value) = match self {
            Self::Stage(stage) => ("stage", stage.as_str()),
            Self::Url(url) => ("url", url.as_str()),
        };
        params.insert(name.to_owned(), value.into());
    }
}

/// A certificate or key that a device keeps (D5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pem {
    /// Certificates that are trusted, `user_ca.pem`; in use at once.
    UserCa,
    /// Certificate that is presented to servers; in use at once.
    ClientCert,
    /// Its key.
    ClientKey,
    /// Certificate of the device's own server; in use after a restart (firmware 2.0 and later).
    ServerCert,
    /// Its key.
    ServerKey,
    /// Certificates between it and its root.
    ServerCaBundle,
}

impl Pem {
    /// The method that takes it.
    pub fn method(self) -> &'static str {
        match self {
            Self::UserCa => "Shelly.PutUserCA",
            Self::ClientCert => "Shelly.PutTLSClientCert",
            Self::ClientKey => "Shelly.PutTLSClientKey",
            Self::ServerCert => "Shelly.PutHTTPServerCert",
            Self::ServerKey => "Shelly.PutHTTPServerKey",
            Self::ServerCaBundle => "Shelly.PutHTTPServerCABundle",
        }
    }
}

wire_object! {
    /// Answer of `Shelly.SetProfile`.
    pub struct ProfileAnswer {
        /// Role before.
        pub profile_was: String,
    }

    /// One page of `Shelly.ListTimezones`.
    pub struct TimezonePage {
        /// IANA names.
        pub timezones: Vec<String>,
        /// Place of the first one of this page.
        pub offset: u64,
        /// Time zones in all.
        pub total: u64,
    }

    /// Answer of `Shelly.DetectLocation`; null is not known.
    pub struct Location {
        /// Time zone, IANA name.
        pub tz: String,
        /// Latitude in degrees.
        pub lat: f64,
        /// Longitude in degrees.
        pub lon: f64,
    }
}

methods! {
    /// Whether the device answers.
    fn ping() = "Shelly.Ping";

    /// Everything a device tells about itself without a password.
    fn device_info() -> DeviceInfo = "Shelly.GetDeviceInfo";

    /// The same, with key, batch and security bits when `ident` is true.
    fn device_info_with(ident: bool) -> DeviceInfo = "Shelly.GetDeviceInfo";

    /// Readings of all components that are not dynamic.
    fn status() -> DeviceStatus = "Shelly.GetStatus";

    /// Settings of all components that are not dynamic.
    fn config() -> DeviceConfig = "Shelly.GetConfig";

    /// The same in the words of the device, which is cheaper for those who need no types.
    fn config_as_sent() -> AsSent = "Shelly.GetConfig";

    /// One page of components, beginning at `offset`. How many fit on it the firmware decides.
    fn components_page(offset: usize; ..include: Include) -> ComponentsPage = "Shelly.GetComponents";

    /// Certain components.
    fn components_of(keys: &[ComponentKey]; ..include: Include) -> ComponentsPage = "Shelly.GetComponents";

    /// The roles the device can take.
    fn profiles() -> ProfileList = "Shelly.ListProfiles";

    /// Takes another role; the device restarts when it is a different one.
    fn set_profile(name: &str) -> ProfileAnswer = "Shelly.SetProfile";

    /// One page of time zones.
    fn timezones_page(offset: usize) -> TimezonePage = "Shelly.ListTimezones";

    /// Where the device is, as the vendor guesses from its address.
    fn detect_location() -> Location = "Shelly.DetectLocation";

    /// Firmware on offer (I1).
    fn check_for_update() -> UpdateOffer = "Shelly.CheckForUpdate";

    /// Updates the firmware. The answer comes before the download; what comes of it tell the events `ota_*`.
    fn update(; ..from: UpdateFrom) = "Shelly.Update";

    /// Installs other firmware that `sys` lists under `alt`: Zigbee instead of Matter.
    fn install_alternative(app: &str; stage: &Stage) = "Shelly.InstallAlt";

    /// Restarts the device after about a second; outputs fall to their initial state.
    fn reboot() = "Shelly.Reboot";

    /// Restarts the device after some milliseconds, at least 500.
    fn reboot_after(delay_ms: u32) = "Shelly.Reboot";

    /// Erases settings, login, scripts, schedules, webhooks, values and certificates, and restarts. Firmware stays.
    fn factory_reset() = "Shelly.FactoryReset";

    /// Erases the settings of WiFi and restarts.
    fn reset_wifi_config() = "Shelly.ResetWiFiConfig";

    /// Makes a new code to be entered on the screen (Wall Display).
    fn reset_auth_code() -> Value = "Shelly.ResetAuthCode";

    /// Sets the hash of the password, or takes it away. `realm` is the device id.
    fn set_user_auth(user: &str, realm: &str, ha1: Option<&str>) = "Shelly.SetAuth";

    /// The methods we may call; empty when the device does not say.
    fn method_list() -> MethodList = "Shelly.ListMethods";

    /// Sends a chunk of `user_ca.pem`; [`Client::put_pem`] sends a whole one.
    fn put_user_ca_chunk(data: Option<&str>, append: bool) -> Stored = "Shelly.PutUserCA";

    /// Sends a chunk of the client certificate.
    fn put_client_cert_chunk(data: Option<&str>, append: bool) -> Stored = "Shelly.PutTLSClientCert";

    /// Sends a chunk of the client key.
    fn put_client_key_chunk(data: Option<&str>, append: bool) -> Stored = "Shelly.PutTLSClientKey";

    /// Sends a chunk of the server certificate.
    fn put_server_cert_chunk(data: Option<&str>, append: bool) -> Stored = "Shelly.PutHTTPServerCert";

    /// Sends a chunk of the server key.
    fn put_server_key_chunk(data: Option<&str>, append: bool) -> Stored = "Shelly.PutHTTPServerKey";

    /// Sends a chunk of the certificates between server and root.
    fn put_server_ca_bundle_chunk(data: Option<&str>, append: bool) -> Stored = "Shelly.PutHTTPServerCABundle";
}

impl<C: Channel> Client<C> {
    /// All components, page by page until one brings nothing new; `total` is not trusted.
    pub async fn all_components(&self, include: Include) -> Result<Vec<ComponentEntry>, Error> {
        let mut all = Vec::new();
        let mut seen = BTreeSet::new();
        for _ in 0..MOST_PAGES {
            let page = self.components_page(all.len(), &include).await?;
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

    /// All time zones.
    pub async fn timezones(&self) -> Result<Vec<String>, Error> {
        let mut all = Vec::new();
        for _ in 0..MOST_PAGES {
            let page = self.timezones_page(all.len()).await?;
            let names = page.timezones.into_option().unwrap_or_default();
            if names.is_empty() {
                break;
            }
            all.extend(names);
            let total = page.total.copied().and_then(|total| usize::try_from(total).ok());
            if total.is_none_or(|total| all.len() >= total) {
                break;
            }
        }
        Ok(all)
    }

    /// The methods we may call.
    pub async fn list_methods(&self) -> Result<Vec<String>, Error> {
        Ok(self.method_list().await?.methods.into_option().unwrap_or_default())
    }

    /// Sets the password by its hash, or takes it away. `realm` is the device id.
    pub async fn set_auth(&self, realm: &str, ha1: Option<&str>) -> Result<(), Error> {
        self.set_user_auth(crate::digest::USER, realm, ha1).await
    }

    /// Writes a certificate or key, in chunks, each checked against what the device says it keeps.
    pub async fn put_pem(&self, pem: Pem, text: &str) -> Result<(), TransferError> {
        let what = format!("call {}", pem.method());
        let upload = Upload { what, method: pem.method(), params: Map::new(), member: "data", text };
        self.upload(&upload).await
    }

    /// Removes a certificate or key.
    pub async fn delete_pem(&self, pem: Pem) -> Result<(), Error> {
        let params = Map::from_iter([("data".to_owned(), Value::Null)]);
        self.command(pem.method(), Some(Value::Object(params))).await
    }
}
