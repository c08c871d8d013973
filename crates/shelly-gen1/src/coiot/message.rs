//! Reads and writes CoAP messages (RFC 7252), without any meaning of `CoIoT`.

use std::fmt;

use super::DecodeError;

/// Options that are read at most; devices send five.
const MAX_OPTIONS: usize = 32;

/// Begins the payload.
const PAYLOAD_MARKER: u8 = 0xFF;

/// How a message wants to be answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The receiver acknowledges it.
    Confirmable,
    /// Nobody acknowledges it; what devices send.
    NonConfirmable,
    /// Acknowledges a message of the same id.
    Acknowledgement,
    /// The receiver has no context for it.
    Reset,
}

impl Kind {
    fn from_bits(bits: u8) -> Self {
        match bits & 3 {
            0 => Self::Confirmable,
            1 => Self::NonConfirmable,
            2 => Self::Acknowledgement,
            _ => Self::Reset,
        }
    }

    fn bits(self) -> u8 {
        match self {
            Self::Confirmable => 0,
            Self::NonConfirmable => 1,
            Self::Acknowledgement => 2,
            Self::Reset => 3,
        }
    }
}

/// Code of a request or an answer.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Code(pub u8);

impl Code {
    /// 0.00, an acknowledgement without content.
    pub const EMPTY: Self = Self(0);
    /// 0.01, a question.
    pub const GET: Self = Self(1);
    /// 0.30, a status that nobody asked for; the vendor's own code.
    pub const PUBLISH: Self = Self(30);
    /// 2.05, an answer.
    pub const CONTENT: Self = Self(69);

    /// Whether it says that a request failed.
    pub fn is_error(self) -> bool {
        self.0 >> 5 >= 4
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:02}", self.0 >> 5, self.0 & 31)
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Code({self})")
    }
}

/// An option.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opt {
    /// Number.
    pub number: u16,
    /// Value.
    pub value: Vec<u8>,
}

/// A CoAP message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// How it wants to be answered.
    pub kind: Kind,
    /// What it is.
    pub code: Code,
    /// Number; an answer has that of its request.
    pub id: u16,
    /// Token, at most 8 bytes. Devices mishandle one that is not empty.
    pub token: Vec<u8>,
    /// Options; written in ascending order.
    pub options: Vec<Opt>,
    /// Payload.
    pub payload: Vec<u8>,
}

impl Message {
    /// Reads a datagram. A payload marker without payload is accepted, as one shipping client sends it.
    ///
    /// # Errors
    /// What is wrong with the bytes.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let [first, code, high, low, rest @ ..] = bytes else { return Err(DecodeError::Short { part: "header" }) };
        if first >> 6 != 1 {
            return Err(DecodeError::Version { version: first >> 6 });
        }
        let length = first & 15;
        if length > 8 {
            return Err(DecodeError::Token { length });
        }
        let (token, mut rest) =
            rest.split_at_checked(usize::from(length)).ok_or(DecodeError::Short { part: "token" })?;
        let mut options = Vec::new();
        let mut number = 0_u16;
        let payload = loop {
            match rest {
                [] => break Vec::new(),
                [PAYLOAD_MARKER, payload @ ..] => break payload.to_vec(),
                _ if options.len() == MAX_OPTIONS => return Err(DecodeError::TooManyOptions { limit: MAX_OPTIONS }),
                _ => {
                    let (option, after) = read_option(number, rest)?;
                    number = option.number;
                    options.push(option);
                    rest = after;
                }
            }
        };
        Ok(Self {
            kind: Kind::from_bits(first >> 4),
            code: Code(*code),
            id: u16::from_be_bytes([*high, *low]),
            token: token.to_vec(),
            options,
            payload,
        })
    }

    /// Writes the datagram. What does not fit (a token beyond 8 bytes, an option beyond 65804) is cut.
    pub fn encode(&self) -> Vec<u8> {
        let token = &self.token[..self.token.len().min(8)];
        let mut bytes = Vec::with_capacity(16 + self.payload.len());
        bytes.push(1 << 6 | self.kind.bits() << 4 | token.len().to_le_bytes()[0]);
        bytes.push(self.code.0);
        bytes.extend(self.id.to_be_bytes());
        bytes.extend(token);
        let mut options: Vec<&Opt> = self.options.iter().collect();
        options.sort_by_key(|option| option.number);
        let mut before = 0;
        for option in options {
            write_option(&mut bytes, option.number - before, &option.value);
            before = option.number;
        }
        if !self.payload.is_empty() {
            bytes.push(PAYLOAD_MARKER);
            bytes.extend(&self.payload);
        }
        bytes
    }

    /// The first option of this number.
    pub fn option(&self, number: u16) -> Option<&[u8]> {
        self.options.iter().find(|option| option.number == number).map(|option| option.value.as_slice())
    }
}

fn read_option(before: u16, bytes: &[u8]) -> Result<(Opt, &[u8]), DecodeError> {
    let (&head, rest) = bytes.split_first().ok_or(DecodeError::Short { part: "option" })?;
    let (delta, rest) = extended(head >> 4, rest)?;
    let (length, rest) = extended(head & 15, rest)?;
    let number = u32::from(before) + delta;
    let number = u16::try_from(number).map_err(|_| DecodeError::Option)?;
    let length = usize::try_from(length).map_err(|_| DecodeError::Option)?;
    let (value, rest) = rest.split_at_checked(length).ok_or(DecodeError::Short { part: "option" })?;
    Ok((Opt { number, value: value.to_vec() }, rest))
}

/// The number that a nibble and up to two bytes after it stand for.
fn extended(nibble: u8, bytes: &[u8]) -> Result<(u32, &[u8]), DecodeError> {
    match (nibble, bytes) {
        (0..=12, _) => Ok((u32::from(nibble), bytes)),
        (13, [byte, rest @ ..]) => Ok((u32::from(*byte) + 13, rest)),
        (14, [high, low, rest @ ..]) => Ok((u32::from(u16::from_be_bytes([*high, *low])) + 269, rest)),
        (13 | 14, _) => Err(DecodeError::Short { part: "option" }),
        _ => Err(DecodeError::Option),
    }
}

fn write_option(bytes: &mut Vec<u8>, delta: u16, value: &[u8]) {
    let value = &value[..value.len().min(usize::from(u16::MAX) + 269)];
    let (delta_nibble, delta_more) = nibble(usize::from(delta));
    let (length_nibble, length_more) = nibble(value.len());
    bytes.push(delta_nibble << 4 | length_nibble);
    bytes.extend(delta_more);
    bytes.extend(length_more);
    bytes.extend(value);
}

fn nibble(number: usize) -> (u8, Vec<u8>) {
    let bytes = |number: usize| number.to_le_bytes();
    match number {
        0..=12 => (bytes(number)[0], Vec::new()),
        13..=268 => (13, vec![bytes(number - 13)[0]]),
        _ => (14, vec![bytes(number - 269)[1], bytes(number - 269)[0]]),
    }
}
