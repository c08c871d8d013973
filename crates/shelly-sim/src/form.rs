//! Reads query strings and form bodies.

/// Parameters in the order they came; names may repeat.
#[derive(Debug, Clone, Default)]
pub(crate) struct Params(Vec<(String, String)>);

impl Params {
    /// Adds the parameters of a query string or of a form body.
    pub(crate) fn read(&mut self, encoded: &str) {
        for pair in encoded.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            self.0.push((decode(name), decode(value)));
        }
    }

    /// Adds a parameter.
    pub(crate) fn add(&mut self, name: &str, value: &str) {
        self.0.push((name.to_owned(), value.to_owned()));
    }

    /// The last value of this name.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// All values of this name.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Names and values in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Gen1's idea of truth: `1`, `y`, `t` and `true` in any case; everything else is false.
pub(crate) fn truth(text: &str) -> bool {
    matches!(text, "1" | "y" | "Y" | "t" | "T") || text.eq_ignore_ascii_case("true")
}

fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        rest = tail;
        match (first, hex_pair(tail)) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            (b'+', _) => bytes.push(b' '),
            _ => bytes.push(first),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn hex_pair(bytes: &[u8]) -> Option<u8> {
    let digit = |at: usize| char::from(*bytes.get(at)?).to_digit(16);
    u8::try_from(digit(0)? * 16 + digit(1)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_decoded() {
        let mut params = Params::default();
        params.read("name=Caf%C3%A9+bar&urls[]=a&urls%5B%5D=b&bad=100%&empty");
        assert_eq!(params.get("name"), Some("Café bar"));
        assert_eq!(params.all("urls[]").collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!((params.get("bad"), params.get("empty"), params.get("none")), (Some("100%"), Some(""), None));
    }

    #[test]
    fn truth_has_few_spellings() {
        assert!(["1", "y", "Y", "t", "T", "TRUE"].into_iter().all(truth));
        assert!(!["0", "yes", "on", ""].into_iter().any(truth));
    }
}
