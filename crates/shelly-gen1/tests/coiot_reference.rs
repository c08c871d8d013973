//! The tables of ids are those of the reference, and captured descriptions and statuses are understood (A5).

#[path = "support/captures.rs"]
mod captures;
#[path = "support/folder.rs"]
mod folder;
#[path = "support/reference.rs"]
mod reference;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use shelly_gen1::{
    coiot::{Body, Description, Dictionary, Packet, Reading, Status, Version},
    reading::{Component, Quantity},
};
use shelly_types::wire::{Wire, difference};

/// A page of the reference as the device would describe itself.
fn description(page: &Value) -> Description {
    let blocks = page["blocks"].as_object().expect("blocks");
    let block = |name: &Value| {
        let found = blocks.iter().find(|(_, block)| *block == name);
        found.map_or(0, |(id, _)| id.parse::<u32>().expect("a number"))
    };
    let sensors = page["sensors"].as_object().expect("sensors").iter().map(|(id, sensor)| {
        let invalid = sensor["invalid"].as_str().map(|marker| if marker.starts_with('(') { "" } else { marker });
        let range = invalid.map_or_else(|| sensor["range"].clone(), |marker| json!([sensor["range"], marker]));
        let id: u16 = id.parse().expect("a number");
        json!({"I": id, "T": sensor["type"], "D": sensor["desc"], "U": sensor["unit"], "R": range,
            "L": block(&sensor["block"])})
    });
    let blocks = blocks.iter().map(|(id, name)| json!({"I": id.parse::<u32>().expect("a number"), "D": name}));
    let whole = json!({"blk": blocks.collect::<Vec<_>>(), "sen": sensors.collect::<Vec<_>>()});
    Description::from_json(whole).expect("an object")
}

#[test]
fn every_described_reading_is_in_the_table_of_its_model() {
    let Some(reference) = reference::reference("coiot.json") else { return };
    for (name, page) in reference["devices_v2"].as_object().expect("devices") {
        let (model, mode) = name.split_once('/').map_or((name.as_str(), None), |(model, mode)| (model, Some(mode)));
        let own = Dictionary::default().with_description(&description(page));
        let table = Dictionary::of_model(model, Version::V2);
        for id in page["sensors"].as_object().expect("sensors").keys() {
            let number: u16 = id.parse().expect("a number");
            let told = own.meaning(number, mode);
            assert!(told.is_some(), "{name} {id} is not understood");
            assert_eq!(table.meaning(number, mode), told, "{name} {id}");
            // The markers are those of the reference too.
            if let Some(marker) = page["sensors"][id]["invalid"].as_str().filter(|marker| !marker.starts_with('(')) {
                let value = marker.parse::<i64>().map_or_else(|_| json!(marker), |number| json!(number));
                let status = Status::from_json(json!({"G": [[0, number, value]]})).expect("a status");
                let read: Vec<Reading> = table.readings(&status, mode).collect();
                assert_eq!(read[0].value.to_string(), "missing", "{name} {id}");
            }
        }
    }
}

/// The quantity and number that a client's name for a reading stands for.
fn named(name: &str) -> (Quantity, u8) {
    let word = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let quantity = match word {
        "relay" | "switch" => Quantity::Output,
        "input" => Quantity::Input,
        "inputEvent" => Quantity::InputEvent,
        "inputEventCounter" => Quantity::InputEventCount,
        "externalTemperature" | "temperature" => Quantity::Temperature,
        "externalHumidity" | "humidity" => Quantity::Humidity,
        "deviceTemperature" => Quantity::DeviceTemperature,
        "overTemperature" => Quantity::Overtemperature,
        "power" => Quantity::Power,
        "energyCounter" => Quantity::Energy,
        "powerFactor" => Quantity::PowerFactor,
        "current" => Quantity::Current,
        "voltage" => Quantity::Voltage,
        "overPower" => Quantity::Overpower,
        "overPowerValue" => Quantity::OverpowerValue,
        "rollerPosition" => Quantity::Position,
        "rollerState" => Quantity::Movement,
        "rollerStopReason" => Quantity::StopReason,
        "totalWorkTime" => Quantity::TotalWorkTime,
        "red" => Quantity::Red,
        "green" => Quantity::Green,
        "blue" => Quantity::Blue,
        "white" => Quantity::White,
        "gain" => Quantity::Gain,
        "brightness" => Quantity::Brightness,
        "colorTemperature" => Quantity::ColorTemperature,
        "battery" => Quantity::Battery,
        "charging" => Quantity::Charger,
        "state" => Quantity::Open,
        "illuminance" => Quantity::Illuminance,
        "illuminanceLevel" => Quantity::Illumination,
        "tilt" => Quantity::Tilt,
        "vibration" => Quantity::Vibration,
        "motion" => Quantity::Motion,
        "flood" => Quantity::Flood,
        "smoke" => Quantity::Smoke,
        "gas" => Quantity::GasAlarm,
        "concentration" => Quantity::GasConcentration,
        "sensorOperation" => Quantity::GasOperation,
        "selfTest" => Quantity::SelfTest,
        "mode" => Quantity::Mode,
        "loadError" => Quantity::LoadError,
        "sensorError" => Quantity::SensorError,
        "wakeUpEvent" => Quantity::WakeReasons,
        _ => panic!("{name} is a new name"),
    };
    (quantity, name[word.len()..].parse().unwrap_or(0))
}

#[test]
fn every_id_of_a_client_table_is_known() {
    let Some(reference) = reference::reference("coiot.json") else { return };
    for (part, version) in [("devices_v1", Version::V1), ("devices_v2_from_client_only", Version::V2)] {
        for (model, page) in reference[part].as_object().expect("devices") {
            let table = Dictionary::of_model(model, version);
            for (id, name) in page["ids"].as_object().expect("ids") {
                let (id, mode) = id.split_once('@').map_or((id.as_str(), None), |(id, mode)| (id, Some(mode)));
                let meaning = table.meaning(id.parse().expect("a number"), mode);
                let meaning = meaning.unwrap_or_else(|| panic!("{model} {version:?} {id} has no meaning"));
                let (quantity, number) = named(name.as_str().expect("a name"));
                let minute = version == Version::V1 && quantity == Quantity::Energy;
                let expected = if minute { Quantity::EnergyMinute1 } else { quantity };
                assert_eq!(meaning.quantity, expected, "{model} {version:?} {id}");
                assert_eq!(meaning.component.number().unwrap_or(0), number, "{model} {version:?} {id}");
            }
        }
    }
}

#[test]
fn captured_descriptions_and_statuses_are_understood() {
    let (mut described, mut told) = (0, 0);
    for (file, capture) in captures::captures() {
        let model = capture["model"].as_str().unwrap_or_default();
        let endpoints = capture["endpoints"].as_object().expect("endpoints");
        let of =
            |kind: &'static str| endpoints.iter().filter(move |(name, _)| name.contains(kind)).map(|(_, json)| json);
        let mut own = Dictionary::default();
        for json in of(":/cit/d").filter(|json| json.get("sen").is_some()) {
            let description = Description::from_json(json.clone()).expect("an object");
            assert_eq!(difference(json, &description.to_json()), None, "{file}");
            description.unknown("", &mut |path, value| panic!("{file} {path} {value}"));
            own = own.with_description(&description);
            for sensor in description.sensors.get().expect("sensors") {
                assert!(own.meaning(sensor.id.copied().expect("an id"), None).is_some(), "{file} {sensor:?}");
                described += 1;
            }
        }
        for json in of("coap:/cit/s").filter(|json| json.get("G").is_some()) {
            let status = Status::from_json(json.clone()).expect("a status");
            assert_eq!(difference(json, &status.to_json()), None, "{file}");
            assert!(status.odd.is_empty() && status.extra.is_empty(), "{file}");
            let old = status.samples.iter().all(|sample| sample.id < 1000);
            let table = Dictionary::of_model(model, if old { Version::V1 } else { Version::V2 });
            let dictionary = if own.is_empty() { &table } else { &own };
            for reading in dictionary.readings(&status, capture["profile"].as_str()) {
                assert!(reading.meaning.is_some(), "{file} {reading:?}");
                told += 1;
            }
        }
    }
    if described > 0 {
        assert!(described > 200 && told > 200, "{described} {told}");
    }
}

#[test]
fn captured_datagrams_are_read() {
    for (file, capture) in captures::captures() {
        for (name, json) in capture["endpoints"].as_object().expect("endpoints") {
            if !name.starts_with("coap-packet:") {
                continue;
            }
            let bytes = STANDARD.decode(json["_raw_base64"].as_str().expect("bytes")).expect("base64");
            let packet = Packet::decode(&bytes).unwrap_or_else(|error| panic!("{file}: {error}"));
            let device = packet.device.clone().expect("a sender");
            assert_eq!(device.model.code(), capture["model"], "{file}");
            assert_eq!(device.version, Version::V1);
            match &packet.body {
                Body::Status(status) => {
                    assert!(packet.serial.is_some() && packet.validity.is_some());
                    let dictionary = Dictionary::of_device(&device);
                    let roller: Vec<_> = dictionary.readings(status, Some("roller")).collect();
                    let position = roller.iter().find(|reading| reading.id == 113).expect("a position");
                    assert_eq!(position.meaning.map(|meaning| meaning.component), Some(Component::Roller(0)));
                    assert_eq!(position.value.as_number(), Some(100.0));
                }
                Body::Description(description) => assert_eq!(description.sensors.get().map(Vec::len), Some(2)),
                other => panic!("{file}: {other:?}"),
            }
            let again = Packet::decode(&packet.encode()).expect("own datagram");
            assert_eq!(again, packet, "{file}");
        }
    }
}
