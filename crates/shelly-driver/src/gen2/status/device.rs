//! The device itself, its networks, connections and programs.

use shelly_gen2_rpc::components::{ble, eth, matter, modbus, script, service, sys, wifi, zigbee};
use shelly_types::{
    status::{
        BluetoothStatus, ConnectionStatus, EthernetStatus, MatterStatus, Revisions, ScriptStatus, ServerStatus,
        ServiceStatus, SystemStatus, Wakeup, WifiStatus, ZigbeeStatus,
    },
    wire::Field,
};

use super::{end, stamp, text, word, words};

pub(super) fn system(status: &sys::Status) -> SystemStatus {
    let updates = status.available_updates.get();
    SystemStatus {
        uptime_s: status.uptime.copied(),
        clock_at: stamp(&status.unixtime),
        clock_synced_at: stamp(&status.last_sync_ts),
        restart_required: status.restart_required.copied(),
        ram_free_bytes: status.ram_free.copied(),
        ram_min_free_bytes: status.ram_min_free.copied(),
        ram_size_bytes: status.ram_size.copied(),
        fs_free_bytes: status.fs_free.copied(),
        fs_size_bytes: status.fs_size.copied(),
        config_revision: status.cfg_rev.copied(),
        revisions: revisions(status),
        update_stable: updates.and_then(|updates| version(&updates.stable)),
        update_beta: updates.and_then(|updates| version(&updates.beta)),
        temperature_c: None,
        overtemperature: None,
        safe_mode: status.safe_mode.copied(),
        setup_until: status.provisioning.get().and_then(|window| end(&window.started_at, &window.duration)),
        wakeup_period_s: status.wakeup_period.copied(),
        wakeup: wakeup(status),
    }
}

/// The version of a release on offer.
pub(super) fn version(release: &Field<sys::Release>) -> Option<String> {
    text(&release.get()?.version)
}

fn revisions(status: &sys::Status) -> Option<Box<Revisions>> {
    let revisions = Revisions {
        kvs: status.kvs_rev.copied(),
        schedules: status.schedule_rev.copied(),
        webhooks: status.webhook_rev.copied(),
        virtual_components: status.virtual_rev.copied(),
        remote_controls: status.bthc_rev.copied(),
        bluetooth_relay: status.btrelay_rev.copied(),
        knx: status.knx_rev.copied(),
    };
    (revisions != Revisions::default()).then(|| Box::new(revisions))
}

fn wakeup(status: &sys::Status) -> Option<Box<Wakeup>> {
    let reason = status.wakeup_reason.get()?;
    Some(Box::new(Wakeup { boot: word(&reason.boot), causes: word(&reason.cause).into_iter().collect() }))
}

/// A station that is not connected shows a signal of 0 dBm and the address 0.0.0.0, which are no readings.
pub(super) fn station(status: &wifi::Status) -> WifiStatus {
    let connected = status.status.get().map(|state| *state == wifi::StationState::GotIp);
    let has_link = connected != Some(false);
    WifiStatus {
        connected,
        ssid: text(&status.ssid).filter(|ssid| !ssid.is_empty()),
        ip: text(&status.sta_ip).filter(|ip| has_link && !ip.is_empty()),
        ip6: words(&status.sta_ip6),
        rssi_dbm: status.rssi.copied().filter(|rssi| *rssi != 0),
        bssid: text(&status.bssid).filter(|bssid| !bssid.is_empty()),
        channel: status.channel.copied().filter(|channel| *channel != 0),
        clients: status.ap_client_count.copied(),
    }
}

pub(super) fn cable(status: &eth::Status) -> EthernetStatus {
    EthernetStatus { ip: text(&status.ip), ip6: words(&status.ip6) }
}

pub(super) fn connection(connected: &Field<bool>) -> ConnectionStatus {
    ConnectionStatus { connected: connected.copied() }
}

pub(super) fn bluetooth(status: &ble::Status) -> BluetoothStatus {
    let until = |window: &Field<ble::Window>| window.get().and_then(|window| end(&window.started_at, &window.duration));
    BluetoothStatus {
        address: text(&status.addr),
        pairing_until: until(&status.pairing),
        searching_until: until(&status.blutrv_assoc),
        flags: words(&status.flags),
    }
}

pub(super) fn matter(status: &matter::Status) -> MatterStatus {
    MatterStatus { fabrics: status.num_fabrics.copied(), commissionable: status.commissionable.copied() }
}

pub(super) fn zigbee(status: &zigbee::Status) -> ZigbeeStatus {
    ZigbeeStatus { state: word(&status.network_state) }
}

pub(super) fn modbus(status: &modbus::Status) -> ServerStatus {
    ServerStatus { enabled: status.enabled.copied() }
}

pub(super) fn script(status: &script::Status) -> ScriptStatus {
    ScriptStatus {
        running: status.running.copied(),
        errors: words(&status.errors),
        error_message: text(&status.error_msg),
        ram_used_bytes: status.mem_used.copied(),
        ram_peak_bytes: status.mem_peak.copied(),
        ram_free_bytes: status.mem_free.copied(),
        cpu_percent: status.cpu.copied(),
    }
}

pub(super) fn service(status: &service::Status) -> ServiceStatus {
    let memory = status.stats.get();
    ServiceStatus {
        state: word(&status.state),
        errors: words(&status.errors),
        error_message: text(&status.error_msg),
        flags: words(&status.flags),
        ram_used_bytes: memory.and_then(|memory| memory.mem.copied()),
        ram_peak_bytes: memory.and_then(|memory| memory.mem_peak.copied()),
    }
}
