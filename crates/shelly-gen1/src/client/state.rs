//! Reads the state of one channel, and a device's description of its CoIoT ids.

use crate::{Client, Error, coiot::Description, mqtt::Lamp, status};

impl Client {
    /// Reads relay `id`.
    pub async fn relay_state(&self, id: u32) -> Result<status::Relay, Error> {
        self.document(&format!("/relay/{id}")).await
    }

    /// Reads roller `id`.
    pub async fn roller_state(&self, id: u32) -> Result<status::Roller, Error> {
        self.document(&format!("/roller/{id}")).await
    }

    /// Reads light `id`. [`Lamp::Light`] fits every model; the other two the colour models in that mode.
    pub async fn light_state(&self, lamp: Lamp, id: u32) -> Result<status::Light, Error> {
        self.document(&format!("/{}/{id}", lamp.as_str())).await
    }

    /// Reads power meter `id`.
    pub async fn meter(&self, id: u32) -> Result<status::Meter, Error> {
        self.document(&format!("/meter/{id}")).await
    }

    /// Reads energy meter `id`.
    pub async fn emeter(&self, id: u32) -> Result<status::Emeter, Error> {
        self.document(&format!("/emeter/{id}")).await
    }

    /// Reads input `id` (i3).
    pub async fn input(&self, id: u32) -> Result<status::Input, Error> {
        self.document(&format!("/input/{id}")).await
    }

    /// Simulates a level at input `id`; one client does so, it is not verified.
    pub async fn simulate_input(&self, id: u32, on: bool) -> Result<status::Input, Error> {
        self.write_object(&format!("/input/{id}"), &[("input", u8::from(on).to_string())]).await
    }

    /// Reads radiator valve `id`.
    pub async fn thermostat_state(&self, id: u32) -> Result<status::Thermostat, Error> {
        self.document(&format!("/thermostats/{id}")).await
    }

    /// Reads the description of the CoIoT ids over HTTP (builds since 20210302); older ones tell it over CoAP only, see
    /// [`coiot::describe`](crate::coiot::describe).
    pub async fn coiot_description(&self) -> Result<Description, Error> {
        self.document("/cit/d").await
    }
}
