//! Checks digest authentication as Gen2+ firmware does: nonces, counts, ageing and lock-out.

use std::{collections::VecDeque, time::Duration};

use base64::{Engine, engine::general_purpose::STANDARD};
use rand::RngExt;
use rand::rngs::SmallRng;
use sha2::{Digest, Sha256};
use tokio::time::Instant;

/// SHA-256 of `dummy_method:dummy_uri`, which stands for method and address inside frames.
pub(crate) const FRAME_HA2: &str = "6370ec69915103833b5222b368555393393f098bfbfbb59f47e0590af135f062";

/// Most nonces remembered at once; older ones are dropped once they rested a while.
const TABLE: usize = 32;
/// A nonce younger than this is not dropped for a newer one: whoever takes a new challenge for each call fills the
/// table.
const REST: Duration = Duration::from_mins(1);
/// Wrong answers in a row which lead to the lock-out (firmware 2.x).
const TRIES: u32 = 10;
/// Uses of one nonce (firmware 2.x).
const USES: u64 = 30_000;

/// Hex of SHA-256.
pub(crate) fn sha256(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().fold(String::with_capacity(64), |mut hex, byte| {
        for digit in [byte >> 4, byte & 15] {
            hex.extend(char::from_digit(digit.into(), 16));
        }
        hex
    })
}

/// The stored form of a password.
pub(crate) fn ha1(user: &str, realm: &str, password: &str) -> String {
    sha256(&format!("{user}:{realm}:{password}"))
}

/// What a caller sent to prove the password; every part is text exactly as sent.
#[derive(Debug, Clone, Default)]
pub(crate) struct Answer {
    pub(crate) username: String,
    pub(crate) realm: String,
    pub(crate) nonce: String,
    pub(crate) nc: String,
    pub(crate) cnonce: String,
    pub(crate) response: String,
}

/// The result of a check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Verdict {
    Granted,
    /// Wrong or missing; a challenge follows.
    Denied {
        stale: bool,
    },
}

/// How nonces behave on a firmware.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rules {
    /// Firmware 2.0 and later: text nonces, stale hints and lock-out.
    pub(crate) modern: bool,
    /// Life of a nonce.
    pub(crate) life: Duration,
    /// Length of a lock-out.
    pub(crate) lockout: Duration,
}

#[derive(Debug)]
struct Nonce {
    text: Box<str>,
    made: Instant,
    count: u64,
    uses: u64,
}

/// Nonces given out and wrong answers seen.
#[derive(Debug, Default)]
pub(crate) struct Nonces {
    table: VecDeque<Nonce>,
    wrong: u32,
    locked_until: Option<Instant>,
}

impl Nonces {
    /// Seconds until the lock-out ends, if one is on.
    pub(crate) fn locked(&mut self, now: Instant) -> Option<u64> {
        let until = self.locked_until?;
        if until <= now {
            self.locked_until = None;
            self.wrong = 0;
            return None;
        }
        Some((until - now).as_secs() + 1)
    }

    /// Fills the table with fresh nonces nobody knows.
    pub(crate) fn fill(&mut self, now: Instant) {
        for number in 0..TABLE {
            self.table.push_back(Nonce { text: format!("taken {number}").into(), made: now, count: 0, uses: 0 });
        }
    }

    /// A new challenge; none when the table is full of fresh ones, which starts a lock-out.
    pub(crate) fn challenge(&mut self, rules: Rules, unix: u64, rng: &mut SmallRng, now: Instant) -> Option<String> {
        self.table.retain(|nonce| nonce.made + rules.life > now);
        if self.table.len() >= TABLE {
            let oldest_rested = self.table.front().is_some_and(|nonce| nonce.made + REST <= now);
            if rules.modern && !oldest_rested {
                self.locked_until = Some(now + rules.lockout);
                return None;
            }
            self.table.pop_front();
        }
        let text = if rules.modern {
            STANDARD.encode(std::array::from_fn::<u8, 46, _>(|_| rng.random()))
        } else {
            let mut number = unix;
            while self.table.iter().any(|nonce| *nonce.text == *number.to_string()) {
                number += 1;
            }
            number.to_string()
        };
        self.table.push_back(Nonce { text: text.clone().into(), made: now, count: 0, uses: 0 });
        Some(text)
    }

    /// Checks an answer for `ha1` and the hashed request `ha2`.
    pub(crate) fn check(&mut self, rules: Rules, ha1: &str, ha2: &str, answer: &Answer, now: Instant) -> Verdict {
        let Answer { nonce, nc, cnonce, response, .. } = answer;
        let expected = sha256(&format!("{ha1}:{nonce}:{nc}:{cnonce}:auth:{ha2}"));
        if !expected.eq_ignore_ascii_case(response) {
            self.wrong += 1;
            if rules.modern && self.wrong >= TRIES {
                self.locked_until = Some(now + rules.lockout);
            }
            return Verdict::Denied { stale: false };
        }
        let stale = Verdict::Denied { stale: rules.modern };
        let Some(known) = self.table.iter_mut().find(|known| *known.text == **nonce) else { return stale };
        let count = read_count(nc);
        if known.made + rules.life <= now || count <= known.count || known.uses >= USES {
            return stale;
        }
        known.count = count;
        known.uses += 1;
        self.wrong = 0;
        Verdict::Granted
    }
}

/// A count of eight hex digits as in headers, or a plain number as in frames.
fn read_count(text: &str) -> u64 {
    u64::from_str_radix(text, 16).unwrap_or(0)
}

/// Reads the value of an `Authorization: Digest` header.
pub(crate) fn read_header(header: &str) -> Option<(Answer, String)> {
    let rest = header.get(..7).filter(|word| word.eq_ignore_ascii_case("digest ")).map(|_| &header[7..])?;
    let mut answer = Answer::default();
    let mut uri = String::new();
    for (name, value) in fields(rest) {
        match name.to_ascii_lowercase().as_str() {
            "username" => answer.username = value,
            "realm" => answer.realm = value,
            "nonce" => answer.nonce = value,
            "nc" => answer.nc = value,
            "cnonce" => answer.cnonce = value,
            "response" => answer.response = value,
            "uri" => uri = value,
            _ => {}
        }
    }
    Some((answer, uri))
}

fn fields(mut rest: &str) -> Vec<(&str, String)> {
    let mut found = Vec::new();
    while let Some((name, tail)) = rest.split_once('=') {
        let name = name.trim_matches([' ', ',']);
        let tail = tail.trim_start();
        let (value, after) = match tail.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
            None => tail.split_once(',').unwrap_or((tail, "")),
        };
        found.push((name, value.trim().to_owned()));
        rest = after;
    }
    found
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    #[test]
    fn published_vectors_hold() {
        let ha1 = ha1("admin", "shelly1minig3-543204547478", "tango");
        assert_eq!(ha1, "a7266451916a922912b6ed71d594610f932ac1cc721348c3f234be6136b89ead");
        assert_eq!(sha256("dummy_method:dummy_uri"), FRAME_HA2);
        let response = sha256(&format!("{ha1}:1716556501:00000001:1234:auth:{FRAME_HA2}"));
        assert_eq!(response, "2f8dc4010b210741a55e99e1de92a87187623cc0fefdff23a4702caf77c526dc");
    }

    #[test]
    fn headers_are_read() {
        let header = r#"Digest username="admin", realm="shelly-x", nonce="ab==", uri="/rpc?a=1,2", nc=00000001, cnonce="z", qop=auth, response="f0", algorithm=SHA-256"#;
        let (answer, uri) = read_header(header).unwrap();
        assert_eq!((answer.nonce.as_str(), answer.nc.as_str(), uri.as_str()), ("ab==", "00000001", "/rpc?a=1,2"));
        assert!(read_header("Basic abc").is_none());
    }

    proptest::proptest! {
        #[test]
        fn no_header_is_too_strange(text in ".{0,200}") {
            let _ = read_header(&text);
            let _ = read_header(&format!("Digest {text}"));
        }
    }

    #[test]
    fn nonces_age_rise_and_fill_the_table() {
        let rules = Rules { modern: true, life: Duration::from_hours(1), lockout: Duration::from_secs(30) };
        let (mut nonces, mut rng, now) = (Nonces::default(), SmallRng::seed_from_u64(1), Instant::now());
        let nonce = nonces.challenge(rules, 1_700_000_000, &mut rng, now).unwrap();
        let answer = |nc: &str| Answer {
            nonce: nonce.clone(),
            nc: nc.into(),
            cnonce: "c".into(),
            response: sha256(&format!("h:{nonce}:{nc}:c:auth:u")),
            ..Answer::default()
        };
        assert_eq!(nonces.check(rules, "h", "u", &answer("00000001"), now), Verdict::Granted);
        assert_eq!(nonces.check(rules, "h", "u", &answer("00000001"), now), Verdict::Denied { stale: true });
        assert_eq!(nonces.check(rules, "h", "u", &answer("0000000a"), now), Verdict::Granted);
        assert_eq!(nonces.check(rules, "h", "u", &answer("9"), now), Verdict::Denied { stale: true });
        assert_eq!(nonces.check(rules, "wrong", "u", &answer("f"), now), Verdict::Denied { stale: false });
        let later = now + Duration::from_secs(3601);
        assert_eq!(nonces.check(rules, "h", "u", &answer("ff"), later), Verdict::Denied { stale: true });
        for _ in 0..TABLE {
            assert!(nonces.challenge(rules, 0, &mut rng, later).is_some());
        }
        assert!(nonces.challenge(rules, 0, &mut rng, later).is_none());
        assert!(nonces.locked(later).is_some() && nonces.locked(later + Duration::from_secs(31)).is_none());
    }
}
