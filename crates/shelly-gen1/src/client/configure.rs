//! Writes settings; each answer is what the device now has.

use crate::{
    Client, Error,
    answer::ConstantPower,
    form::{
        AccessPointForm, ActionForm, AdcActionForm, AdcForm, EmeterForm, ExtHumidityForm, ExtSwitchForm,
        ExtTemperatureForm, FavoriteForm, Form, InputForm, LightForm, NightModeForm, RelayForm, RollerForm,
        SettingsForm, StationForm, ThermostatForm, WarmUpForm,
    },
    mqtt::Lamp,
    scalar::OneOrMany,
    settings::{self, Settings},
};

impl Client {
    /// Writes to `/settings`, several groups in one request, and reads the whole document.
    ///
    /// An empty list only reads. Some fields restart the device, some need a restart; see the fields.
    pub async fn write_settings(&self, forms: &[&(dyn SettingsForm + Sync)]) -> Result<Settings, Error> {
        let params: Vec<_> = forms.iter().flat_map(|form| form.params()).collect();
        self.write_object("/settings", &params).await
    }

    /// Forgets everything and goes back to the own access point. The answer may be cut off; that counts as success.
    pub async fn factory_reset(&self) -> Result<(), Error> {
        self.write_and_leave("/settings", &reset()).await
    }

    /// Writes the own network.
    pub async fn write_access_point(&self, form: &AccessPointForm) -> Result<settings::AccessPoint, Error> {
        self.write_form("/settings/ap", form).await
    }

    /// Writes the network to join. The answer may never arrive, since the device changes the network at once.
    pub async fn write_station(&self, form: &StationForm) -> Result<settings::Station, Error> {
        self.write_form("/settings/sta", form).await
    }

    /// Writes the network to fall back to; not on Motion and radiator valve.
    pub async fn write_fallback_station(&self, form: &StationForm) -> Result<settings::Station, Error> {
        self.write_form("/settings/sta1", form).await
    }

    /// Turns the vendor's cloud on or off. On turns MQTT off.
    pub async fn write_cloud(&self, enabled: bool) -> Result<settings::Cloud, Error> {
        self.write_object("/settings/cloud", &[("enabled", u8::from(enabled).to_string())]).await
    }

    /// Reads the action URLs (firmware 1.8 and later).
    pub async fn actions(&self) -> Result<settings::ActionList, Error> {
        self.document("/settings/actions").await
    }

    /// Writes the URLs of an action (firmware 1.8 and later); see [`ActionForm::clear`] to take them away.
    pub async fn write_action(&self, form: &ActionForm) -> Result<settings::ActionList, Error> {
        self.write_form("/settings/actions", form).await
    }

    /// Writes relay `id`.
    pub async fn write_relay(&self, id: u32, form: &RelayForm) -> Result<settings::Relay, Error> {
        self.write_form(&format!("/settings/relay/{id}"), form).await
    }

    /// Gives relay `id` its defaults.
    pub async fn reset_relay(&self, id: u32) -> Result<settings::Relay, Error> {
        self.write_object(&format!("/settings/relay/{id}"), &reset()).await
    }

    /// Writes the power that is shown while relay `id` is on, 0 to 4000 W (1, 1L).
    pub async fn write_constant_power(&self, id: u32, watts: f64) -> Result<ConstantPower, Error> {
        self.write_object(&format!("/settings/power/{id}"), &[("power", watts.to_string())]).await
    }

    /// Writes roller `id`.
    pub async fn write_roller(&self, id: u32, form: &RollerForm) -> Result<settings::Roller, Error> {
        self.write_form(&format!("/settings/roller/{id}"), form).await
    }

    /// Gives roller `id` its defaults.
    pub async fn reset_roller(&self, id: u32) -> Result<settings::Roller, Error> {
        self.write_object(&format!("/settings/roller/{id}"), &reset()).await
    }

    /// Writes position `id` with a name, 0 to 3 (2.5, firmware 1.9.2 and later).
    pub async fn write_favorite(&self, id: u32, form: &FavoriteForm) -> Result<settings::Favorite, Error> {
        self.write_form(&format!("/settings/favorites/{id}"), form).await
    }

    /// Writes light `id`. [`Lamp::Light`] fits every model; the other two the RGBW2 in that mode.
    pub async fn write_light(&self, lamp: Lamp, id: u32, form: &LightForm) -> Result<settings::Light, Error> {
        self.write_form(&format!("/settings/{}/{id}", lamp.as_str()), form).await
    }

    /// Gives light `id` its defaults.
    pub async fn reset_light(&self, id: u32) -> Result<settings::Light, Error> {
        self.write_object(&format!("/settings/light/{id}"), &reset()).await
    }

    /// Writes the dimming at night; the RGBW2 in white mode answers one for each channel.
    pub async fn write_night_mode(&self, form: &NightModeForm) -> Result<OneOrMany<settings::NightMode>, Error> {
        self.write_form("/settings/night_mode", form).await
    }

    /// Writes the brighter start (dimmers).
    pub async fn write_warm_up(&self, form: &WarmUpForm) -> Result<settings::WarmUp, Error> {
        self.write_form("/settings/warm_up", form).await
    }

    /// Writes input `id` (i3, Button).
    pub async fn write_input(&self, id: u32, form: &InputForm) -> Result<settings::Input, Error> {
        self.write_form(&format!("/settings/input/{id}"), form).await
    }

    /// Writes energy meter `id`.
    pub async fn write_emeter(&self, id: u32, form: &EmeterForm) -> Result<settings::Emeter, Error> {
        self.write_form(&format!("/settings/emeter/{id}"), form).await
    }

    /// Writes temperature sensor `id` of the add-on, 0 to 2, on a UNI to 4; the UNI answers one for each relay.
    pub async fn write_ext_temperature(
        &self,
        id: u32,
        form: &ExtTemperatureForm,
    ) -> Result<OneOrMany<settings::ExtTemperature>, Error> {
        self.write_form(&format!("/settings/ext_temperature/{id}"), form).await
    }

    /// Writes humidity sensor `id` of the add-on.
    pub async fn write_ext_humidity(
        &self,
        id: u32,
        form: &ExtHumidityForm,
    ) -> Result<OneOrMany<settings::ExtHumidity>, Error> {
        self.write_form(&format!("/settings/ext_humidity/{id}"), form).await
    }

    /// Writes switch input `id` of the add-on.
    pub async fn write_ext_switch(&self, id: u32, form: &ExtSwitchForm) -> Result<settings::ExtSwitch, Error> {
        self.write_form(&format!("/settings/ext_switch/{id}"), form).await
    }

    /// Writes analog input `id` (UNI).
    pub async fn write_adc(&self, id: u32, form: &AdcForm) -> Result<settings::Adc, Error> {
        self.write_form(&format!("/settings/adc/{id}"), form).await
    }

    /// Writes what `relay` does beyond thresholds of analog input `id` (UNI).
    pub async fn write_adc_action(
        &self,
        id: u32,
        relay: u32,
        form: &AdcActionForm,
    ) -> Result<settings::AdcAction, Error> {
        self.write_form(&format!("/settings/adc/{id}/relay_actions.{relay}"), form).await
    }

    /// Writes radiator valve `id`.
    pub async fn write_thermostat(&self, id: u32, form: &ThermostatForm) -> Result<settings::Thermostat, Error> {
        self.write_form(&format!("/settings/thermostats/{id}"), form).await
    }

    pub(crate) async fn write_form<T: shelly_types::wire::Wire>(
        &self,
        path: &str,
        form: &(impl Form + Sync),
    ) -> Result<T, Error> {
        self.write_object(path, &form.params()).await
    }
}

/// The device looks only whether the parameter is there.
fn reset() -> [(&'static str, String); 1] {
    [("reset", "1".to_owned())]
}
