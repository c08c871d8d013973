//! WiFi: own access point, stations, roaming.

use super::prelude::*;

block! {
    /// WiFi.
    pub struct Wifi {
        /// The device's own access point.
        ap: WifiAp,
        /// The network to join.
        sta: WifiSta,
        /// The network to join when the first is not there.
        sta1: WifiSta,
        /// Change of access point when the signal is weak.
        roam: WifiRoam,
    }

    /// The device's own access point.
    pub struct WifiAp {
        /// Run it. On Gen1 this switches the station off.
        enable: bool = flag().both().risk(Risk::Connectivity),
        /// Network name; null for the device id. Gen1 shows it but does not change it.
        ssid: String = text(29).nullable().read_only_on_gen1().risk(Risk::Connectivity),
        /// Key; null for an open network.
        pass: SecretText = secret(63).nullable().both().risk(Risk::Connectivity),
        /// The network has no key.
        is_open: bool = flag().read_only(),
        /// Other devices reach the network through this one.
        range_extender: WifiExtender,
    }

    /// Other devices reach the network through this one.
    pub struct WifiExtender {
        /// Let them.
        enable: bool = flag().risk(Risk::Connectivity),
    }

    /// A network to join.
    pub struct WifiSta {
        /// Join it. On Gen1 this switches the access point off.
        enable: bool = flag().both().risk(Risk::Connectivity),
        /// Network name.
        ssid: String = text(32).nullable().both().risk(Risk::Connectivity),
        /// Key; null for an open network.
        pass: SecretText = secret(63).nullable().both().risk(Risk::Connectivity),
        /// The network has no key.
        is_open: bool = flag().read_only(),
        /// Where the address comes from.
        ipv4mode: String = choice(&["dhcp", "static"]).both().risk(Risk::Connectivity),
        /// Own address with `static`.
        ip: String = text(15).nullable().both().risk(Risk::Connectivity),
        /// Netmask with `static`.
        netmask: String = text(15).nullable().both().risk(Risk::Connectivity),
        /// Gateway with `static`.
        gw: String = text(15).nullable().both().risk(Risk::Connectivity),
        /// Name server with `static`.
        nameserver: String = text(15).nullable().both().risk(Risk::Connectivity),
        /// Host name told to the network (Wall Display).
        hostname: String = text(0).nullable(),
        /// Time between searches for a better access point (Wall Display).
        roam_interval: f64 = number().min(0.0).unit(Unit::Seconds),
    }

    /// Change of access point when the signal is weak.
    pub struct WifiRoam {
        /// Signal below which another access point is looked for.
        rssi_thr: f64 = number().range(-120.0, 0.0).unit(Unit::DecibelMilliwatts).both(),
        /// Time between searches; 0 for never.
        interval: f64 = number().min(0.0).unit(Unit::Seconds),
        /// Look for another access point. On Gen2 and later an interval of 0 says no.
        enable: bool = flag().gen1(),
    }
}
