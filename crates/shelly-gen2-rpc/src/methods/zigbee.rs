//! `Zigbee`.

methods! {
    /// Looks for a network to join.
    fn zigbee_start_steering() = "Zigbee.StartNetworkSteering";
}
