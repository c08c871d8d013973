//! Enums that are one word each: in JSON, in a database column and on a command line.

/// The text is none of the known words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a {what}: expected one of {expected}")]
pub struct UnknownWord {
    /// What was read.
    pub(crate) text: String,
    /// What it should be.
    pub(crate) what: &'static str,
    /// The known words.
    pub(crate) expected: String,
}

/// Declares an enum whose variants are words; `as_str` and `FromStr` use the same words as JSON.
macro_rules! words {
    (
        $(#[$meta:meta])*
        pub enum $name:ident ($what:literal) {
            $($(#[$variant_meta:meta])* $variant:ident = $word:literal,)*
        }
    ) => {
        $(#[$meta])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash,
            serde::Serialize, serde::Deserialize, schemars::JsonSchema,
        )]
        pub enum $name {
            $($(#[$variant_meta])* #[serde(rename = $word)] $variant,)*
        }

        impl $name {
            /// Every variant, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The word.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::UnknownWord;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($word => Ok(Self::$variant),)*
                    _ => Err($crate::UnknownWord {
                        text: text.chars().take(64).collect(),
                        what: $what,
                        expected: [$($word),*].join(", "),
                    }),
                }
            }
        }
    };
}

pub(crate) use words;

#[cfg(test)]
mod tests {
    use crate::{DeviceState, JobState, Permission, UnitState};

    #[test]
    fn a_word_is_the_same_in_text_and_json() {
        for state in DeviceState::ALL {
            assert_eq!(state.as_str().parse::<DeviceState>().unwrap(), *state);
            assert_eq!(serde_json::to_value(state).unwrap(), state.as_str());
        }
        let error = "sleepy".parse::<DeviceState>().unwrap_err().to_string();
        assert!(error.starts_with("`sleepy` is not a device state: expected one of online, "), "{error}");
        assert!("Done".parse::<JobState>().is_err() && "done".parse::<JobState>().is_ok());
        assert!(UnitState::Pending.is_open() && !UnitState::Blocked.is_open());
        assert!(Permission::Admin > Permission::Read);
    }
}
