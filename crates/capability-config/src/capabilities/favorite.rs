//! Favourite positions of Gen1 rollers.

use super::prelude::*;

block! {
    /// Use of favourite positions.
    pub struct Favorites {
        /// Offer them.
        enable: bool = flag().gen1(),
    }

    /// Favourite position of Gen1 rollers.
    pub struct Favorite {
        /// Name shown to people.
        name: String = text(0).gen1(),
        /// Position.
        pos: f64 = number().range(0.0, 100.0).unit(Unit::Percent).gen1(),
    }
}
