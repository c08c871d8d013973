//! Checks and renders one value.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use capability_config::{ResourceKind, SettingSelector, SettingValue, check, facts};
use minijinja::{
    Environment, Error, ErrorKind, UndefinedBehavior, filters,
    value::{Object, Value, ValueKind},
};

use crate::{Entry, Namespace, TemplateError, Variables};

/// Longest template, in bytes.
const MAX_LENGTH: usize = 8 * 1024;

/// Longest template of a text that is code, in bytes: what a script may have.
const MAX_CODE: usize = 64 * 1024;

/// Instructions that a template may take; an honest one takes some dozen.
const FUEL: u64 = 20_000;

/// Renders templates. Make one and keep it.
#[derive(Debug)]
pub struct Engine {
    environment: Environment<'static>,
}

/// Whether a wish is a template: a text that holds `{{` or `{%`.
pub fn is_template(value: &SettingValue) -> bool {
    source(value).is_some()
}

/// The template that a wish is.
fn source(value: &SettingValue) -> Option<&str> {
    let text = match value {
        SettingValue::Text(text) => text.as_str(),
        SettingValue::Secret(secret) => secret.expose(),
        SettingValue::Null
        | SettingValue::Bool(_)
        | SettingValue::Number(_)
        | SettingValue::List(_)
        | SettingValue::Hidden => return None,
    };
    (text.contains("{{") || text.contains("{%")).then_some(text)
}

impl Default for Engine {
    fn default() -> Self {
        // Empty, because some of what comes along can be made to grow without end.
        let mut environment = Environment::empty();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_fuel(Some(FUEL));
        environment.add_filter("upper", filters::upper);
        environment.add_filter("lower", filters::lower);
        environment.add_filter("trim", filters::trim);
        environment.add_filter("replace", filters::replace);
        environment.add_filter("default", filters::default);
        environment.add_filter("int", filters::int);
        environment.add_filter("float", filters::float);
        environment.add_filter("round", filters::round);
        environment.add_filter("join", filters::join);
        environment.add_filter("first", filters::first);
        environment.add_filter("last", filters::last);
        environment.add_filter("length", filters::length);
        environment.add_test("defined", minijinja::tests::is_defined);
        environment.add_test("undefined", minijinja::tests::is_undefined);
        Self { environment }
    }
}

impl Engine {
    /// Checks a template without any device: how it is written, and where its variables are from.
    pub fn check(&self, selector: &SettingSelector, value: &SettingValue) -> Result<(), TemplateError> {
        let Some(source) = source(value) else { return Ok(()) };
        let is_code = selector.kind() == ResourceKind::Scripts.as_str();
        let max = if is_code { MAX_CODE } else { MAX_LENGTH };
        if source.len() > max {
            return Err(TemplateError::TooLong { max });
        }
        let template = self.environment.template_from_str(source).map_err(|error| syntax(&error, value))?;
        for name in template.undeclared_variables(true) {
            let root = name.split('.').next().unwrap_or_default();
            let Some(namespace) = Namespace::ALL.into_iter().find(|namespace| namespace.as_str() == root) else {
                return Err(TemplateError::Namespace { name });
            };
            if namespace == Namespace::Vault && !is_secret(selector) {
                return Err(TemplateError::VaultInTheOpen);
            }
        }
        Ok(())
    }

    /// The value that a wish is for a device with these variables. What is no template stays as it is.
    pub fn render(
        &self,
        selector: &SettingSelector,
        value: &SettingValue,
        variables: &Variables,
    ) -> Result<SettingValue, TemplateError> {
        let Some(source) = source(value) else { return Ok(value.clone()) };
        self.check(selector, value)?;
        let asked: Arc<Mutex<Option<TemplateError>>> = Arc::default();
        let context = Value::from_object(Spaces { variables: variables.clone(), asked: Arc::clone(&asked) });
        let rendered = match single_expression(source) {
            Some(expression) => self.evaluate(expression, context),
            None => self.environment.render_str(source, context).map(|mut text| {
                // The end of the last line is left out; a script is to be as it was written.
                if source.ends_with('\n') {
                    text.push('\n');
                }
                text.into()
            }),
        };
        match rendered {
            Ok(rendered) => fitting(selector, &rendered),
            Err(error) => {
                let asked = asked.lock().unwrap_or_else(PoisonError::into_inner).take();
                Err(asked
                    .filter(|_| error.kind() == ErrorKind::UndefinedError)
                    .unwrap_or_else(|| failed(&error, value)))
            }
        }
    }

    fn evaluate(&self, expression: &str, context: Value) -> Result<SettingValue, Error> {
        let value = self.environment.compile_expression_owned(expression.to_owned())?.eval(context)?;
        plain(&value)
    }
}

/// The expression of a template that is nothing else.
fn single_expression(source: &str) -> Option<&str> {
    let inner = source.trim().strip_prefix("{{")?.strip_suffix("}}")?;
    let is_one = !["{{", "}}", "{%", "{#"].iter().any(|mark| inner.contains(mark));
    is_one.then(|| inner.trim_matches('-').trim())
}

/// All variables, as a template sees them.
#[derive(Debug)]
struct Spaces {
    variables: Variables,
    asked: Arc<Mutex<Option<TemplateError>>>,
}

impl Object for Spaces {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let key = key.as_str()?;
        let namespace = Namespace::ALL.into_iter().find(|namespace| namespace.as_str() == key)?;
        let (entries, asked) = (self.variables.space(namespace), Arc::clone(&self.asked));
        Some(Value::from_object(Space { namespace, entries, asked }))
    }
}

/// The variables of a namespace, as a template sees them. Remembers what was asked for and is not there.
#[derive(Debug)]
struct Space {
    namespace: Namespace,
    entries: Arc<BTreeMap<String, Entry>>,
    asked: Arc<Mutex<Option<TemplateError>>>,
}

impl Object for Space {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let key = key.as_str()?;
        let name = format!("{}.{key}", self.namespace);
        let trouble = match self.entries.get(key) {
            Some(Entry::Value(value)) => return Some(seen(value)),
            Some(Entry::Disputed(by)) => TemplateError::Disputed { name, by: by.clone() },
            None => TemplateError::Missing { name },
        };
        *self.asked.lock().unwrap_or_else(PoisonError::into_inner) = Some(trouble);
        None
    }
}

/// A value as a template sees it.
fn seen(value: &SettingValue) -> Value {
    match value {
        SettingValue::Null | SettingValue::Hidden => Value::from(()),
        SettingValue::Bool(value) => Value::from(*value),
        #[expect(clippy::cast_possible_truncation, reason = "checked to be whole and within the exact range")]
        SettingValue::Number(number) if number.fract() == 0.0 && number.abs() < 9e15 => Value::from(*number as i64),
        SettingValue::Number(number) => Value::from(*number),
        SettingValue::Text(text) => Value::from(text.as_str()),
        SettingValue::Secret(secret) => Value::from(secret.expose()),
        SettingValue::List(items) => items.iter().map(seen).collect(),
    }
}

/// A value that an expression gives.
fn plain(value: &Value) -> Result<SettingValue, Error> {
    Ok(match value.kind() {
        ValueKind::Undefined => return Err(Error::from(ErrorKind::UndefinedError)),
        ValueKind::None => SettingValue::Null,
        ValueKind::Bool => SettingValue::Bool(value.is_true()),
        ValueKind::Number => SettingValue::Number(f64::try_from(value.clone())?),
        ValueKind::Seq | ValueKind::Iterable => {
            SettingValue::List(value.try_iter()?.map(|item| plain(&item)).collect::<Result<_, Error>>()?)
        }
        _ => value.to_string().into(),
    })
}

/// The value in the form of the setting: text is taken as text where the setting takes that, else as what it spells.
fn fitting(selector: &SettingSelector, rendered: &SettingValue) -> Result<SettingValue, TemplateError> {
    let refused = match check(selector, rendered.clone()) {
        Ok(value) => return Ok(value),
        Err(refused) => refused,
    };
    let spelt = rendered.as_text().and_then(spelt).and_then(|value| check(selector, value).ok());
    spelt.ok_or_else(|| TemplateError::Value { reason: refused.to_string() })
}

/// The value that a text spells: a number, true, false or null.
fn spelt(text: &str) -> Option<SettingValue> {
    match text.trim() {
        "true" => Some(true.into()),
        "false" => Some(false.into()),
        "null" | "none" => Some(SettingValue::Null),
        text => text.parse::<f64>().ok().map(SettingValue::from),
    }
}

fn is_secret(selector: &SettingSelector) -> bool {
    facts(selector.kind(), selector.field()).is_some_and(|facts| facts.sensitive)
}

/// How a template is wrongly written. The words of the parser can quote the template, which may be a secret itself.
fn syntax(error: &Error, value: &SettingValue) -> TemplateError {
    TemplateError::Syntax { reason: words(error, value) }
}

fn failed(error: &Error, value: &SettingValue) -> TemplateError {
    match error.kind() {
        ErrorKind::OutOfFuel => TemplateError::Render { reason: "it takes too long".to_owned() },
        _ => TemplateError::Render { reason: words(error, value) },
    }
}

fn words(error: &Error, value: &SettingValue) -> String {
    let kind = error.kind().to_string();
    match (value, error.detail()) {
        (SettingValue::Text(_), Some(detail)) => format!("{kind}: {detail}"),
        _ => kind,
    }
}

#[cfg(test)]
mod tests {
    use capability_config::SecretText;

    use super::*;

    fn variables() -> Variables {
        let mut variables = Variables::default();
        let mut set = |namespace, name: &str, value: SettingValue| variables.set(namespace, name, Entry::Value(value));
        set(Namespace::Device, "name", "Lamp".into());
        set(Namespace::Device, "delay", 60.0.into());
        set(Namespace::Location, "time_zone", "Europe/Vienna".into());
        set(Namespace::Fleet, "eco", true.into());
        set(Namespace::Fleet, "number", "42".into());
        set(Namespace::Vault, "wifi", SettingValue::Secret(SecretText::new("planted-wifi")));
        variables.set(Namespace::Group, "room", Entry::Disputed(vec!["group:a".to_owned(), "group:b".to_owned()]));
        variables
    }

    fn rendered(path: &str, template: &str) -> Result<SettingValue, String> {
        let selector: SettingSelector = path.parse().unwrap();
        let value = match facts(selector.kind(), selector.field()) {
            Some(facts) if facts.sensitive => SettingValue::Secret(SecretText::new(template)),
            _ => template.into(),
        };
        Engine::default().render(&selector, &value, &variables()).map_err(|error| error.to_string())
    }

    /// F7: variables of every origin, in text and as a value of its kind.
    #[test]
    fn variables_are_filled_in() {
        let cases = [
            ("sys.device.name", "{{ device.name }} hall", "Lamp hall".into()),
            ("sys.device.name", "{{ device.name | upper }}", "LAMP".into()),
            ("sys.device.name", "{{ fleet.prefix | default('x') }}-{{ device.name }}", "x-Lamp".into()),
            ("sys.device.name", "{% if fleet.eco %}eco{% else %}full{% endif %}", "eco".into()),
            ("sys.device.name", "{{ '{{' }}", "{{".into()),
            ("sys.device.name", "plain", "plain".into()),
            ("switch:0.auto_off_delay", "{{ device.delay }}", 60.0.into()),
            ("switch:*.auto_off_delay", "{{ device.delay * 2 }}", 120.0.into()),
            ("switch:0.auto_off_delay", "{{ fleet.number }}", 42.0.into()),
            ("switch:0.auto_off_delay", "{{ fleet.number }}0", 420.0.into()),
            ("sys.device.eco_mode", "{{ fleet.eco }}", true.into()),
            ("sys.device.name", "{{ fleet.number }}", "42".into()),
            ("sys.location.tz", "{{ location.time_zone }}", "Europe/Vienna".into()),
            ("wifi.sta.pass", "{{ vault.wifi }}", SettingValue::Secret(SecretText::new("planted-wifi"))),
            ("scripts.a.code", "let x = '{{ device.name }}';\n", "let x = 'Lamp';\n".into()),
            ("wifi.sta.pass", "a{{ vault.wifi }}b", SettingValue::Secret(SecretText::new("aplanted-wifib"))),
        ];
        for (path, template, value) in cases {
            assert_eq!(rendered(path, template), Ok(value), "{template}");
        }
    }

    /// F7: strict. What is wrong is named, and no secret is in the words.
    #[test]
    fn what_is_wrong_is_named() {
        let cases = [
            ("sys.device.name", "{{ device.room }}", "there is no variable `device.room`"),
            ("sys.device.name", "a {{ fleet.nothing | upper }}", "there is no variable `fleet.nothing`"),
            (
                "sys.device.name",
                "{{ group.room }}",
                "the variable `group.room` has different values in group:a and group:b",
            ),
            ("wifi.sta.pass", "{{ vault.lan }}", "there is no variable `vault.lan`"),
            ("sys.device.name", "{{ vault.wifi }}", "a secret of the vault can only stand where a secret is kept"),
            ("sys.device.name", "{% set x = vault %}{{ x.wifi }}", "a secret of the vault can only stand"),
            ("sys.device.name", "{{ name }}", "there is no `name`: a variable begins with device"),
            ("sys.device.name", "{{ device.name", "not a template: syntax error"),
            ("sys.device.name", "{{ device.name | shout }}", "unknown filter"),
            ("switch:0.auto_off_delay", "{{ device.name }}", "what it gives does not fit: `switch:0.auto_off_delay`"),
            ("wifi.sta.pass", "{{ vault.wifi | int }}", "it cannot be rendered: invalid operation"),
            ("wifi.sta.pass", "planted {{ oops", "not a template: syntax error"),
        ];
        for (path, template, words) in cases {
            let error = rendered(path, template).unwrap_err();
            assert!(error.contains(words), "{template}: {error}");
            assert!(!error.contains("planted"), "{error}");
        }
    }

    #[test]
    fn a_template_ends() {
        let long = format!("{{{{ device.name }}}}{}", "x".repeat(MAX_LENGTH));
        assert!(rendered("sys.device.name", &long).unwrap_err().contains("too long"));
        let nested = "{% for a in device.name %}".repeat(40) + &"{% endfor %}".repeat(40);
        assert!(rendered("sys.device.name", &nested).unwrap_err().contains("takes too long"));
    }
}
