//! The device itself: name, place, clock, logs, sleep.

use super::prelude::*;

block! {
    /// The device itself.
    pub struct Sys {
        /// Name, traits of the hardware and of its firmware.
        device: SysDevice,
        /// Where the device stands, for its time zone and for sunrise and sunset.
        location: SysLocation,
        /// Log outputs.
        debug: SysDebug,
        /// Notes of the vendor's web page and app.
        ui_data: SysUiData,
        /// RPC over UDP.
        rpc_udp: SysRpcUdp,
        /// Network time.
        sntp: SysSntp,
        /// Sleep of battery devices.
        sleep: SysSleep,
        /// Show the media player (Wall Display).
        media_player_enabled: bool = flag(),
        /// Release of the time zone tables (Wall Display).
        tzdata: String = text(0).read_only(),
        /// Release of the language tables (Wall Display).
        icu_version: String = text(0).read_only(),
    }

    /// Name, traits of the hardware and of its firmware.
    ///
    /// MAC and firmware id are no settings: they are the identity.
    pub struct SysDevice {
        /// Name shown to people.
        name: String = text(64).nullable().both(),
        /// Save power at the cost of speed. Gen1 restarts when it is written, a Duo even when it does not change.
        eco_mode: bool = flag().both().restart(AsToldByDevice),
        /// Role of the device where it has several: switch, cover, light, rgb, rgbw, cct, triphase, ...; changed by a command of its own, because other components appear.
        profile: String = text(0).both().read_only(),
        /// Be found by the vendor's app.
        discoverable: bool = flag().both(),
        /// Add-on board that is fitted; null for none.
        addon_type: String = choice(&["sensor", "prooutput", "LoRa", "rs485"]).nullable().restart(AsToldByDevice),
        /// The button of the device switches its outputs (Pro).
        sys_btn_toggle: bool = flag(),
        /// Refuse certificates that are out of date.
        tls_check_cert_validity_time: bool = flag().since(2, 0, 0).risk(Risk::Integration),
        /// Protected access only; once raised, only a factory reset lowers it.
        enhanced_security: bool = flag().since(2, 0, 0).risk(Risk::Access),
        /// Let web pages of other origins call the device.
        allow_cross_origin: bool = flag().gen1(),
        /// Forget the WiFi after a certain sequence of power cycles.
        pon_wifi_reset: bool = flag().gen1(),
        /// Restart when the WiFi does not come back (firmware 1.10 to 1.12).
        wifirecovery_reboot: bool = flag().gen1(),
        /// Greatest load of the device; 0 for no limit.
        max_power: f64 = number().min(0.0).unit(Unit::Watts).gen1().risk(Risk::Load),
        /// Mains voltage the device reckons with.
        supply_voltage: String = choice(&["110v", "220v"]).gen1(),
        /// Factor applied to measured power.
        power_correction: f64 = number().gen1(),
        /// Supply of an RGBW2: 0 for 12 V, 1 for 24 V.
        dcpower: i64 = integer().range(0.0, 1.0).gen1(),
        /// Seconds between reports of an energy meter.
        report_period: f64 = number().unit(Unit::Seconds).gen1().read_only(),
    }

    /// Where the device stands.
    pub struct SysLocation {
        /// Time zone, IANA name; null for what the device finds out itself.
        tz: String = text(0).nullable().both(),
        /// Latitude.
        lat: f64 = number().range(-90.0, 90.0).unit(Unit::Degrees).nullable().both(),
        /// Longitude.
        lon: f64 = number().range(-180.0, 180.0).unit(Unit::Degrees).nullable().both(),
        /// Find out place and time zone by itself, which overwrites the others.
        tz_autodetect: bool = flag().gen1(),
        /// Offset of the time zone from UTC.
        tz_utc_offset: i64 = integer().range(-50400.0, 50400.0).unit(Unit::Seconds).gen1(),
        /// Daylight saving time is in force.
        tz_dst: bool = flag().gen1(),
        /// Follow daylight saving time by itself.
        tz_dst_auto: bool = flag().gen1(),
    }

    /// Log outputs.
    pub struct SysDebug {
        /// Log over MQTT.
        mqtt: SysDebugOutput,
        /// Log over WebSocket.
        websocket: SysDebugOutput,
        /// Log over UDP.
        udp: SysDebugUdp,
        /// Log to a file on the device.
        file_log: SysDebugFile,
        /// How much is logged.
        level: f64 = number(),
        /// Topics that are logged (Wall Display).
        logs: String = document(),
        /// How much is logged to the file.
        file_level: f64 = number().nullable(),
    }

    /// A log output.
    pub struct SysDebugOutput {
        /// Send the log there.
        enable: bool = flag(),
    }

    /// Log over UDP.
    pub struct SysDebugUdp {
        /// Send the log there.
        enable: bool = flag().shown_when_set(),
        /// Receiver, `host:port`; null for none.
        addr: String = text(0).nullable(),
    }

    /// Log to a file on the device.
    pub struct SysDebugFile {
        /// Write the log there.
        enable: bool = flag().both().since(1, 3, 99),
    }

    /// Notes of the vendor's web page and app.
    pub struct SysUiData {
        /// Position of the cover as the web page remembers it.
        cover: String = text(0).shown_when_set(),
        /// Position of the second cover as the web page remembers it.
        cover1: String = text(0).shown_when_set(),
        /// Revision of the hardware.
        device_revision: String = text(0).read_only(),
        /// What each output feeds.
        consumption_types: Vec<SettingValue> = list().shown_when_set(),
        /// Clock of the web page, 12 or 24 hours.
        tf: f64 = number().shown_when_set(),
    }

    /// RPC over UDP.
    pub struct SysRpcUdp {
        /// Receiver of notifications, `host:port`; null for none.
        dst_addr: String = text(0).nullable().risk(Risk::Integration),
        /// Port to listen on; null for none.
        listen_port: i64 = integer().range(1.0, 65535.0).nullable().restart(Always).risk(Risk::Integration),
    }

    /// Network time.
    pub struct SysSntp {
        /// Time server; null for none (schedules then stop).
        server: String = text(0).nullable().both().restart(AsToldByDevice),
        /// Ask the time server.
        enable: bool = flag().gen1().read_only(),
    }

    /// Sleep of battery devices.
    pub struct SysSleep {
        /// Time between wakes.
        wakeup_period: f64 = number().min(0.0).unit(Unit::Seconds).both(),
        /// Time to stay awake after a push of the button.
        remain_awake: f64 = number().range(0.0, 5.0).unit(Unit::Seconds).gen1(),
    }
}
