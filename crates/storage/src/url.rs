//! Reads a database URL: the scheme says which database it is.

use std::{fmt, path::PathBuf, str::FromStr, sync::Arc};

use tokio_postgres::config::{Host, SslMode};

/// Which database, and where.
#[derive(Clone)]
pub enum DatabaseUrl {
    /// A file.
    Sqlite(PathBuf),
    /// A server.
    Postgres(PostgresUrl),
}

/// A PostgreSQL server and how to talk to it.
#[derive(Clone)]
pub struct PostgresUrl {
    /// Server, user, password, database, options.
    pub(crate) config: Arc<tokio_postgres::Config>,
    /// Encrypt, and whom to trust.
    pub(crate) tls: Option<Trust>,
}

/// Whose certificates are trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Trust {
    /// Those that the system trusts.
    System,
    /// Those in a PEM file.
    File(PathBuf),
}

/// The text is no database URL.
#[derive(Debug, thiserror::Error)]
pub enum ParseUrlError {
    /// Neither of the two databases.
    #[error(
        "a database URL begins with `sqlite:` or `postgres://`, such as sqlite:///var/lib/shelly-manager/manager.db"
    )]
    Scheme,
    /// No file named.
    #[error("the database URL `sqlite:` names no file")]
    NoFile,
    /// A word for `sslmode` that PostgreSQL does not know.
    #[error("`{mode}` is no sslmode: expected disable, allow, prefer, require, verify-ca or verify-full")]
    SslMode {
        /// What was given.
        mode: String,
    },
    /// Something else is wrong with it. The text may hold a password, so it is not repeated.
    #[error("the PostgreSQL URL cannot be read")]
    Postgres(#[source] tokio_postgres::Error),
}

impl FromStr for DatabaseUrl {
    type Err = ParseUrlError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Some(path) = text.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            return if path.is_empty() { Err(ParseUrlError::NoFile) } else { Ok(Self::Sqlite(path.into())) };
        }
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return PostgresUrl::parse(text).map(Self::Postgres);
        }
        Err(ParseUrlError::Scheme)
    }
}

impl PostgresUrl {
    fn parse(text: &str) -> Result<Self, ParseUrlError> {
        let (address, query) = text.split_once('?').unwrap_or((text, ""));
        let (mut encrypt, mut file) = (false, None);
        let mut rest = Vec::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            match pair.split_once('=') {
                Some(("sslmode", mode)) => {
                    encrypt = match mode {
                        "disable" | "allow" | "prefer" => false,
                        "require" | "verify-ca" | "verify-full" => true,
                        _ => return Err(ParseUrlError::SslMode { mode: mode.to_owned() }),
                    };
                }
                Some(("sslrootcert", path)) => file = Some(PathBuf::from(path)),
                _ => rest.push(pair),
            }
        }
        let address = format!("{address}?{}", rest.join("&"));
        let address = address.trim_end_matches('?');
        let mut config: tokio_postgres::Config = address.parse().map_err(ParseUrlError::Postgres)?;
        if config.get_application_name().is_none() {
            config.application_name("shelly-manager");
        }
        config.ssl_mode(if encrypt { SslMode::Require } else { SslMode::Disable });
        let tls = encrypt.then(|| file.map_or(Trust::System, Trust::File));
        Ok(Self { config: Arc::new(config), tls })
    }
}

/// The URL without user and password.
impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite://{}", path.display()),
            Self::Postgres(url) => url.fmt(f),
        }
    }
}

impl fmt::Display for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hosts: Vec<String> = self
            .config
            .get_hosts()
            .iter()
            .map(|host| match host {
                Host::Tcp(name) => name.clone(),
                #[cfg(unix)]
                Host::Unix(path) => path.display().to_string(),
            })
            .collect();
        let ports: Vec<String> = self.config.get_ports().iter().map(ToString::to_string).collect();
        let port = if ports.is_empty() { "5432".to_owned() } else { ports.join(",") };
        write!(f, "postgres://{}:{port}/{}", hosts.join(","), self.config.get_dbname().unwrap_or_default())
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DatabaseUrl({self})")
    }
}

impl fmt::Debug for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PostgresUrl({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scheme_decides() {
        let sqlite = |text: &str| match text.parse().unwrap() {
            DatabaseUrl::Sqlite(path) => path,
            DatabaseUrl::Postgres(_) => panic!("{text} is a file"),
        };
        assert_eq!(sqlite("sqlite:///var/lib/m.db"), PathBuf::from("/var/lib/m.db"));
        assert_eq!(sqlite("sqlite://data/m.db"), PathBuf::from("data/m.db"));
        assert_eq!(sqlite("sqlite:m.db"), PathBuf::from("m.db"));
        for text in ["", "m.db", "mysql://x/y", "sqlite:", "postgres://h:port/x", "postgres://h/x?sslmode=maybe"] {
            assert!(text.parse::<DatabaseUrl>().is_err(), "{text}");
        }
    }

    #[test]
    fn passwords_are_not_shown() {
        let url: DatabaseUrl = "postgres://me:hunter2@db.lan/fleet?sslmode=require&connect_timeout=3".parse().unwrap();
        assert_eq!(url.to_string(), "postgres://db.lan:5432/fleet");
        assert!(!format!("{url:?}").contains("hunter2"));
        let DatabaseUrl::Postgres(url) = url else { panic!("a server") };
        assert_eq!(url.tls, Some(Trust::System));
        let error = "postgres://me:hunter2@h:port/x".parse::<DatabaseUrl>().unwrap_err();
        assert!(!format!("{error:?} {error}").contains("hunter2"));
    }

    #[test]
    fn encryption_is_asked_for() {
        let tls = |text: &str| match text.parse().unwrap() {
            DatabaseUrl::Postgres(url) => url.tls,
            DatabaseUrl::Sqlite(_) => panic!("{text} is a server"),
        };
        assert_eq!(tls("postgresql://h/x"), None);
        assert_eq!(tls("postgres://h/x?sslmode=prefer"), None);
        let file = tls("postgres://h/x?sslrootcert=/etc/ca.pem&sslmode=verify-full");
        assert_eq!(file, Some(Trust::File("/etc/ca.pem".into())));
    }
}
