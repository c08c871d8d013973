//! Other networks: Matter, Modbus, KNX, Zigbee, LoRa, serial line.

use super::prelude::*;

block! {
    /// Matter.
    pub struct Matter {
        /// Use it.
        enable: bool = flag().restart(AsToldByDevice).risk(Risk::Integration),
        /// Presence sensor as Matter shows it.
        presence: MatterPresence,
    }

    /// Presence sensor as Matter shows it.
    pub struct MatterPresence {
        /// Zones shown.
        zones: f64 = number().min(0.0),
    }

    /// Modbus over TCP.
    pub struct Modbus {
        /// Serve it.
        enable: bool = flag().restart(AsToldByDevice).risk(Risk::Integration),
    }

    /// KNX.
    pub struct Knx {
        /// Use it.
        enable: bool = flag().restart(AsToldByDevice).risk(Risk::Integration),
        /// Own address, area.line.device.
        ia: String = text(0).restart(AsToldByDevice).risk(Risk::Integration),
        /// KNX over IP.
        routing: KnxRouting,
    }

    /// KNX over IP.
    pub struct KnxRouting {
        /// Group address and port.
        addr: String = text(0).restart(AsToldByDevice).risk(Risk::Integration),
    }

    /// Zigbee.
    pub struct Zigbee {
        /// Use it.
        enable: bool = flag().restart(AsToldByDevice).risk(Risk::Integration),
    }

    /// Quick setup by the phone.
    pub struct Ffs {
        /// Offer it.
        enable: bool = flag(),
    }

    /// LoRa radio.
    pub struct LoRa {
        /// Frequencies of the region.
        band_plan: String = choice(&["EU868", "US915", "BR915-928", "AU915-928"]).risk(Risk::Integration),
        /// Frequency.
        freq: f64 = number().min(0.0).unit(Unit::Hertz).risk(Risk::Integration),
        /// Bandwidth.
        bw: f64 = number().risk(Risk::Integration),
        /// Spreading factor.
        dr: i64 = integer().range(7.0, 12.0).risk(Risk::Integration),
        /// Coding rate, 5 for 4/5 to 8 for 4/8.
        cr: i64 = integer().range(5.0, 8.0).risk(Risk::Integration),
        /// Length of the preamble.
        plen: f64 = number().risk(Risk::Integration),
        /// Power.
        txp: f64 = number().unit(Unit::DecibelMilliwatts).risk(Risk::Integration),
        /// Listen.
        rx_enable: bool = flag().risk(Risk::Integration),
        /// Change of frequency.
        fh: LoRaHopping,
    }

    /// Change of frequency.
    pub struct LoRaHopping {
        /// Do so.
        enable: bool = flag().risk(Risk::Integration),
        /// Frequencies.
        freqs: Vec<SettingValue> = list().risk(Risk::Integration),
    }

    /// Local network of LoRa devices.
    pub struct Lnm {
        /// Own address.
        addr: String = text(0).risk(Risk::Integration),
        /// Take RPC.
        rpc_enable: bool = flag().risk(Risk::Integration),
        /// Sending.
        tx: LnmSend,
        /// Receiving.
        rx: LnmReceive,
    }

    /// Sending.
    pub struct LnmSend {
        /// Send.
        enable: bool = flag().risk(Risk::Integration),
        /// Components whose status is sent.
        components: Vec<SettingValue> = list().risk(Risk::Integration),
    }

    /// Receiving.
    pub struct LnmReceive {
        /// Listen.
        enable: bool = flag().risk(Risk::Integration),
    }

    /// Link to another device over LoRa.
    pub struct SheLr {
        /// Name shown to people.
        name: String = text(64).nullable(),
        /// Address on the air; null for none.
        addr: String = text(0).nullable().risk(Risk::Integration),
        /// Key that is used to send, 1 to 3.
        tx_key_id: i64 = integer().range(1.0, 3.0).risk(Risk::Integration),
        /// The first key is set.
        key1: bool = flag().read_only(),
        /// The second key is set.
        key2: bool = flag().read_only(),
        /// The third key is set.
        key3: bool = flag().read_only(),
        /// What is taken from others: `rpc`, `user`; null for nothing.
        accept: Vec<SettingValue> = list().nullable().risk(Risk::Integration),
    }

    /// Serial line.
    pub struct Serial {
        /// Who uses it.
        mode: String = choice(&["disabled", "jsuart", "mb_server", "mb_client"]).restart(AsToldByDevice),
        /// Speed and format.
        serial: SerialLine,
        /// Modbus server on the line.
        mb_server: SerialServer,
        /// Modbus devices the client asks.
        mb_client: String = document().restart(AsToldByDevice),
    }

    /// Speed and format of the serial line.
    pub struct SerialLine {
        /// Bits a second.
        baud: f64 = number().min(0.0),
        /// Data bits, parity, stop bits: `8N1`.
        format: String = text(0),
        /// Half duplex.
        hd: bool = flag(),
        /// Driver enable is active low.
        de_al: bool = flag(),
    }

    /// Modbus server on the line.
    pub struct SerialServer {
        /// Own address.
        addr: i64 = integer().range(1.0, 247.0),
    }
}
