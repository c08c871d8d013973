//! `LedStrip`: addressable LED strips.

use serde_json::Value;
use shelly_types::wire_object;

wire_object! {
    /// Answer of `LedStrip.ListAllProtocols`.
    pub struct Protocols {
        /// Names.
        pub protocols: Vec<String>,
    }

    /// Answer of `LedStrip.ListAllPalettes`.
    pub struct Palettes {
        /// The palettes; their members are not documented.
        pub palettes: Vec<Value>,
        /// Palettes in all.
        pub total: u64,
    }

    /// One page of `LedStrip.ListAllEffects`.
    pub struct EffectPage {
        /// The effects.
        pub effects: Vec<Effect>,
        /// Place of the first effect of this page.
        pub offset: u64,
        /// Effects in all.
        pub total: u64,
    }

    /// An effect.
    pub struct Effect {
        /// Word by which it is set.
        pub key: String,
        /// Name for people.
        pub name: String,
        /// What can be changed about it; not documented.
        pub mods: Value,
    }
}

options! {
    /// Change of an LED strip. What is none stays as it is.
    pub struct StripChange {
        /// On or off.
        pub on: Option<bool>,
        /// Brightness in percent.
        pub brightness: Option<f64>,
        /// Red, green, blue, 0 to 255.
        pub rgb: Option<[u8; 3]>,
        /// Effect.
        pub effect: Option<String>,
        /// Palette of the effect.
        pub palette: Option<String>,
        /// Speed of the effect.
        pub speed: Option<f64>,
        /// Intensity of the effect.
        pub intensity: Option<f64>,
    }
}

methods! {
    /// Changes an LED strip.
    fn ledstrip_set(id: u32; ..change: StripChange) = "LedStrip.Set";

    /// Protocols that are spoken.
    fn ledstrip_protocols(id: u32) -> Protocols = "LedStrip.ListAllProtocols";

    /// Palettes of effects.
    fn ledstrip_palettes(id: u32) -> Palettes = "LedStrip.ListAllPalettes";

    /// Effects.
    fn ledstrip_effects(id: u32; offset: u64) -> EffectPage = "LedStrip.ListAllEffects";

    /// Offers an effect.
    fn ledstrip_add_effect(id: u32, effect: &Value) -> Value = "LedStrip.AddEffect";

    /// Offers an effect no longer.
    fn ledstrip_remove_effect(id: u32, effect: &str) -> Value = "LedStrip.RemoveEffect";

    /// Goes to the next effect.
    fn ledstrip_next_effect(id: u32) -> Value = "LedStrip.NextEffect";

    /// Offers the effect that a script paints.
    fn ledstrip_add_script_effect(id: u32, script_id: u32) -> Value = "LedStrip.AddScriptEffect";

    /// Offers the effect of a script no longer.
    fn ledstrip_remove_script_effect(id: u32, script_id: u32) -> Value = "LedStrip.RemoveScriptEffect";
}
