//! Renders the wishes of a layer for a device.

use std::{borrow::Cow, fmt};

use capability_config::SettingSelector;
use sync_engine::{Layer, Origin};

use crate::{Engine, TemplateError, Variables, is_template};

/// A wish that cannot be rendered for a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// Whose wish it is.
    pub origin: Origin,
    /// The setting.
    pub selector: SettingSelector,
    /// What is wrong.
    pub error: TemplateError,
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} as wished by {}: {}", self.selector, self.origin, self.error)
    }
}

/// Whether any wish of a layer is a template.
pub fn has_templates(layer: &Layer) -> bool {
    layer.settings.values().any(is_template)
}

/// The layer with its templates rendered for a device with these variables. Wishes that cannot be rendered are left out
/// and told.
pub fn render<'a>(engine: &Engine, layer: &'a Layer, variables: &Variables) -> (Cow<'a, Layer>, Vec<Trouble>) {
    if !has_templates(layer) {
        return (Cow::Borrowed(layer), Vec::new());
    }
    let mut troubles = Vec::new();
    let mut rendered = layer.clone();
    rendered.settings.retain(|selector, value| match engine.render(selector, value, variables) {
        Ok(plain) => {
            *value = plain;
            true
        }
        Err(error) => {
            troubles.push(Trouble { origin: layer.origin(), selector: selector.clone(), error });
            false
        }
    });
    (Cow::Owned(rendered), troubles)
}

#[cfg(test)]
mod tests {
    use sync_engine::Scope;

    use super::*;
    use crate::{Entry, Namespace};

    #[test]
    fn a_trouble_names_variable_setting_and_layer() {
        let settings = [("sys.device.name", "{{ device.room }}"), ("sys.location.tz", "{{ location.time_zone }}")];
        let settings = settings.iter().map(|(path, value)| (path.parse().unwrap(), (*value).into())).collect();
        let layer = Layer { id: "l".into(), scope: Scope::Group("hall".into()), rank: 0, settings };
        let mut variables = Variables::default();
        variables.set(Namespace::Location, "time_zone", Entry::Value("UTC".into()));
        let (rendered, troubles) = render(&Engine::default(), &layer, &variables);
        assert_eq!(rendered.settings.len(), 1);
        assert_eq!(rendered.settings.values().next(), Some(&"UTC".into()));
        let words: Vec<String> = troubles.iter().map(ToString::to_string).collect();
        assert_eq!(words, ["sys.device.name as wished by group:hall: there is no variable `device.room`"]);
        let plain = Layer { settings: std::collections::BTreeMap::new(), ..layer };
        assert!(matches!(render(&Engine::default(), &plain, &variables).0, Cow::Borrowed(_)));
    }
}
