#![doc = include_str!("../README.md")]

mod authority;
mod convert;
mod door;
mod enroll;
mod relay;
mod serve;
mod session;

pub use authority::{AgentTls, AuthorityError, Issued};
pub use door::Bounds;
pub use serve::serve;
