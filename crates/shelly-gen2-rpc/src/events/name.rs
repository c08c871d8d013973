//! The words for what happens.

use shelly_types::wire_enum;

wire_enum! {
    /// What happened, in the device's word.
    pub enum EventName {
        /// A button went down.
        ButtonDown = "btn_down",
        /// A button went up.
        ButtonUp = "btn_up",
        /// One short press.
        SinglePush = "single_push",
        /// Two short presses.
        DoublePush = "double_push",
        /// Three short presses.
        TriplePush = "triple_push",
        /// A long press.
        LongPush = "long_push",
        /// Two presses, the second long.
        LongDoublePush = "long_double_push",
        /// Three presses, the third long.
        LongTriplePush = "long_triple_push",
        /// A button is held.
        HoldPress = "hold_press",
        /// A dial was turned left.
        RotateLeft = "rotate_left",
        /// A dial was turned right.
        RotateRight = "rotate_right",
        /// The button of the device went down.
        SystemButtonDown = "sys_btn_down",
        /// The button of the device went up.
        SystemButtonUp = "sys_btn_up",
        /// The button of the device was pressed.
        SystemButtonPush = "sys_btn_push",
        /// Settings changed; the component is the one whose settings did.
        ConfigChanged = "config_changed",
        /// A dynamic component was made.
        ComponentAdded = "component_added",
        /// A dynamic component was removed.
        ComponentRemoved = "component_removed",
        /// An update begins.
        OtaBegin = "ota_begin",
        /// An update goes on.
        OtaProgress = "ota_progress",
        /// An update is done; a restart follows.
        OtaSuccess = "ota_success",
        /// An update failed.
        OtaError = "ota_error",
        /// The device restarts soon.
        ScheduledRestart = "scheduled_restart",
        /// A battery device goes to sleep.
        Sleep = "sleep",
        /// The window for provisioning is open.
        ProvisionPending = "provision_pending",
        /// The device got an address.
        ProvisionConfirmed = "provision_confirmed",
        /// Provisioning is done.
        ProvisionComplete = "provision_complete",
        /// The window went by.
        ProvisionLocked = "provision_locked",
        /// The station connects.
        StationConnecting = "sta_connecting",
        /// The station is connected.
        StationConnected = "sta_connected",
        /// The station has an address.
        StationIpAcquired = "sta_ip_acquired",
        /// The station could not connect.
        StationConnectFail = "sta_connect_fail",
        /// The station lost its network.
        StationDisconnected = "sta_disconnected",
        /// A BLE device was paired.
        PairedDeviceAdded = "paired_device_added",
        /// A BLE device was forgotten.
        PairedDeviceRemoved = "paired_device_removed",
        /// A BTHome device was found.
        DeviceDiscovered = "device_discovered",
        /// The search for BTHome devices ended.
        DiscoveryDone = "discovery_done",
        /// The search for devices to associate ended.
        AssociationsDone = "associations_done",
        /// A BTHome device told a reading.
        SensorUpdate = "sensor_update",
        /// A BTHome device tells more than before.
        NewObjects = "new_objects",
        /// A value changed.
        ValueChange = "value_change",
        /// A state changed.
        StateChange = "state_change",
        /// A camera has a file.
        MediaReady = "media_ready",
        /// A camera sent a file.
        UploadComplete = "upload_complete",
        /// A camera could not send a file.
        UploadFailed = "upload_failed",
        /// The search for DALI control gear ended.
        ScanComplete = "scan_complete",
        /// DALI control gear was asked whether it is there.
        PingComplete = "ping_complete",
        /// Records of an energy meter.
        Data = "data",
        /// An infrared code came.
        Receive = "receive",
        /// A reading of a peer came.
        ReceivedStatus = "rx_status",
        /// An event of a peer came.
        ReceivedEvent = "rx_event",
        /// A message came over LoRa.
        UserReceived = "user_rx",
        /// Where people are.
        Track = "track",
        /// Nobody is seen.
        NoTrack = "no_track",
        /// A zone is occupied, or no longer.
        Presence = "presence",
        /// Number of people in a zone.
        Counter = "counter",
    }
}
