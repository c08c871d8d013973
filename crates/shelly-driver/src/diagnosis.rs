//! Says why a device is offline, and on what evidence.

use std::{fmt, time::Duration};

use shelly_types::Mac;

use crate::Class;

/// What is known about a device that does not answer, and about what is around it. What nobody looked at is none.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Evidence {
    /// The kinds of trouble of the last attempts, the newest last.
    pub attempts: Vec<Class>,
    /// Who is at its address by ARP; the answer may also be nobody.
    pub neighbour: Option<Neighbour>,
    /// Another Shelly device that answered at its address.
    pub other_device: Option<Mac>,
    /// The address at which the device itself was seen after it went offline, where that is another one.
    pub seen_elsewhere: Option<String>,
    /// Its last signal, in dBm.
    pub last_rssi_dbm: Option<i64>,
    /// Of the other devices in its network: how many answer, and how many there are.
    pub others: Option<Others>,
    /// Whether our own machine has a way into its network.
    pub we_are_connected: Option<bool>,
    /// Whether the range extender that it is reached through answers; none when there is none.
    pub extender_answers: Option<bool>,
    /// Whether the relay that feeds it is on; none when no relay does.
    pub parent_is_on: Option<bool>,
    /// How long ago the device said that it restarts, or was told to.
    pub restarted: Option<Duration>,
}

/// Who is at an address by ARP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Neighbour {
    /// The device itself, so it is powered and in its WiFi.
    Device,
    /// A machine with another hardware address.
    Other,
    /// Nobody.
    Nobody,
}

/// How it is with the other devices of a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Others {
    /// So many answer.
    pub answer: usize,
    /// Of so many.
    pub all: usize,
}

/// Why a device is offline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum OfflineReason {
    /// It has no power.
    Power,
    /// Its WiFi is too weak, or gone.
    Wifi,
    /// It has another address now, or another machine has its address.
    Address,
    /// It answers, and our password is refused.
    Password,
    /// The range extender that it is reached through is gone.
    Extender,
    /// The relay that feeds it is off.
    ParentOff,
    /// It is us who are not in its network.
    OurNetwork,
    /// The evidence does not say.
    Unknown,
}

impl OfflineReason {
    /// One word in lower case, for programs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Power => "power",
            Self::Wifi => "wifi",
            Self::Address => "address",
            Self::Password => "password",
            Self::Extender => "extender",
            Self::ParentOff => "parent_off",
            Self::OurNetwork => "our_network",
            Self::Unknown => "unknown",
        }
    }
}

impl fmt::Display for OfflineReason {
    /// In words for people.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Power => "it has no power",
            Self::Wifi => "its WiFi is too weak or gone",
            Self::Address => "it has another address",
            Self::Password => "our password is refused",
            Self::Extender => "its range extender is gone",
            Self::ParentOff => "the relay that feeds it is off",
            Self::OurNetwork => "we are not in its network",
            Self::Unknown => "nobody knows why",
        })
    }
}

/// A reason and what speaks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnosis {
    /// Why.
    pub reason: OfflineReason,
    /// What speaks for it, in words for people, the strongest first. Never empty.
    pub because: Vec<String>,
}

impl fmt::Display for Diagnosis {
    /// `it has no power: nobody answers at its address`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.reason, self.because.join("; "))
    }
}

/// A signal below which a device comes and goes, in dBm.
const WEAK_DBM: i64 = -80;

/// The likeliest reason for which a device is offline (B12). What rules all else out comes first: what we know about
/// ourselves, then what the device said, then what it hangs on, then what is at its address.
pub fn diagnose(evidence: &Evidence) -> Diagnosis {
    [ours, password, parent, extender, address, wifi, power]
        .iter()
        .find_map(|rule| rule(evidence))
        .unwrap_or_else(|| found(OfflineReason::Unknown, [Some(tried(evidence))]))
}

fn found<const N: usize>(reason: OfflineReason, because: [Option<String>; N]) -> Diagnosis {
    Diagnosis { reason, because: because.into_iter().flatten().collect() }
}

fn tried(evidence: &Evidence) -> String {
    match evidence.attempts.last() {
        Some(class) => format!("{} attempts failed, the last one as {class}", evidence.attempts.len()),
        None => "nobody has tried to reach it".to_owned(),
    }
}

fn ours(evidence: &Evidence) -> Option<Diagnosis> {
    let nobody = evidence.others.filter(|others| others.all > 0 && others.answer == 0);
    let others = nobody.map(|others| format!("none of the other {} devices of its network answers", others.all));
    match (evidence.we_are_connected, others) {
        (Some(false), others) => {
            let us = "our machine has no way into its network".to_owned();
            Some(found(OfflineReason::OurNetwork, [Some(us), others]))
        }
        // One other device that is silent too may share its fuse with this one.
        (_, Some(others)) if nobody.is_some_and(|others| others.all > 1) => {
            Some(found(OfflineReason::OurNetwork, [Some(others)]))
        }
        _ => None,
    }
}

fn password(evidence: &Evidence) -> Option<Diagnosis> {
    let because = match evidence.attempts.last()? {
        Class::Unauthorized => "it answers and refuses our password",
        Class::LockedOut => "it answers, and refuses every login for a while after wrong ones",
        _ => return None,
    };
    Some(found(OfflineReason::Password, [Some(because.to_owned())]))
}

fn parent(evidence: &Evidence) -> Option<Diagnosis> {
    let is_off = evidence.parent_is_on == Some(false);
    is_off.then(|| found(OfflineReason::ParentOff, [Some("the relay that feeds it is off".to_owned())]))
}

fn extender(evidence: &Evidence) -> Option<Diagnosis> {
    let is_gone = evidence.extender_answers == Some(false);
    let because = "the range extender that it is reached through does not answer either".to_owned();
    is_gone.then(|| found(OfflineReason::Extender, [Some(because)]))
}

fn address(evidence: &Evidence) -> Option<Diagnosis> {
    let elsewhere = evidence.seen_elsewhere.as_ref().map(|address| format!("it was seen at {address}"));
    let taken = match (evidence.other_device, evidence.neighbour, evidence.attempts.last()) {
        (Some(other), ..) => Some(format!("device {other} answers at its address")),
        (None, Some(Neighbour::Other), _) => Some("another machine is at its address".to_owned()),
        (None, _, Some(Class::WrongDevice)) => Some("another device answers at its address".to_owned()),
        _ => None,
    };
    let is_it = elsewhere.is_some() || taken.is_some();
    is_it.then(|| found(OfflineReason::Address, [elsewhere, taken]))
}

fn wifi(evidence: &Evidence) -> Option<Diagnosis> {
    let weak = evidence.last_rssi_dbm.filter(|rssi| *rssi <= WEAK_DBM);
    let weak = weak.map(|rssi| format!("its last signal was weak, {rssi} dBm"));
    let halting = evidence.attempts.iter().filter(|class| **class == Class::Interrupted).count();
    let halting = (halting > 1).then(|| format!("{halting} answers broke off"));
    // It can be found, and yet nothing comes through: that is the air, not the supply.
    let is_near = evidence.neighbour == Some(Neighbour::Device);
    let near = is_near.then(|| "it is at its address and does not answer".to_owned());
    let is_it = weak.is_some() || (is_near && halting.is_some());
    is_it.then(|| found(OfflineReason::Wifi, [weak, near, halting]))
}

fn power(evidence: &Evidence) -> Option<Diagnosis> {
    let is_silent = evidence.attempts.last() == Some(&Class::Unreachable);
    let others_answer = evidence.others.is_some_and(|others| others.answer > 0);
    if evidence.neighbour != Some(Neighbour::Nobody) || !is_silent || !others_answer {
        return None;
    }
    // A device that was told to restart may just be late.
    if evidence.restarted.is_some_and(|ago| ago < Duration::from_mins(2)) {
        return None;
    }
    let strong = evidence.last_rssi_dbm.map(|rssi| format!("its last signal was good, {rssi} dBm"));
    let others = evidence.others.map(|others| format!("{} of {} others answer", others.answer, others.all));
    let nobody = "nobody is at its address".to_owned();
    Some(found(OfflineReason::Power, [Some(nobody), others, strong]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn silent() -> Evidence {
        Evidence {
            attempts: vec![Class::Unreachable; 3],
            neighbour: Some(Neighbour::Nobody),
            last_rssi_dbm: Some(-55),
            others: Some(Others { answer: 9, all: 10 }),
            we_are_connected: Some(true),
            ..Evidence::default()
        }
    }

    fn seen(attempt: Class) -> Evidence {
        Evidence { attempts: vec![attempt], ..silent() }
    }

    /// B12: each reason with its evidence, also where several things speak.
    #[test]
    fn every_reason_has_its_evidence() {
        let mac = Mac::new([0xA8, 3, 0x2A, 0, 0, 1]);
        let table = [
            (
                silent(),
                "it has no power: nobody is at its address; 9 of 10 others answer; its last signal was good, -55 dBm",
            ),
            (
                Evidence { last_rssi_dbm: Some(-86), ..silent() },
                "its WiFi is too weak or gone: its last signal was weak, -86 dBm",
            ),
            (
                Evidence { attempts: vec![Class::Interrupted; 2], neighbour: Some(Neighbour::Device), ..silent() },
                "its WiFi is too weak or gone: it is at its address and does not answer; 2 answers broke off",
            ),
            (
                Evidence { seen_elsewhere: Some("10.0.0.9".into()), ..silent() },
                "it has another address: it was seen at 10.0.0.9",
            ),
            (
                Evidence { other_device: Some(mac), ..seen(Class::WrongDevice) },
                "it has another address: device A8032A000001 answers at its address",
            ),
            (seen(Class::WrongDevice), "it has another address: another device answers at its address"),
            (
                Evidence { neighbour: Some(Neighbour::Other), ..silent() },
                "it has another address: another machine is at its address",
            ),
            (seen(Class::Unauthorized), "our password is refused: it answers and refuses our password"),
            (
                seen(Class::LockedOut),
                "our password is refused: it answers, and refuses every login for a while after wrong ones",
            ),
            (
                Evidence { extender_answers: Some(false), ..silent() },
                "its range extender is gone: the range extender that it is reached through does not answer either",
            ),
            (
                Evidence { parent_is_on: Some(false), extender_answers: Some(false), ..silent() },
                "the relay that feeds it is off: the relay that feeds it is off",
            ),
            (
                Evidence { others: Some(Others { answer: 0, all: 10 }), parent_is_on: Some(false), ..silent() },
                "we are not in its network: none of the other 10 devices of its network answers",
            ),
            (
                Evidence { we_are_connected: Some(false), ..silent() },
                "we are not in its network: our machine has no way into its network",
            ),
            (
                Evidence { restarted: Some(Duration::from_secs(30)), ..silent() },
                "nobody knows why: 3 attempts failed, the last one as unreachable",
            ),
            (
                Evidence { neighbour: None, ..silent() },
                "nobody knows why: 3 attempts failed, the last one as unreachable",
            ),
            (Evidence::default(), "nobody knows why: nobody has tried to reach it"),
        ];
        for (evidence, expected) in table {
            assert_eq!(diagnose(&evidence).to_string(), expected, "{evidence:?}");
        }
    }

    #[test]
    fn one_silent_neighbour_says_nothing_about_us() {
        let evidence = Evidence { others: Some(Others { answer: 0, all: 1 }), ..silent() };
        assert_eq!(diagnose(&evidence).reason, OfflineReason::Unknown);
    }

    #[test]
    fn a_parent_and_an_extender_that_are_there_say_nothing() {
        let evidence = Evidence { parent_is_on: Some(true), extender_answers: Some(true), ..silent() };
        assert_eq!(diagnose(&evidence).reason, OfflineReason::Power);
    }
}
