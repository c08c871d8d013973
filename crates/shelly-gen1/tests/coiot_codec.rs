//! Datagrams survive writing and reading, and no bytes make the reader panic (A5).

use proptest::prelude::*;
use serde_json::{Map, Value, json};
use shelly_gen1::coiot::{
    Body, Code, DecodeError, Description, DeviceTag, Kind, Message, Opt, Packet, Resource, Sample, Serial, Status,
    Validity, Version, exercise,
};
use shelly_types::{Model, wire::Wire};

fn kinds() -> impl Strategy<Value = Kind> {
    prop_oneof![Just(Kind::Confirmable), Just(Kind::NonConfirmable), Just(Kind::Acknowledgement), Just(Kind::Reset)]
}

fn messages() -> impl Strategy<Value = Message> {
    let option = (any::<u16>(), prop::collection::vec(any::<u8>(), 0..300));
    let options = prop::collection::vec(option.prop_map(|(number, value)| Opt { number, value }), 0..8);
    let bytes = |most| prop::collection::vec(any::<u8>(), 0..most);
    (kinds(), any::<u8>(), any::<u16>(), bytes(9), options, bytes(600)).prop_map(
        |(kind, code, id, token, mut options, payload)| {
            options.sort_by_key(|option| option.number);
            Message { kind, code: Code(code), id, token, options, payload }
        },
    )
}

fn values() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<i32>().prop_map(Value::from),
        (-1e6..1e6_f64).prop_map(Value::from),
        ".{0,20}".prop_map(Value::from),
        Just(Value::Null),
        prop::collection::vec("[a-z]{0,8}", 0..4).prop_map(Value::from),
    ]
}

fn bodies() -> impl Strategy<Value = (Code, Body)> {
    let sample = (any::<u32>(), any::<u16>(), values());
    let samples = prop::collection::vec(sample.prop_map(|(channel, id, value)| Sample { channel, id, value }), 0..30);
    let status = samples.prop_map(|samples| Status { samples, odd: vec![json!([0, "x"])], extra: Map::new() });
    let sensor = (any::<u16>(), ".{0,12}", any::<u32>())
        .prop_map(|(id, name, block)| json!({"I": id, "T": "S", "D": name, "R": ["0/1", "-1"], "L": block}));
    let description = prop::collection::vec(sensor, 0..20).prop_map(|sensors| {
        Description::from_json(json!({"blk": [{"I": 1, "D": "relay_0"}], "sen": sensors})).expect("an object")
    });
    prop_oneof![
        status.prop_flat_map(|status| prop_oneof![Just(Code::PUBLISH), Just(Code::CONTENT)]
            .prop_map(move |code| (code, Body::Status(status.clone())))),
        description.prop_map(|description| (Code::CONTENT, Body::Description(description))),
        prop_oneof![Just(Resource::Description), Just(Resource::Status)]
            .prop_map(|resource| (Code::GET, Body::Get(resource))),
        prop::collection::vec(any::<u8>(), 0..20)
            .prop_map(|payload| (Code(132), Body::Other { options: Vec::new(), payload })),
    ]
}

fn packets() -> impl Strategy<Value = Packet> {
    let tag = ("[A-Z0-9-]{1,10}", "[0-9A-F]{6,12}", any::<bool>()).prop_map(|(model, id, second)| DeviceTag {
        model: Model::new(&model),
        id,
        version: if second { Version::V2 } else { Version::V1 },
    });
    let head = (kinds(), any::<u16>(), prop::option::of(tag));
    (head, prop::option::of(any::<u16>()), prop::option::of(any::<u16>()), bodies()).prop_map(
        |((kind, message_id, device), validity, serial, (code, body))| Packet {
            kind,
            code,
            message_id,
            token: Vec::new(),
            device,
            validity: validity.map(Validity),
            serial: serial.map(Serial),
            body,
        },
    )
}

proptest! {
    #[test]
    fn messages_survive(message in messages()) {
        prop_assert_eq!(Message::decode(&message.encode()).expect("own message"), message);
    }

    #[test]
    fn packets_survive(packet in packets()) {
        prop_assert_eq!(Packet::decode(&packet.encode()).expect("own packet"), packet);
    }

    #[test]
    fn no_bytes_are_too_odd(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        exercise(&bytes);
    }

    /// Nearly right bytes reach deeper than random ones.
    #[test]
    fn no_damage_is_too_odd(packet in packets(), at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<prop::sample::Index>()) {
        let mut bytes = packet.encode();
        let place = at.index(bytes.len());
        bytes[place] = byte;
        bytes.truncate(cut.index(bytes.len()) + 1);
        exercise(&bytes);
    }
}

/// The question that a shipping client sends (reference/gen1/coiot.json), with its empty payload of one zero byte.
#[test]
fn the_question_of_another_client_is_understood() {
    let bytes = [0x50, 0x01, 0x00, 0x0a, 0xb3, 0x63, 0x69, 0x74, 0x01, 0x64, 0xff, 0x00];
    let packet = Packet::decode(&bytes).unwrap();
    assert_eq!((packet.kind, packet.message_id), (Kind::NonConfirmable, 10));
    assert_eq!(packet.body, Body::Get(Resource::Description));
    assert_eq!(Packet::get(Resource::Description, 10).encode(), bytes[..10]);
}

/// Options of the vendor are encoded as the reference computes them.
#[test]
fn options_have_the_documented_bytes() {
    let tag = DeviceTag::parse("SHSW-25#A1B2C3D4E5F6#2");
    let status = Packet {
        device: tag,
        serial: Some(Serial(7)),
        validity: Some(Validity(150)),
        ..Packet::status(Status::default())
    };
    let bytes = status.encode();
    assert_eq!(bytes[..4], [0x50, 30, 0, 0]);
    assert_eq!(bytes[4..10], [0xb3, b'c', b'i', b't', 0x01, b's']);
    assert_eq!(bytes[10..14], [0xed, 0x0b, 0xec, 9]);
    assert_eq!(&bytes[14..36], b"SHSW-25#A1B2C3D4E5F6#2");
    assert_eq!(bytes[36..43], [0xd2, 0x43, 0, 150, 0x82, 0, 7]);
    assert_eq!(&bytes[43..], b"\xff{\"G\":[]}");
    let mac = status.device.as_ref().and_then(DeviceTag::mac).unwrap();
    assert!(status.device.unwrap().is_of(mac));
}

#[test]
fn what_is_wrong_is_named() {
    let named = |bytes: &[u8]| Message::decode(bytes).unwrap_err();
    assert!(matches!(named(&[0x50, 1]), DecodeError::Short { part: "header" }));
    assert!(matches!(named(&[0x90, 1, 0, 1]), DecodeError::Version { version: 2 }));
    assert!(matches!(named(&[0x59, 1, 0, 1]), DecodeError::Token { length: 9 }));
    assert!(matches!(named(&[0x54, 1, 0, 1, 9]), DecodeError::Short { part: "token" }));
    assert!(matches!(named(&[0x50, 1, 0, 1, 0xb3, 1]), DecodeError::Short { part: "option" }));
    assert!(matches!(named(&[0x50, 1, 0, 1, 0xf0]), DecodeError::Option));
    let error = Packet::decode(&[0x50, 30, 0, 1, 0xff, b'{']).unwrap_err();
    assert!(matches!(error, DecodeError::Payload { .. }), "{error}");
    assert!(DeviceTag::parse("SHSW-1#A1#3").is_none() && DeviceTag::parse("SHSW-1").is_none());
}
