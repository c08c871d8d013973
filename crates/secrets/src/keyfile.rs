//! Reads and writes the key file: owner only, never half written, never overwritten by a second starter.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Write},
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering},
};

use zeroize::Zeroizing;

use crate::keyring::{BadKeyText, Keyring};

/// A key file has a line or a few.
const MAX_BYTES: u64 = 64 * 1024;

/// The key file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// It cannot be read or written.
    #[error("{action} the key file {file}")]
    Io {
        /// What was attempted.
        action: &'static str,
        /// The file.
        file: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// Others than its owner and group may read it, or others than its owner may write it.
    #[error("the key file {file} is open to others (mode {mode:03o}); restrict it with `chmod 600 {file}`")]
    OpenToOthers {
        /// The file.
        file: PathBuf,
        /// Permission bits.
        mode: u32,
    },
    /// It holds something else than keys.
    #[error("the key file {file} is broken")]
    Broken {
        /// The file.
        file: PathBuf,
        /// What is wrong.
        #[source]
        source: BadKeyText,
    },
}

impl KeyFileError {
    pub(crate) fn vanished(file: &Path) -> Self {
        io_error("read", file)(io::Error::from(io::ErrorKind::NotFound))
    }
}

/// The keys in the file; none when there is no file.
pub(crate) fn read(path: &Path) -> Result<Option<Keyring>, KeyFileError> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(io_error("read", path)(error)),
    };
    check_mode(path, &file)?;
    let mut text = Zeroizing::new(String::new());
    file.take(MAX_BYTES).read_to_string(&mut text).map_err(io_error("read", path))?;
    let ring = Keyring::from_text(&text);
    ring.map(Some).map_err(|source| KeyFileError::Broken { file: path.to_owned(), source })
}

/// Writes the file unless there is one already; says whether it did.
pub(crate) fn create(path: &Path, text: &str) -> Result<bool, KeyFileError> {
    let scratch = write_scratch(path, text)?;
    // A hard link is the one way to put a complete file in place that never replaces another.
    let linked = match fs::hard_link(&scratch, path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(io_error("create", path)(error)),
    };
    fs::remove_file(&scratch).map_err(io_error("create", path))?;
    if matches!(linked, Ok(true)) {
        sync_folder(path)?;
    }
    linked
}

/// Replaces the file in one step.
pub(crate) fn replace(path: &Path, text: &str) -> Result<(), KeyFileError> {
    let scratch = write_scratch(path, text)?;
    fs::rename(&scratch, path).map_err(io_error("replace", path))?;
    sync_folder(path)
}

fn write_scratch(path: &Path, text: &str) -> Result<PathBuf, KeyFileError> {
    static SERIAL: AtomicU32 = AtomicU32::new(0);
    let serial = SERIAL.fetch_add(1, Ordering::Relaxed);
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}-{serial}.new", std::process::id()));
    let scratch = path.with_file_name(name);
    let write = || {
        let _ = fs::remove_file(&scratch);
        let mut file = private(OpenOptions::new().write(true).create_new(true)).open(&scratch)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()
    };
    write().map_err(io_error("create", path))?;
    Ok(scratch)
}

/// Makes the new name itself survive a power cut.
fn sync_folder(path: &Path) -> Result<(), KeyFileError> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(io_error("create", path))
}

fn io_error(action: &'static str, file: &Path) -> impl Fn(io::Error) -> KeyFileError {
    move |source| KeyFileError::Io { action, file: file.to_owned(), source }
}

#[cfg(unix)]
fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    use std::os::unix::fs::OpenOptionsExt;
    options.mode(0o600)
}

#[cfg(not(unix))]
fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}

/// The group may read, because mounted secrets of container platforms come that way.
#[cfg(unix)]
fn check_mode(path: &Path, file: &File) -> Result<(), KeyFileError> {
    use std::os::unix::fs::PermissionsExt;
    const FORBIDDEN: u32 = 0o037;
    let mode = file.metadata().map_err(io_error("read", path))?.permissions().mode() & 0o777;
    if mode & FORBIDDEN == 0 { Ok(()) } else { Err(KeyFileError::OpenToOthers { file: path.to_owned(), mode }) }
}

#[cfg(not(unix))]
fn check_mode(_: &Path, _: &File) -> Result<(), KeyFileError> {
    Ok(())
}
