//! Has a device put its own address back when nobody proves the new one in time.
//!
//! A device that got a wrong static address is in its network and out of reach, so it does not go to its second one. Gen2 and
//! later can be told before to call themselves (reference/gen2/protocol.md 9: schedules): a job of the schedule writes the
//! former address again, and is removed once the new one is proven.

use capability_config::Settings;
use serde_json::{Value, json};
use shelly_gen2_rpc::components::schedule::Job;
use shelly_types::{ComponentKey, wire::Wire};

use crate::{
    Device, Error,
    device::Dialect,
    family::{Family, Request},
};

/// Each full five minutes, in every time zone: their offsets are multiples of a quarter of an hour.
const TIMESPEC: &str = "0 */5 * * * *";

impl Device {
    /// Minutes of the hour at which a way back is gone are multiples of this.
    pub const WAY_BACK_MINUTES: u32 = 5;

    /// Has the device write these settings of its WiFi by itself at the next full five minutes and again after that, until
    /// the way back is [taken away](Self::remove_way_back). Whether it can: Gen1 cannot.
    ///
    /// # Errors
    /// When the device does not take the job.
    pub async fn plan_way_back(&self, settings: &Settings) -> Result<bool, Error> {
        let Dialect::Rpc(gen2) = &self.dialect else { return Ok(false) };
        self.remove_way_back().await?;
        let wifi = ComponentKey::single("wifi");
        let writes = gen2.writes(&self.identity, &wifi, settings, &Settings::new())?;
        let calls: Vec<_> = writes
            .into_iter()
            .filter_map(|write| match write.request {
                Request::Rpc { method, params } => Some(json!({ "method": method, "params": params })),
                Request::Gen1 { .. } => None,
            })
            .collect();
        let Ok(job) = Job::from_json(json!({ "enable": true, "timespec": TIMESPEC, "calls": calls })) else {
            return Ok(false);
        };
        self.write_schedule(&job).await?;
        Ok(true)
    }

    /// Takes a planned way back away, if there is one.
    pub async fn remove_way_back(&self) -> Result<(), Error> {
        let Dialect::Rpc(_) = &self.dialect else { return Ok(()) };
        for job in self.schedules().await? {
            let job = job.to_json();
            let id = job["id"].as_u64().and_then(|id| u32::try_from(id).ok());
            if let Some(id) = id.filter(|_| is_way_back(&job)) {
                self.remove_schedule(id).await?;
            }
        }
        Ok(())
    }
}

/// Whether a job of the schedule is one of these.
fn is_way_back(job: &Value) -> bool {
    let is_ours = |call: &Value| {
        let is_write = call["method"].as_str().is_some_and(|method| method.eq_ignore_ascii_case("wifi.setconfig"));
        is_write && !call["params"]["config"]["sta"]["ipv4mode"].is_null()
    };
    job["timespec"] == TIMESPEC && job["calls"].as_array().is_some_and(|calls| calls.iter().all(is_ours))
}
