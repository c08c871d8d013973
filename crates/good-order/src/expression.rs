//! Own rules: an expression over the facts of one device, in the Common Expression Language.

mod bounds;
mod document;

use std::{
    collections::BTreeSet,
    fmt,
    sync::{Arc, LazyLock},
};

use cel::{Context, Env, ExecutionError, Program, Value};

use crate::DeviceFacts;

/// The words and functions of the language. Never changed, and not small, so it is there once.
static LANGUAGE: LazyLock<Arc<Env>> = LazyLock::new(|| Arc::new(Env::stdlib()));

/// An expression that was understood: true where something is to be found.
#[derive(Debug)]
pub struct Expression {
    program: Program,
    reads: Reads,
}

/// Which settings an expression reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reads {
    /// These, and no others.
    Paths(BTreeSet<String>),
    /// It looks through all of them.
    Everything,
}

/// An expression that cannot be used, with the place of the trouble.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {what}")]
pub struct ExpressionError {
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1.
    pub column: u32,
    /// What is wrong and what would be right.
    pub what: String,
}

/// Why an expression has no answer for a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// It asks for something that is not known of this device, so it is silent.
    Unknown,
    /// It makes no sense on this device, in words.
    Senseless(String),
}

impl Expression {
    /// Reads an expression.
    ///
    /// # Errors
    /// When it is too long or too deep, is not in the language, names something that does not exist, or walks through
    /// one list for each entry of another.
    pub fn parse(text: &str) -> Result<Self, ExpressionError> {
        bounds::check_text(text)?;
        let program = LANGUAGE.compile(text).map_err(|errors| bounds::of_parser(text, &errors))?;
        let reads = bounds::check_program(text, &program)?;
        Ok(Self { program, reads })
    }

    /// Which settings it reads.
    pub fn reads(&self) -> &Reads {
        &self.reads
    }

    /// Whether it is true of a device.
    ///
    /// # Errors
    /// When the device's facts give no answer.
    pub fn is_true_of(&self, device: &DeviceFacts) -> Result<bool, Trouble> {
        let mut context = Context::with_env(Arc::clone(&LANGUAGE));
        for (name, value) in document::of(device, &self.reads) {
            context.add_variable_from_value(name, value);
        }
        match self.program.execute(&context) {
            Ok(Value::Bool(answer)) => Ok(answer),
            Ok(_) => Err(Trouble::Senseless("it is neither true nor false".to_owned())),
            Err(ExecutionError::NoSuchKey(_)) => Err(Trouble::Unknown),
            Err(error) => Err(Trouble::Senseless(explained(&error))),
        }
    }
}

/// The trouble without values of the device: the library would print them whole.
fn explained(error: &ExecutionError) -> String {
    match error {
        ExecutionError::NoSuchOverload(error) => {
            format!("`{}` does not work for {}", bounds::sign(error.function()), error.argument_types().join(" and "))
        }
        ExecutionError::UndeclaredReference(name) => format!("`{name}` does not exist"),
        ExecutionError::UnexpectedType { got, want } => format!("{want} is expected, and this is {got}"),
        ExecutionError::DivisionByZero(_) | ExecutionError::RemainderByZero(_) => "it divides by zero".to_owned(),
        ExecutionError::Overflow(..) => "a number gets too great".to_owned(),
        ExecutionError::IndexOutOfBounds(_) => "a list is not that long".to_owned(),
        ExecutionError::FunctionError { function, .. } => format!("`{function}` cannot work with this value"),
        _ => "types do not fit together".to_owned(),
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown => f.write_str("something is not known of this device"),
            Self::Senseless(what) => f.write_str(what),
        }
    }
}
