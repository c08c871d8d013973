//! `HTTP`: requests that a device makes for us.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use shelly_types::{wire_enum, wire_object};

use super::wire_params;

wire_object! {
    /// What a server answered.
    pub struct Response {
        /// HTTP status.
        pub code: u16,
        /// Text of the status.
        pub message: String,
        /// Headers.
        pub headers: BTreeMap<String, String>,
        /// Body, when it is text.
        pub body: String,
        /// Body in base64, when it is not.
        pub body_b64: String,
    }
}

wire_enum! {
    /// Method of a request.
    pub enum Verb {
        /// Read.
        Get = "GET",
        /// Send.
        Post = "POST",
        /// Write.
        Put = "PUT",
        /// Read the headers.
        Head = "HEAD",
        /// Remove.
        Delete = "DELETE",
    }
}

wire_params!(Verb);

options! {
    /// How long a device waits, and whom it trusts.
    pub struct Trust {
        /// Seconds.
        pub timeout_s: Option<u32> = "timeout",
        /// Certificates that are trusted: `ca.pem`, `user_ca.pem`, `*` for any.
        pub ssl_ca: Option<String>,
    }

    /// What a device sends.
    pub struct Body {
        /// Text.
        pub body: Option<String>,
        /// Bytes in base64, instead of text.
        pub body_b64: Option<String>,
        /// Kind of content; JSON when none.
        pub content_type: Option<String>,
        /// Seconds.
        pub timeout_s: Option<u32> = "timeout",
        /// Certificates that are trusted: `ca.pem`, `user_ca.pem`, `*` for any.
        pub ssl_ca: Option<String>,
    }

    /// What a device sends, with headers.
    pub struct FullRequest {
        /// Headers; `User-Agent` and `Content-Length` are not allowed.
        pub headers: Option<Map<String, Value>>,
        /// Text.
        pub body: Option<String>,
        /// Bytes in base64, instead of text.
        pub body_b64: Option<String>,
        /// Seconds.
        pub timeout_s: Option<u32> = "timeout",
        /// Certificates that are trusted: `ca.pem`, `user_ca.pem`, `*` for any.
        pub ssl_ca: Option<String>,
    }
}

methods! {
    /// Lets the device read an address.
    fn http_get(url: &str; ..trust: Trust) -> Response = "HTTP.GET";

    /// Lets the device send to an address.
    fn http_post(url: &str; ..body: Body) -> Response = "HTTP.POST";

    /// Lets the device make any request.
    fn http_request(method: &Verb, url: &str; ..request: FullRequest) -> Response = "HTTP.Request";
}
