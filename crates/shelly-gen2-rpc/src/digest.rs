//! Answers the challenge of a protected device: digest with SHA-256, in a header or in a frame (protocol 4).

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// The only user of a device.
pub const USER: &str = "admin";

/// Second hash of the frame form, which knows neither HTTP method nor path: SHA-256 of `dummy_method:dummy_uri`.
const FRAME_HA2: &str = "6370ec69915103833b5222b368555393393f098bfbfbb59f47e0590af135f062";

/// Where a challenge came, and so where its answer goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// `WWW-Authenticate` and `Authorization`.
    Header,
    /// The text of error 401, and the member `auth` of the frame.
    Frame,
}

/// What a device asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Challenge {
    /// Where it came.
    pub form: Form,
    /// Device id.
    pub realm: String,
    /// Number used once: a Unix time before firmware 2.0, then base64 that lives an hour.
    pub nonce: String,
    /// The frame had it as a number, and wants it back as one.
    pub nonce_is_number: bool,
    /// The frame had its count as text, as Wall Displays do, and gets eight hexadecimal digits (protocol 4.2).
    pub nc_is_text: bool,
    /// The answer was right, only too old: take the new nonce and ask again.
    pub stale: bool,
}

/// The challenge cannot be answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChallengeError {
    /// It is not a digest challenge.
    #[error("challenge is not of the digest kind")]
    NotDigest,
    /// A part is missing.
    #[error("challenge has no {0}")]
    Missing(&'static str),
    /// Another algorithm than SHA-256.
    #[error("challenge wants the algorithm `{0}` instead of SHA-256")]
    Algorithm(String),
}

impl Challenge {
    /// Reads the value of a `WWW-Authenticate` header.
    ///
    /// # Errors
    /// When it cannot be answered.
    pub fn from_header(header: &str) -> Result<Self, ChallengeError> {
        let header = header.trim_start();
        let (scheme, rest) = header.split_once(|c: char| c.is_ascii_whitespace()).ok_or(ChallengeError::NotDigest)?;
        if !scheme.eq_ignore_ascii_case("digest") {
            return Err(ChallengeError::NotDigest);
        }
        let (mut realm, mut nonce, mut algorithm, mut stale) = (None, None, None, false);
        for (name, value) in parameters(rest) {
            match name.to_ascii_lowercase().as_str() {
                "realm" => realm = Some(value),
                "nonce" => nonce = Some(value),
                "algorithm" => algorithm = Some(value),
                "stale" => stale = value.eq_ignore_ascii_case("true"),
                _ => {}
            }
        }
        check_algorithm(algorithm.as_deref())?;
        Ok(Self {
            form: Form::Header,
            realm: realm.ok_or(ChallengeError::Missing("realm"))?,
            nonce: nonce.ok_or(ChallengeError::Missing("nonce"))?,
            nonce_is_number: false,
            nc_is_text: false,
            stale,
        })
    }

    /// Reads the text of an error 401 in an answer frame.
    ///
    /// # Errors
    /// When it cannot be answered.
    pub fn from_frame(message: &str) -> Result<Self, ChallengeError> {
        let value: Value = serde_json::from_str(message).map_err(|_| ChallengeError::NotDigest)?;
        if value.get("auth_type").and_then(Value::as_str).is_none_or(|kind| !kind.eq_ignore_ascii_case("digest")) {
            return Err(ChallengeError::NotDigest);
        }
        check_algorithm(value.get("algorithm").and_then(Value::as_str))?;
        let (nonce, nonce_is_number) = match value.get("nonce") {
            Some(Value::String(text)) => (text.clone(), false),
            Some(Value::Number(number)) => (number.to_string(), true),
            _ => return Err(ChallengeError::Missing("nonce")),
        };
        let realm = value.get("realm").and_then(Value::as_str).ok_or(ChallengeError::Missing("realm"))?.to_owned();
        let stale = value.get("stale").is_some_and(|stale| stale == &json!(true) || stale == &json!("true"));
        let nc_is_text = value.get("nc").is_some_and(Value::is_string);
        Ok(Self { form: Form::Frame, realm, nonce, nonce_is_number, nc_is_text, stale })
    }
}

fn check_algorithm(algorithm: Option<&str>) -> Result<(), ChallengeError> {
    match algorithm {
        Some(name) if name.eq_ignore_ascii_case("SHA-256") => Ok(()),
        Some(name) => Err(ChallengeError::Algorithm(name.chars().take(32).collect())),
        None => Err(ChallengeError::Missing("algorithm")),
    }
}

/// The parameters of a header: `name=token` or `name="quoted"`, separated by commas. A nonce may hold `=`.
fn parameters(mut rest: &str) -> Vec<(&str, String)> {
    let mut found = Vec::new();
    while let Some((name, after)) = rest.split_once('=') {
        let name = name.trim_matches(|c: char| c == ',' || c.is_ascii_whitespace());
        let after = after.trim_start();
        let (value, next) = if let Some(quoted) = after.strip_prefix('"') {
            unquote(quoted)
        } else {
            let (token, next) = after.split_once(',').unwrap_or((after, ""));
            (token.trim().to_owned(), next)
        };
        found.push((name, value));
        rest = next;
    }
    found
}

/// The text up to the closing quote, and what follows it.
fn unquote(quoted: &str) -> (String, &str) {
    let mut value = String::new();
    let mut characters = quoted.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return (value, &quoted[at + 1..]),
            '\\' => value.extend(characters.next().map(|(_, escaped)| escaped)),
            other => value.push(other),
        }
    }
    (value, "")
}

/// What a device stores instead of the password: SHA-256 of user, realm and password, in hexadecimal.
pub fn ha1(user: &str, realm: &str, password: &str) -> String {
    sha256(&[user, realm, password])
}

/// The answer to `nonce`. `nc` is hashed as it is sent, so `1` and `00000001` differ.
pub fn response(ha1: &str, nonce: &str, nc: &str, cnonce: &str, ha2: &str) -> String {
    sha256(&[ha1, nonce, nc, cnonce, "auth", ha2])
}

/// One use of a nonce.
#[derive(Debug, Clone, Copy)]
pub struct Use<'a> {
    /// The challenge that is answered.
    pub challenge: &'a Challenge,
    /// Hash of user, realm and password, from [`ha1`].
    pub ha1: &'a str,
    /// User.
    pub user: &'a str,
    /// How often this nonce has been used, this time included.
    pub count: u32,
    /// Something unpredictable.
    pub cnonce: &'a str,
}

/// The value of the `Authorization` header.
pub fn header(once: &Use<'_>, http_method: &str, uri: &str) -> String {
    let Use { challenge, ha1, user, count, cnonce } = *once;
    let nc = padded(count);
    let response = response(ha1, &challenge.nonce, &nc, cnonce, &sha256(&[http_method, uri]));
    format!(
        "Digest username=\"{user}\", realm=\"{}\", nonce=\"{}\", uri=\"{uri}\", algorithm=SHA-256, qop=auth, nc={nc}, \
         cnonce=\"{cnonce}\", response=\"{response}\"",
        quote(&challenge.realm),
        quote(&challenge.nonce),
    )
}

/// The member `auth` of a request frame.
pub fn frame_auth(once: &Use<'_>) -> Value {
    let Use { challenge, ha1, user, count, cnonce } = *once;
    let nonce = match challenge.nonce.parse::<u64>() {
        Ok(number) if challenge.nonce_is_number => json!(number),
        _ => json!(challenge.nonce),
    };
    let (nc, written) =
        if challenge.nc_is_text { (json!(padded(count)), padded(count)) } else { (json!(count), count.to_string()) };
    let response = response(ha1, &challenge.nonce, &written, cnonce, FRAME_HA2);
    json!({
        "realm": challenge.realm,
        "username": user,
        "nonce": nonce,
        "cnonce": cnonce,
        "nc": nc,
        "response": response,
        "algorithm": "SHA-256",
    })
}

/// A count as RFC 7616 writes it.
fn padded(count: u32) -> String {
    format!("{count:08x}")
}

fn quote(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}

/// SHA-256 of the parts joined by colons, in hexadecimal.
fn sha256(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            hash.update(b":");
        }
        hash.update(part.as_bytes());
    }
    hash.finalize().iter().fold(String::with_capacity(64), |mut hex, byte| {
        for nibble in [byte >> 4, byte & 15] {
            hex.extend(char::from_digit(u32::from(nibble), 16));
        }
        hex
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const REALM: &str = "shelly1minig3-543204547478";

    /// Vectors of protocol 4.3, with the second hash of the frame form.
    #[test]
    fn known_answers_come_out() {
        let mine = ha1(USER, REALM, "tango");
        assert_eq!(mine, "a7266451916a922912b6ed71d594610f932ac1cc721348c3f234be6136b89ead");
        assert_eq!(sha256(&["dummy_method", "dummy_uri"]), FRAME_HA2);
        for (nc, expected) in [
            ("00000001", "2f8dc4010b210741a55e99e1de92a87187623cc0fefdff23a4702caf77c526dc"),
            ("00000002", "7feb1c362ed16efdcbc13857a3abaa64f9afbedcb4223c6aa704fe0a613c24e8"),
        ] {
            assert_eq!(response(&mine, "1716556501", nc, "1234", FRAME_HA2), expected);
        }
        let other = ha1(USER, "shellyemminig4-d885acef41a8", "tango");
        let nonce = "AAAAAGoN/xPwAe9+Z7jqowwiKxph4+yZCVXgmYJuPoPfFwln5X5M9f4kpm8taEuM";
        let expected = "101406dbc3dafc02380bc4b23a78e15840933a65c63d915b62b34b6334c72cfc";
        assert_eq!(response(&other, nonce, "00000001", "5678", FRAME_HA2), expected);
    }

    #[test]
    fn a_header_is_read() {
        let text = "Digest qop=\"auth\", realm=\"shellypro3em-ec6260457d60\", nonce=\"/8ya+7E=,==\", algorithm=SHA-256, stale=true";
        let challenge = Challenge::from_header(text).unwrap();
        assert_eq!(challenge.realm, "shellypro3em-ec6260457d60");
        assert_eq!(challenge.nonce, "/8ya+7E=,==");
        assert!(challenge.stale);
        let unquoted = Challenge::from_header("digest nonce=60dc2c6b==,realm=a,algorithm=sha-256").unwrap();
        assert_eq!((unquoted.nonce.as_str(), unquoted.stale), ("60dc2c6b==", false));
    }

    #[test]
    fn other_challenges_are_refused() {
        let error = |text| Challenge::from_header(text).unwrap_err();
        assert_eq!(error("Basic realm=\"a\""), ChallengeError::NotDigest);
        assert_eq!(error("Digest"), ChallengeError::NotDigest);
        assert_eq!(
            error("Digest realm=\"a\", nonce=\"b\", algorithm=MD5"),
            ChallengeError::Algorithm("MD5".to_owned())
        );
        assert_eq!(error("Digest realm=\"a\", algorithm=SHA-256"), ChallengeError::Missing("nonce"));
    }

    #[test]
    fn a_frame_challenge_is_answered_in_its_own_types() {
        let text = r#"{"auth_type": "digest", "nonce": 1625038762, "nc": 1, "realm": "a", "algorithm": "SHA-256"}"#;
        let challenge = Challenge::from_frame(text).unwrap();
        let ha1 = ha1(USER, "a", "b");
        let auth = frame_auth(&Use { challenge: &challenge, ha1: &ha1, user: USER, count: 2, cnonce: "7" });
        assert_eq!(auth["nonce"], json!(1_625_038_762));
        assert_eq!(auth["nc"], json!(2));
        assert_eq!(auth["response"], json!(response(&ha1, "1625038762", "2", "7", FRAME_HA2)));
    }

    proptest! {
        #[test]
        fn headers_never_break_the_reader(text in ".{0,200}") {
            drop(Challenge::from_header(&text));
            drop(Challenge::from_header(&format!("Digest {text}")));
            drop(Challenge::from_frame(&text));
        }

        #[test]
        fn quoted_parts_survive(realm in "[ -~]{0,30}", nonce in "[ -~]{0,60}") {
            let text = format!("Digest nonce=\"{}\", algorithm=SHA-256, realm=\"{}\"", quote(&nonce), quote(&realm));
            let challenge = Challenge::from_header(&text).unwrap();
            prop_assert_eq!((challenge.realm, challenge.nonce), (realm, nonce));
        }

        /// What a device computes from the header is what we computed, whatever is in the challenge.
        #[test]
        fn a_header_survives_the_way_to_the_device(
            realm in "[ -~]{1,30}",
            nonce in "[A-Za-z0-9+/]{1,60}={0,2}",
            count in 1..30_000_u32,
            password in ".{0,20}",
        ) {
            let text = format!("Digest qop=\"auth\", realm=\"{}\", nonce=\"{nonce}\", algorithm=SHA-256", quote(&realm));
            let challenge = Challenge::from_header(&text).unwrap();
            let ha1 = ha1(USER, &challenge.realm, &password);
            let sent = header(&Use { challenge: &challenge, ha1: &ha1, user: USER, count, cnonce: "c" }, "POST", "/rpc");
            let sent = parameters(sent.strip_prefix("Digest ").unwrap());
            let part = |name| sent.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str()).unwrap();
            prop_assert_eq!((part("realm"), part("nonce")), (realm.as_str(), nonce.as_str()));
            let known = super::ha1(USER, part("realm"), &password);
            let expected = response(&known, part("nonce"), part("nc"), part("cnonce"), &sha256(&["POST", "/rpc"]));
            prop_assert_eq!(part("response"), expected);
        }

        /// The same for a frame, with numbers and texts in every mixture.
        #[test]
        fn a_frame_survives_the_way_to_the_device(
            number in any::<u32>(),
            text in "[A-Za-z0-9+/]{1,60}={0,2}",
            nonce_is_number: bool,
            nc_is_text: bool,
            count in 1..30_000_u32,
        ) {
            let nonce = if nonce_is_number { json!(number) } else { json!(text) };
            let nc = if nc_is_text { json!("1") } else { json!(1) };
            let asked =
                json!({"auth_type": "digest", "nonce": nonce, "nc": nc, "realm": REALM, "algorithm": "SHA-256"});
            let challenge = Challenge::from_frame(&asked.to_string()).unwrap();
            let ha1 = ha1(USER, REALM, "secret");
            let auth = frame_auth(&Use { challenge: &challenge, ha1: &ha1, user: USER, count, cnonce: "c" });
            prop_assert_eq!((&auth["nonce"], auth["nc"].is_string()), (&nonce, nc_is_text));
            let written = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let expected = response(&ha1, &written(&nonce), &written(&auth["nc"]), "c", FRAME_HA2);
            prop_assert_eq!(&auth["response"], &json!(expected));
        }
    }
}
