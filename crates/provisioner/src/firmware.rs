//! Firmware in files of this host, and for which devices each is.

mod serve;

use std::{
    fmt, fs,
    io::Read,
    path::{Path, PathBuf},
};

use shelly_types::Firmware;

pub(crate) use self::serve::{Served, serve};
use crate::Known;

/// Largest file that is taken, in bytes. Images of displays are the largest; others have one or two million.
const LARGEST: u64 = 64 * 1024 * 1024;
/// Smallest file that can be firmware, in bytes: less is a download that failed.
const SMALLEST: u64 = 16;
/// How files with firmware end (gen2 protocol 11).
const EXTENSIONS: [&str; 2] = ["zip", "ota"];
/// Models whose modes have images of their own (gen1 protocol 8): such a file is for a model and a mode.
const BY_MODE: [&str; 1] = ["SHRGBW2"];

/// A file with firmware for one model.
///
/// What is in the file nobody documents, so that a person says for what it is, by the options or by the name of the file:
/// `SHSW-25@1.14.0.zip`. The device itself refuses the image of another model too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FirmwareFile {
    path: PathBuf,
    model: String,
    version: String,
}

/// Why a file is not used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FirmwareError {
    /// It does not say for what it is.
    #[error("{} does not say for which model and of which version it is: name it MODEL@VERSION.zip, or say it", path.display())]
    Unnamed {
        /// The file.
        path: PathBuf,
    },
    /// Two files are for the same model.
    #[error("{} and {} are for the same model; leave one of them there", first.display(), second.display())]
    Twice {
        /// One.
        first: PathBuf,
        /// The other.
        second: PathBuf,
    },
    /// It has another size than firmware has.
    #[error("{} has {bytes} bytes and so is no firmware", path.display())]
    Size {
        /// The file.
        path: PathBuf,
        /// Its size.
        bytes: u64,
    },
    /// It cannot be read.
    #[error("read {}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// Cause.
        #[source]
        source: std::io::Error,
    },
}

impl FirmwareFile {
    /// A file and what is said about it. What is not said has to stand in its name.
    ///
    /// # Errors
    /// When neither says it, or the file has not the size of firmware.
    pub fn new(path: &Path, model: Option<&str>, version: Option<&str>) -> Result<Self, FirmwareError> {
        let named = named(path);
        let pick = |said: Option<&str>, named: Option<&str>| {
            said.or(named).map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
        };
        let model = pick(model, named.as_ref().map(|(model, _)| model.as_str()));
        let version = pick(version, named.as_ref().map(|(_, version)| version.as_str()));
        let (Some(model), Some(version)) = (model, version) else {
            return Err(FirmwareError::Unnamed { path: path.to_owned() });
        };
        let bytes = fs::metadata(path).map_err(|source| failed(path, source))?.len();
        fits(path, bytes)?;
        Ok(Self { path: path.to_owned(), model, version })
    }

    /// All files of a folder, each named `MODEL@VERSION.zip`. Other files are an error, so that none is left out unseen;
    /// hidden ones are none.
    ///
    /// # Errors
    /// When the folder cannot be read, a file does not say for what it is, or two are for one model.
    pub fn folder(path: &Path) -> Result<Vec<Self>, FirmwareError> {
        let mut files: Vec<Self> = Vec::new();
        let entries = fs::read_dir(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
        let mut paths: Vec<PathBuf> = entries
            .map_err(|source| failed(path, source))?
            .into_iter()
            .filter(|entry| !entry.file_name().to_string_lossy().starts_with('.'))
            .map(|entry| entry.path())
            .collect();
        paths.sort();
        for path in paths {
            let file = Self::new(&path, None, None)?;
            if let Some(other) = files.iter().find(|other| other.model == file.model) {
                return Err(FirmwareError::Twice { first: other.path.clone(), second: path });
            }
            files.push(file);
        }
        Ok(files)
    }

    /// The version, or the whole id of the build, that a device shows afterwards.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Whether it is for this device: for its model, or for its application where it tells one. Where each mode has an
    /// image of its own, for `MODEL-MODE` alone.
    pub fn is_for(&self, device: &Known) -> bool {
        let model = device.model.code();
        if BY_MODE.contains(&model) {
            return device.profile.as_ref().is_some_and(|mode| self.model == format!("{model}-{mode}"));
        }
        self.model == model || device.app.as_ref().is_some_and(|app| self.model == *app)
    }

    /// Whether a device that shows this build has it.
    pub fn is_installed(&self, build: &str) -> bool {
        let build = Firmware::new(build);
        build.id() == self.version || build.version() == self.version
    }

    /// The whole file.
    pub(crate) fn read(&self) -> Result<Vec<u8>, FirmwareError> {
        let mut image = Vec::new();
        let file = fs::File::open(&self.path).map_err(|source| failed(&self.path, source))?;
        file.take(LARGEST + 1).read_to_end(&mut image).map_err(|source| failed(&self.path, source))?;
        fits(&self.path, image.len() as u64)?;
        Ok(image)
    }
}

impl fmt::Display for FirmwareFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} for {}", self.version, self.model)
    }
}

/// Model and version in the name of a file.
fn named(path: &Path) -> Option<(String, String)> {
    // Without one, the last number of the version would be taken for it.
    path.extension().filter(|extension| EXTENSIONS.iter().any(|known| extension.eq_ignore_ascii_case(known)))?;
    let (model, version) = path.file_stem()?.to_str()?.split_once('@')?;
    Some((model.to_owned(), version.to_owned()))
}

fn fits(path: &Path, bytes: u64) -> Result<(), FirmwareError> {
    if (SMALLEST..=LARGEST).contains(&bytes) {
        return Ok(());
    }
    Err(FirmwareError::Size { path: path.to_owned(), bytes })
}

fn failed(path: &Path, source: std::io::Error) -> FirmwareError {
    FirmwareError::Io { path: path.to_owned(), source }
}

#[cfg(test)]
mod tests {
    use shelly_types::{Generation, Model};

    use super::*;

    fn device(model: &str, app: Option<&str>, mode: Option<&str>) -> Known {
        Known {
            mac: "A8032AB12345".parse().unwrap(),
            generation: Generation(2),
            model: Model::new(model),
            app: app.map(str::to_owned),
            firmware: "20230913-112003/v1.14.0-gcb84623".to_owned(),
            host_name: None,
            name: None,
            profile: mode.map(str::to_owned),
            auth_required: false,
        }
    }

    fn file(folder: &Path, name: &str) -> PathBuf {
        let path = folder.join(name);
        fs::write(&path, [0; 64]).unwrap();
        path
    }

    /// I19: a file is for one model, which it or a person says; nothing is guessed.
    #[test]
    fn i19_a_file_is_for_the_model_that_it_says() {
        let folder = tempfile::tempdir().unwrap();
        let path = file(folder.path(), "SHSW-25@1.14.0.zip");
        let named = FirmwareFile::new(&path, None, None).unwrap();
        assert!(named.is_for(&device("SHSW-25", None, None)) && !named.is_for(&device("SHSW-1", None, None)));
        assert!(named.is_installed("20230913-112003/v1.14.0-gcb84623") && !named.is_installed("1.14.1"));
        let said = FirmwareFile::new(&file(folder.path(), "fw.bin"), Some("Plus1"), Some("1.7.5")).unwrap();
        assert!(said.is_for(&device("SNSW-001X15UL", Some("Plus1"), None)));
        assert!(!said.is_for(&device("SNSW-001X8EU", Some("Plus1Mini"), None)));
        let by_mode = FirmwareFile::new(&path, Some("SHRGBW2-white"), None).unwrap();
        assert!(by_mode.is_for(&device("SHRGBW2", None, Some("white"))));
        for other in [device("SHRGBW2", None, Some("color")), device("SHRGBW2", None, None)] {
            assert!(!by_mode.is_for(&other));
            assert!(!FirmwareFile::new(&path, Some("SHRGBW2"), None).unwrap().is_for(&other));
        }
    }

    #[test]
    fn i19_what_is_no_firmware_or_does_not_say_for_what_is_not_used() {
        let folder = tempfile::tempdir().unwrap();
        let error = |path: &Path| FirmwareFile::new(path, None, None).unwrap_err();
        assert!(matches!(error(&file(folder.path(), "firmware.zip")), FirmwareError::Unnamed { .. }));
        assert!(matches!(error(&file(folder.path(), "Plus1@1.7.5")), FirmwareError::Unnamed { .. }));
        assert!(matches!(error(&file(folder.path(), "@1.0.0.zip")), FirmwareError::Unnamed { .. }));
        assert!(matches!(error(&folder.path().join("SHSW-1@1.14.0.zip")), FirmwareError::Io { .. }));
        fs::write(folder.path().join("SHSW-1@1.14.0.zip"), b"404").unwrap();
        assert!(matches!(error(&folder.path().join("SHSW-1@1.14.0.zip")), FirmwareError::Size { bytes: 3, .. }));
    }

    #[test]
    fn i19_a_folder_has_one_file_for_each_model() {
        let folder = tempfile::tempdir().unwrap();
        file(folder.path(), "SHSW-1@1.14.0.zip");
        file(folder.path(), "Plus1@1.7.5.zip");
        file(folder.path(), ".hidden");
        let files = FirmwareFile::folder(folder.path()).unwrap();
        assert_eq!(files.iter().map(ToString::to_string).collect::<Vec<_>>(), ["1.7.5 for Plus1", "1.14.0 for SHSW-1"]);
        file(folder.path(), "SHSW-1@1.13.0.zip");
        assert!(matches!(FirmwareFile::folder(folder.path()), Err(FirmwareError::Twice { .. })));
    }
}
