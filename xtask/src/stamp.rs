//! Remembers what something was made from, so that it is made again only when that has changed.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// A fingerprint of the names and contents of files.
pub(crate) fn fingerprint(files: &[PathBuf]) -> Result<String> {
    let mut hasher = DefaultHasher::new();
    for file in files {
        file.hash(&mut hasher);
        std::fs::read(file).with_context(|| format!("read {}", file.display()))?.hash(&mut hasher);
    }
    Ok(format!("{:016x}", hasher.finish()))
}

/// What a stamp says; nothing when there is none.
pub(crate) fn read(stamp: &Path) -> String {
    std::fs::read_to_string(stamp).unwrap_or_default()
}

/// Writes a stamp.
pub(crate) fn write(stamp: &Path, text: &str) -> Result<()> {
    std::fs::write(stamp, text).with_context(|| format!("write {}", stamp.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_follows_names_and_contents() {
        let folder = std::env::temp_dir().join(format!("xtask-stamp-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let [one, two] = ["one", "two"].map(|name| folder.join(name));
        std::fs::write(&one, "a").unwrap();
        std::fs::write(&two, "a").unwrap();
        let print = |file: &PathBuf| fingerprint(std::slice::from_ref(file)).unwrap();

        let before = print(&one);
        assert_eq!(print(&one), before);
        assert_ne!(print(&two), before);
        std::fs::write(&one, "b").unwrap();
        assert_ne!(print(&one), before);
        std::fs::remove_dir_all(folder).unwrap();
    }
}
