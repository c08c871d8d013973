//! What an agent can do besides provisioning: look around, ask a device, pass calls on, bring the WiFi back.

pub mod probe;
pub mod relay;
pub mod scan;
