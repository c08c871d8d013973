//! Typed ids over `UUIDv7`, and where new ones come from.

use std::{
    fmt,
    str::FromStr,
    sync::atomic::{AtomicU64, Ordering},
};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Makes ids. Handed in, so that tests get the same ids every time.
pub trait IdGen: Send + Sync + fmt::Debug {
    /// An id that was never given before and sorts after those given earlier.
    fn next_uuid(&self) -> Uuid;
}

/// Ids from the time and random bits (`UUIDv7`).
#[derive(Debug, Clone, Copy, Default)]
pub struct TimeIds;

/// Ids that count up from a start, for tests.
#[derive(Debug, Default)]
pub struct SequenceIds(AtomicU64);

/// The text is not an id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not an id: expected a UUID such as 0192f0c1-2345-7abc-8def-0123456789ab")]
pub struct ParseIdError {
    text: String,
}

impl IdGen for TimeIds {
    fn next_uuid(&self) -> Uuid {
        Uuid::now_v7()
    }
}

impl IdGen for SequenceIds {
    fn next_uuid(&self) -> Uuid {
        const VERSION_AND_VARIANT: u128 = 0x7000_8000_0000_0000_0000;
        let count = self.0.fetch_add(1, Ordering::Relaxed) + 1;
        Uuid::from_u128(VERSION_AND_VARIANT | u128::from(count) << 80)
    }
}

/// Declares an id type of its own, so that ids of two nouns cannot be mixed up.
macro_rules! typed_id {
    ($($(#[$meta:meta])* $name:ident;)*) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// A new id.
            pub fn new(ids: &dyn IdGen) -> Self {
                Self(ids.next_uuid())
            }

            /// The id with this value.
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The value.
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl FromStr for $name {
            type Err = ParseIdError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let error = |_| ParseIdError { text: text.chars().take(64).collect() };
                Uuid::parse_str(text).map(Self).map_err(error)
            }
        }
    )*};
}

typed_id! {
    /// An agent.
    AgentId;
    /// A one-time code with which agents enrol.
    AgentCodeId;
    /// A task of an agent.
    AgentTaskId;
    /// A set of credentials that is tried on devices.
    CredentialId;
    /// A group of devices.
    GroupId;
    /// A job over one or more devices.
    JobId;
    /// A layer of wishes.
    LayerId;
    /// A location of devices.
    LocationId;
    /// A rule that says where new devices belong.
    PlacementId;
    /// A profile of devices.
    ProfileId;
    /// Devices that are brought into a network together.
    ProvisioningId;
    /// A scan of the network.
    ScanId;
    /// A configuration that a device had.
    SnapshotId;
    /// An API token.
    TokenId;
    /// A waiver of a rule.
    WaiverId;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_by_age_and_survive_text() {
        let sequence = SequenceIds::default();
        let made: Vec<JobId> = (0..300).map(|_| JobId::new(&sequence)).collect();
        let text: Vec<String> = made.iter().map(ToString::to_string).collect();
        assert!(made.is_sorted() && text.is_sorted());
        assert_eq!(text[0], "00000000-0001-7000-8000-000000000000");
        assert_eq!(text[7].parse::<JobId>().unwrap(), made[7]);
        assert!("7".parse::<JobId>().unwrap_err().to_string().contains("not an id"));
        assert_eq!(JobId::new(&TimeIds).uuid().get_version_num(), 7);
    }
}
