//! A `CoIoT` datagram: who sends, how long it holds, what it says.

use std::fmt;

use serde_json::Value;
use shelly_types::wire::Wire;

use super::{
    Code, DecodeError, Description, DeviceTag, Dictionary, Kind, Message, Opt, Serial, Status, Validity, pushes, repair,
};

const URI_PATH: u16 = 11;
const DEVICE: u16 = 3332;
const VALIDITY: u16 = 3412;
const SERIAL: u16 = 3420;

/// What a device can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Resource {
    /// `/cit/d`.
    Description,
    /// `/cit/s`.
    Status,
}

impl Resource {
    fn segment(self) -> &'static str {
        match self {
            Self::Description => "d",
            Self::Status => "s",
        }
    }
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "/cit/{}", self.segment())
    }
}

/// What a datagram says.
#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    /// Readings.
    Status(Status),
    /// Which readings there are.
    Description(Description),
    /// A question.
    Get(Resource),
    /// Something else: an acknowledgement, an error, another resource; options and payload as they came.
    Other {
        /// Options beside 3332, 3412 and 3420.
        options: Vec<Opt>,
        /// Payload.
        payload: Vec<u8>,
    },
}

/// A `CoIoT` datagram.
#[derive(Debug, Clone, PartialEq)]
pub struct Packet {
    /// How it wants to be answered.
    pub kind: Kind,
    /// What it is.
    pub code: Code,
    /// Number of the datagram; an answer has that of its question.
    pub message_id: u16,
    /// Token; empty, since devices mishandle others.
    pub token: Vec<u8>,
    /// Sender.
    pub device: Option<DeviceTag>,
    /// How long it holds.
    pub validity: Option<Validity>,
    /// Number of the content.
    pub serial: Option<Serial>,
    /// Content.
    pub body: Body,
}

impl Packet {
    /// A status that nobody asked for.
    pub fn status(status: Status) -> Self {
        Self::new(Kind::NonConfirmable, Code::PUBLISH, 0, Body::Status(status))
    }

    /// A question.
    pub fn get(resource: Resource, message_id: u16) -> Self {
        Self::new(Kind::NonConfirmable, Code::GET, message_id, Body::Get(resource))
    }

    /// The answer to this datagram, which is a question.
    #[must_use]
    pub fn answer(&self, body: Body) -> Self {
        let kind = if self.kind == Kind::Confirmable { Kind::Acknowledgement } else { Kind::NonConfirmable };
        Self { token: self.token.clone(), ..Self::new(kind, Code::CONTENT, self.message_id, body) }
    }

    /// What tells the sender that this datagram arrived; none when it does not ask for that.
    pub fn acknowledgement(&self) -> Option<Self> {
        let nothing = Body::Other { options: Vec::new(), payload: Vec::new() };
        (self.kind == Kind::Confirmable)
            .then(|| Self::new(Kind::Acknowledgement, Code::EMPTY, self.message_id, nothing))
    }

    fn new(kind: Kind, code: Code, message_id: u16, body: Body) -> Self {
        Self { kind, code, message_id, token: Vec::new(), device: None, validity: None, serial: None, body }
    }

    /// Reads a datagram. Never panics, whatever the bytes are.
    ///
    /// # Errors
    /// Why the bytes are no datagram of a device.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let message = Message::decode(bytes)?;
        let device = message.option(DEVICE).and_then(|value| DeviceTag::parse(std::str::from_utf8(value).ok()?));
        let number = |number| match message.option(number) {
            Some([high, low]) => Some(u16::from_be_bytes([*high, *low])),
            Some([low]) => Some(u16::from(*low)),
            _ => None,
        };
        let (validity, serial) = (number(VALIDITY).map(Validity), number(SERIAL).map(Serial));
        let (kind, code, message_id, token) = (message.kind, message.code, message.id, message.token.clone());
        let body = body(message)?;
        Ok(Self { kind, code, message_id, token, device, validity, serial, body })
    }

    /// Writes the datagram.
    pub fn encode(&self) -> Vec<u8> {
        let (mut options, payload) = match &self.body {
            Body::Status(status) if self.code == Code::PUBLISH => (path(Resource::Status), written(&status.to_json())),
            Body::Status(status) => (Vec::new(), written(&status.to_json())),
            Body::Description(description) => (Vec::new(), written(&description.to_json())),
            Body::Get(resource) => (path(*resource), Vec::new()),
            Body::Other { options, payload } => (options.clone(), payload.clone()),
        };
        let mut add = |number, value: Option<Vec<u8>>| options.extend(value.map(|value| Opt { number, value }));
        add(DEVICE, self.device.as_ref().map(|device| device.to_string().into_bytes()));
        add(VALIDITY, self.validity.map(|validity| validity.0.to_be_bytes().to_vec()));
        add(SERIAL, self.serial.map(|serial| serial.0.to_be_bytes().to_vec()));
        let (kind, code, id, token) = (self.kind, self.code, self.message_id, self.token.clone());
        Message { kind, code, id, token, options, payload }.encode()
    }
}

fn body(message: Message) -> Result<Body, DecodeError> {
    let mut segments = message.options.iter().filter(|option| option.number == URI_PATH);
    let path = (segments.next(), segments.next(), segments.next());
    let segment = match path {
        (Some(first), Some(second), None) if first.value == b"cit" => Some(second.value.as_slice()),
        _ => None,
    };
    let resource = match segment {
        Some(b"d") => Some(Resource::Description),
        Some(b"s") => Some(Resource::Status),
        _ => None,
    };
    match (message.code, resource) {
        (Code::GET, Some(resource)) => Ok(Body::Get(resource)),
        (Code::PUBLISH | Code::CONTENT, _) if !message.payload.is_empty() => {
            let json = repair::parse(&message.payload).map_err(|source| DecodeError::Payload { source })?;
            Ok(content(json).unwrap_or_else(|| other(message)))
        }
        _ => Ok(other(message)),
    }
}

/// Status or description, told apart by their members: an answer does not repeat the path.
fn content(json: Value) -> Option<Body> {
    match Status::from_json(json) {
        Ok(status) => Some(Body::Status(status)),
        Err(json) if json.get("sen").is_some() => Description::from_json(json).ok().map(Body::Description),
        Err(_) => None,
    }
}

fn other(message: Message) -> Body {
    let known = [DEVICE, VALIDITY, SERIAL];
    let options = message.options.into_iter().filter(|option| !known.contains(&option.number)).collect();
    Body::Other { options, payload: message.payload }
}

fn path(resource: Resource) -> Vec<Opt> {
    ["cit", resource.segment()].map(|segment| Opt { number: URI_PATH, value: segment.into() }).to_vec()
}

fn written(json: &Value) -> Vec<u8> {
    json.to_string().into_bytes()
}

/// Reads bytes and everything that follows from them, and discards the result: for fuzzers and property tests.
///
/// # Panics
/// Never, unless this crate is wrong: also when what was read is not read the same after it was written.
#[doc(hidden)]
pub fn exercise(bytes: &[u8]) {
    let Ok(packet) = Packet::decode(bytes) else { return };
    if let Body::Status(status) = &packet.body {
        let model = packet.device.as_ref().map(Dictionary::of_device).unwrap_or_default();
        let readings: Vec<_> = model.readings(status, None).collect();
        pushes(&readings);
    }
    if let Body::Description(description) = &packet.body {
        let _ = Dictionary::default().with_description(description).is_empty();
    }
    let again = Packet::decode(&packet.encode());
    assert!(again.is_ok(), "a packet is not readable after it was written: {again:?}");
}
