//! `Ui`: the screen of Wall Displays.

use serde_json::Value;

options! {
    /// A place on the screen.
    pub struct ScreenPoint {
        /// From the left.
        pub x: Option<f64>,
        /// From the top.
        pub y: Option<f64>,
    }
}

methods! {
    /// Switches the screen.
    fn ui_screen_set(on: bool) = "Ui.Screen.Set";

    /// Acts as if somebody tapped the screen.
    fn ui_tap(; ..point: ScreenPoint) -> Value = "Ui.Tap";

    /// Acts as if somebody swiped.
    fn ui_swipe(direction: &str) -> Value = "Ui.Swipe";

    /// What the screen can show.
    fn ui_available() -> Value = "Ui.ListAvailable";
}
