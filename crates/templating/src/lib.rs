#![doc = include_str!("../README.md")]

mod engine;
mod error;
mod layer;
mod made;
mod variables;

pub use engine::{Engine, is_template};
pub use error::TemplateError;
pub use layer::{Trouble, has_templates, render};
pub use made::{Made, MakeOptions, OwnName, WhyNotMade, make};
pub use variables::{Entry, Namespace, Variables};
