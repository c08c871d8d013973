//! MQTT.

use super::prelude::*;

block! {
    /// MQTT.
    pub struct Mqtt {
        /// Connect to the broker. On Gen1 this switches the cloud off.
        enable: bool = flag().both().restart(AsToldByDevice).risk(Risk::Integration),
        /// Broker, `host:port`.
        server: String = text(0).nullable().both().restart(AsToldByDevice).risk(Risk::Integration),
        /// Client id; null for the device id. On Gen1 also the part of the topics after `shellies/`.
        client_id: String = text(0).nullable().both().since(0, 11, 0).restart(AsToldByDevice).risk(Risk::Integration),
        /// User; null for none.
        user: String = text(0).nullable().both().restart(AsToldByDevice).risk(Risk::Integration),
        /// Password; null for none.
        pass: SecretText = secret(0).nullable().both().restart(AsToldByDevice).risk(Risk::Integration),
        /// Certificate check: null for no TLS, `*` for none, otherwise the file of authorities.
        ssl_ca: String = choice(&["*", "user_ca.pem", "ca.pem"]).nullable().restart(AsToldByDevice).risk(Risk::Integration),
        /// Present the device's own certificate.
        use_client_cert: bool = flag().since(0, 12, 0).restart(AsToldByDevice).risk(Risk::Integration),
        /// First part of the topics; null for the device id.
        topic_prefix: String = text(300).nullable().restart(AsToldByDevice).risk(Risk::Integration),
        /// Publish notifications.
        rpc_ntf: bool = flag().risk(Risk::Integration),
        /// Publish the status of components.
        status_ntf: bool = flag().risk(Risk::Integration),
        /// Take plain commands over MQTT.
        enable_control: bool = flag().since(0, 14, 0).risk(Risk::Integration),
        /// Take RPC over MQTT.
        enable_rpc: bool = flag().since(0, 14, 0).risk(Risk::Integration),
        /// Speak MQTT 5 (Wall Display).
        use_v5: bool = flag().risk(Risk::Integration),
        /// Log the traffic (Wall Display).
        debug: bool = flag(),
        /// Start each connection afresh.
        clean_session: bool = flag().gen1().restart(Always),
        /// Let the broker keep the last message of each topic.
        retain: bool = flag().gen1().restart(Always),
        /// Greatest quality of service.
        max_qos: i64 = integer().range(0.0, 2.0).gen1().restart(Always),
        /// Time between signs of life.
        keep_alive: f64 = number().min(0.0).unit(Unit::Seconds).gen1().restart(Always),
        /// Time between reports; 0 for on change only.
        update_period: f64 = number().min(0.0).unit(Unit::Seconds).gen1().restart(Always),
        /// Topic of the message that tells of a lost connection (old firmware).
        will_topic: String = text(0).gen1().read_only(),
        /// Text of the message that tells of a lost connection (old firmware).
        will_message: String = text(0).gen1().read_only(),
        /// Least time before connecting again.
        reconnect_timeout_min: f64 = number().min(0.0).unit(Unit::Seconds).gen1().restart(Always),
        /// Greatest time before connecting again.
        reconnect_timeout_max: f64 = number().min(0.0).unit(Unit::Seconds).gen1().restart(Always),
    }
}
