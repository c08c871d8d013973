//! `Input`, `Voltmeter`: inputs, and the expressions that turn what they measure into something else.

use serde_json::{Map, Value};

use super::{
    Options,
    common::{Checked, Counter, Counters, Push},
};

/// The name of the parameter is in doubt (gaps 3), so both names are sent.
impl Options for Push {
    const NAMES: &'static [&'static str] = &["event_type", "event"];

    fn put(&self, params: &mut Map<String, Value>) {
        for name in Self::NAMES {
            params.insert((*name).to_owned(), self.as_str().into());
        }
    }
}

methods! {
    /// Acts as if a button was pressed; only on inputs that are buttons.
    fn input_trigger(id: u32; ..push: Push) = "Input.Trigger";

    /// Resets the counter of pulses; answers what it stood at.
    fn input_reset_counters(id: u32; counters: &[Counter] = "type") -> Counters = "Input.ResetCounters";

    /// Computes an expression in `x`, at most 100 characters, for at most five inputs, without keeping it.
    fn input_check_expression(expr: &str, inputs: &[Option<f64>]) -> Checked = "Input.CheckExpression";

    /// The same for voltmeters.
    fn voltmeter_check_expression(expr: &str, inputs: &[Option<f64>]) -> Checked = "Voltmeter.CheckExpression";
}
