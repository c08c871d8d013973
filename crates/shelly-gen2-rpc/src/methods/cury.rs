//! `Cury`: scent diffusers.

use serde_json::Value;
use shelly_types::{wire::Wire, wire_enum, wire_object};

use super::{common::WasOn, wire_params};

wire_object! {
    /// Answer of `Cury.Boost`.
    pub struct BoostAnswer {
        /// The boost.
        pub boost: Boost,
    }

    /// A boost.
    pub struct Boost {
        /// Begin in Unix seconds.
        pub started_at: f64,
        /// Length in seconds.
        pub duration: f64,
    }

    /// Answer of `Cury.GetVialInfo`. An empty side is the text `none` or null.
    pub struct Vials {
        /// Instance number.
        pub id: u32,
        /// Vial on the left.
        pub left: Side,
        /// Vial on the right.
        pub right: Side,
    }

    /// A vial.
    pub struct Vial {
        /// Kind.
        pub kind: VialKind = "type",
        /// Name of the product.
        pub product_name: String,
        /// Name of the maker.
        pub mfr_name: String,
        /// Date of expiry.
        pub exp_date: String,
        /// Strength that the maker recommends.
        pub default_intensity: f64,
        /// Serial number.
        pub serial: String,
        /// Light that shows the strength.
        pub color_intensity: Light,
        /// Light that shows the level.
        pub color_level: Light,
    }

    /// Light of a diffuser.
    pub struct Light {
        /// Brightness in percent.
        pub brightness: f64,
        /// Red, green, blue.
        pub rgb: Vec<f64>,
    }
}

/// What is on one side of a diffuser.
#[derive(Debug, Clone, PartialEq)]
pub enum Side {
    /// No vial; the word the device has for it.
    Empty(String),
    /// A vial.
    Vial(Box<Vial>),
}

impl Wire for Side {
    fn from_json(value: Value) -> Result<Self, Value> {
        match value {
            Value::String(word) => Ok(Self::Empty(word)),
            other => Vial::from_json(other).map(|vial| Self::Vial(Box::new(vial))),
        }
    }

    fn to_json(&self) -> Value {
        match self {
            Self::Empty(word) => word.as_str().into(),
            Self::Vial(vial) => vial.to_json(),
        }
    }

    fn unknown(&self, at: &str, found: &mut dyn FnMut(&str, &Value)) {
        if let Self::Vial(vial) = self {
            vial.unknown(at, found);
        }
    }
}

wire_enum! {
    /// A side of a diffuser.
    pub enum Slot {
        /// Left.
        Left = "left",
        /// Right.
        Right = "right",
    }

    /// Kind of a vial.
    pub enum VialKind {
        /// Scent.
        Perfume = "perfume",
        /// Against insects.
        Repellent = "repellent",
    }

    /// Room that a diffuser is set for.
    pub enum Room {
        /// Bedroom.
        Bedroom = "bedroom",
        /// Living room.
        LivingRoom = "living_room",
        /// Lavatory.
        Lavatory = "lavatory_room",
        /// Reception.
        Reception = "reception",
        /// Hall.
        Hall = "hall",
        /// Workplace.
        Workplace = "workplace",
    }
}

wire_params!(Slot, Room);

methods! {
    /// Switches a side, or sets its strength.
    fn cury_set(id: u32, slot: &Slot; on: bool, intensity: f64) = "Cury.Set";

    /// Goes into away mode, or leaves it.
    fn cury_set_away(id: u32, on: bool) = "Cury.SetAwayMode";

    /// Gives a side full strength for a while.
    fn cury_boost(id: u32, slot: &Slot) -> BoostAnswer = "Cury.Boost";

    /// Ends a boost.
    fn cury_stop_boost(id: u32, slot: &Slot) -> WasOn = "Cury.StopBoost";

    /// What is in the vials.
    fn cury_vials(id: u32) -> Vials = "Cury.GetVialInfo";

    /// Sets the room; none for no room.
    fn cury_set_room(id: u32, mode: Option<&Room>) = "Cury.SetMode";
}
