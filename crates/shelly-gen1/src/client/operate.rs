//! Firmware, WiFi scan, valves, gas sensors, infrared codes: what a device does once.

use serde_json::Value;
use shelly_types::wire::Wire;

use crate::{
    Client, Error,
    answer::{DataReset, InfraredCode, UpdateCheck, WifiScan},
    form::ThermostatCommand,
    status::{Emeter, Thermostat, Update},
};

/// Which firmware to install.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Install {
    /// The release that the device knows of.
    Release,
    /// The beta that the device knows of.
    Beta,
    /// The image behind a plain `http` address, which the device fetches itself; also from a host at its access point.
    From(String),
}

/// An infrared code to send (Sense).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Infrared {
    /// One that the device stores, by id.
    Stored(String),
    /// In the Pronto form.
    Pronto(String),
    /// In the Pronto form, hex digits.
    ProntoHex(String),
}

impl Client {
    /// Reads what is known of firmware updates.
    pub async fn update_status(&self) -> Result<Update, Error> {
        self.document("/ota").await
    }

    /// Asks the update server (firmware 1.10 and later). The result is then in [`Client::update_status`].
    pub async fn check_for_update(&self) -> Result<UpdateCheck, Error> {
        self.document("/ota/check").await
    }

    /// Begins to install a firmware. Settings survive. The call may end without an answer although the update began:
    /// a changed `fw` in `/shelly` proves it, after up to five minutes (reference/gen1/protocol.md 8).
    pub async fn install(&self, what: &Install) -> Result<Update, Error> {
        let param = match what {
            Install::Release => ("update", "1".to_owned()),
            Install::Beta => ("beta", "1".to_owned()),
            Install::From(url) => ("url", url.clone()),
        };
        self.write_object("/ota", &[param]).await
    }

    /// Begins a scan for networks, or tells how far it is; only while the access point is on.
    pub async fn wifi_scan(&self) -> Result<WifiScan, Error> {
        self.document("/wifiscan").await
    }

    /// Forgets the access point it used last and scans anew; known of battery models and since firmware 1.10.
    pub async fn reset_station_cache(&self) -> Result<(), Error> {
        self.order("/sta_cache_reset", &[]).await
    }

    /// Zeroes both totals of energy meter `id`.
    pub async fn reset_totals(&self, id: u32) -> Result<Emeter, Error> {
        self.write_object(&format!("/emeter/{id}"), &[("reset_totals", "1".to_owned())]).await
    }

    /// Erases the stored history of an energy meter.
    pub async fn reset_data(&self) -> Result<DataReset, Error> {
        self.write_object("/reset_data", &[]).await
    }

    /// Begins a self test (Gas).
    pub async fn self_test(&self) -> Result<(), Error> {
        self.order("/self_test", &[]).await
    }

    /// Silences the alarm (Gas).
    pub async fn mute(&self) -> Result<(), Error> {
        self.order("/mute", &[]).await
    }

    /// Lets the alarm sound again (Gas).
    pub async fn unmute(&self) -> Result<(), Error> {
        self.order("/unmute", &[]).await
    }

    /// Changes what radiator valve `id` does.
    pub async fn thermostat(&self, id: u32, command: &ThermostatCommand) -> Result<Thermostat, Error> {
        self.write_form(&format!("/thermostats/{id}"), command).await
    }

    /// Tells a radiator valve the temperature of an outside sensor, degrees Celsius. It must be set to use one, and
    /// forgets the value after a while.
    pub async fn tell_temperature(&self, celsius: f64) -> Result<(), Error> {
        self.order("/ext_t", &[("temp", celsius.to_string())]).await
    }

    /// Tells a radiator valve whether a window is open.
    pub async fn tell_window(&self, open: bool) -> Result<(), Error> {
        self.order("/window", &[("state", if open { "open" } else { "close" }.to_owned())]).await
    }

    /// Begins to calibrate a radiator valve. A dimmer is calibrated by
    /// [`DimmerSettings::calibrate`](crate::form::DimmerSettings::calibrate).
    pub async fn calibrate(&self) -> Result<(), Error> {
        self.order("/calibrate", &[]).await
    }

    /// Reads the infrared codes that a Sense stores. What is not a pair of texts is left out.
    pub async fn infrared_codes(&self) -> Result<Vec<InfraredCode>, Error> {
        let answer = self.get("/ir/list", &[]).await?;
        let Value::Array(rows) = answer else { return Err(self.not_an_object("/ir/list")) };
        let code = |row: Value| {
            let [id, name] = Vec::<String>::from_json(row).ok()?.try_into().ok()?;
            Some(InfraredCode { id, name })
        };
        Ok(rows.into_iter().filter_map(code).collect())
    }

    /// Sends an infrared code (Sense).
    pub async fn send_infrared(&self, code: &Infrared) -> Result<(), Error> {
        let (kind, name, value) = match code {
            Infrared::Stored(id) => ("stored", "id", id),
            Infrared::Pronto(text) => ("pronto", "pronto", text),
            Infrared::ProntoHex(text) => ("pronto_hex", "pronto_hex", text),
        };
        self.order("/ir/emit", &[("type", kind.to_owned()), (name, value.clone())]).await
    }
}
