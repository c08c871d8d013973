#![doc = include_str!("../README.md")]

mod endpoint;
mod error;
mod exchange;
mod message;

pub use endpoint::{Endpoint, ParseEndpointError};
pub use error::Error;
pub use exchange::{Limits, exchange, exchange_over};
pub use http::{HeaderMap, HeaderName, Method, header};
pub use message::{Request, Response};
