//! A PostgreSQL server for the tests of one process: the one that is named, or a throw-away cluster.

use std::{
    env, fs, io,
    net::{Ipv4Addr, TcpListener},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::OnceLock,
};

/// Names a server whose user may create schemas.
const VARIABLE: &str = "TEST_DATABASE_URL";

/// What makes a cluster quick and harmless. Tests never need what they wrote after a crash.
const SETTINGS: &str = "
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
fsync = off
synchronous_commit = off
full_page_writes = off
max_connections = 200
";

/// Waits until the test process is gone, which closes its end of the pipe, then stops the server and removes its files.
const WATCHDOG: &str = r#"cat >/dev/null; "$@" >/dev/null 2>&1; rm -rf "$FOLDER""#;

/// Why there is no PostgreSQL for a test.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Unavailable {
    /// Neither a server is named nor are the programs installed.
    #[error("PostgreSQL is not installed (no initdb), and TEST_DATABASE_URL is not set")]
    NotInstalled,
    /// It refuses to run as root, and nobody else is here.
    #[error(
        "PostgreSQL refuses to run as root, and there is neither a user postgres or nobody, nor setpriv or runuser"
    )]
    OnlyRoot,
    /// A cluster could not be started.
    #[error("a PostgreSQL cluster could not be started: {0}")]
    NotStarted(String),
    /// The server does not do what it is asked.
    #[error("the PostgreSQL server refused: {0}")]
    NoAnswer(String),
}

/// The URL of the server, which is started by the first who asks.
pub(crate) fn url() -> Result<&'static str, Unavailable> {
    static URL: OnceLock<Result<String, Unavailable>> = OnceLock::new();
    let found = URL.get_or_init(|| match env::var(VARIABLE) {
        Ok(url) if !url.is_empty() => Ok(url),
        _ => start(),
    });
    found.as_deref().map_err(Clone::clone)
}

fn start() -> Result<String, Unavailable> {
    let programs = programs().ok_or(Unavailable::NotInstalled)?;
    let user = if is_root() { Some(Unprivileged::find().ok_or(Unavailable::OnlyRoot)?) } else { None };
    let failed = |error: io::Error| Unavailable::NotStarted(error.to_string());
    let folder = tempfile::Builder::new().prefix("test-db-").tempdir().map_err(failed)?;
    if let Some(user) = &user {
        std::os::unix::fs::chown(folder.path(), Some(user.uid), Some(user.gid)).map_err(failed)?;
    }
    let data = folder.path().join("data");
    let program = |name: &str| Unprivileged::command(user.as_ref(), &programs.join(name));
    let options = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync", "--pgdata"];
    run(program("initdb").args(options).arg(&data))?;
    let port = free_port().map_err(failed)?;
    fs::write(data.join("postgresql.auto.conf"), format!("{SETTINGS}port = {port}\n")).map_err(failed)?;
    let log = folder.path().join("log");
    run(program("pg_ctl")
        .args(["start", "--wait", "--silent", "--timeout=60", "--pgdata"])
        .arg(&data)
        .arg("--log")
        .arg(log))?;
    let mut stop = program("pg_ctl");
    stop.args(["stop", "--wait", "--silent", "--mode=immediate", "--pgdata"]).arg(&data);
    watch(&stop, &folder.keep()).map_err(failed)?;
    Ok(format!("postgres://postgres@127.0.0.1:{port}/postgres"))
}

/// Leaves a process behind that cleans up. It must outlive this one, so nobody waits for it.
fn watch(stop: &Command, folder: &Path) -> io::Result<()> {
    use std::os::unix::process::CommandExt;
    let child = Command::new("sh")
        .args(["-c", WATCHDOG, "sh"])
        .arg(stop.get_program())
        .args(stop.get_args())
        .env("FOLDER", folder)
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()?;
    // The pipe stays open until this process ends, however it ends.
    std::mem::forget(child);
    Ok(())
}

/// The folder of the newest installed server; Debian keeps it away from the path.
fn programs() -> Option<PathBuf> {
    let debian = Path::new("/usr/lib/postgresql");
    let version = |entry: fs::DirEntry| entry.file_name().to_str()?.parse::<u32>().ok();
    let newest = fs::read_dir(debian).into_iter().flatten().flatten().filter_map(version).max();
    let installed = newest.map(|version| debian.join(version.to_string()).join("bin"));
    let on_path = env::var_os("PATH").into_iter().flat_map(|path| env::split_paths(&path).collect::<Vec<_>>());
    installed.into_iter().chain(on_path).find(|folder| folder.join("initdb").is_file())
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|owner| std::os::unix::fs::MetadataExt::uid(&owner) == 0)
}

fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

fn run(command: &mut Command) -> Result<(), Unavailable> {
    let name = command.get_program().to_string_lossy().into_owned();
    // Its output must not be a pipe: the server that pg_ctl starts would keep it open.
    let errors = tempfile::NamedTempFile::new().map_err(|error| Unavailable::NotStarted(error.to_string()))?;
    let output = errors.reopen().map_err(|error| Unavailable::NotStarted(error.to_string()))?;
    let done = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(output).current_dir("/").status();
    match done {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => {
            let said = fs::read_to_string(errors.path()).unwrap_or_default();
            Err(Unavailable::NotStarted(format!("{name}: {status}: {}", said.trim())))
        }
        Err(error) => Err(Unavailable::NotStarted(format!("{name}: {error}"))),
    }
}

/// A user that is not root, and the program that becomes it.
struct Unprivileged {
    name: &'static str,
    uid: u32,
    gid: u32,
    setpriv: bool,
}

impl Unprivileged {
    fn find() -> Option<Self> {
        let has = |program: &str| {
            ["/usr/bin", "/bin", "/usr/sbin", "/sbin"].iter().any(|f| Path::new(f).join(program).is_file())
        };
        let setpriv = has("setpriv");
        if !setpriv && !has("runuser") {
            return None;
        }
        let users = fs::read_to_string("/etc/passwd").ok()?;
        ["postgres", "nobody"].into_iter().find_map(|name| {
            let line = users.lines().find(|line| line.split(':').next() == Some(name))?;
            let mut fields = line.split(':').skip(2).map(|field| field.parse().ok());
            Some(Self { name, uid: fields.next()??, gid: fields.next()??, setpriv })
        })
    }

    fn command(user: Option<&Self>, program: &Path) -> Command {
        let Some(user) = user else {
            return Command::new(program);
        };
        let mut command = Command::new(if user.setpriv { "setpriv" } else { "runuser" });
        if user.setpriv {
            command.args([
                format!("--reuid={}", user.uid),
                format!("--regid={}", user.gid),
                "--clear-groups".to_owned(),
            ]);
        } else {
            command.args(["-u", user.name, "--"]);
        }
        command.arg(program);
        command
    }
}
