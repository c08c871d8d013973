//! Sets right what a rule found: the fix becomes part of the wish, and a plan shows what would be written.

use std::collections::BTreeMap;

use capability_config::{SettingPath, SettingValue, Settings};
use fleet_model::{Actor, JobOptions, Permission};
use shelly_types::Mac;

use super::FindingsQuery;
use crate::{Error, ErrorKind, Fleet, JobWithUnits, LayerChange, ScopeName, Selection};

/// What to set right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FixRequest {
    /// What this rule found.
    pub rule: String,
    /// On these devices; on all where it found something when there are none.
    pub devices: Vec<Mac>,
    /// Wish it of the whole fleet instead of each device, so that new devices get it too.
    pub for_fleet: bool,
}

impl Fleet {
    /// Wishes what sets findings right, and makes the plan of it. Nothing is written to a device until somebody says yes.
    /// What is let pass stays as it is.
    pub async fn findings_fix(&self, actor: &Actor, request: &FixRequest) -> Result<JobWithUnits, Error> {
        Self::authorize(actor, Permission::Configure)?;
        let query = FindingsQuery { rule: Some(request.rule.clone()), ..FindingsQuery::default() };
        let found = self.findings(actor, &query).await?;
        let meant = |mac: &Mac| request.devices.is_empty() || request.devices.contains(mac);
        let fixes: Vec<(Mac, Settings)> = found
            .rules
            .into_iter()
            .flat_map(|of_rule| of_rule.findings)
            .filter(|finding| meant(&finding.mac) && !finding.finding.fix.is_empty())
            .map(|finding| (finding.mac, finding.finding.fix))
            .collect();
        if fixes.is_empty() {
            let what = format!("`{}` finds nothing there that a setting sets right", request.rule);
            return Err(Error::new(what, ErrorKind::Conflict));
        }
        let devices = fixes.iter().map(|(mac, _)| *mac).collect();
        if request.for_fleet {
            self.wish_fix(actor, ScopeName::Fleet, agreed(&fixes)?).await?;
        } else {
            for (mac, fix) in fixes {
                self.wish_fix(actor, ScopeName::Device(mac), fix).await?;
            }
        }
        self.job_create(actor, &Selection { devices, ..Selection::default() }, JobOptions::default()).await
    }

    async fn wish_fix(&self, actor: &Actor, scope: ScopeName, fix: Settings) -> Result<(), Error> {
        let set = fix.into_iter().map(|(path, value)| (path.to_string(), value.to_json())).collect();
        let change = LayerChange { scope, set, clear: Vec::new(), revision: None };
        self.layer_change(actor, change).await.map(drop)
    }
}

/// One wish for all; they must not contradict each other.
fn agreed(fixes: &[(Mac, Settings)]) -> Result<Settings, Error> {
    let mut wish: BTreeMap<SettingPath, SettingValue> = BTreeMap::new();
    for (path, value) in fixes.iter().flat_map(|(_, fix)| fix) {
        let before = wish.insert(path.clone(), value.clone());
        if before.is_some_and(|before| before != *value) {
            let what = format!("devices need different values of {path}; set it right for each device instead");
            return Err(Error::new(what, ErrorKind::Conflict));
        }
    }
    Ok(wish)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn g6_one_wish_for_all_must_not_contradict_itself() {
        let fix = |value: &str| Settings::from([("sys.sntp.server".parse().unwrap(), value.into())]);
        let mac = |last| Mac::new([0, 0, 0, 0, 0, last]);
        let same = agreed(&[(mac(1), fix("a.example")), (mac(2), fix("a.example"))]).unwrap();
        assert_eq!(same, fix("a.example"));
        let error = agreed(&[(mac(1), fix("a.example")), (mac(2), fix("b.example"))]).unwrap_err();
        assert!(error.to_string().contains("sys.sntp.server"), "{error}");
    }
}
