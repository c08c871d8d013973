//! The three families of topics of lights, and the JSON that changes one.

use serde_json::{Map, Value};

use crate::{Dim, LightCommand, Turn, settings::Mode};

/// Under which word a light has its topics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Lamp {
    /// `light`: dimmers, Duo, Vintage.
    Light,
    /// `color`: RGBW2 in colour mode, RGBW bulbs.
    Color,
    /// `white`: RGBW2 in white mode.
    White,
}

impl Lamp {
    /// The vendor's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Color => "color",
            Self::White => "white",
        }
    }

    pub(super) fn named(word: &str) -> Option<Self> {
        [Self::Light, Self::Color, Self::White].into_iter().find(|lamp| lamp.as_str() == word)
    }
}

/// The JSON of a `set` topic.
pub(super) fn write(command: &LightCommand) -> Value {
    let mut members = Map::new();
    for (name, text) in command.params() {
        let number = serde_json::from_str(&text).ok().filter(Value::is_number);
        members.insert(name.to_owned(), number.unwrap_or(Value::String(text)));
    }
    Value::Object(members)
}

/// Reads it; none when it holds anything that [`LightCommand`] has no place for.
pub(super) fn read(json: &Value) -> Option<LightCommand> {
    let mut command = LightCommand::default();
    for (name, value) in json.as_object()? {
        let byte = || value.as_u64().and_then(|number| u8::try_from(number).ok()).map(Some);
        let [red, green, blue] = command.rgb.unwrap_or_default();
        let color = |place: fn([u8; 3], u8) -> [u8; 3]| byte()?.map(|byte| Some(place([red, green, blue], byte)));
        match name.as_str() {
            "turn" => command.turn = Some(Turn::named(value.as_str()?)?),
            "timer" => command.timer = Some(value.as_f64()?),
            "transition" => command.transition = Some(u32::try_from(value.as_u64()?).ok()?),
            "brightness" => command.brightness = byte()?,
            "temp" => command.temp = Some(u16::try_from(value.as_u64()?).ok()?),
            "mode" => command.mode = Some(Mode::from(value.as_str()?.to_owned())),
            "red" => command.rgb = color(|[_, green, blue], red| [red, green, blue])?,
            "green" => command.rgb = color(|[red, _, blue], green| [red, green, blue])?,
            "blue" => command.rgb = color(|[red, green, _], blue| [red, green, blue])?,
            "white" => command.white = byte()?,
            "gain" => command.gain = byte()?,
            "effect" => command.effect = byte()?,
            "dim" => command.dim = Some(Dim::named(value.as_str()?)?),
            "step" => command.step = byte()?,
            _ => return None,
        }
    }
    let colors = ["red", "green", "blue"].iter().filter(|name| json.get(name).is_some()).count();
    (colors % 3 == 0).then_some(command)
}
