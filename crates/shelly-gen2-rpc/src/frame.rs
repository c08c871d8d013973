//! Writes requests and reads what a device sends back: answers, notifications, requests of its own.

use std::fmt::Write;

use serde_json::{Map, Value, json};

/// A request to a device.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// Number that its answer repeats.
    pub id: u64,
    /// Who asks; the device sends answers and notifications there. HTTP ignores it.
    pub src: String,
    /// Method, such as `Switch.Set`; letter case does not matter.
    pub method: String,
    /// Parameters.
    pub params: Option<Value>,
    /// Authorisation, as [`frame_auth`](crate::digest::frame_auth) makes it.
    pub auth: Option<Value>,
}

impl Request {
    /// Writes the frame as text, without a copy of the parameters.
    pub fn to_text(&self) -> String {
        let mut text = format!(r#"{{"id":{},"src":{},"method":{}"#, self.id, quoted(&self.src), quoted(&self.method));
        for (name, member) in [("params", &self.params), ("auth", &self.auth)] {
            if let Some(member) = member {
                // Writing to a text cannot fail.
                let _ = write!(text, r#","{name}":{member}"#);
            }
        }
        text.push('}');
        text
    }

    /// Writes the frame.
    pub fn to_json(&self) -> Value {
        let mut frame = json!({ "id": self.id, "src": self.src, "method": self.method });
        if let Some(params) = &self.params {
            frame["params"] = params.clone();
        }
        if let Some(auth) = &self.auth {
            frame["auth"] = auth.clone();
        }
        frame
    }
}

/// A text as JSON has it.
fn quoted(text: &str) -> Value {
    Value::from(text)
}

/// What a device sends.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Frame {
    /// The answer to a request.
    Answer(Answer),
    /// Something happened.
    Notification(Notification),
    /// The device asks us, which outbound WebSockets allow (protocol 1). The whole frame.
    Request(Value),
}

/// The answer to a request.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// Number of the request; a number or text, as it was sent.
    pub id: Value,
    /// Device id.
    pub src: Option<String>,
    /// Who asked.
    pub dst: Option<String>,
    /// What came of it.
    pub outcome: Result<Value, Failure>,
}

/// An error that a device answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Code of protocol 5: -103 bad argument, 404 no such method, ...
    pub code: i64,
    /// Text in free form; only a 401 has JSON in it, its challenge.
    pub message: String,
}

/// Something happened on a device.
#[derive(Debug, Clone, PartialEq)]
pub struct Notification {
    /// `NotifyStatus` (changed members only), `NotifyFullStatus` or `NotifyEvent`.
    pub method: String,
    /// Device id.
    pub src: Option<String>,
    /// To whom.
    pub dst: Option<String>,
    /// `ts` and, by key, readings; or `ts` and `events`.
    pub params: Map<String, Value>,
}

/// The bytes are not a frame.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NotAFrame {
    /// They are not JSON.
    #[error("frame is not JSON")]
    NotJson(#[source] serde_json::Error),
    /// They are JSON of another shape.
    #[error("JSON is neither answer nor notification nor request")]
    OtherShape,
}

impl Failure {
    /// Reads `{"code": ..., "message": ...}`.
    pub fn from_json(value: &Value) -> Option<Self> {
        let code = value.get("code")?.as_i64()?;
        let message = value.get("message").and_then(Value::as_str).unwrap_or_default().to_owned();
        Some(Self { code, message })
    }
}

impl Frame {
    /// Reads a frame from its text.
    ///
    /// # Errors
    /// When the bytes are not a frame.
    pub fn parse(text: &[u8]) -> Result<Self, NotAFrame> {
        Self::from_json(serde_json::from_slice(text).map_err(NotAFrame::NotJson)?)
    }

    /// Reads a frame.
    ///
    /// # Errors
    /// When the value is of another shape.
    pub fn from_json(value: Value) -> Result<Self, NotAFrame> {
        let Value::Object(mut members) = value else { return Err(NotAFrame::OtherShape) };
        let text = |name| members.get(name).and_then(Value::as_str).map(str::to_owned);
        let (src, dst, method) = (text("src"), text("dst"), text("method"));
        match (members.remove("id"), method) {
            (None | Some(Value::Null), Some(method)) => {
                let params = match members.remove("params") {
                    Some(Value::Object(params)) => params,
                    _ => Map::new(),
                };
                Ok(Self::Notification(Notification { method, src, dst, params }))
            }
            (Some(id), Some(_)) => {
                members.insert("id".to_owned(), id);
                Ok(Self::Request(Value::Object(members)))
            }
            (Some(id), None) => {
                let outcome = match (members.remove("error"), members.remove("result")) {
                    (Some(error), _) => Err(Failure::from_json(&error).ok_or(NotAFrame::OtherShape)?),
                    (None, Some(result)) => Ok(result),
                    (None, None) => return Err(NotAFrame::OtherShape),
                };
                Ok(Self::Answer(Answer { id, src, dst, outcome }))
            }
            (None, None) => Err(NotAFrame::OtherShape),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_answer_is_read() {
        let text = br#"{"id":1,"src":"shellyplus1-a","dst":"me","result":null}"#;
        let Frame::Answer(answer) = Frame::parse(text).unwrap() else { panic!() };
        assert_eq!((answer.id, answer.outcome), (json!(1), Ok(Value::Null)));
    }

    #[test]
    fn an_error_is_read() {
        let text = br#"{"id":"a","src":"x","error":{"code":-105,"message":"Argument 'id', value 9 not found!"}}"#;
        let Frame::Answer(answer) = Frame::parse(text).unwrap() else { panic!() };
        assert_eq!(answer.outcome.unwrap_err().code, -105);
    }

    #[test]
    fn a_notification_is_read() {
        let text = br#"{"src":"a","dst":"b","method":"NotifyStatus","params":{"ts":1.5,"switch:0":{"output":true}}}"#;
        let Frame::Notification(news) = Frame::parse(text).unwrap() else { panic!() };
        assert_eq!((news.method.as_str(), news.params["ts"].as_f64()), ("NotifyStatus", Some(1.5)));
    }

    #[test]
    fn a_request_is_written() {
        let request = Request {
            id: 7,
            src: "me".to_owned(),
            method: "Switch.Set".to_owned(),
            params: Some(json!({"id": 0, "on": true})),
            auth: None,
        };
        let expected = json!({"id": 7, "src": "me", "method": "Switch.Set", "params": {"id": 0, "on": true}});
        assert_eq!(request.to_json(), expected);
    }

    proptest! {
        #[test]
        fn bytes_never_break_the_reader(text in proptest::collection::vec(any::<u8>(), 0..200)) {
            drop(Frame::parse(&text));
        }

        #[test]
        fn members_of_any_type_never_break_the_reader(
            id in prop::sample::select(vec!["null", "1", "-3", "\"a\"", "{}", "1e99"]),
            error in prop::sample::select(vec!["null", "[]", r#"{"code":1}"#, r#"{"code":"x"}"#]),
            method in prop::sample::select(vec!["null", "\"a\"", "3"]),
        ) {
            let text = format!(r#"{{"id":{id},"method":{method},"error":{error},"params":[]}}"#);
            drop(Frame::parse(text.as_bytes()));
        }

        /// A request is text that reads back as what it is, whatever is in it.
        #[test]
        fn a_request_survives_its_text(
            id: u64,
            src in ".{0,40}",
            method in ".{0,40}",
            params in proptest::option::of(".{0,40}"),
            auth in proptest::option::of(any::<i64>()),
        ) {
            let (params, auth) = (params.map(|text| json!({ "text": text, "list": [1, null] })), auth.map(Value::from));
            let request = Request { id, src, method, params, auth };
            let read: Value = serde_json::from_str(&request.to_text()).unwrap();
            prop_assert_eq!(&read, &request.to_json());
            prop_assert_eq!(Frame::parse(request.to_text().as_bytes()).unwrap(), Frame::Request(read));
        }

        /// An answer brings what was sent, and a notification all its parameters.
        #[test]
        fn what_a_device_sends_arrives(id: u32, text in ".{0,40}", code: i32, number: f64) {
            let result = json!({"text": text, "number": number});
            let answer = json!({"id": id, "src": "a", "dst": "b", "result": result}).to_string();
            let Frame::Answer(read) = Frame::parse(answer.as_bytes()).unwrap() else { panic!() };
            prop_assert_eq!((read.id, read.outcome), (json!(id), Ok(result.clone())));

            let error = json!({"id": id, "error": {"code": code, "message": text}}).to_string();
            let Frame::Answer(read) = Frame::parse(error.as_bytes()).unwrap() else { panic!() };
            prop_assert_eq!(read.outcome, Err(Failure { code: code.into(), message: text.clone() }));

            let news = json!({"src": text, "method": "NotifyStatus", "params": result}).to_string();
            let Frame::Notification(read) = Frame::parse(news.as_bytes()).unwrap() else { panic!() };
            prop_assert_eq!((Value::Object(read.params), read.src), (result, Some(text)));
        }
    }
}
