//! D10: the login is set, changed and cleared as a whole.

use capability_config::{SecretText, SettingValue, Settings};
use shelly_types::{Credentials, Firmware, Generation, Identity, Mac, Model};

use crate::{
    Error,
    family::{Login, Request, Write},
    gen1::writes,
};

pub(super) fn identity(model: &str) -> Identity {
    Identity {
        mac: Mac::new([0xC4, 0x5B, 0xBE, 0x6A, 0x11, 0x22]),
        generation: Generation::GEN1,
        model: Model::new(model),
        firmware: Firmware::new("20230913-112003/v1.14.0-gcb84623"),
        host_name: None,
        app: None,
        name: None,
        profile: None,
        auth_required: false,
    }
}

pub(super) fn settings(values: &[(&str, SettingValue)]) -> Settings {
    values.iter().map(|(path, value)| (path.parse().unwrap(), value.clone())).collect()
}

fn secret() -> SettingValue {
    SettingValue::Secret(SecretText::new("pass word"))
}

fn write(changes: &[(&str, SettingValue)], on: bool) -> Result<Write, Error> {
    let shown = settings(&[("auth.enable", on.into()), ("auth.user", "admin".into())]);
    let component = "auth".parse().unwrap();
    writes(&identity("SHSW-1"), &component, &settings(changes), &shown).map(|mut writes| writes.remove(0))
}

fn sent(write: &Write) -> String {
    let Request::Gen1 { path, parameters } = &write.request else { panic!("a request of another family") };
    let parameters: Vec<String> = parameters.iter().map(|(name, value)| format!("{name}={value}")).collect();
    format!("{path}?{}", parameters.join("&"))
}

#[test]
fn it_is_set() {
    let set = write(&[("auth.enable", true.into()), ("auth.password", secret())], false).unwrap();
    assert_eq!(sent(&set), "/settings/login?enabled=true&username=admin&password=pass word");
    assert_eq!(set.login, Some(Login::With(Credentials::new("admin", "pass word"))));
    let password = write(&[("auth.password", secret()), ("auth.user", "me".into())], true).unwrap();
    assert_eq!(sent(&password), "/settings/login?username=me&password=pass word");
    assert_eq!(password.login, Some(Login::With(Credentials::new("me", "pass word"))));
}

#[test]
fn it_is_cleared() {
    for changes in [[("auth.enable", false.into())], [("auth.password", SettingValue::Null)]] {
        let clear = write(&changes, true).unwrap();
        assert_eq!(sent(&clear), "/settings/login?enabled=false");
        assert_eq!(clear.login, Some(Login::Open));
    }
}

#[test]
fn the_reminder_leaves_the_login_alone() {
    let quiet = write(&[("auth.unprotected", true.into())], false).unwrap();
    assert_eq!((sent(&quiet).as_str(), &quiet.login), ("/settings/login?unprotected=true", &None));
}

#[test]
fn it_needs_its_password() {
    for (changes, on) in [
        (vec![("auth.enable", true.into())], false),
        (vec![("auth.enable", true.into()), ("auth.password", SettingValue::Null)], false),
        (vec![("auth.enable", true.into()), ("auth.password", SettingValue::Hidden)], false),
        (vec![("auth.user", "me".into())], true),
        (vec![("auth.realm", "x".into())], true),
    ] {
        let error = write(&changes, on).map(|write| sent(&write)).unwrap_err();
        assert!(matches!(error, Error::Unsupported { .. }), "{error:?}");
    }
}
