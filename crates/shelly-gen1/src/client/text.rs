//! Reads what is not JSON: the log, the history of an energy meter; and gives orders whose answer does not matter.

use shelly_http::Limits;

use crate::{Client, Error};

/// Which table of an energy meter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EmeterTable {
    /// `em_data.csv`: time (UTC), energy and returned energy (Wh), least and highest voltage (V).
    Phase,
    /// `3em_data.csv` of a 3EM; its columns are not verified.
    ThreePhases,
}

impl Client {
    /// Reads the log; `debug_enable` must be on.
    pub async fn log(&self) -> Result<String, Error> {
        self.text("/debug/log", &[], self.limits()).await
    }

    /// Reads the log before the current one.
    pub async fn previous_log(&self) -> Result<String, Error> {
        self.text("/debug/log1", &[], self.limits()).await
    }

    /// Reads the stored history of energy meter `id` as CSV, with a header row; since `since`, seconds since 1970, if
    /// given (not verified).
    ///
    /// The device may take a minute for it and does nothing else meanwhile, so `limits` are given here.
    pub async fn emeter_history(
        &self,
        id: u32,
        table: EmeterTable,
        since: Option<u64>,
        limits: &Limits,
    ) -> Result<String, Error> {
        let file = match table {
            EmeterTable::Phase => "em_data.csv",
            EmeterTable::ThreePhases => "3em_data.csv",
        };
        let params: Vec<_> = since.map(|since| ("ts", since.to_string())).into_iter().collect();
        self.text(&format!("/emeter/{id}/{file}"), &params, limits).await
    }

    async fn text(&self, path: &str, params: &[(&str, String)], limits: &Limits) -> Result<String, Error> {
        let response = self.exchange(path, params, limits).await?;
        if !response.is_success() {
            return Err(self.refusal(path, &response));
        }
        Ok(String::from_utf8_lossy(&response.body).into_owned())
    }

    /// Sends what has no answer of worth; any success status will do.
    pub(crate) async fn order(&self, path: &str, params: &[(&str, String)]) -> Result<(), Error> {
        let response = self.exchange(path, params, self.limits()).await?;
        if response.is_success() { Ok(()) } else { Err(self.refusal(path, &response)) }
    }
}
