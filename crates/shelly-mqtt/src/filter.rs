//! Which topics a subscription is about.

use std::{fmt, str::FromStr, sync::Arc};

/// A topic filter of MQTT: levels separated by `/`, `+` for one level and `#` for all that follow. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Filter(Arc<str>);

/// The text is no topic filter.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no topic filter: `+` and `#` stand alone in their level, `#` in the last one")]
pub struct ParseFilterError {
    text: String,
}

/// Longest topic or filter, in bytes (MQTT 3.1.1, 4.7.3).
const LONGEST: usize = 65_535;

/// Whether `text` is a topic to which a message can be published.
pub fn is_topic(text: &str) -> bool {
    !text.is_empty() && text.len() <= LONGEST && !text.contains(['+', '#', '\0'])
}

impl Filter {
    /// The filter for this one topic. None when the text is no topic.
    pub fn topic(topic: &str) -> Option<Self> {
        is_topic(topic).then(|| Self(topic.into()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is for more than one topic.
    pub fn has_wildcards(&self) -> bool {
        self.0.contains(['+', '#'])
    }

    /// Whether a message to `topic` is meant.
    pub fn matches(&self, topic: &str) -> bool {
        includes(&self.0, topic)
    }

    /// Whether every topic that `other` means is meant as well.
    pub fn covers(&self, other: &Self) -> bool {
        includes(&self.0, &other.0)
    }
}

/// Whether `filter` means all of `other`, a topic or another filter.
fn includes(filter: &str, other: &str) -> bool {
    // Topics of the broker itself are not meant by a wildcard in the first level (4.7.2).
    if other.starts_with('$') && filter.starts_with(['+', '#']) {
        return false;
    }
    let mut others = other.split('/');
    for level in filter.split('/') {
        match (level, others.next()) {
            ("#", _) => return true,
            ("+", Some(other)) if other != "#" => {}
            (level, Some(other)) if level == other => {}
            _ => return false,
        }
    }
    others.next().is_none()
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Filter {
    type Err = ParseFilterError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let alone = |level: &str| matches!(level, "+" | "#") || !level.contains(['+', '#']);
        let fits = !text.is_empty()
            && text.len() <= LONGEST
            && !text.contains('\0')
            && text.split('/').all(alone)
            && text.find('#').is_none_or(|at| at + 1 == text.len());
        if fits { Ok(Self(text.into())) } else { Err(ParseFilterError { text: text.chars().take(128).collect() }) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn filter(text: &str) -> Filter {
        text.parse().unwrap()
    }

    #[test]
    fn wildcards_mean_what_the_standard_says() {
        for (text, topic, expected) in [
            ("a/b", "a/b", true),
            ("a/b", "a/b/c", false),
            ("a/+", "a/b", true),
            ("a/+", "a/", true),
            ("a/+", "a", false),
            ("a/#", "a/b/c", true),
            ("a/#", "a", true),
            ("+/online", "shelly/online", true),
            ("+/online", "home/shelly/online", false),
            ("#", "a/b", true),
            ("#", "$SYS/uptime", false),
            ("+/uptime", "$SYS/uptime", false),
            ("$SYS/#", "$SYS/uptime", true),
        ] {
            assert_eq!(filter(text).matches(topic), expected, "{text} {topic}");
        }
    }

    #[test]
    fn filters_cover_narrower_ones() {
        for (wide, narrow, expected) in [
            ("#", "+/#", true),
            ("+/#", "#", false),
            ("+/a", "+/a", true),
            ("+/a", "b/a", true),
            ("+", "#", false),
            ("a/#", "a/+/b", true),
            ("a/+", "a/#", false),
        ] {
            assert_eq!(filter(wide).covers(&filter(narrow)), expected, "{wide} {narrow}");
        }
    }

    #[test]
    fn broken_filters_are_refused() {
        for text in ["", "a+/b", "a/#/b", "#/", "a#", "a\0"] {
            assert!(text.parse::<Filter>().is_err(), "{text:?}");
        }
        assert!(Filter::topic("a/+").is_none() && Filter::topic("a/b").is_some());
    }

    /// Filters over few names, so that they meet often.
    fn filters() -> impl Strategy<Value = Filter> {
        let level = prop::sample::select(vec!["a", "b", "", "+", "$a"]);
        (prop::collection::vec(level, 1..4), any::<bool>()).prop_filter_map("no filter", |(levels, rest)| {
            let text = levels.join("/") + if rest { "/#" } else { "" };
            text.parse().ok()
        })
    }

    fn topics() -> impl Strategy<Value = String> {
        let level = prop::sample::select(vec!["a", "b", "", "$a"]);
        prop::collection::vec(level, 1..5).prop_map(|levels| levels.join("/"))
    }

    proptest! {
        /// What a narrow filter means, a wide one that covers it means.
        #[test]
        fn covering_agrees_with_matching(wide in filters(), narrow in filters(), topic in topics()) {
            if wide.covers(&narrow) && narrow.matches(&topic) {
                prop_assert!(wide.matches(&topic), "{wide} covers {narrow}, not {topic}");
            }
            prop_assert!(wide.covers(&wide));
            if wide != narrow && wide.covers(&narrow) {
                prop_assert!(!narrow.covers(&wide), "{wide} and {narrow} cover each other");
            }
        }
    }
}
