//! Whatever happens to devices, a rollout keeps its rules and ends (H4, H5, H6).

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use rollout::{Decision, Gate, RingFacts, RingSize, Rollout, Waiting, step};

/// What will become of a device.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Fate {
    Good,
    Bad,
    /// It is away until that minute, and is given up when it stays away too long.
    Away {
        until: i64,
    },
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum State {
    Waiting,
    Away,
    InFlight { until: i64 },
    Ended { good: bool, at: i64 },
}

/// Minutes after which a device that is away is given up.
const PATIENCE: i64 = 300;

/// Minutes by which everything has an end: devices are given up, pauses end, windows open each week.
const END: i64 = 500_000;

struct Unit {
    ring: usize,
    fate: Fate,
    takes: i64,
    state: State,
}

fn at(minute: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_764_021_600 + minute * 60, 0).expect("a moment")
}

fn facts(units: &[Unit]) -> Vec<RingFacts> {
    let mut rings = vec![RingFacts::default(); units.iter().map(|unit| unit.ring + 1).max().unwrap_or(0)];
    for unit in units {
        let ring = &mut rings[unit.ring];
        match unit.state {
            State::Waiting => ring.waiting += 1,
            State::Away => ring.away += 1,
            State::InFlight { .. } => ring.in_flight += 1,
            State::Ended { good, at: minute } => {
                *(if good { &mut ring.good } else { &mut ring.bad }) += 1;
                ring.ended_at = ring.ended_at.max(Some(at(minute)));
            }
        }
    }
    rings
}

fn go_on(units: &mut [Unit], minute: i64) {
    for unit in units {
        unit.state = match (unit.state, unit.fate) {
            (State::InFlight { until }, Fate::Away { until: back }) if minute >= until && minute < back => State::Away,
            (State::InFlight { until }, fate) if minute >= until => {
                State::Ended { good: fate != Fate::Bad, at: minute }
            }
            (State::Away, Fate::Away { until }) if minute >= until => State::Waiting,
            (State::Away, _) if minute >= PATIENCE => State::Ended { good: false, at: minute },
            (state, _) => state,
        };
    }
}

/// Whether the gate of a ring is passed, said in another way than the crate does.
fn is_passed(ring: &RingFacts, soak_s: u32, minute: i64) -> bool {
    let is_at_rest = ring.waiting + ring.in_flight == 0;
    let is_tried = ring.good + ring.bad > 0 || ring.away == 0;
    let is_soaked = ring.ended_at.is_none_or(|ended| at(minute) - ended >= TimeDelta::seconds(i64::from(soak_s)));
    is_at_rest && is_tried && is_soaked
}

fn rollouts() -> impl Strategy<Value = Rollout> {
    let size = prop_oneof![
        (1_u32..6).prop_map(RingSize::Count),
        (1_u8..60).prop_map(RingSize::Percent),
        Just(RingSize::Critical),
        Just(RingSize::NonCritical),
    ];
    let windows = prop_oneof![
        Just(vec![]),
        Just(vec!["22:00-04:00".parse().expect("it is one")]),
        Just(vec!["mon,thu 10:00-11:00".parse().expect("it is one")])
    ];
    let gate = (prop_oneof![Just(100_u8), 0_u8..100], 0_u32..3000);
    (prop::collection::vec(size, 0..4), prop::option::of(1_u32..5), gate, prop::option::of(0_i64..500), windows)
        .prop_map(|(rings, at_once, (most_failed_percent, soak_s), start, windows)| Rollout {
            rings,
            at_once,
            gate: Gate { most_failed_percent, soak_s },
            start_at: start.map(at),
            windows,
            zone: "Europe/Berlin".parse().ok(),
        })
}

fn devices() -> impl Strategy<Value = Vec<(Fate, i64, bool)>> {
    let fate = prop_oneof![
        4 => Just(Fate::Good),
        1 => Just(Fate::Bad),
        1 => (0_i64..2 * PATIENCE).prop_map(|until| Fate::Away { until }),
    ];
    prop::collection::vec((fate, 1_i64..30, any::<bool>()), 1..30)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    /// H4, H5, H6: never more in flight than allowed, no device of a later ring before the gate of the former, a pause
    /// begins nothing, nothing outside of its time, and always an end.
    #[test]
    fn a_rollout_keeps_its_rules_and_ends(
        rollout in rollouts(),
        devices in devices(),
        pauses in prop::collection::vec((0_i64..600, 1_i64..200), 0..3),
    ) {
        let critical: Vec<bool> = devices.iter().map(|(.., critical)| *critical).collect();
        let rings = rollout.rings_of(&critical);
        prop_assert_eq!(rings.iter().max().map_or(0, |last| last + 1) as usize, {
            let mut known = rings.clone();
            known.sort_unstable();
            known.dedup();
            known.len()
        });
        let unit = |((fate, takes, _), ring): (&(Fate, i64, bool), &u32)| {
            let state = if matches!(fate, Fate::Away { .. }) { State::Away } else { State::Waiting };
            Unit { ring: *ring as usize, fate: *fate, takes: *takes, state }
        };
        let mut units: Vec<Unit> = devices.iter().zip(&rings).map(unit).collect();
        let mut end = None;
        let mut minute = 0;
        while minute < END {
            let mut next = minute + 1;
            go_on(&mut units, minute);
            let is_paused = pauses.iter().any(|(from, long)| (*from..from + long).contains(&minute));
            let facts = facts(&units);
            match step(&rollout, &facts, is_paused, at(minute)) {
                Decision::Begin { ring, at_most } => {
                    prop_assert!(!is_paused);
                    prop_assert!(rollout.start_at.is_none_or(|start| at(minute) >= start));
                    prop_assert!(rollout.windows.is_empty() || rollout.windows.iter().any(|window| window.is_open(rollout.zone.unwrap_or_default(), at(minute))));
                    for passed in &facts[..ring as usize] {
                        prop_assert!(is_passed(passed, rollout.gate.soak_s, minute), "{passed:?}");
                    }
                    let ready = units.iter_mut().filter(|unit| unit.state == State::Waiting && unit.ring <= ring as usize);
                    let mut begun = 0;
                    for unit in ready.take(at_most.map_or(usize::MAX, |most| most as usize)) {
                        unit.state = State::InFlight { until: minute + unit.takes };
                        begun += 1;
                    }
                    prop_assert!(begun > 0, "who says begin has something to begin");
                    let in_flight = units.iter().filter(|unit| matches!(unit.state, State::InFlight { .. })).count();
                    prop_assert!(rollout.at_once.is_none_or(|most| in_flight <= most as usize));
                }
                Decision::Wait { what, until } => {
                    prop_assert!(until.is_none_or(|until| until > at(minute)));
                    prop_assert_eq!(what == Waiting::Resume, is_paused);
                    let is_quiet = facts.iter().all(|ring| ring.in_flight + ring.away == 0);
                    if let Some(until) = until.filter(|_| is_quiet) {
                        next = (until - at(0)).num_minutes().max(next);
                    }
                }
                Decision::Stop { ring, bad, all } => {
                    prop_assert!(u64::from(bad) * 100 > u64::from(rollout.gate.most_failed_percent) * u64::from(all));
                    prop_assert_eq!(facts[ring as usize].bad, bad);
                    end = Some(minute);
                }
                Decision::Done => {
                    let is_ended = |unit: &Unit| matches!(unit.state, State::Ended { .. });
                    prop_assert!(units.iter().all(is_ended));
                    end = Some(minute);
                }
            }
            if end.is_some() {
                break;
            }
            minute = next;
        }
        prop_assert!(end.is_some(), "it has no end");
    }
}
