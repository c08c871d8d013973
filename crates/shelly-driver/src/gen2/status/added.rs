//! What is added at run time: virtual components, Bluetooth devices and their sensors.

use shelly_gen2_rpc::components::{ComponentStatus as Wire, bthome, bthomecontrol, bthomedevice};
use shelly_types::{
    status::{BluetoothDeviceStatus, BluetoothReceiverStatus, RemoteControlStatus, ValueReading, ValueStatus},
    wire::{Field, Wire as Payload},
};

use super::{end, stamp, text, word, words};

/// What all virtual components have in common, which is declared for each kind of its own.
macro_rules! virtual_value {
    ($status:expr) => {
        ValueStatus {
            value: plain(&$status.value),
            source: text(&$status.source),
            updated_at: stamp(&$status.last_update_ts),
        }
    };
}

/// The value of a component that has one.
pub(super) fn value(component: &Wire) -> Option<ValueStatus> {
    Some(match component {
        Wire::Boolean(status) => virtual_value!(status),
        Wire::Number(status) => virtual_value!(status),
        Wire::Text(status) => virtual_value!(status),
        Wire::Enumeration(status) => virtual_value!(status),
        Wire::Group(status) => virtual_value!(status),
        Wire::Object(status) => virtual_value!(status),
        Wire::BtHomeSensor(status) => {
            ValueStatus { value: plain(&status.value), source: None, updated_at: stamp(&status.last_updated_ts) }
        }
        _ => return None,
    })
}

fn plain<T: Payload>(value: &Field<T>) -> Option<ValueReading> {
    ValueReading::from_json(value.get()?.to_json())
}

pub(super) fn receiver(status: &bthome::Status) -> BluetoothReceiverStatus {
    let discovery = status.discovery.get();
    BluetoothReceiverStatus {
        searching_until: discovery.and_then(|discovery| end(&discovery.started_at, &discovery.duration)),
        errors: words(&status.errors),
    }
}

pub(super) fn bluetooth_device(status: &bthomedevice::Status) -> BluetoothDeviceStatus {
    BluetoothDeviceStatus { errors: words(&status.errors), ..radio!(status, last_updated_ts) }
}

pub(super) fn remote_control(status: &bthomecontrol::Status) -> RemoteControlStatus {
    let learning = status.learning.get();
    RemoteControlStatus {
        learning: learning.and_then(|learning| word(&learning.stage)),
        learning_error: learning.and_then(|learning| text(&learning.err.get()?.msg)),
    }
}
