//! The program's own settings: defaults, then the file, then environment and flags.

mod broker;
mod gateway;
mod retention;
mod trust;

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr, SocketAddrV4},
    path::{Path, PathBuf},
    time::Duration,
};

use device_gateway::{DeviceTls, TlsError};
use discovery::mdns::{Interface, MdnsOptions};
use fleet::{AgentOptions, Timetable};
use fleet_model::Retention;
use secrets::Secret;
use serde::Deserialize;
use shelly_http::Tls;

use self::{broker::BrokerFile, retention::RetentionFile, trust::TrustFile};
use crate::args::{Common, ServeArgs};

/// Where people find the manager when nobody says otherwise. Loopback: nothing is open by accident.
const DEFAULT_LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 8280);
/// Where Gen1 devices send their reports by themselves.
const DEFAULT_COIOT: SocketAddrV4 = SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, 5683);
const DEFAULT_POLL_INTERVAL_S: u32 = 30;
const DEFAULT_MOVE_LIMIT_S: u32 = 180;
const DEFAULT_DRIFT_INTERVAL_S: u32 = 3600;
const DEFAULT_DISCOVERY_INTERVAL_S: u32 = 900;

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
    /// How mDNS is heard is not understood.
    #[error("mDNS must be `true`, `false` or the address of an interface such as 192.168.1.2, not `{given}`")]
    Mdns {
        /// What was given.
        given: String,
    },
    /// The address of the broker is none. It is not said which: it may hold a password.
    #[error("the broker must be `off` or mqtt://[user[:password]@]host[:port], or mqtts:// for TLS")]
    Broker,
    /// Whom to trust cannot be read.
    #[error("read the authorities in {file}")]
    Authority {
        /// The file.
        file: PathBuf,
        /// Why not.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The address that devices dial is none.
    #[error("the address that devices dial must be `off` or an address and port such as 0.0.0.0:8281, not `{given}`")]
    DeviceListen {
        /// What was given.
        given: String,
    },
    /// The token of devices cannot stand in an address, or is easily guessed.
    #[error("the token of devices must be at least {} letters, digits, `-`, `_`, `.` or `~`", gateway::MIN_TOKEN_CHARS)]
    DeviceToken,
    /// Of the certificate that devices see and its key, one is missing.
    #[error("give both --device-tls-cert and --device-tls-key: only one of them is there")]
    HalfDeviceTls,
    /// The certificate that devices see cannot be used.
    #[error("use the certificate that devices see when they dial")]
    DeviceTls(#[from] TlsError),
    /// The address that agents dial is none.
    #[error("the address that agents dial must be `off` or an address and port such as 0.0.0.0:8283, not `{given}`")]
    AgentsListen {
        /// What was given.
        given: String,
    },
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
    move_limit_s: Option<u32>,
    drift_interval_s: Option<u32>,
    follow: Option<bool>,
    coiot: Option<String>,
    mdns: Option<MdnsFile>,
    device_listen: Option<String>,
    device_token: Option<String>,
    device_tls_cert: Option<PathBuf>,
    device_tls_key: Option<PathBuf>,
    agents_listen: Option<String>,
    agents_scan_s: Option<u32>,
    agents_look_s: Option<u32>,
    discovery: DiscoveryFile,
    retention: RetentionFile,
    mqtt: BrokerFile,
    tls: TrustFile,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct DiscoveryFile {
    targets: Vec<String>,
    interval_s: Option<u32>,
    auto_adopt: bool,
    subnets: Vec<SubnetFile>,
}

/// Scans with a timetable of their own; what is absent is as for the others.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct SubnetFile {
    targets: Vec<String>,
    interval_s: Option<u32>,
    auto_adopt: Option<bool>,
}

/// `true`, `false`, or an address as text.
#[derive(Debug, Clone, Deserialize)]
#[serde(from = "toml::Value")]
struct MdnsFile(String);

impl From<toml::Value> for MdnsFile {
    fn from(value: toml::Value) -> Self {
        Self(value.as_str().map_or_else(|| value.to_string(), str::to_owned))
    }
}

/// The settings in force.
#[derive(Debug, Clone)]
pub(crate) struct Config {
    pub(crate) listen: SocketAddr,
    pub(crate) data_dir: PathBuf,
    pub(crate) database: Option<String>,
    pub(crate) log: Option<String>,
    pub(crate) poll_interval_s: u32,
    pub(crate) move_limit_s: u32,
    pub(crate) drift_interval_s: u32,
    pub(crate) follow: bool,
    pub(crate) coiot: Option<SocketAddrV4>,
    pub(crate) mqtt: Option<shelly_mqtt::Options>,
    pub(crate) device_tls: Option<Tls>,
    pub(crate) mdns: Option<MdnsOptions>,
    pub(crate) timetables: Vec<Timetable>,
    pub(crate) device_listen: Option<SocketAddr>,
    pub(crate) device_token: Option<Secret<String>>,
    /// What devices see that dial; none when they dial in the clear.
    pub(crate) gateway_tls: Option<DeviceTls>,
    pub(crate) auto_adopt: bool,
    pub(crate) agents_listen: Option<SocketAddr>,
    pub(crate) agents: AgentOptions,
    pub(crate) retention: Retention,
    /// Time between two removals of what is old; none when it is done only when asked for.
    pub(crate) sweep_interval: Option<Duration>,
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
    let move_limit_s = serve.move_limit.or(file.move_limit_s).unwrap_or(DEFAULT_MOVE_LIMIT_S);
    if !(1..=3_600).contains(&move_limit_s) {
        let allowed = "1 to 3600 seconds";
        return Err(ConfigError::Range { name: "the limit for moves", allowed, given: move_limit_s });
    }
    Ok(Config {
        listen: serve.listen.or(file.listen).unwrap_or(DEFAULT_LISTEN),
        data_dir: common.data_dir.clone().or(file.data).unwrap_or_else(default_data_dir),
        database: common.database.clone().or(file.database),
        log: common.log.clone().or(file.log),
        poll_interval_s,
        move_limit_s,
        drift_interval_s: serve.drift_interval.or(file.drift_interval_s).unwrap_or(DEFAULT_DRIFT_INTERVAL_S),
        follow: serve.follow.or(file.follow).unwrap_or(true),
        coiot: coiot(serve.coiot.as_deref().or(file.coiot.as_deref()))?,
        mdns: mdns(serve.mdns.as_deref().or(file.mdns.as_ref().map(|MdnsFile(text)| text.as_str())))?,
        mqtt: broker::broker(serve, file.mqtt)?,
        device_tls: trust::devices(common, file.tls)?,
        device_listen: gateway::listen(serve.device_listen.as_deref().or(file.device_listen.as_deref()))?,
        device_token: gateway::token(serve.device_token.as_deref().or(file.device_token.as_deref()))?,
        gateway_tls: gateway::tls(
            serve.device_tls_cert.as_deref().or(file.device_tls_cert.as_deref()),
            serve.device_tls_key.as_deref().or(file.device_tls_key.as_deref()),
        )?,
        agents_listen: gateway::agents(serve.agents.agents_listen.as_deref().or(file.agents_listen.as_deref()))?,
        agents: gateway::agent_options(
            serve.agents.agents_scan.or(file.agents_scan_s),
            serve.agents.agents_look.or(file.agents_look_s),
        )?,
        retention: retention::retention(&serve.keep, &file.retention)?,
        sweep_interval: retention::interval(serve.sweep_interval, &file.retention),
        auto_adopt: serve.auto_adopt || file.discovery.auto_adopt,
        timetables: timetables(serve, file.discovery),
    })
}

/// All scans by timetable. Flags replace the common targets of the file; subnets stay.
fn timetables(serve: &ServeArgs, file: DiscoveryFile) -> Vec<Timetable> {
    let common_s = serve.discovery_interval.or(file.interval_s);
    let adopt = serve.auto_adopt || file.auto_adopt;
    let interval = |own_s: Option<u32>| {
        Duration::from_secs(own_s.or(common_s).unwrap_or(DEFAULT_DISCOVERY_INTERVAL_S).max(1).into())
    };
    let targets = if serve.discover.is_empty() { file.targets } else { serve.discover.clone() };
    let common = Timetable { targets, interval: interval(None), adopt };
    let subnets = file.subnets.into_iter().map(|subnet| Timetable {
        targets: subnet.targets,
        interval: interval(subnet.interval_s),
        adopt: subnet.auto_adopt.unwrap_or(adopt),
    });
    [common].into_iter().chain(subnets).filter(|timetable| !timetable.targets.is_empty()).collect()
}

/// How mDNS is heard; none for not at all. A port after the address is for tests.
fn mdns(text: Option<&str>) -> Result<Option<MdnsOptions>, ConfigError> {
    let on = |address: IpAddr, port| {
        let interfaces = vec![Interface::Address(address)];
        Ok(Some(MdnsOptions { interfaces, port, ..MdnsOptions::default() }))
    };
    match text {
        None | Some("true") => Ok(Some(MdnsOptions::default())),
        Some("false") => Ok(None),
        Some(text) => match (text.parse::<IpAddr>(), text.parse::<SocketAddr>()) {
            (Ok(address), _) => on(address, MdnsOptions::default().port),
            (_, Ok(place)) => on(place.ip(), place.port()),
            _ => Err(ConfigError::Mdns { given: text.to_owned() }),
        },
    }
}

/// Where the reports of Gen1 devices are heard; none for `off`.
fn coiot(text: Option<&str>) -> Result<Option<SocketAddrV4>, ConfigError> {
    match text {
        None => Ok(Some(DEFAULT_COIOT)),
        Some("off") => Ok(None),
        Some(text) => text.parse().map(Some).map_err(|_| ConfigError::Coiot { given: text.to_owned() }),
    }
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
            ("[retention]\nevents_days = 99999", "0 to 36500 days, not 99999"),
            ("coiot = \"5683\"", "not `5683`"),
            ("mdns = 7", "not `7`"),
            ("[[discovery.subnets]]\ninterval_s = 7", "missing field `targets`"),
            ("[mqtt]\nbroker = \"broker\"", "mqtt://[user"),
            ("[mqtt]\nbrokr = \"x\"", "unknown field `brokr`"),
            ("[tls]\ndevice_ca = \"/nowhere/ca.pem\"", "read the authorities in /nowhere/ca.pem"),
            ("device_listen = \"8281\"", "not `8281`"),
            ("agents_listen = \"8283\"", "not `8283`"),
            ("device_token = \"short\"", "at least 16"),
            ("device_tls_cert = \"/nowhere/cert.pem\"", "only one of them"),
            ("device_token = \"a/token/with/slashes\"", "at least 16 letters"),
        ] {
            let message = config(text, &[]).unwrap_err().to_string();
            assert!(message.contains(part), "{message}");
        }
    }

    #[test]
    fn b1_mdns_is_heard_unless_it_is_turned_off() {
        let heard = |text, flags: &[&str]| config(text, flags).unwrap().mdns;
        assert_eq!(heard("", &[]), Some(MdnsOptions::default()));
        assert_eq!(heard("mdns = false", &[]), None);
        assert_eq!(heard("mdns = false", &["--mdns", "true"]), Some(MdnsOptions::default()));
        let one = heard("mdns = \"192.0.2.7\"", &[]).unwrap();
        assert_eq!((one.interfaces.len(), one.port), (1, 5353));
        assert_eq!(heard("", &["--mdns", "127.0.0.1:7"]).unwrap().port, 7);
    }

    #[test]
    fn b3_each_subnet_has_its_timetable() {
        let text = "[discovery]\ntargets = [\"a\"]\nauto_adopt = true\n\
            [[discovery.subnets]]\ntargets = [\"b\", \"c\"]\ninterval_s = 60\nauto_adopt = false\n\
            [[discovery.subnets]]\ntargets = [\"d\"]";
        let timetable = |targets: &[&str], seconds, adopt| Timetable {
            targets: targets.iter().map(ToString::to_string).collect(),
            interval: Duration::from_secs(seconds),
            adopt,
        };
        let read = config(text, &[]).unwrap().timetables;
        let [b, d] = [timetable(&["b", "c"], 60, false), timetable(&["d"], 900, true)];
        assert_eq!(read, [timetable(&["a"], 900, true), b.clone(), d]);
        let read = config(text, &["--discover", "x", "--discovery-interval", "5"]).unwrap().timetables;
        assert_eq!(read, [timetable(&["x"], 5, true), b, timetable(&["d"], 5, true)]);
        assert_eq!(config("", &[]).unwrap().timetables, []);
    }

    #[test]
    fn a6_a_broker_comes_from_the_file_or_a_flag_and_its_password_stays_hidden() {
        let text = "[mqtt]\nbroker = \"mqtt://broker\"\nuser = \"me\"\npassword = \"correct horse\"";
        let with = |text: &str, flags: &[&str]| config(text, flags).unwrap();
        let of_file = with(text, &[]);
        let login = of_file.mqtt.as_ref().unwrap().login.as_ref().unwrap();
        assert_eq!((&*login.user, &*login.password), ("me", "correct horse"));
        assert!(!format!("{of_file:?}").contains("horse"));
        let of_flag = with(text, &["--mqtt", "mqtt://other:secret@10.0.0.5"]).mqtt.unwrap();
        assert_eq!(
            (of_flag.address.to_string(), of_flag.login.unwrap().user),
            ("mqtt://10.0.0.5:1883".into(), "other".into())
        );
        assert!(with(text, &["--mqtt", "off"]).mqtt.is_none() && with("", &[]).mqtt.is_none());
        let wrong = config("", &["--mqtt", "http://me:secret@broker"]).unwrap_err();
        assert!(!format!("{wrong} {wrong:?}").contains("secret"), "{wrong}");
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
