//! Writes and reads the few CoAP packets CoIoT uses (`reference/gen1/coiot.json`, transport and options).

/// Code of a pushed status, not one of the standard's.
pub(crate) const PUSH: u8 = 30;
/// Code of an answer with content.
pub(crate) const CONTENT: u8 = 0x45;

const DEVICE_ID: u16 = 3332;
const VALIDITY: u16 = 3412;
const SERIAL: u16 = 3420;
const URI_PATH: u16 = 11;

/// How a message is to be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Wants an acknowledgement.
    Confirmable = 0,
    Plain = 1,
    Acknowledgement = 2,
}

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ask {
    /// `/cit/d`: what the device reports.
    Description,
    /// `/cit/s`: the status.
    Status,
}

/// A request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) ask: Ask,
    pub(crate) kind: Kind,
    pub(crate) message_id: u16,
}

/// What a message carries besides its payload.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Head<'a> {
    /// `<type>#<id>#<version>`.
    pub(crate) device: &'a str,
    /// How long the status holds, as [`validity`] writes it.
    pub(crate) validity: u16,
    pub(crate) serial: u16,
}

/// Reads a request; none for whatever else arrives. A request with a token is not understood, as on real devices.
pub(crate) fn read(bytes: &[u8]) -> Option<Request> {
    let [first, 1, high, low, rest @ ..] = bytes else { return None };
    let kind = match first >> 4 {
        0b0100 => Kind::Confirmable,
        0b0101 => Kind::Plain,
        _ => return None,
    };
    if first & 0x0f != 0 {
        return None;
    }
    let (mut rest, mut number, mut path) = (rest, 0_u32, Vec::new());
    while let [head, tail @ ..] = rest {
        if *head == 0xff {
            break;
        }
        let (delta, tail) = extended(head >> 4, tail)?;
        let (length, tail) = extended(head & 0x0f, tail)?;
        number += delta;
        let (value, tail) = tail.split_at_checked(usize::try_from(length).ok()?)?;
        if number == u32::from(URI_PATH) {
            path.push(value);
        }
        rest = tail;
    }
    let ask = match path.as_slice() {
        [b"cit", b"d"] => Ask::Description,
        [b"cit", b"s"] => Ask::Status,
        _ => return None,
    };
    Some(Request { ask, kind, message_id: u16::from_be_bytes([*high, *low]) })
}

fn extended(nibble: u8, rest: &[u8]) -> Option<(u32, &[u8])> {
    match (nibble, rest) {
        (0..=12, rest) => Some((nibble.into(), rest)),
        (13, [one, rest @ ..]) => Some((u32::from(*one) + 13, rest)),
        (14, [one, two, rest @ ..]) => Some((u32::from(u16::from_be_bytes([*one, *two])) + 269, rest)),
        _ => None,
    }
}

/// An answer to a request.
pub(crate) fn answer(request: Request, head: Head<'_>, payload: &str) -> Vec<u8> {
    let kind = if request.kind == Kind::Confirmable { Kind::Acknowledgement } else { Kind::Plain };
    let mut packet = begin(kind, CONTENT, request.message_id, payload);
    options(&mut packet, 0, head);
    end(packet, payload)
}

/// A status the device sends by itself.
pub(crate) fn push(message_id: u16, head: Head<'_>, payload: &str) -> Vec<u8> {
    let mut packet = begin(Kind::Plain, PUSH, message_id, payload);
    option(&mut packet, URI_PATH, b"cit");
    option(&mut packet, 0, b"s");
    options(&mut packet, URI_PATH, head);
    end(packet, payload)
}

fn begin(kind: Kind, code: u8, message_id: u16, payload: &str) -> Vec<u8> {
    let mut packet = Vec::with_capacity(payload.len() + 72);
    packet.extend([0x40 | (kind as u8) << 4, code]);
    packet.extend(message_id.to_be_bytes());
    packet
}

fn options(packet: &mut Vec<u8>, after: u16, head: Head<'_>) {
    option(packet, DEVICE_ID - after, head.device.as_bytes());
    option(packet, VALIDITY - DEVICE_ID, &head.validity.to_be_bytes());
    option(packet, SERIAL - VALIDITY, &head.serial.to_be_bytes());
}

fn end(mut packet: Vec<u8>, payload: &str) -> Vec<u8> {
    packet.push(0xff);
    packet.extend(payload.as_bytes());
    packet
}

/// Writes an option: distance to the number of the one before, value of less than 269 bytes.
fn option(packet: &mut Vec<u8>, delta: u16, value: &[u8]) {
    let length = u16::try_from(value.len()).unwrap_or(u16::MAX);
    let nibble = |number: u16| match number {
        0..13 => u8::try_from(number).unwrap_or(0),
        13..269 => 13,
        _ => 14,
    };
    packet.push(nibble(delta) << 4 | nibble(length));
    for number in [delta, length] {
        match number {
            0..13 => {}
            13..269 => packet.push(u8::try_from(number - 13).unwrap_or(u8::MAX)),
            _ => packet.extend((number - 269).to_be_bytes()),
        }
    }
    packet.extend(value);
}

/// How long a status holds: even numbers are tenths of seconds, odd ones units of four seconds.
pub(crate) fn validity(seconds: u32) -> u16 {
    match u16::try_from(seconds.saturating_mul(10)) {
        Ok(tenths) => tenths,
        Err(_) => u16::try_from(seconds / 4).unwrap_or(u16::MAX) | 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_request_of_a_shipping_client_is_read() {
        let bytes = b"\x50\x01\x00\x0a\xb3cit\x01d\xff\x00";
        let request = Request { ask: Ask::Description, kind: Kind::Plain, message_id: 10 };
        assert_eq!(read(bytes), Some(request));
        let mut token = bytes.to_vec();
        token[0] = 0x51;
        token.insert(4, 9);
        assert_eq!(read(&token), None, "tokens are not understood");
        for cut in 0..9 {
            assert_eq!(read(&bytes[..cut]), None);
        }
    }

    #[test]
    fn options_have_the_published_bytes() {
        let head = Head { device: "SHSW-25#A1B2C3D4E5F6#2", validity: validity(38), serial: 7 };
        let packet = push(1, head, "{}");
        let expected: &[u8] =
            b"\x50\x1e\x00\x01\xb3cit\x01s\xed\x0b\xec\x09SHSW-25#A1B2C3D4E5F6#2\xd2\x43\x01\x7c\x82\x00\x07\xff{}";
        assert_eq!(packet, expected);
        let request = Request { ask: Ask::Status, kind: Kind::Confirmable, message_id: 3 };
        let packet = answer(request, head, "{}");
        assert_eq!(packet[..7], *b"\x60\x45\x00\x03\xed\x0b\xf7");
    }

    proptest::proptest! {
        #[test]
        fn whatever_arrives_is_read_or_not(bytes: Vec<u8>, begin in 0..4_usize) {
            let _ = read(&bytes);
            let _ = read(&[&b"\x50\x01\x00\x0a\xb3cit\x01d\xff\x00"[..9 - begin], &bytes].concat());
        }

        #[test]
        fn what_is_sent_can_be_taken_apart(device in "[A-Z0-9#-]{0,260}", validity: u16, serial: u16, payload in ".{0,400}") {
            let packet = push(9, Head { device: &device, validity, serial }, &payload);
            let (mut rest, mut number, mut values) = (&packet[4..], 0, Vec::new());
            while rest[0] != 0xff {
                let (delta, tail) = extended(rest[0] >> 4, &rest[1..]).unwrap();
                let (length, tail) = extended(rest[0] & 15, tail).unwrap();
                let (value, tail) = tail.split_at(usize::try_from(length).unwrap());
                number += delta;
                values.push((number, value));
                rest = tail;
            }
            let expected: [(u32, &[u8]); 5] = [
                (11, b"cit"),
                (11, b"s"),
                (3332, device.as_bytes()),
                (3412, &validity.to_be_bytes()),
                (3420, &serial.to_be_bytes()),
            ];
            proptest::prop_assert_eq!(values, expected);
            proptest::prop_assert_eq!(&rest[1..], payload.as_bytes());
        }
    }

    #[test]
    fn long_validities_count_fours() {
        assert_eq!(validity(38), 380);
        assert_eq!(validity(86_400), 21_601);
    }
}
