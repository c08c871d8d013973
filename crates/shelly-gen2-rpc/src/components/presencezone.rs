//! Describes zones of a presence radar.

use shelly_types::wire_object;

wire_object! {
    /// Settings of a zone.
    pub struct Config {
        /// Instance number.
        pub id: u32,
        /// Name the owner gave; null when there is none.
        pub name: String,
        /// Watch it.
        pub enable: bool,
        /// Colour on the map: red, green, blue.
        pub color: Vec<f64>,
        /// Rectangles `[x0, y0, x1, y1]` on a grid of half metres.
        pub area: Vec<Vec<f64>>,
        /// How long somebody must be there before the zone counts as occupied.
        pub presence_delay: f64,
        /// How long nobody must be there before the zone counts as empty.
        pub absence_delay: f64,
        /// As `presence_delay`, on early firmware.
        pub presence_thr: f64,
        /// As `absence_delay`, on early firmware.
        pub absence_thr: f64,
        /// Lower edge in metres.
        pub zmin: f64,
        /// Upper edge in metres.
        pub zmax: f64,
    }

    /// Reading of a zone.
    pub struct Status {
        /// Instance number.
        pub id: u32,
        /// People in the zone.
        pub num_objects: u64,
        /// Somebody is there.
        pub value: bool,
    }
}
