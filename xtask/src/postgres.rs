//! Runs a PostgreSQL cluster for the length of the tests: on loopback, without durability, gone afterwards.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::{host, process};

/// What makes a cluster quick and harmless. Tests never need what they wrote after a crash.
const SETTINGS: &str = "
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
fsync = off
synchronous_commit = off
full_page_writes = off
max_connections = 200
";

/// A running cluster; it ends when this value is dropped.
#[derive(Debug)]
pub(crate) struct Cluster {
    programs: PathBuf,
    folder: PathBuf,
    user: Option<String>,
    port: u16,
}

impl Cluster {
    /// Makes and starts a cluster. PostgreSQL is installed with apt when it is missing and that is allowed.
    pub(crate) fn start() -> Result<Self> {
        let programs = if let Some(found) = programs() {
            found
        } else {
            host::apt_install(&["postgresql"])?;
            programs().context("apt installed postgresql, but initdb was not found")?
        };
        let user = if host::is_root() { Some(unprivileged_user()?) } else { None };
        let port = host::free_port()?;
        let folder =
            process::quiet(as_user(user.as_deref(), Path::new("mktemp"))?.args(["-d", "/tmp/xtask-pg.XXXXXX"]))?;
        let cluster = Self { programs, folder: PathBuf::from(folder.trim()), user, port };
        cluster.initialise().context("start a PostgreSQL cluster for the tests")?;
        Ok(cluster)
    }

    /// Where the tests find it.
    pub(crate) fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    fn initialise(&self) -> Result<()> {
        let data = self.data();
        process::quiet(
            self.program("initdb")?
                .args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"])
                .arg("--pgdata")
                .arg(&data),
        )?;
        let file = data.join("postgresql.auto.conf");
        std::fs::write(&file, format!("{SETTINGS}port = {}\n", self.port))
            .with_context(|| format!("write {}", file.display()))?;
        process::quiet(
            self.program("pg_ctl")?
                .args(["start", "--wait", "--silent", "--timeout=60", "--pgdata"])
                .arg(&data)
                .arg("--log")
                .arg(self.folder.join("log")),
        )?;
        Ok(())
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    fn program(&self, name: &str) -> Result<Command> {
        as_user(self.user.as_deref(), &self.programs.join(name))
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let stopped = self.program("pg_ctl").and_then(|mut stop| {
            process::quiet(stop.args(["stop", "--wait", "--silent", "--mode=immediate", "--pgdata"]).arg(self.data()))
        });
        if let Err(error) = stopped {
            eprintln!("the PostgreSQL cluster in {} did not stop: {error:#}", self.folder.display());
        }
        if let Err(error) = std::fs::remove_dir_all(&self.folder) {
            eprintln!("{} could not be removed: {error}", self.folder.display());
        }
    }
}

/// The folder of the newest installed server; Debian keeps it away from the path.
fn programs() -> Option<PathBuf> {
    let debian = Path::new("/usr/lib/postgresql");
    let mut versions: Vec<u32> = std::fs::read_dir(debian)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| entry.file_name().to_string_lossy().parse().ok())
        .collect();
    versions.sort_unstable();
    versions
        .iter()
        .rev()
        .map(|version| debian.join(version.to_string()).join("bin"))
        .find(|folder| folder.join("initdb").is_file())
        .or_else(|| Some(host::find("initdb")?.parent()?.to_owned()))
}

/// A user that is not root; the server refuses to run as root.
fn unprivileged_user() -> Result<String> {
    ["postgres", "nobody"]
        .into_iter()
        .find(|user| process::quiet(Command::new("id").args(["-u", user])).is_ok())
        .map(str::to_owned)
        .context("PostgreSQL refuses to run as root, and there is no user postgres or nobody")
}

fn as_user(user: Option<&str>, program: &Path) -> Result<Command> {
    let Some(user) = user else {
        return Ok(Command::new(program));
    };
    let mut command = if host::find("setpriv").is_some() {
        let group = process::quiet(Command::new("id").args(["-g", user]))?;
        let mut command = Command::new("setpriv");
        command.arg(format!("--reuid={user}")).arg(format!("--regid={}", group.trim())).arg("--clear-groups");
        command
    } else if host::find("runuser").is_some() {
        let mut command = Command::new("runuser");
        command.args(["-u", user, "--"]);
        command
    } else {
        bail!("neither setpriv nor runuser is here to run PostgreSQL as {user}");
    };
    command.arg(program).current_dir("/");
    Ok(command)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Needs PostgreSQL, which the tests of everyone else may do without, so it passes where there is none.
    #[test]
    fn a_cluster_answers_and_leaves_nothing_behind() {
        if programs().is_none() {
            println!("no PostgreSQL here: nothing to prove");
            return;
        }
        let cluster = Cluster::start().unwrap();
        let folder = cluster.folder.clone();
        assert!(std::net::TcpStream::connect(("127.0.0.1", cluster.port)).is_ok());
        let port = cluster.port;
        drop(cluster);
        assert!(!folder.exists());
        assert!(std::net::TcpStream::connect(("127.0.0.1", port)).is_err());
    }
}
