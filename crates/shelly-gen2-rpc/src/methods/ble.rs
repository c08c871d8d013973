//! `BLE`: pairing, advertising, the relay of BLE devices to the cloud.

use std::collections::BTreeMap;

use serde_json::Value;
use shelly_types::wire_object;

options! {
    /// What a search for BLE devices may be told.
    pub struct Search {
        /// Length in seconds.
        pub duration_s: Option<f64> = "duration",
        /// Weakest signal in dBm.
        pub rssi_thr: Option<f64>,
    }
}

wire_object! {
    /// Answer of `BLE.CloudRelay.List`.
    pub struct RelayList {
        /// Revision of the list.
        pub rev: u64,
        /// MAC addresses of devices that are relayed.
        pub addrs: Vec<String>,
    }

    /// One page of `BLE.CloudRelay.ListInfos`.
    pub struct RelayPage {
        /// Unix seconds.
        pub ts: f64,
        /// Place of the first device of this page.
        pub offset: u64,
        /// Devices on this page.
        pub count: u64,
        /// Devices in all.
        pub total: u64,
        /// The devices.
        pub devices: Vec<RelayedDevice>,
    }

    /// A device that is relayed.
    pub struct RelayedDevice {
        /// Name it advertises; null when it does not.
        pub name: String,
        /// Number of the model.
        pub model: u64,
        /// Service data by UUID.
        pub sdata: BTreeMap<String, String>,
        /// Manufacturer data by number.
        pub mdata: BTreeMap<String, String>,
        /// When it was heard last, in Unix seconds.
        pub last_seen: f64,
    }

    /// Answer of `BLE.StartPairing`.
    pub struct PairingWindow {
        /// How long it is open, in seconds.
        pub timeout: f64,
    }

    /// A paired device.
    pub struct PairedDevice {
        /// MAC address.
        pub addr: String,
        /// When it was paired, in Unix seconds.
        pub ctime: f64,
        /// When it was used last, in Unix seconds.
        pub atime: f64,
    }
}

methods! {
    /// Devices that are relayed to the cloud.
    fn ble_relay_list() -> RelayList = "BLE.CloudRelay.List";

    /// What is known of devices that are relayed to the cloud.
    fn ble_relay_infos(offset: u64) -> RelayPage = "BLE.CloudRelay.ListInfos";

    /// Looks for devices to associate.
    fn ble_start_associations(target: u32; param: &Value; ..search: Search) = "BLE.StartAssociations";

    /// Looks for a radiator valve to associate, a new one or that of a `blutrv` component.
    fn ble_start_trv_associations(; blutrv_id: u32; ..search: Search) = "BLE.StartBluTrvAssociations";

    /// Lets a device pair for a while.
    fn ble_start_pairing(; timeout_s: f64 = "timeout") -> PairingWindow = "BLE.StartPairing";

    /// Ends pairing.
    fn ble_stop_pairing() = "BLE.StopPairing";

    /// Devices that are paired.
    fn ble_paired_devices() -> Vec<PairedDevice> = "BLE.ListPairedDevices";

    /// Forgets a paired device.
    fn ble_delete_paired_device(addr: &str) = "BLE.DeletePairedDevice";

    /// Sends one advertisement, base64.
    fn ble_advertise_once(adv_data: &str; scan_rsp: &str) = "BLE.AdvertiseOnce";

    /// Sends a command, 0 to 4, to BTHome devices that know the key.
    fn ble_send_bthome_command(opcode: u8, key: &str; args: &str) = "BLE.SendBTHomeCommand";

    /// Pairs with a device; not confirmed (gaps 13).
    fn ble_pair(addr: &str) -> Value = "BLE.Pair";
}
