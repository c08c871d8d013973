//! Compares a wished value with a shown one.

use capability_config::SettingValue;

/// Devices print numbers with a fixed count of decimals, so the last digits of what was written are not shown back.
const TOLERANCE: f64 = 1e-6;

/// Whether two values are the same setting. Numbers may differ by what rounding in print can explain.
///
/// A hidden value equals nothing but a hidden one: whether it is the secret meant cannot be seen.
pub fn same(left: &SettingValue, right: &SettingValue) -> bool {
    match (left, right) {
        (SettingValue::Number(left), SettingValue::Number(right)) => same_number(*left, *right),
        (SettingValue::List(left), SettingValue::List(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same(left, right))
        }
        (left, right) => left == right,
    }
}

/// Whether two shown values are the same, where not being shown is null.
pub(crate) fn same_shown(left: Option<&SettingValue>, right: Option<&SettingValue>) -> bool {
    same(left.unwrap_or(&SettingValue::Null), right.unwrap_or(&SettingValue::Null))
}

fn same_number(left: f64, right: f64) -> bool {
    left == right || (left - right).abs() <= TOLERANCE * left.abs().max(right.abs()).max(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounding_in_print_is_no_difference() {
        assert!(same(&60.0.into(), &60.000_000_1.into()));
        assert!(same(&42.672_361_2.into(), &42.672_36.into()));
        assert!(!same(&42.67.into(), &42.68.into()));
        assert!(!same(&0.0.into(), &0.001.into()));
        assert!(!same(&f64::NAN.into(), &1.0.into()));
    }

    #[test]
    fn kinds_of_values_are_not_mixed() {
        assert!(!same(&"60".into(), &60.0.into()));
        assert!(!same(&true.into(), &1.0.into()));
        assert!(!same(&"On".into(), &"on".into()));
    }

    #[test]
    fn lists_compare_as_a_whole() {
        let list = |items: &[f64]| SettingValue::List(items.iter().map(|item| (*item).into()).collect());
        assert!(same(&list(&[1.0, 2.0]), &list(&[1.000_000_1, 2.0])));
        assert!(!same(&list(&[1.0, 2.0]), &list(&[2.0, 1.0])));
        assert!(!same(&list(&[1.0]), &list(&[1.0, 2.0])));
    }

    #[test]
    fn not_shown_is_null() {
        assert!(same_shown(None, Some(&SettingValue::Null)));
        assert!(!same_shown(None, Some(&false.into())));
    }
}
