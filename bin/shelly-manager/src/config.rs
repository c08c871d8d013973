//! The program's own settings: defaults, then the file, then environment and flags.

use std::{
    net::{Ipv4Addr, SocketAddr, SocketAddrV4},
    path::{Path, PathBuf},
};

use secrets::Secret;
use serde::Deserialize;

use crate::args::{Common, ServeArgs};

/// Where people find the manager when nobody says otherwise. Loopback: nothing is open by accident.
const DEFAULT_LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 8280);
/// Where Gen1 devices send their reports by themselves.
const DEFAULT_COIOT: SocketAddrV4 = SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, 5683);
const DEFAULT_POLL_INTERVAL_S: u32 = 30;
const DEFAULT_DRIFT_INTERVAL_S: u32 = 3600;
const DEFAULT_DISCOVERY_INTERVAL_S: u32 = 900;
/// A shorter token of devices could be tried out.
const MIN_TOKEN_CHARS: usize = 16;

/// The settings file is not usable.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigError {
    /// It cannot be read.
    #[error("read the settings file {file}")]
    Read {
        /// The file.
        file: PathBuf,
        /// Why not.
        #[source]
        source: std::io::Error,
    },
    /// It is not TOML, or holds a key that does not exist or a value of the wrong type.
    #[error("the settings file {file} is broken: {message}")]
    Broken {
        /// The file.
        file: PathBuf,
        /// Where and what.
        message: String,
    },
    /// The address for CoIoT is none.
    #[error("the address for CoIoT must be `off` or an IPv4 address and port such as 0.0.0.0:5683, not `{given}`")]
    Coiot {
        /// What was given.
        given: String,
    },
    /// The address that devices dial is none.
    #[error("the address that devices dial must be `off` or an address and port such as 0.0.0.0:8281, not `{given}`")]
    DeviceListen {
        /// What was given.
        given: String,
    },
    /// The token of devices cannot stand in an address, or is easily guessed.
    #[error("the token of devices must be at least {MIN_TOKEN_CHARS} letters, digits, `-`, `_`, `.` or `~`")]
    DeviceToken,
    /// A value is out of range.
    #[error("{name} must be {allowed}, not {given}")]
    Range {
        /// Which setting.
        name: &'static str,
        /// What is allowed.
        allowed: &'static str,
        /// What was given.
        given: u32,
    },
}

/// The settings file.
#[derive(Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct File {
    listen: Option<SocketAddr>,
    data: Option<PathBuf>,
    database: Option<String>,
    log: Option<String>,
    poll_interval_s: Option<u32>,
    drift_interval_s: Option<u32>,
    follow: Option<bool>,
    coiot: Option<String>,
    device_listen: Option<String>,
    device_token: Option<String>,
    discovery: DiscoveryFile,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct DiscoveryFile {
    targets: Vec<String>,
    interval_s: Option<u32>,
    auto_adopt: bool,
}

/// The settings in force.
#[derive(Debug, Clone)]
pub(crate) struct Config {
    pub(crate) listen: SocketAddr,
    pub(crate) data_dir: PathBuf,
    pub(crate) database: Option<String>,
    pub(crate) log: Option<String>,
    pub(crate) poll_interval_s: u32,
    pub(crate) drift_interval_s: u32,
    pub(crate) follow: bool,
    pub(crate) coiot: Option<SocketAddrV4>,
    pub(crate) device_listen: Option<SocketAddr>,
    pub(crate) device_token: Option<Secret<String>>,
    pub(crate) discover: Vec<String>,
    pub(crate) discovery_interval_s: u32,
    pub(crate) auto_adopt: bool,
}

/// Puts the settings together.
///
/// # Errors
/// When the file is broken or a value is out of range.
pub(crate) fn load(common: &Common, serve: &ServeArgs) -> Result<Config, ConfigError> {
    let file = common.config.as_deref().map_or_else(|| Ok(File::default()), read)?;
    let poll_interval_s = serve.poll_interval.or(file.poll_interval_s).unwrap_or(DEFAULT_POLL_INTERVAL_S);
    if !(1..=86_400).contains(&poll_interval_s) {
        let allowed = "1 to 86400 seconds";
        return Err(ConfigError::Range { name: "the poll interval", allowed, given: poll_interval_s });
    }
    Ok(Config {
        listen: serve.listen.or(file.listen).unwrap_or(DEFAULT_LISTEN),
        data_dir: common.data_dir.clone().or(file.data).unwrap_or_else(default_data_dir),
        database: common.database.clone().or(file.database),
        log: common.log.clone().or(file.log),
        poll_interval_s,
        drift_interval_s: serve.drift_interval.or(file.drift_interval_s).unwrap_or(DEFAULT_DRIFT_INTERVAL_S),
        follow: serve.follow.or(file.follow).unwrap_or(true),
        coiot: coiot(serve.coiot.as_deref().or(file.coiot.as_deref()))?,
        device_listen: device_listen(serve.device_listen.as_deref().or(file.device_listen.as_deref()))?,
        device_token: device_token(serve.device_token.as_deref().or(file.device_token.as_deref()))?,
        discover: if serve.discover.is_empty() { file.discovery.targets } else { serve.discover.clone() },
        discovery_interval_s: serve
            .discovery_interval
            .or(file.discovery.interval_s)
            .unwrap_or(DEFAULT_DISCOVERY_INTERVAL_S)
            .max(1),
        auto_adopt: serve.auto_adopt || file.discovery.auto_adopt,
    })
}

/// Where the reports of Gen1 devices are heard; none for `off`.
fn coiot(text: Option<&str>) -> Result<Option<SocketAddrV4>, ConfigError> {
    match text {
        None => Ok(Some(DEFAULT_COIOT)),
        Some("off") => Ok(None),
        Some(text) => text.parse().map(Some).map_err(|_| ConfigError::Coiot { given: text.to_owned() }),
    }
}

/// Where devices dial; none for `off`.
fn device_listen(text: Option<&str>) -> Result<Option<SocketAddr>, ConfigError> {
    match text {
        None | Some("off") => Ok(None),
        Some(text) => text.parse().map(Some).map_err(|_| ConfigError::DeviceListen { given: text.to_owned() }),
    }
}

/// The token of devices; none when it is empty. It stands in an address as it is.
fn device_token(text: Option<&str>) -> Result<Option<Secret<String>>, ConfigError> {
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(None) };
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '~');
    if text.len() < MIN_TOKEN_CHARS || !text.chars().all(fits) {
        return Err(ConfigError::DeviceToken);
    }
    Ok(Some(Secret::from(text)))
}

fn read(path: &Path) -> Result<File, ConfigError> {
    let text = std::fs::read_to_string(path).map_err(|source| ConfigError::Read { file: path.to_owned(), source })?;
    toml::from_str(&text).map_err(|error| ConfigError::Broken { file: path.to_owned(), message: error.to_string() })
}

/// `$XDG_DATA_HOME/shelly-manager`, `~/.local/share/shelly-manager`, or a folder here.
fn default_data_dir() -> PathBuf {
    let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    variable("XDG_DATA_HOME")
        .or_else(|| variable("HOME").map(|home| home.join(".local/share")))
        .unwrap_or_else(|| PathBuf::from("."))
        .join("shelly-manager")
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::args::{Args, Command};

    fn config(text: &str, flags: &[&str]) -> Result<Config, ConfigError> {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("settings.toml");
        std::fs::write(&file, text).unwrap();
        let mut line = vec!["shelly-manager", "--config", file.to_str().unwrap(), "serve"];
        line.extend(flags);
        let args = Args::parse_from(line);
        let Command::Serve(serve) = &args.command else { panic!("serve was asked for") };
        load(&args.common, serve)
    }

    #[test]
    fn w59_flags_win_over_the_file_and_the_file_over_defaults() {
        let config = config("poll_interval_s = 7\nlisten = \"127.0.0.1:1\"", &["--listen", "127.0.0.1:2"]).unwrap();
        assert_eq!((config.poll_interval_s, config.listen.port(), config.drift_interval_s), (7, 2, 3600));
    }

    #[test]
    fn a_broken_file_says_where() {
        for (text, part) in [
            ("poll_interval_s = ", "line 1"),
            ("pol_interval_s = 7", "unknown field `pol_interval_s`"),
            ("poll_interval_s = \"x\"", "invalid type"),
            ("poll_interval_s = 0", "1 to 86400"),
            ("follow = 1", "invalid type"),
            ("coiot = \"5683\"", "not `5683`"),
            ("device_listen = \"8281\"", "not `8281`"),
            ("device_token = \"short\"", "at least 16"),
            ("device_token = \"a/token/with/slashes\"", "at least 16 letters"),
        ] {
            let message = config(text, &[]).unwrap_err().to_string();
            assert!(message.contains(part), "{message}");
        }
    }

    #[test]
    fn a5_reports_of_gen1_are_heard_unless_they_are_turned_off() {
        let heard_at = |text, flags: &[&str]| config(text, flags).unwrap().coiot.map(|address| address.to_string());
        assert_eq!(heard_at("", &[]).as_deref(), Some("0.0.0.0:5683"));
        assert_eq!(heard_at("coiot = \"127.0.0.1:7\"", &[]).as_deref(), Some("127.0.0.1:7"));
        assert_eq!(heard_at("coiot = \"127.0.0.1:7\"", &["--coiot", "off"]), None);
    }

    #[test]
    fn a4_devices_dial_only_where_it_is_said() {
        let given = config("device_listen = \"127.0.0.1:7\"\ndevice_token = \"aaaabbbbccccdddd\"", &[]).unwrap();
        assert_eq!(given.device_listen.map(|address| address.port()), Some(7));
        assert_eq!(given.device_token.as_ref().map(|token| token.expose().len()), Some(16));
        assert!(!format!("{given:?}").contains("aaaabbbb"));
        let usual = config("", &["--device-listen", "off"]).unwrap();
        assert!(usual.device_listen.is_none() && usual.device_token.is_none());
    }
}
