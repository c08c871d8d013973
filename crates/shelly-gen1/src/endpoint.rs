//! Paths and parameters of requests.

use std::fmt::Write;

/// `path` with `params` as its query, percent-encoded. The brackets of list parameters stay, as the vendor writes them.
pub(crate) fn with_query(path: &str, params: &[(&str, String)]) -> String {
    let mut url = path.to_owned();
    for (index, (name, value)) in params.iter().enumerate() {
        url.push(if index == 0 { '?' } else { '&' });
        encode(&mut url, name, "[]");
        url.push('=');
        encode(&mut url, value, "");
    }
    url
}

fn encode(url: &mut String, text: &str, also: &str) {
    for byte in text.bytes() {
        let c = char::from(byte);
        if c.is_ascii_alphanumeric() || "-._~".contains(c) || also.contains(c) {
            url.push(c);
        } else {
            // Writing to a string cannot fail.
            let _ = write!(url, "%{byte:02X}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_encoded() {
        assert_eq!(with_query("/status", &[]), "/status");
        let params =
            [("urls[]", "http://a/?b=c&d".to_owned()), ("name", "Küche 1".to_owned()), ("empty", String::new())];
        assert_eq!(
            with_query("/settings/actions", &params),
            "/settings/actions?urls[]=http%3A%2F%2Fa%2F%3Fb%3Dc%26d&name=K%C3%BCche%201&empty="
        );
    }
}
