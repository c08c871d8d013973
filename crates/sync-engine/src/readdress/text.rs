//! Finds the address of a server in a text and puts another one there.

use super::{Readdress, address::port_of_scheme};

/// How far back it is looked for what a word begins with, in bytes.
const LOOK_BACK: usize = 4096;

/// How a text is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    /// The text is one address or URL. The port goes without saying where the protocol is known.
    Server(Option<u16>),
    /// People wrote it: a list, a sentence, a URL among words.
    Words,
    /// It is a program, in which a bare word may be a name of its own.
    Code,
}

/// What was found in a text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Found {
    /// The text with the other address; as it was when nothing was replaced.
    pub(super) text: String,
    /// Each place with what it becomes: scheme, host and port alone, so no login and no query.
    pub(super) replaced: Vec<(String, String)>,
    /// The address is named in the path, the query or the login of a URL, or in a path without a host. These are kept.
    pub(super) within: usize,
    /// The host is named without a port, so whether it is this server is not known.
    pub(super) no_port: usize,
}

/// Reads `text`.
pub(super) fn find(text: &str, reading: Reading, change: &Readdress) -> Found {
    let (lower, host) = (text.to_ascii_lowercase(), change.from().host());
    let mut found = Found { text: String::with_capacity(text.len() + 16), ..Found::default() };
    let mut copied = 0;
    for (start, _) in lower.match_indices(host) {
        let end = start + host.len();
        if start < copied || !is_whole(&lower, start, end) {
            continue;
        }
        let place = Place::of(text, start, end);
        if place.is_within {
            found.within += usize::from(place.is_url || change.from().is_number());
            continue;
        }
        if !place.is_host(reading, change.from().is_number()) {
            continue;
        }
        let otherwise = match reading {
            Reading::Server(port) if place.scheme.is_none() => port,
            Reading::Server(_) | Reading::Words | Reading::Code => place.scheme.and_then(port_of_scheme),
        };
        let port = place.port.or(otherwise);
        match change.from().port() {
            Some(wanted) if port.is_some_and(|port| port != wanted) => continue,
            Some(_) if port.is_none() => {
                found.no_port += 1;
                continue;
            }
            Some(_) | None => {}
        }
        let new_port = match (place.port, change.to().port()) {
            (Some(_), Some(new)) => Some(new),
            (Some(kept), None) => Some(kept),
            (None, Some(new)) if otherwise != Some(new) => Some(new),
            (None, _) => None,
        };
        let written = |host: &str, port: Option<u16>| match port {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        };
        let after = written(change.to().host(), new_port);
        let shown = |address: &str| match place.scheme {
            Some(scheme) => format!("{scheme}://{address}"),
            None => address.to_owned(),
        };
        found.replaced.push((shown(&written(host, place.port)), shown(&after)));
        found.text.push_str(&text[copied..start]);
        found.text.push_str(&after);
        copied = place.end;
    }
    found.text.push_str(&text[copied..]);
    found
}

/// Whether what stands there is no part of a longer name or number.
fn is_whole(text: &str, start: usize, end: usize) -> bool {
    let is_part = |letter: char| letter.is_alphanumeric() || matches!(letter, '-' | '_');
    let before = text[..start].chars().next_back();
    let mut after = text[end..].chars();
    let goes_on = match after.next() {
        Some('.') => after.next().is_some_and(is_part),
        letter => letter.is_some_and(is_part),
    };
    !goes_on && before.is_none_or(|letter| !is_part(letter) && letter != '.')
}

/// What stands around a host.
struct Place<'a> {
    /// The protocol that the word begins with, if the host follows it.
    scheme: Option<&'a str>,
    /// The port that follows it.
    port: Option<u16>,
    /// Where host and port end.
    end: usize,
    /// It stands in a path, a query or a login.
    is_within: bool,
    /// The word is a URL.
    is_url: bool,
    /// What stands between the begin of the word and it, if that is no URL.
    prefix: &'a str,
    /// What stands before the word.
    before: Option<char>,
    /// What follows.
    after: Option<char>,
}

fn is_quote(letter: char) -> bool {
    matches!(letter, '"' | '\'' | '`')
}

fn ends_word(letter: char) -> bool {
    letter.is_whitespace() || is_quote(letter) || matches!(letter, '<' | '>' | '\\')
}

impl<'a> Place<'a> {
    fn of(text: &'a str, start: usize, end: usize) -> Self {
        let mut from = start.saturating_sub(LOOK_BACK);
        while !text.is_char_boundary(from) {
            from += 1;
        }
        let behind = &text[from..start];
        let word = behind.char_indices().rev().find(|(_, letter)| ends_word(*letter));
        let prefix = word.map_or(behind, |(at, letter)| &behind[at + letter.len_utf8()..]);
        let before = text[..start - prefix.len()].chars().next_back();
        let (url, rest) = match prefix.rfind("://") {
            Some(at) => (Some(&prefix[..at]), &prefix[at + 3..]),
            None => (None, prefix),
        };
        let is_letter = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '+' | '-' | '.');
        let scheme = url.map(|url| url.rsplit(|letter| !is_letter(letter)).next().unwrap_or_default());
        let (port, end_of_port) = port(text, end);
        let ahead = &text[end_of_port..];
        // A login ends with `@` before the path begins.
        let login = ahead.find(|letter: char| ends_word(letter) || matches!(letter, '/' | '?' | '#' | '@' | ',' | ';'));
        let is_login = login.is_some_and(|at| ahead[at..].starts_with('@'));
        let is_path = rest.contains(['/', '?', '#']);
        let follows = rest.is_empty() || rest.ends_with('@');
        Self {
            scheme: scheme.filter(|scheme| !scheme.is_empty() && follows && !is_path),
            port,
            end: end_of_port,
            is_within: is_path || is_login,
            is_url: url.is_some(),
            prefix: rest,
            before,
            after: ahead.chars().next(),
        }
    }

    /// Whether it is meant as a host, as far as that can be seen.
    fn is_host(&self, reading: Reading, is_number: bool) -> bool {
        if self.scheme.is_some() {
            return true;
        }
        let follows = self.prefix.is_empty() || self.prefix.ends_with('@');
        // A list or an assignment, such as `broker=10.0.0.5`.
        let is_item = self.prefix.ends_with(['=', ',', ';', ':', '(', '[', '{', '|', '@']) || self.prefix.is_empty();
        let stands_alone = self.after.is_none_or(|after| is_quote(after) || matches!(after, '/' | '?' | ',' | ';'));
        let is_begin = self.before.is_none_or(is_quote);
        match reading {
            Reading::Server(_) => follows,
            Reading::Words | Reading::Code if is_number => is_item,
            Reading::Words => is_item && (self.port.is_some() || (is_begin && stands_alone)),
            Reading::Code => follows && self.before.is_some_and(is_quote) && stands_alone,
        }
    }
}

/// The port that is written after a host, and where it ends.
fn port(text: &str, end: usize) -> (Option<u16>, usize) {
    let Some(rest) = text[end..].strip_prefix(':') else { return (None, end) };
    let start = end + 1;
    let end_of_port = start + rest.bytes().take_while(u8::is_ascii_digit).count();
    match text[start..end_of_port].parse() {
        // Else it is the begin of another address, or of a word.
        Ok(port) if is_whole(text, start, end_of_port) => (Some(port), end_of_port),
        Ok(_) | Err(_) => (None, end),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn change(from: &str, to: &str) -> Readdress {
        Readdress::new(from.parse().unwrap(), to.parse().unwrap()).unwrap()
    }

    fn replaced(text: &str, reading: Reading, from: &str, to: &str) -> String {
        find(text, reading, &change(from, to)).text
    }

    const URL: Reading = Reading::Server(None);

    /// K7: the host as a whole and nothing else; path, query and login stay.
    #[test]
    fn k7_a_host_is_replaced_as_a_whole() {
        let to = |text: &str| replaced(text, URL, "10.0.0.5", "10.0.0.9");
        for (text, expected) in [
            ("http://10.0.0.5/on", "http://10.0.0.9/on"),
            ("http://me:hush@10.0.0.5:8123/a?b=c#d", "http://me:hush@10.0.0.9:8123/a?b=c#d"),
            ("10.0.0.5:1883", "10.0.0.9:1883"),
            ("10.0.0.5", "10.0.0.9"),
            ("HTTP://10.0.0.5", "HTTP://10.0.0.9"),
            ("http://10.0.0.5:80?x=${ev.tC}", "http://10.0.0.9:80?x=${ev.tC}"),
        ] {
            assert_eq!(to(text), expected);
        }
        for text in [
            "http://10.0.0.50/",
            "http://110.0.0.5/",
            "http://10.0.0.5.nip.io/",
            "http://a.10.0.0.5/",
            "http://other/10.0.0.5",
            "http://other/?to=http:10.0.0.5",
            "http://10.0.0.5:hush@other/",
            "http://10.0.0.5@other/",
        ] {
            assert_eq!(to(text), text);
        }
        assert_eq!(find("http://other/?to=10.0.0.5", URL, &change("10.0.0.5", "a")).within, 1);
        let name = |text: &str| replaced(text, URL, "host", "new.lan");
        assert_eq!(name("http://HOST/host"), "http://new.lan/host");
        for text in ["http://myhost.lan/", "http://host.lan/", "http://host-2/", "http://my.host/", "http://hosts/"] {
            assert_eq!(name(text), text);
        }
    }

    /// K7: a port that was named has to be there, said or not.
    #[test]
    fn k7_a_port_is_heeded() {
        let to = |text: &str, from: &str, to: &str| replaced(text, URL, from, to);
        assert_eq!(to("http://hub:8123/x", "hub:8123", "new:9000"), "http://new:9000/x");
        assert_eq!(to("http://hub:8124/x", "hub:8123", "new:9000"), "http://hub:8124/x");
        assert_eq!(to("http://hub:81230/x", "hub:8123", "new:9000"), "http://hub:81230/x");
        assert_eq!(to("http://hub/x", "hub:80", "new:8080"), "http://new:8080/x");
        assert_eq!(to("https://hub/x", "hub:80", "new:8080"), "https://hub/x");
        assert_eq!(to("http://hub/x", "http://hub", "http://new"), "http://new/x");
        assert_eq!(to("http://hub:8123/x", "hub:8123", "new"), "http://new:8123/x");
        assert_eq!(find("hub", URL, &change("hub:1883", "new:1883")).no_port, 1);
        let broker = Reading::Server(Some(1883));
        assert_eq!(replaced("hub", broker, "hub:1883", "new:1884"), "new:1884");
        assert_eq!(replaced("hub", broker, "hub:1883", "new:1883"), "new");
    }

    /// K7: in a program a name is replaced where it can be nothing but a host.
    #[test]
    fn k7_a_program_keeps_its_own_words() {
        let code = "// asks 10.0.0.5\nlet host = \"host\"; let u = 'http://host:80/host?x=host';\n\
                    call(host.port, `host:81`, 10.0.0.5, \"http://10.0.0.50\", '10.0.0.5:80', \"the host\");\n";
        let by_name = replaced(code, Reading::Code, "host", "new");
        let expected = code
            .replace("= \"host\"", "= \"new\"")
            .replace("http://host:80", "http://new:80")
            .replace("`host:81`", "`new:81`");
        assert_eq!(by_name, expected);
        let by_number = replaced(code, Reading::Code, "10.0.0.5", "hub.lan");
        assert!(by_number.contains("asks hub.lan\n") && by_number.contains("'hub.lan:80'"), "{by_number}");
        assert!(by_number.contains("\"http://10.0.0.50\""), "{by_number}");
    }

    #[test]
    fn k7_words_are_read_with_care() {
        let to = |text: &str| replaced(text, Reading::Words, "ha", "hub");
        for (text, expected) in [
            ("ha", "hub"),
            ("ha:8123", "hub:8123"),
            ("a=ha:8123;b=http://ha/x", "a=hub:8123;b=http://hub/x"),
            ("ha is down, ha!", "ha is down, ha!"),
            ("devices/ha/state", "devices/ha/state"),
        ] {
            assert_eq!(to(text), expected);
        }
        let by_number = |text: &str| replaced(text, Reading::Words, "10.0.0.5", "a.lan");
        assert_eq!(by_number("10.0.0.6,10.0.0.5"), "10.0.0.6,a.lan");
        assert_eq!(by_number("10.0.0.5:10.0.0.5"), "a.lan:a.lan");
        assert_eq!(by_number("at 10.0.0.5:80."), "at a.lan:80.");
    }

    proptest! {
        /// What has been replaced is not there any more, and replacing once more changes nothing.
        #[test]
        fn k7_replacing_is_done_once(parts in prop::collection::vec("[a-z0-9:/@?=. '\"é-]{0,6}|10\\.0\\.0\\.5", 0..12)) {
            let text = parts.concat();
            for reading in [URL, Reading::Words, Reading::Code] {
                let change = change("10.0.0.5", "10.0.0.9");
                let once = find(&text, reading, &change);
                let twice = find(&once.text, reading, &change);
                prop_assert!(twice.replaced.is_empty(), "{} {}", text, once.text);
                prop_assert_eq!(&twice.text, &once.text);
                prop_assert_eq!(once.text == text, once.replaced.is_empty());
            }
        }

        #[test]
        fn k7_any_text_is_read(text in ".{0,60}", host in "[a-z0-9.]{1,4}") {
            if let Ok(from) = host.parse() {
                let change = Readdress::new(from, "new.lan".parse().unwrap());
                if let Ok(change) = change {
                    let _ = find(&text, Reading::Words, &change);
                }
            }
        }
    }
}
