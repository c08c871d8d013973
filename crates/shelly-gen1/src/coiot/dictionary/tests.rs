//! Statuses of several models are read, with and without a description.

use serde_json::json;
use shelly_types::wire::Wire;

use super::*;
use crate::{
    coiot::tables::Row,
    reading::{Presses, Unit},
};

fn status(rows: &Json) -> Status {
    Status::from_json(json!({ "G": rows })).unwrap()
}

fn shown(dictionary: &Dictionary, rows: &Json, mode: Option<&str>) -> Vec<String> {
    let status = status(rows);
    let text = |reading: Reading| match reading.meaning {
        Some(meaning) => format!("{meaning} = {}", reading.value),
        None => format!("{} = {}", reading.id, reading.value),
    };
    dictionary.readings(&status, mode).map(text).collect()
}

/// A5: one id, three meanings.
#[test]
fn ids_are_not_global() {
    let meaning = |model: &str| Dictionary::of_model(model, Version::V2).meaning(3104, None).unwrap();
    assert_eq!(meaning("SHTRV-01").quantity, Quantity::TargetTemperature);
    assert_eq!(meaning("SHTRV-01").unit, Some(Unit::Fahrenheit));
    assert_eq!(meaning("SHPLG-S").quantity, Quantity::DeviceTemperature);
    let motion = |model: &str| Dictionary::of_model(model, Version::V2).meaning(3119, None).unwrap().quantity;
    assert_eq!(motion("SHMOS-01"), Quantity::MotionTime);
    assert_eq!(motion("SHDW-2"), Quantity::OpenChanged);
    let old = |model: &str| Dictionary::of_model(model, Version::V1).meaning(119, None).unwrap().quantity;
    assert_eq!(old("SHSW-1"), Quantity::Temperature);
    assert_eq!(old("SHIX3-1"), Quantity::InputEvent);
}

#[test]
fn the_mode_decides_where_tables_disagree() {
    let old = Dictionary::of_model("SHRGBW2", Version::V1);
    assert_eq!(old.meaning(151, Some("color")).unwrap().quantity, Quantity::Gain);
    assert_eq!(old.meaning(151, Some("white")).unwrap().quantity, Quantity::Output);
    assert_eq!(old.meaning(151, None), None);
    assert_eq!(old.meaning(118, None).unwrap().component, Component::Input(0));
    let new = Dictionary::of_model("SHRGBW2", Version::V2);
    let rows = json!([[0, 9101, "white"], [0, 1301, 1], [0, 5301, 40], [0, 5105, 3]]);
    assert_eq!(
        shown(&new, &rows, None),
        ["device mode = white", "light 2 output = yes", "light 2 brightness [%] = 40", "5105 = 3"]
    );
}

#[test]
fn markers_mean_no_value() {
    let sensor = Dictionary::of_model("SHDW-2", Version::V2);
    let rows =
        json!([[0, 3101, 999], [0, 3109, -1], [0, 3110, "unknown"], [0, 9102, ["sensor", "battery"]], [0, 7, 1]]);
    assert_eq!(
        shown(&sensor, &rows, None),
        [
            "sensor 0 temperature [C] = missing",
            "sensor 0 tilt [deg] = missing",
            "sensor 0 illumination = missing",
            "device wake_reasons = sensor, battery",
            "7 = 1",
        ]
    );
    let roller = Dictionary::of_model("SHSW-25", Version::V2);
    assert_eq!(
        shown(&roller, &json!([[0, 1103, 101], [0, 1102, "stop"], [0, 9101, "roller"]]), None)[..2],
        ["roller 0 position [%] = missing", "roller 0 movement = stop"]
    );
    // Returned power of one watt is a value.
    let meter = Dictionary::of_model("SHEM-3", Version::V2);
    assert_eq!(shown(&meter, &json!([[0, 4205, -1]]), None), ["emeter 1 power [W] = -1"]);
}

#[test]
fn the_own_description_comes_first() {
    let description = Description::from_json(json!({
        "blk": [{"I": 0, "D": "Dimmer"}, {"I": 1, "D": "Sensors"}],
        "sen": [
            {"I": 111, "T": "S", "D": "Brightness", "R": "0/100", "L": 0},
            {"I": 131, "T": "S", "D": "Input", "R": "0(off)/1(on)/2(longpush)", "L": 0},
            {"I": 141, "T": "S", "D": "Input", "R": "0(off)/1(on)/2(longpush)", "L": 0},
            {"I": 312, "T": "T", "D": "Temperature F", "R": "-40/300", "L": 0},
            {"I": 119, "T": "T", "D": "External temperature C", "R": ["-55/125", "999"], "L": 1},
            {"I": 129, "T": "T", "D": "External temperature C", "R": ["-55/125", "999"], "L": [1]},
            {"I": 900, "T": "S", "D": "Novelty", "R": "0/1", "L": 0},
        ],
    }));
    let dictionary = Dictionary::of_model("SHDM-2", Version::V1).with_description(&description.unwrap());
    let rows = json!([
        [0, 111, 40],
        [0, 131, 2],
        [0, 141, 0],
        [0, 312, 87.3],
        [0, 119, 20.5],
        [0, 129, 999],
        [0, 900, 1],
        [0, 121, 1]
    ]);
    assert_eq!(
        shown(&dictionary, &rows, None),
        [
            "light 0 brightness [%] = 40",
            "input 0 input = yes",
            "input 1 input = no",
            "device device_temperature [F] = 87.3",
            "sensor 0 temperature [C] = 20.5",
            "sensor 1 temperature [C] = missing",
            "900 = 1",
            "light 0 output = yes",
        ]
    );
}

#[test]
fn pushes_are_seen_once() {
    let dictionary = Dictionary::of_model("SHIX3-1", Version::V2);
    let mut presses = Presses::default();
    let mut push = |count: u32, event: &str| {
        let status = status(&json!([[0, 2202, event], [0, 2203, count], [0, 2101, 1]]));
        let readings: Vec<Reading> = dictionary.readings(&status, None).collect();
        let told = pushes(&readings);
        assert_eq!(told.len(), 1);
        presses.judge(&told[0], false)
    };
    assert_eq!(push(0, ""), None);
    let pressed = push(1, "SSS").unwrap();
    assert_eq!((pressed.input, pressed.press), (1, Press::Triple));
    assert_eq!(push(1, "SSS"), None);
}

#[test]
fn no_table_contradicts_itself() {
    let models = ["SHSW-1", "SHSW-PM", "SHSW-L", "SHSW-21", "SHSW-25", "SHEM", "SHRGBW2", "SHCB-1", "SHTRV-01"];
    for (model, version) in models.iter().flat_map(|model| [(model, Version::V1), (model, Version::V2)]) {
        for table in tables::of(model, version) {
            let mut ids: Vec<u16> = table.rows.iter().map(|row: &Row| row.id).collect();
            ids.sort_unstable();
            ids.dedup();
            assert_eq!(ids.len(), table.rows.len(), "{model} {version:?}");
        }
    }
}
