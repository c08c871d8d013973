//! Describes the device itself.

use std::collections::BTreeMap;

use serde_json::Value;
use shelly_types::{wire_enum, wire_object};

use super::common::Enabled;

wire_object! {
    /// Settings of the device itself.
    pub struct Config {
        /// Name, identity and traits of the hardware.
        pub device: Device,
        /// Where the device stands.
        pub location: Location,
        /// Logs.
        pub debug: Debug,
        /// Notes of the web page and app; free in form.
        pub ui_data: Value,
        /// RPC over UDP.
        pub rpc_udp: RpcUdp,
        /// Network time.
        pub sntp: Sntp,
        /// Revision of the configuration; rises when a value really changes.
        pub cfg_rev: u64,
        /// Sleep.
        pub sleep: Sleep,
        /// Show the media player (Wall Display).
        pub media_player_enabled: bool,
        /// Release of the time zone tables.
        pub tzdata: String,
        /// Release of the language tables.
        pub icu_version: String,
    }

    /// Name, identity and traits of the hardware.
    pub struct Device {
        /// Name the owner gave; null when there is none.
        pub name: String,
        /// Save power at the cost of speed.
        pub eco_mode: bool,
        /// Hardware address.
        pub mac: String,
        /// Build id of the firmware.
        pub fw_id: String,
        /// Role of the device where it has several; changed by `Shelly.SetProfile`.
        pub profile: String,
        /// It can be found by mDNS and the app.
        pub discoverable: bool,
        /// Add-on board that is fitted: `sensor`, `prooutput`, `LoRa`, ...; null for none.
        pub addon_type: String,
        /// The button of the device switches its outputs (Pro).
        pub sys_btn_toggle: bool,
        /// Refuse certificates that are out of date (firmware 2.0 and later).
        pub tls_check_cert_validity_time: bool,
        /// Protected access only; once on, only a factory reset takes it back (firmware 2.0 and later).
        pub enhanced_security: bool,
    }

    /// Where the device stands.
    pub struct Location {
        /// Time zone, IANA name; null when the device finds out itself.
        pub tz: String,
        /// Latitude in degrees.
        pub lat: f64,
        /// Longitude in degrees.
        pub lon: f64,
    }

    /// Logs.
    pub struct Debug {
        /// Log over MQTT.
        pub mqtt: Enabled,
        /// Log over WebSocket.
        pub websocket: Enabled,
        /// Log over UDP.
        pub udp: UdpLog,
        /// Log to a file.
        pub file_log: Enabled,
        /// How much is logged.
        pub level: f64,
        /// How much is logged to the file.
        pub file_level: f64,
        /// Logged topics (Wall Display).
        pub logs: BTreeMap<String, bool>,
    }

    /// Log over UDP.
    pub struct UdpLog {
        /// It is in use.
        pub enable: bool,
        /// Receiver, `host:port`; null for none.
        pub addr: String,
    }

    /// RPC over UDP.
    pub struct RpcUdp {
        /// Receiver of notifications, `ip:port`; null for none.
        pub dst_addr: String,
        /// Port it listens on; null for none.
        pub listen_port: u16,
    }

    /// Network time.
    pub struct Sntp {
        /// Time server.
        pub server: String,
    }

    /// Sleep of battery devices.
    pub struct Sleep {
        /// Seconds between wakes (Plus H&T).
        pub wakeup_period: u64,
    }

    /// State of the device itself.
    pub struct Status {
        /// Hardware address.
        pub mac: String,
        /// A setting waits for a restart.
        pub restart_required: bool,
        /// Local time, `HH:MM`; null without a clock.
        pub time: String,
        /// Clock in Unix seconds; null when it is not set.
        pub unixtime: u64,
        /// Last synchronisation of the clock in Unix seconds.
        pub last_sync_ts: u64,
        /// Seconds since boot.
        pub uptime: u64,
        /// Whole heap in bytes.
        pub ram_size: u64,
        /// Free heap in bytes.
        pub ram_free: u64,
        /// Least free heap since boot in bytes.
        pub ram_min_free: u64,
        /// Whole file system in bytes.
        pub fs_size: u64,
        /// Free file system in bytes.
        pub fs_free: u64,
        /// Revision of the configuration; rises when a value really changes.
        pub cfg_rev: u64,
        /// Revision of the key-value store.
        pub kvs_rev: u64,
        /// Revision of the schedules.
        pub schedule_rev: u64,
        /// Revision of the webhooks.
        pub webhook_rev: u64,
        /// Revision of the KNX mapping.
        pub knx_rev: u64,
        /// Revision of the BLE relay to the cloud.
        pub btrelay_rev: u64,
        /// Firmware on offer; empty when there is none.
        pub available_updates: Updates,
        /// Other firmware for this device, by application name.
        pub alt: BTreeMap<String, Variant>,
        /// Why a battery device woke.
        pub wakeup_reason: WakeupReason,
        /// Seconds between wakes.
        pub wakeup_period: u64,
        /// Cause of the last restart; not documented.
        pub reset_reason: u64,
        /// Offset from UTC in seconds.
        pub utc_offset: i64,
        /// Channels of the active profile.
        pub ch: Vec<String>,
        /// Revision of the BTHome controls.
        pub bthc_rev: u64,
        /// It runs in safe mode.
        pub safe_mode: bool,
        /// Device id (Wall Display).
        pub id: String,
        /// Order code.
        pub model: String,
        /// Generation.
        pub generation: u8 = "gen",
        /// Build id of the firmware.
        pub fw_id: String,
        /// Version of the firmware.
        pub ver: String,
        /// Application name of the firmware.
        pub app: String,
        /// A password is asked for.
        pub auth_en: bool,
        /// Seconds since the application started.
        pub app_uptime: u64,
        /// It can be found by mDNS and the app (Wall Display).
        pub discoverable: bool,
        /// Revision of the virtual components.
        pub virtual_rev: u64,
        /// Hardware platform.
        pub platform: String,
        /// Serial number (Wall Display).
        pub serial: String,
        /// Batch of manufacture.
        pub batch_id: String,
        /// Date of manufacture as a number, `YYMMDD`.
        pub batch_date: u64,
        /// The relay belongs to the thermostat.
        pub relay_in_thermostat: bool,
        /// Relays that belong to the thermostat.
        pub relays_in_thermostat: Vec<u32>,
        /// The sensor belongs to the thermostat.
        pub sensor_in_thermostat: bool,
        /// It waits for a code to be entered on the screen.
        pub awaiting_auth_code: bool,
        /// State of a backup.
        pub backup: Value,
        /// Provisioning, while its window is open.
        pub provisioning: Provisioning,
    }

    /// Firmware on offer.
    pub struct Updates {
        /// Beta release.
        pub beta: Release,
        /// Stable release.
        pub stable: Release,
        /// Test release.
        pub test: Release,
    }

    /// A release on offer.
    pub struct Release {
        /// Version.
        pub version: String,
        /// Build id.
        pub build_id: String,
        /// Partner product: release of its service.
        pub svc0: ServiceRelease,
    }

    /// Release of the service of a partner product.
    pub struct ServiceRelease {
        /// Version.
        pub ver: String,
    }

    /// Another firmware for this device.
    pub struct Variant {
        /// Name the owner gave; null when there is none.
        pub name: String,
        /// Description for people.
        pub desc: String,
        /// Beta release.
        pub beta: Release,
        /// Stable release.
        pub stable: Release,
        /// Test release.
        pub test: Release,
    }

    /// Why a battery device woke.
    pub struct WakeupReason {
        /// Kind of start.
        pub boot: Boot,
        /// What woke it.
        pub cause: WakeupCause,
    }

    /// Provisioning, while its window is open.
    pub struct Provisioning {
        /// Length in seconds.
        pub duration: f64,
        /// Stage.
        pub stage: String,
        /// Begin in Unix seconds.
        pub started_at: f64,
        /// Begin in seconds since boot.
        pub started_ut: f64,
    }
}

wire_enum! {
    /// Kind of start.
    pub enum Boot {
        /// Not known.
        Unknown = "unknown",
        /// Power returned.
        Poweron = "poweron",
        /// Restart by software.
        SoftwareRestart = "software_restart",
        /// End of sleep.
        DeepsleepWake = "deepsleep_wake",
        /// Internal.
        Internal = "internal",
    }

    /// What woke a battery device.
    pub enum WakeupCause {
        /// None.
        Undefined = "undefined",
        /// The button.
        Button = "button",
        /// USB power.
        Usb = "usb",
        /// Time for a report.
        Periodic = "periodic",
        /// A reading changed.
        StatusUpdate = "status_update",
        /// Alarm.
        Alarm = "alarm",
        /// Test of the alarm.
        AlarmTest = "alarm_test",
    }
}
