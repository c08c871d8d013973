//! How long things are kept.

use std::time::Duration;

use fleet_model::Retention;
use serde::Deserialize;

use super::ConfigError;
use crate::args::KeepArgs;

const DEFAULT_SWEEP_INTERVAL_S: u32 = 86_400;

/// A century: more is for ever.
const MOST_DAYS: u32 = 36_500;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RetentionFile {
    events_days: Option<u32>,
    snapshots_days: Option<u32>,
    snapshots_daily_days: Option<u32>,
    jobs_days: Option<u32>,
    leftovers_days: Option<u32>,
    pub(super) sweep_interval_s: Option<u32>,
}

/// How long things are kept. Without a word about the daily ones, they are kept as long as all are, at least.
pub(super) fn retention(keep: &KeepArgs, file: &RetentionFile) -> Result<Retention, ConfigError> {
    let usual = Retention::default();
    let days = |name, flag: Option<u32>, file: Option<u32>, usual| {
        let given = flag.or(file).unwrap_or(usual);
        let allowed = "0 to 36500 days";
        if given > MOST_DAYS { Err(ConfigError::Range { name, allowed, given }) } else { Ok(given) }
    };
    let snapshots_days =
        days("the time that snapshots are kept", keep.snapshots, file.snapshots_days, usual.snapshots_days)?;
    let usual_daily = usual.snapshots_daily_days.max(snapshots_days);
    let name = "the time that daily snapshots are kept";
    let snapshots_daily_days = days(name, keep.snapshots_daily, file.snapshots_daily_days, usual_daily)?;
    if snapshots_daily_days != 0 && snapshots_daily_days < snapshots_days {
        let allowed = "no shorter than all of them are kept";
        return Err(ConfigError::Range { name, allowed, given: snapshots_daily_days });
    }
    Ok(Retention {
        events_days: days("the time that events are kept", keep.events, file.events_days, usual.events_days)?,
        snapshots_days,
        snapshots_daily_days,
        jobs_days: days("the time that jobs are kept", keep.jobs, file.jobs_days, usual.jobs_days)?,
        leftovers_days: days(
            "the time that leftovers are kept",
            keep.leftovers,
            file.leftovers_days,
            usual.leftovers_days,
        )?,
    })
}

/// Time between two removals; none for 0.
pub(super) fn interval(flag: Option<u32>, file: &RetentionFile) -> Option<Duration> {
    let seconds = flag.or(file.sweep_interval_s).unwrap_or(DEFAULT_SWEEP_INTERVAL_S);
    (seconds > 0).then(|| Duration::from_secs(seconds.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, keep: &KeepArgs) -> Result<Retention, ConfigError> {
        retention(keep, &toml::from_str(text).unwrap())
    }

    #[test]
    fn flags_win_over_the_file_and_the_file_over_defaults() {
        let keep = KeepArgs { events: Some(7), ..KeepArgs::default() };
        let kept = read("events_days = 9\njobs_days = 0", &keep).unwrap();
        assert_eq!((kept.events_days, kept.jobs_days, kept.leftovers_days), (7, 0, 90));
        assert_eq!(read("", &KeepArgs::default()).unwrap(), Retention::default());
        assert_eq!(read("snapshots_days = 500", &KeepArgs::default()).unwrap().snapshots_daily_days, 500);
        for text in ["events_days = 40000", "snapshots_days = 60\nsnapshots_daily_days = 30"] {
            assert!(read(text, &KeepArgs::default()).is_err(), "{text}");
        }
        assert!(toml::from_str::<RetentionFile>("event_days = 1").is_err());
        let interval = |flag, text: &str| interval(flag, &toml::from_str(text).unwrap()).map(|time| time.as_secs());
        assert_eq!((interval(None, ""), interval(None, "sweep_interval_s = 0")), (Some(86_400), None));
        assert_eq!(interval(Some(60), "sweep_interval_s = 0"), Some(60));
    }
}
