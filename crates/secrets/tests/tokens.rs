//! Proves T3: tokens and codes are long enough, stored as hashes, and never printed.

use chrono::{DateTime, TimeDelta};
use secrets::{ApiToken, OneTimeCode};

#[test]
fn t3_tokens_are_recognised_by_their_hash() {
    let token = ApiToken::generate(&mut rand::rng());
    assert!(token.expose().starts_with("smt_") && token.expose().len() == 47);
    let given: ApiToken = token.expose().parse().unwrap();
    assert_eq!(given.hash(), token.hash());
    assert_eq!(token.hash().as_str().len(), 64);
    assert_ne!(ApiToken::generate(&mut rand::rng()).hash(), token.hash());
    assert!(!format!("{token:?}").contains(&token.expose()[4..]));
    for text in ["", "smt_", "smt_AAAA", "tms_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "smt_ä"] {
        assert!(text.parse::<ApiToken>().is_err(), "{text}");
    }
}

#[test]
fn codes_are_typed_by_people_and_end() {
    let now = DateTime::UNIX_EPOCH;
    let code = OneTimeCode::generate(&mut rand::rng());
    let issued = code.issue(now, TimeDelta::minutes(15));
    let typed = code.expose().to_lowercase().replace('-', " ").replace('0', "o").replace('1', "l");
    let typed: OneTimeCode = typed.parse().unwrap();
    assert!(issued.accepts(&typed, now));
    assert!(issued.accepts(&typed, now + TimeDelta::minutes(14)));
    assert!(!issued.accepts(&typed, now + TimeDelta::minutes(15)));
    assert!(!issued.accepts(&OneTimeCode::generate(&mut rand::rng()), now));
    assert!(!format!("{code:?}").contains(&code.expose()));
    for text in ["", "K7Q2-M9XD-04T", "K7Q2-M9XD-04TBB", "K7Q2-M9XD-04TU", "ünïcödé-text"] {
        assert!(text.parse::<OneTimeCode>().is_err(), "{text}");
    }
}
