#![doc = include_str!("../README.md")]

mod secret;

#[rustfmt::skip]
#[path = "gen/shelly.agent.v1.rs"]
#[expect(
    missing_docs,
    clippy::pedantic,
    clippy::large_enum_variant,
    clippy::allow_attributes,
    clippy::allow_attributes_without_reason,
    reason = "made from the contract, where the comments stand"
)]
pub mod v1;

pub use tonic;

/// Lowest protocol number that this code speaks.
pub const PROTOCOL_MIN: u32 = 1;

/// Highest protocol number that this code speaks.
pub const PROTOCOL_MAX: u32 = 1;

/// Name in the manager's certificate, whatever address it is dialled at: the authority issues one such certificate only.
pub const SERVER_NAME: &str = "shelly-manager.agents.internal";

/// Largest message of a session in bytes, either way.
pub const MESSAGE_BYTES: usize = 256 * 1024;

/// Longest body of a device that an agent passes on, in bytes.
pub const RELAY_BODY_BYTES: usize = 1024 * 1024;

/// Largest message of the method `Relay` in bytes, either way.
pub const RELAY_MESSAGE_BYTES: usize = RELAY_BODY_BYTES + 64 * 1024;

/// Whether a message of a session is as small as it has to be. The method `Relay` of the same service takes larger ones.
pub fn fits(message: &v1::AgentMessage) -> bool {
    prost::Message::encoded_len(message) <= MESSAGE_BYTES
}

/// The highest protocol number that both sides speak, when there is one.
pub fn common_protocol(min: u32, max: u32) -> Option<u32> {
    let highest = max.min(PROTOCOL_MAX);
    (highest >= min.max(PROTOCOL_MIN)).then_some(highest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn w15_the_highest_common_protocol_is_spoken() {
        assert_eq!(common_protocol(1, 1), Some(1));
        assert_eq!(common_protocol(1, 9), Some(PROTOCOL_MAX), "a newer agent that still speaks the old one");
        assert_eq!(common_protocol(PROTOCOL_MAX + 1, PROTOCOL_MAX + 3), None, "a newer agent that does not");
        assert_eq!(common_protocol(0, 0), None, "an agent that does not say");
    }
}
