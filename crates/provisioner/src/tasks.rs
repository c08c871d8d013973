//! What an agent can do besides provisioning: look around, ask a device, bring the WiFi back.

pub mod probe;
pub mod scan;
