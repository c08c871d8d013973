//! What is said about an event.

use serde_json::{Map, Value};
use shelly_types::{
    wire::{Wire, join},
    wire_object,
};

use super::EventName;
use crate::{components::wifi::StationState, methods::em::Rows};

wire_object! {
    /// Nothing but the instance.
    pub struct Plain {
        /// Instance of the component.
        pub id: u32,
    }

    /// A press of a button, or a turn of a dial.
    pub struct Press {
        /// Instance of the component.
        pub id: u32,
        /// Which button of a BTHome device.
        pub idx: u32,
        /// Channel that a BTHome remote is set to.
        pub channel: u32,
        /// What the BTHome device told beside it.
        pub sensors: Value,
    }

    /// Settings changed.
    pub struct Change {
        /// Instance of the component.
        pub id: u32,
        /// A setting waits for a restart.
        pub restart_required: bool,
        /// New revision of the configuration.
        pub cfg_rev: u64,
    }

    /// A dynamic component was made or removed.
    pub struct ComponentChange {
        /// Key of the component.
        pub target: String,
        /// A setting waits for a restart.
        pub restart_required: bool,
        /// New revision of the configuration.
        pub cfg_rev: u64,
    }

    /// Begin or end of an update.
    pub struct Message {
        /// Text for people.
        pub msg: String,
    }

    /// How far an update is.
    pub struct Progress {
        /// Text for people.
        pub msg: String,
        /// Percent.
        pub progress_percent: f64,
    }

    /// A restart.
    pub struct Restart {
        /// In that many milliseconds.
        pub time_ms: f64,
    }

    /// Something about the network.
    pub struct StationChange {
        /// State of the station.
        pub status: StationState,
        /// Network.
        pub ssid: String,
        /// Channel.
        pub channel: u32,
        /// Signal in dBm.
        pub rssi: i64,
        /// Address.
        pub sta_ip: String,
        /// Why it failed; the numbers are not documented.
        pub reason: i64,
    }

    /// A BLE device was paired or forgotten.
    pub struct Pairing {
        /// The device.
        pub info: Paired,
    }

    /// A paired BLE device.
    pub struct Paired {
        /// MAC address.
        pub addr: String,
        /// When it was paired, in Unix seconds.
        pub ctime: f64,
        /// When it was used last, in Unix seconds.
        pub atime: f64,
    }

    /// A BTHome device was found.
    pub struct Discovered {
        /// The device.
        pub device: BleDevice,
    }

    /// A BTHome device.
    pub struct BleDevice {
        /// MAC address.
        pub addr: String,
        /// Name it advertises.
        pub local_name: String,
        /// Signal in dBm.
        pub rssi: i64,
        /// What it tells about itself, in hexadecimal; the members are not documented.
        pub shelly_mfdata: Value,
    }

    /// The end of a search.
    pub struct Count {
        /// BTHome devices that were found.
        pub device_count: u64,
        /// DALI control gear that was found.
        pub cg_count: u64,
    }

    /// Records of an energy meter.
    pub struct Records {
        /// Instance of the component.
        pub id: u32,
        /// The records: one stretch of time, or a list.
        pub data: OneOrMore,
    }

    /// A message over LoRa.
    pub struct RadioMessage {
        /// Instance of the component.
        pub id: u32,
        /// Address of the sender.
        pub from: String,
        /// The message, base64.
        pub data: String,
        /// Signal in dBm.
        pub rssi: f64,
        /// Signal above the noise in decibels.
        pub snr: f64,
    }

    /// Where people are.
    pub struct Track {
        /// People; their members are not documented.
        pub object: Vec<Value>,
    }

    /// Who is in a zone.
    pub struct Objects {
        /// Instance of the component.
        pub id: u32,
        /// It is occupied.
        pub value: bool,
        /// Number of people.
        pub num_objects: u64,
        /// People; their members are not documented.
        pub object: Value,
    }

    /// An event that a script made.
    pub struct ScriptEvent {
        /// Instance of the script.
        pub id: u32,
        /// What the script says.
        pub data: Value,
    }
}

/// Stretches of records: documented as a list, sent alone by some firmware.
#[derive(Debug, Clone, PartialEq)]
pub enum OneOrMore {
    /// Alone.
    One(Box<Rows>),
    /// A list.
    More(Vec<Rows>),
}

impl Wire for OneOrMore {
    fn from_json(value: Value) -> Result<Self, Value> {
        if value.is_array() {
            Vec::from_json(value).map(Self::More)
        } else {
            Rows::from_json(value).map(|rows| Self::One(Box::new(rows)))
        }
    }

    fn to_json(&self) -> Value {
        match self {
            Self::One(rows) => rows.to_json(),
            Self::More(rows) => rows.to_json(),
        }
    }

    fn unknown(&self, at: &str, found: &mut dyn FnMut(&str, &Value)) {
        match self {
            Self::One(rows) => rows.unknown(at, found),
            Self::More(rows) => rows.unknown(at, found),
        }
    }
}

impl Records {
    /// The stretches of time.
    pub fn rows(&self) -> &[Rows] {
        match self.data.get() {
            Some(OneOrMore::One(rows)) => std::slice::from_ref(&**rows),
            Some(OneOrMore::More(rows)) => rows,
            None => &[],
        }
    }
}

/// Declares what is said about which events.
macro_rules! data {
    ($($(#[$doc:meta])* $variant:ident($type:ident) = $($name:ident)|+;)*) => {
        /// What is said about an event.
        #[derive(Debug, Clone, PartialEq)]
        #[non_exhaustive]
        pub enum EventData {
            $($(#[$doc])* $variant(Box<$type>),)*
            /// What a script says.
            Script(Box<ScriptEvent>),
            /// The members of an event that is not known here, as they came.
            Other(Map<String, Value>),
        }

        impl EventData {
            /// Reads what is said about an event. A script names its events itself.
            pub(super) fn read(component: &str, name: &EventName, members: Map<String, Value>) -> Self {
                let members = Value::Object(members);
                let read = if component.starts_with("script:") {
                    ScriptEvent::from_json(members).map(|data| Self::Script(Box::new(data)))
                } else {
                    match name {
                        $($(EventName::$name)|+ => $type::from_json(members).map(|data| Self::$variant(Box::new(data))),)*
                        EventName::Other(_) => Err(members),
                    }
                };
                read.unwrap_or_else(|members| match members {
                    Value::Object(members) => Self::Other(members),
                    _ => Self::Other(Map::new()),
                })
            }

            /// Writes it.
            pub(super) fn to_json(&self) -> Value {
                match self {
                    $(Self::$variant(data) => data.to_json(),)*
                    Self::Script(data) => data.to_json(),
                    Self::Other(members) => Value::Object(members.clone()),
                }
            }

            /// Calls `found` with every part that was kept without being understood.
            pub(super) fn unknown(&self, at: &str, found: &mut dyn FnMut(&str, &Value)) {
                match self {
                    $(Self::$variant(data) => data.unknown(at, found),)*
                    Self::Script(data) => data.unknown(at, found),
                    Self::Other(members) => {
                        for (name, value) in members {
                            found(&join(at, name), value);
                        }
                    }
                }
            }
        }
    };
}

data! {
    /// Nothing.
    Plain(Plain) = SystemButtonDown | SystemButtonUp | SystemButtonPush | Sleep | ProvisionPending | ProvisionConfirmed
        | ProvisionComplete | ProvisionLocked | AssociationsDone | SensorUpdate | NewObjects | ValueChange | StateChange
        | MediaReady | UploadComplete | UploadFailed | PingComplete | Receive | ReceivedStatus | ReceivedEvent | NoTrack;
    /// Which button.
    Press(Press) = ButtonDown | ButtonUp | SinglePush | DoublePush | TriplePush | LongPush | LongDoublePush
        | LongTriplePush | HoldPress | RotateLeft | RotateRight;
    /// The revision.
    Change(Change) = ConfigChanged;
    /// The component.
    ComponentChange(ComponentChange) = ComponentAdded | ComponentRemoved;
    /// A text.
    Message(Message) = OtaBegin | OtaSuccess | OtaError;
    /// How far it is.
    Progress(Progress) = OtaProgress;
    /// When.
    Restart(Restart) = ScheduledRestart;
    /// The network.
    Station(StationChange) = StationConnecting | StationConnected | StationIpAcquired | StationConnectFail
        | StationDisconnected;
    /// The device.
    Pairing(Pairing) = PairedDeviceAdded | PairedDeviceRemoved;
    /// The device.
    Discovered(Discovered) = DeviceDiscovered;
    /// How many were found.
    Count(Count) = DiscoveryDone | ScanComplete;
    /// The records.
    Records(Records) = Data;
    /// The message.
    RadioMessage(RadioMessage) = UserReceived;
    /// The people.
    Track(Track) = Track;
    /// Who is there.
    Objects(Objects) = Presence | Counter;
}
