//! Knows where things lie in the repository.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// Folders that hold no source of ours.
const NOT_OURS: [&str; 6] = ["target", "node_modules", "dist", ".git", "test-results", "artifacts"];

/// The top folder of the repository.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies one folder below the root")
}

/// A place under `target` for the chores' own notes.
pub(crate) fn notes() -> Result<PathBuf> {
    let folder = target().join("xtask");
    std::fs::create_dir_all(&folder).with_context(|| format!("create {}", folder.display()))?;
    Ok(folder)
}

/// Cargo's target folder.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |set| root().join(set))
}

/// The folders of all crates: `crates/*`, `bin/*` and `xtask`, in the order of their names.
pub(crate) fn crate_folders(root: &Path) -> Result<Vec<PathBuf>> {
    let mut found = vec![root.join("xtask")];
    for group in ["bin", "crates"] {
        for folder in folders(&root.join(group))? {
            if folder.join("Cargo.toml").is_file() {
                found.push(folder);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// The folders inside a folder, in the order of their names.
pub(crate) fn folders(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found: Vec<PathBuf> = entries(folder)?.into_iter().filter(|entry| entry.is_dir()).collect();
    found.sort();
    Ok(found)
}

/// All files of ours below a folder, in the order of their names. What builds produce is left out.
pub(crate) fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for path in entries(&folder)? {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if path.is_dir() {
                if !NOT_OURS.contains(&name.as_ref()) {
                    open.push(path);
                }
            } else if path.is_file() {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let listing = std::fs::read_dir(folder).with_context(|| format!("list {}", folder.display()))?;
    listing.map(|entry| Ok(entry.with_context(|| format!("list {}", folder.display()))?.path())).collect()
}
