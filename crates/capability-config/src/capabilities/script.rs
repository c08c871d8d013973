//! Scripts: what is set about them, not their text.

use super::prelude::*;

block! {
    /// Script.
    pub struct Script {
        /// Name shown to people.
        name: String = text(64).nullable(),
        /// Run it when the device starts.
        enable: bool = flag().risk(Risk::Load),
    }
}
