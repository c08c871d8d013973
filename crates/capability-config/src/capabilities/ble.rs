//! Bluetooth.

use super::prelude::*;

block! {
    /// Bluetooth.
    pub struct Ble {
        /// Use it. Firmware 2 always does.
        enable: bool = flag().removed_in(2, 0, 0).restart(AsToldByDevice),
        /// Keep it on when nothing uses it.
        keep_running: bool = flag().since(2, 0, 0),
        /// RPC over Bluetooth.
        rpc: BleRpc,
        /// Pass on what is heard to the cloud.
        observer: BleObserver,
    }

    /// RPC over Bluetooth.
    pub struct BleRpc {
        /// Take it.
        enable: bool = flag().since(0, 12, 0).restart(AsToldByDevice),
    }

    /// Pass on what is heard to the cloud.
    pub struct BleObserver {
        /// Do so.
        enable: bool = flag().removed_in(2, 0, 0).restart(AsToldByDevice),
    }
}
