//! Mqtt.
