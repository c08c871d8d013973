#![doc = include_str!("../README.md")]

mod carrier;
mod endpoint;
mod error;
mod exchange;
mod message;
mod stream;
mod tls;

pub use carrier::{Carried, Carrier, Carry};
pub use endpoint::{Endpoint, ParseEndpointError, Security};
pub use error::{Error, TlsFailure};
pub use exchange::{Limits, WayOut, exchange, exchange_over, exchange_with};
pub use http::{HeaderMap, HeaderName, Method, header};
pub use message::{Request, Response};
pub use stream::{Stream, connect};
pub use tls::{ClientCertificate, Fingerprint, ParseFingerprintError, Tls, TlsError, TlsOptions, Trust};
