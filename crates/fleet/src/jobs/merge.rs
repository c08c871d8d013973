//! Has the newer of two jobs for a device win, setting by setting.

use std::collections::HashMap;

use fleet_model::JobId;
use shelly_types::Mac;
use sync_engine::Plan;

use crate::{Error, Fleet};

impl Fleet {
    /// Takes from units of older jobs that have not begun what this job writes anyway.
    pub(super) async fn job_overrules(&self, id: JobId) -> Result<(), Error> {
        let units = self.store().job_units(id).await?.into_iter().filter(|unit| unit.state.is_open());
        let plans: HashMap<Mac, Plan> = units.filter_map(|unit| Some((unit.mac, unit.plan?))).collect();
        let older = self.store().units_before(id, plans.keys().copied().collect()).await?;
        for mut unit in older {
            let (Some(newer), Some(plan)) = (plans.get(&unit.mac), &mut unit.plan) else { continue };
            let before = plan.clone();
            plan.leave_out(newer);
            if *plan == before {
                continue;
            }
            let skip = plan.is_empty().then(|| format!("a newer job ({id}) writes the same settings"));
            self.store().unit_replan(unit.job_id, unit.mac, plan.clone(), skip, self.now()).await?;
        }
        Ok(())
    }
}
