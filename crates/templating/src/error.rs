//! What can be wrong with a template.

/// A template is wrong, or cannot be rendered for a device. Holds no secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TemplateError {
    /// It is not written as a template is.
    #[error("not a template: {reason}")]
    Syntax {
        /// What is wrong.
        reason: String,
    },
    /// It is longer than anyone writes.
    #[error("too long for a template: at most {max} bytes")]
    TooLong {
        /// Most bytes.
        max: usize,
    },
    /// A variable does not begin with what there is.
    #[error(
        "there is no `{name}`: a variable begins with device, group, location, fleet or vault, as in `fleet.broker`"
    )]
    Namespace {
        /// The name.
        name: String,
    },
    /// A variable is not there for this device.
    #[error("there is no variable `{name}`")]
    Missing {
        /// The variable.
        name: String,
    },
    /// A variable has several values, and none is stronger.
    #[error("the variable `{name}` has different values in {}", .by.join(" and "))]
    Disputed {
        /// The variable.
        name: String,
        /// Who says so.
        by: Vec<String>,
    },
    /// A secret would stand where anyone sees it.
    #[error("a secret of the vault can only stand where a secret is kept")]
    VaultInTheOpen,
    /// It cannot be carried out.
    #[error("it cannot be rendered: {reason}")]
    Render {
        /// Why.
        reason: String,
    },
    /// What comes out is no value of the setting.
    #[error("what it gives does not fit: {reason}")]
    Value {
        /// Why.
        reason: String,
    },
}
