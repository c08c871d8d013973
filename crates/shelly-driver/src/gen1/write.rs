//! Turns changes of settings into writes in the device's words.

use capability_config::{SettingPath, SettingValue, Settings};
use shelly_types::{ComponentKey, Credentials, Identity};

use super::{
    form::{Form, number},
    read::sleep_unit,
    rules::{Kind, Rule, numbered, rules_of},
    shape::Shape,
};
use crate::{
    Error,
    family::{Login, Write},
};

/// Whether what is written with this parameter takes effect after a restart only (reference/gen1/protocol.md 7).
pub(super) fn needs_restart(parameter: &str) -> bool {
    parameter.starts_with("mqtt_") || parameter == "sntp_server" || parameter == "coiot_peer"
}

/// The requests that bring `changes` of `component` about, in order.
pub(crate) fn writes(
    identity: &Identity,
    component: &ComponentKey,
    changes: &Settings,
    shown: &Settings,
) -> Result<Vec<Write>, Error> {
    let unsupported = |what: String| Error::Unsupported { device: identity.mac, what };
    if let Some(stranger) = changes.keys().find(|path| path.component() != component) {
        return Err(unsupported(format!("set {stranger} together with {component}")));
    }
    if component.kind() == "auth" {
        return login(changes, shown).map(|write| vec![write]).map_err(unsupported);
    }
    let shape = Shape::of_shown(identity, shown);
    let mut left: Settings = changes.clone();
    let mut requests: Vec<(String, Vec<(String, String)>)> = Vec::new();
    for (rule, index) in rules_of(&shape, component) {
        let wish = Wish { component, changes: &left, shown };
        if !wish.concerns(rule) {
            continue;
        }
        let parameters = parameters(rule, index, &wish, &shape).map_err(unsupported)?;
        let path = numbered(rule.path, index);
        match requests.iter_mut().find(|(known, _)| *known == path) {
            Some((_, list)) => list.extend(parameters),
            None => requests.push((path.into_owned(), parameters)),
        }
        for field in rule.fields() {
            left.remove(&SettingPath::new(component.clone(), field));
        }
    }
    match left.first_key_value() {
        Some((path, value)) => Err(unsupported(format!("set {path} to {value}"))),
        None => Ok(requests.into_iter().map(|(path, parameters)| Write::gen1(path, parameters)).collect()),
    }
}

/// What is wished of a component.
struct Wish<'a> {
    component: &'a ComponentKey,
    changes: &'a Settings,
    shown: &'a Settings,
}

impl Wish<'_> {
    fn path(&self, field: &str) -> SettingPath {
        SettingPath::new(self.component.clone(), field)
    }

    fn changed(&self, field: &str) -> Option<&SettingValue> {
        self.changes.get(&self.path(field))
    }

    /// The value a field will have: as wished, else as shown.
    fn value(&self, field: &str) -> Option<&SettingValue> {
        let path = self.path(field);
        self.changes.get(&path).or_else(|| self.shown.get(&path))
    }

    fn concerns(&self, rule: &Rule) -> bool {
        rule.fields().iter().any(|field| self.changed(field).is_some())
    }

    /// What to say of a wish that cannot be fulfilled.
    fn refusal(&self, rule: &Rule, why: &str) -> String {
        let wishes: Vec<String> = rule
            .fields()
            .iter()
            .filter_map(|field| Some(format!("{} to {}", self.path(field), self.changed(field)?)))
            .collect();
        format!("set {}{why}", wishes.join(" and "))
    }
}

fn parameters(rule: &Rule, index: u32, wish: &Wish<'_>, shape: &Shape) -> Result<Vec<(String, String)>, String> {
    let name = numbered(rule.parameter, index);
    let refused = |why: &str| wish.refusal(rule, why);
    if name.is_empty() {
        return Err(refused(""));
    }
    let wanted = wish.value(rule.field);
    let text = match rule.kind {
        Kind::Plain(form) => wanted.and_then(|value| form.write(value)).ok_or_else(|| refused(""))?,
        Kind::Delay => delay(rule, wish)?,
        Kind::Window => window(rule, wish)?,
        Kind::RollerInputs => return roller_inputs(rule, wish),
        Kind::RollerButton(words) => {
            let inputs = SettingPath::new(ComponentKey::instance("cover", 0), "in_mode");
            if wish.shown.get(&inputs) == Some(&"detached".into()) {
                return Err(refused(" while the inputs are detached"));
            }
            let word = wanted.filter(|word| **word != "detached".into());
            word.and_then(|word| Form::Word(words).write(word)).ok_or_else(|| refused(""))?
        }
        Kind::Interval => {
            let Some(SettingValue::List(times)) = wanted else { return Err(refused("")) };
            let times: Option<Vec<&str>> = times.iter().map(SettingValue::as_text).collect();
            let (start, end) = match times.as_deref() {
                Some([start, end]) => (*start, *end),
                Some([]) => ("00:00", "00:00"),
                _ => return Err(refused("")),
            };
            return Ok(vec![("start_time".to_owned(), start.to_owned()), ("end_time".to_owned(), end.to_owned())]);
        }
        Kind::Sleep => {
            let seconds = wanted.and_then(SettingValue::as_number).ok_or_else(|| refused(""))?;
            let units = seconds / sleep_unit(shape).1;
            if units.fract() != 0.0 {
                return Err(refused(": it sleeps for whole hours, motion sensors and valves for whole minutes"));
            }
            number(units)
        }
    };
    Ok(vec![(name.into_owned(), text)])
}

/// Gen1 keeps one number, 0 for off: a delay without its switch, or a switch without a delay, cannot be told.
fn delay(rule: &Rule, wish: &Wish<'_>) -> Result<String, String> {
    let field = rule.field;
    let delay_field = format!("{field}_delay");
    let delay = wish.value(&delay_field).and_then(SettingValue::as_number).filter(|seconds| *seconds > 0.0);
    match (wish.value(field).and_then(SettingValue::as_bool), delay) {
        (Some(true), Some(seconds)) => Ok(number(seconds)),
        (Some(true), None) => Err(wish.refusal(rule, &format!(" without a time in {delay_field}"))),
        (Some(false), _) if wish.changed(&delay_field).is_none() => Ok(number(0.0)),
        (Some(false) | None, _) => Err(wish.refusal(rule, &format!(": the time is kept only while {field} is true"))),
    }
}

fn window(rule: &Rule, wish: &Wish<'_>) -> Result<String, String> {
    let (enable_field, direction_field) = (format!("{}.enable", rule.field), format!("{}.direction", rule.field));
    let direction = wish.value(&direction_field).and_then(SettingValue::as_text);
    match (wish.value(&enable_field).and_then(SettingValue::as_bool), direction) {
        (Some(true), Some("open")) => Ok("while_opening".to_owned()),
        (Some(true), Some("close")) => Ok("while_closing".to_owned()),
        (Some(true), Some("both")) => Ok("while_moving".to_owned()),
        (Some(true), None) => Err(wish.refusal(rule, &format!(" without {direction_field}"))),
        (Some(false), _) if wish.changed(&direction_field).is_none() => Ok("disabled".to_owned()),
        (Some(false) | None, _) => {
            Err(wish.refusal(rule, &format!(": the direction is kept only while {enable_field} is true")))
        }
        (Some(true), Some(_)) => Err(wish.refusal(rule, "")),
    }
}

/// A roller whose inputs do nothing does not say what is wired to them; buttons are the default from the factory.
fn roller_inputs(rule: &Rule, wish: &Wish<'_>) -> Result<Vec<(String, String)>, String> {
    let parameter = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let mode = match wish.changed(rule.field).and_then(SettingValue::as_text) {
        Some("detached") => return Ok(vec![parameter("btn_type", "detached")]),
        Some("dual") => "openclose",
        Some("single") => "onebutton",
        _ => return Err(wish.refusal(rule, "")),
    };
    let mut parameters = vec![parameter("input_mode", mode)];
    if wish.shown.get(&wish.path(rule.field)) == Some(&"detached".into()) {
        parameters.push(parameter("btn_type", "momentary"));
    }
    Ok(parameters)
}

/// The login is written as a whole, since it is in force with the next request.
fn login(changes: &Settings, shown: &Settings) -> Result<Write, String> {
    let path = |field: &str| SettingPath::new(ComponentKey::single("auth"), field);
    for (changed, value) in changes {
        if !["enable", "user", "password", "unprotected"].contains(&changed.field()) {
            return Err(format!("set {changed} to {value}"));
        }
    }
    let flag = |settings: &Settings, field: &str| settings.get(&path(field)).and_then(SettingValue::as_bool);
    let text = |settings: &Settings, field: &str| {
        settings.get(&path(field)).and_then(SettingValue::as_text).map(str::to_owned)
    };
    let password = match changes.get(&path("password")) {
        None => None,
        Some(SettingValue::Null) => Some(None),
        Some(SettingValue::Secret(secret)) => Some(Some(secret.expose().to_owned())),
        Some(_) => return Err(format!("set {} to a value that is not known", path("password"))),
    };
    let was_on = flag(shown, "enable") == Some(true);
    let on = match (flag(changes, "enable"), &password) {
        (Some(true), Some(None)) => return Err(format!("set {} to true without a password", path("enable"))),
        (Some(on), _) => on,
        (None, Some(password)) => password.is_some(),
        (None, None) => was_on,
    };
    let mut parameters = Vec::new();
    let mut add = |name: &str, value: String| parameters.push((name.to_owned(), value));
    let mut login = None;
    let user = text(changes, "user");
    if let Some(unprotected) = flag(changes, "unprotected") {
        add("unprotected", unprotected.to_string());
    }
    if on != was_on || flag(changes, "enable").is_some() {
        add("enabled", on.to_string());
    }
    match password.flatten() {
        Some(password) => {
            let user = user.or_else(|| text(shown, "user")).unwrap_or_else(|| "admin".to_owned());
            add("username", user.clone());
            add("password", password.clone());
            login = on.then(|| Login::With(Credentials::new(user, password)));
        }
        None if on && (!was_on || user.is_some()) => {
            return Err(format!("set {} without the password", path(if user.is_some() { "user" } else { "enable" })));
        }
        None => {
            if let Some(user) = user {
                add("username", user);
            }
        }
    }
    if !on && was_on {
        login = Some(Login::Open);
    }
    let write = Write::gen1("/settings/login", parameters);
    Ok(match login {
        Some(login) => write.then(login),
        None => write,
    })
}
