//! The order code of a device.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::products::PRODUCTS;

/// Order code: `type` of Gen1's `/shelly` (`SHSW-25`), `model` of Gen2+ (`S3SW-001P16EU`).
///
/// App names are not unique, so code decides by model.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Model(String);

impl Model {
    /// The model with this order code.
    pub fn new(code: impl Into<String>) -> Self {
        Self(code.into())
    }

    /// The order code.
    pub fn code(&self) -> &str {
        &self.0
    }

    /// The name under which the model is sold; none for a model that is not known here.
    pub fn product_name(&self) -> Option<&'static str> {
        let at = PRODUCTS.binary_search_by_key(&self.code(), |(code, _)| code).ok()?;
        Some(PRODUCTS[at].1)
    }
}

impl fmt::Display for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_models_have_a_name_and_the_table_is_sorted() {
        assert!(PRODUCTS.is_sorted_by_key(|(code, _)| code));
        assert_eq!(Model::new("SHSW-25").product_name(), Some("Shelly 2.5"));
        assert_eq!(Model::new("XYZ").product_name(), None);
    }
}
