//! Whatever drifts, a policy keeps its limits (G3, G4).

use std::collections::{BTreeMap, BTreeSet};

use capability_config::{Risk, SettingPath};
use chrono::{DateTime, TimeDelta, Utc};
use proptest::{collection::vec, prelude::*, sample::select};
use shelly_types::Mac;
use sync_engine::{
    Cause, Drifted, DriftedSetting, Handled, RepairMode, RepairPolicy, Severity, WhyLeftAlone, repair, risk_of,
};

const PATHS: [&str; 6] =
    ["switch:0.name", "switch:0.initial_state", "mqtt.server", "cloud.enable", "wifi.sta.ssid", "wifi.ap.enable"];

const CAUSES: [Cause; 5] = [Cause::Wish, Cause::Plan, Cause::Device, Cause::Firmware, Cause::Unknown];

const SEVERITIES: [Severity; 3] = [Severity::Info, Severity::Warning, Severity::Critical];

const HANDLED: [Handled; 5] = [Handled::Not, Handled::Asked, Handled::Going, Handled::Ended, Handled::Refused];

fn at(minute: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_764_021_600 + minute * 60, 0).expect("a moment")
}

fn some<T: Copy + Ord + std::fmt::Debug + 'static>(all: &'static [T]) -> impl Strategy<Value = BTreeSet<T>> {
    vec(select(all), 0..all.len() * 2).prop_map(|some| some.into_iter().collect())
}

prop_compose! {
    fn policies()(
        mode in select(vec![RepairMode::Off, RepairMode::Ask, RepairMode::Repair, RepairMode::Repair]),
        severities in some(&SEVERITIES),
        causes in some(&CAUSES),
        min_age_s in 0..3600_u32,
        devices_per_hour in 0..5_u32,
        repairs_per_day in 0..4_u32,
        (risky, critical, loads) in any::<(bool, bool, bool)>(),
        ignored in proptest::option::of(select(&PATHS[..])),
    ) -> RepairPolicy {
        let ignore = ignored.into_iter().map(|path| path.parse().expect("a selector")).collect();
        RepairPolicy {
            mode, severities, causes, min_age_s, devices_per_hour, repairs_per_day, risky, critical, loads, ignore,
            tolerance: BTreeMap::new(),
        }
    }
}

prop_compose! {
    fn settings()(path in select(&PATHS[..]), cause in select(&CAUSES[..]), age in 0..200_i64,
        handled in select(&HANDLED[..])) -> DriftedSetting {
        DriftedSetting { path: path.parse().expect("a path"), cause, found_at: at(-age), handled }
    }
}

prop_compose! {
    fn devices()(number in 0..20_u8, (is_critical, is_reachable, is_in_window) in any::<(bool, bool, bool)>(),
        repaired in vec(0..3000_i64, 0..5), settings in vec(settings(), 0..5)) -> Drifted {
        let repaired_at = repaired.into_iter().map(|minutes| at(-minutes)).collect();
        Drifted { device: Mac::new([0, 0, 0, 0, 0, number]), is_critical, is_reachable, is_in_window, repaired_at, settings }
    }
}

proptest! {
    /// Each difference is either acted on or left with a reason, and what is acted on is what the policy permits.
    #[test]
    fn nothing_is_done_that_the_policy_does_not_permit(
        policy in policies(), devices in vec(devices(), 0..8), others in vec(0..120_i64, 0..6)
    ) {
        let others: Vec<_> = others.into_iter().map(|minutes| at(-minutes)).collect();
        let verdicts = repair(&policy, &devices, &others, at(0));
        prop_assert_eq!(verdicts.len(), devices.len());
        let mut repaired = others.iter().filter(|moment| at(0) - **moment < TimeDelta::hours(1)).count();
        for (verdict, of) in verdicts.iter().zip(&devices) {
            prop_assert_eq!(verdict.device, of.device);
            prop_assert_eq!(verdict.act.len() + verdict.left.len(), of.settings.len());
            if verdict.act.is_empty() {
                continue;
            }
            prop_assert!(policy.mode != RepairMode::Off && of.is_reachable && (!of.is_critical || policy.critical));
            if policy.mode == RepairMode::Repair {
                repaired += 1;
                prop_assert!(of.is_in_window);
                let today = of.repaired_at.iter().filter(|moment| at(0) - **moment < TimeDelta::days(1)).count();
                prop_assert!(today < policy.repairs_per_day as usize);
                prop_assert!(repaired <= policy.devices_per_hour as usize);
            }
            for path in &verdict.act {
                let permits = |setting: &&DriftedSetting| {
                    let risk = risk_of(path);
                    let handled = match policy.mode {
                        RepairMode::Repair => matches!(setting.handled, Handled::Not | Handled::Ended),
                        RepairMode::Ask | RepairMode::Off => setting.handled == Handled::Not,
                    };
                    setting.path == *path
                        && handled
                        && policy.causes.contains(&setting.cause)
                        && policy.severities.contains(&risk.into())
                        && (policy.risky || risk < Risk::Access)
                        && at(0) - setting.found_at >= TimeDelta::seconds(policy.min_age_s.into())
                        && !policy.ignores(path)
                };
                prop_assert!(of.settings.iter().any(|setting| permits(&setting)), "{} {:?}", path, of);
            }
        }
    }

    /// Devices that drift all the time are never repaired more often than allowed, within any hour and any day.
    #[test]
    fn limits_hold_over_any_time(per_hour in 1..4_u32, per_day in 1..4_u32, pauses in vec(1..200_i64, 1..60)) {
        let policy = RepairPolicy {
            mode: RepairMode::Repair, devices_per_hour: per_hour, repairs_per_day: per_day, min_age_s: 0,
            ..RepairPolicy::default()
        };
        let path: SettingPath = "switch:0.name".parse().expect("a path");
        let mut repairs: Vec<(Mac, DateTime<Utc>)> = Vec::new();
        let mut minute = 0;
        for pause in pauses {
            minute += pause;
            let now = at(minute);
            let device = |number: u8| {
                let device = Mac::new([0, 0, 0, 0, 0, number]);
                let of_device = repairs.iter().filter(|(mac, _)| *mac == device).map(|(_, moment)| *moment);
                let setting =
                    DriftedSetting { path: path.clone(), cause: Cause::Device, found_at: now, handled: Handled::Ended };
                Drifted {
                    device, is_critical: false, is_reachable: true, is_in_window: true,
                    repaired_at: of_device.collect(), settings: vec![setting],
                }
            };
            let devices: Vec<Drifted> = (0..4).map(device).collect();
            let others: Vec<_> = repairs.iter().map(|(_, moment)| *moment).collect();
            let verdicts = repair(&policy, &devices, &others, now);
            repairs.extend(verdicts.iter().filter(|verdict| !verdict.act.is_empty()).map(|of| (of.device, now)));
            let since = |time| repairs.iter().filter(move |(_, moment)| now - *moment < time);
            prop_assert!(since(TimeDelta::hours(1)).count() <= per_hour as usize);
            for number in 0..4 {
                let device = Mac::new([0, 0, 0, 0, 0, number]);
                let today = since(TimeDelta::days(1)).filter(|(mac, _)| *mac == device).count();
                prop_assert!(today <= per_day as usize);
            }
        }
        prop_assert!(!repairs.is_empty());
    }

    /// Who was asked once is not asked again, whatever became of it.
    #[test]
    fn nobody_is_asked_twice(handled in select(&HANDLED[1..])) {
        let policy = RepairPolicy { mode: RepairMode::Ask, min_age_s: 0, ..RepairPolicy::default() };
        let path: SettingPath = "switch:0.name".parse().expect("a path");
        let setting = DriftedSetting { path, cause: Cause::Device, found_at: at(-9), handled };
        let device = Drifted {
            device: Mac::new([1; 6]), is_critical: false, is_reachable: true, is_in_window: true,
            repaired_at: Vec::new(), settings: vec![setting],
        };
        let verdicts = repair(&policy, &[device], &[], at(0));
        prop_assert!(verdicts[0].act.is_empty());
        let told = matches!(verdicts[0].left[0].1, WhyLeftAlone::Asked | WhyLeftAlone::Going | WhyLeftAlone::Refused);
        prop_assert!(told);
    }
}
