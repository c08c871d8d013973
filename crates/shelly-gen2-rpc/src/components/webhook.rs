//! Describes webhooks: addresses that are called when something happens.

use shelly_types::wire_object;

wire_object! {
    /// Answer of `Webhook.List`.
    pub struct List {
        /// The hooks, at most 20; 10 on battery devices.
        pub hooks: Vec<Hook>,
        /// Revision of the webhooks.
        pub rev: u64,
    }

    /// A hook.
    pub struct Hook {
        /// Number of the hook.
        pub id: u32,
        /// Instance of the component.
        pub cid: u32,
        /// It is in use.
        pub enable: bool,
        /// What happens, such as `switch.on`.
        pub event: String,
        /// Name the owner gave; null when there is none.
        pub name: String,
        /// Certificates that are trusted: `ca.pem`, `user_ca.pem`, `*` for any; null for no check.
        pub ssl_ca: String,
        /// Addresses, at most five of 300 characters; may hold `${...}`.
        pub urls: Vec<String>,
        /// Begin and end of the time of day, `HH:MM`.
        pub active_between: Vec<String>,
        /// Expression that must hold; null for none.
        pub condition: String,
        /// Seconds between calls while the condition holds; 0 each time, negative once.
        pub repeat_period: i64,
    }
}
