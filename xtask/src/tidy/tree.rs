//! Walks the repository and gathers what each rule finds.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::tidy::{source, text};
use crate::workspace;

/// Everything the rules look at.
pub(crate) struct Tree {
    root: PathBuf,
    files: Vec<PathBuf>,
    crates: Vec<PathBuf>,
    excused: BTreeMap<PathBuf, String>,
}

#[derive(Deserialize)]
struct Excuses {
    #[serde(default)]
    long_file: Vec<LongFile>,
}

#[derive(Deserialize)]
struct LongFile {
    path: PathBuf,
    reason: String,
}

impl Tree {
    /// Lists the files, the crates and the excuses of `xtask/tidy.toml`.
    pub(crate) fn read(root: &Path) -> Result<Self> {
        let excuses = root.join("xtask/tidy.toml");
        let excuses: Excuses = match std::fs::read_to_string(&excuses) {
            Ok(text) => toml::from_str(&text).with_context(|| format!("read {}", excuses.display()))?,
            Err(_) => Excuses { long_file: Vec::new() },
        };
        Ok(Self {
            root: root.to_owned(),
            files: workspace::files(root)?,
            crates: workspace::crate_folders(root)?,
            excused: excuses.long_file.into_iter().map(|entry| (entry.path, entry.reason)).collect(),
        })
    }

    /// How many files there are.
    pub(crate) fn len(&self) -> usize {
        self.files.len()
    }

    /// What every rule finds.
    pub(crate) fn findings(&self) -> Result<Vec<String>> {
        let mut found = self.excuses_without_reason();
        for path in &self.files {
            let shown = path.strip_prefix(&self.root).unwrap_or(path);
            let extension = path.extension().unwrap_or_default().to_string_lossy();
            if ["bak", "orig", "rej"].contains(&extension.as_ref()) {
                found.push(format!("{}: is a left-over", shown.display()));
            }
            if text::is_text(&extension) {
                let content = std::fs::read_to_string(path).with_context(|| format!("read {}", path.display()))?;
                let wrong = self.in_file(shown, &extension, &content);
                found.extend(wrong.into_iter().map(|what| format!("{}: {what}", shown.display())));
            }
        }
        for folder in &self.crates {
            let shown = folder.strip_prefix(&self.root).unwrap_or(folder);
            let wrong = in_crate(folder)?;
            found.extend(wrong.into_iter().map(|what| format!("{}: {what}", shown.display())));
        }
        Ok(found)
    }

    fn in_file(&self, shown: &Path, extension: &str, content: &str) -> Vec<String> {
        let mut found: Vec<String> = text::line_ends(content).map(str::to_owned).into_iter().collect();
        if text::is_code(extension) {
            let marks = text::bare_marks(content);
            found.extend(marks.iter().map(|line| format!("line {line} notes unfinished work without an issue number")));
        }
        if extension == "rs" {
            found.extend(self.in_source(shown, content));
        }
        found
    }

    fn in_source(&self, shown: &Path, content: &str) -> Vec<String> {
        let mut found = Vec::new();
        let is_source = shown.components().any(|part| part.as_os_str() == "src");
        if is_source && !source::has_module_sentence(content) {
            found.push("does not begin with `//! ` and a sentence that says what it does".to_owned());
        }
        if source::reads_untagged(content) {
            found.push("reads an enum by trial; write a visitor that says what it expected".to_owned());
        }
        let lines = source::production_lines(content);
        match (lines > source::LONGEST, self.excused.contains_key(shown)) {
            (true, false) if is_source => {
                found.push(format!("has {lines} production lines; {} is the most", source::LONGEST));
            }
            (false, true) => {
                found.push("is short enough, its excuse in xtask/tidy.toml can go".to_owned());
            }
            _ => {}
        }
        found
    }

    fn excuses_without_reason(&self) -> Vec<String> {
        let mut found = Vec::new();
        for (path, reason) in &self.excused {
            if reason.trim().is_empty() {
                found.push(format!("xtask/tidy.toml: {} has no reason", path.display()));
            }
            if !self.root.join(path).is_file() {
                found.push(format!("xtask/tidy.toml: {} does not exist", path.display()));
            }
        }
        found
    }
}

/// What is wrong with a crate as a whole.
fn in_crate(folder: &Path) -> Result<Vec<String>> {
    let mut found = Vec::new();
    let readme = std::fs::read_to_string(folder.join("README.md")).unwrap_or_default();
    if readme.trim().is_empty() {
        found.push("has no README.md".to_owned());
    }
    let manifest = folder.join("Cargo.toml");
    let text = std::fs::read_to_string(&manifest).with_context(|| format!("read {}", manifest.display()))?;
    let manifest: toml::Table = toml::from_str(&text).with_context(|| format!("read {}", manifest.display()))?;
    let inherits = manifest.get("lints").and_then(|lints| lints.get("workspace")).and_then(toml::Value::as_bool);
    if inherits != Some(true) {
        found.push("does not take the lints of the workspace".to_owned());
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A repository in a temporary folder, removed at the end.
    struct Scratch(PathBuf);

    impl Scratch {
        fn new(name: &str, files: &[(&str, &str)]) -> Self {
            let root = std::env::temp_dir().join(format!("xtask-tidy-{name}-{}", std::process::id()));
            for (path, content) in files {
                let path = root.join(path);
                std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                std::fs::write(path, content).unwrap();
            }
            Self(root)
        }

        fn findings(&self) -> Vec<String> {
            Tree::read(&self.0).unwrap().findings().unwrap()
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            std::fs::remove_dir_all(&self.0).unwrap();
        }
    }

    const CHORES: [(&str, &str); 2] =
        [("xtask/Cargo.toml", "[lints]\nworkspace = true\n"), ("xtask/README.md", "# xtask\n")];

    #[test]
    fn a_tidy_tree_has_no_findings() {
        let scratch = Scratch::new("clean", &CHORES);
        assert_eq!(scratch.findings(), Vec::<String>::new());
    }

    #[test]
    fn an_untidy_crate_is_named() {
        let long = format!("//! Is long.\n{}", "\n".repeat(source::LONGEST));
        let mut files = CHORES.to_vec();
        files.extend([
            ("crates/a/Cargo.toml", "[package]\n"),
            ("crates/a/src/lib.rs", "mod b;\n"),
            ("crates/a/src/long.rs", long.as_str()),
            ("crates/a/src/b.rs.bak", ""),
            ("target/skipped.rs", "no sentence\r\n"),
        ]);
        let found = Scratch::new("untidy", &files).findings();
        assert_eq!(found.len(), 5, "{found:#?}");
    }

    #[test]
    fn an_excuse_lets_a_long_file_pass_and_must_be_needed() {
        let long = format!("//! Is long.\n{}", "\n".repeat(source::LONGEST));
        let excuse = "[[long_file]]\npath = \"xtask/src/long.rs\"\nreason = \"one table\"\n";
        let mut files = CHORES.to_vec();
        files.extend([("xtask/src/long.rs", long.as_str()), ("xtask/tidy.toml", excuse)]);
        assert!(Scratch::new("excused", &files).findings().is_empty());

        files[2].1 = "//! Is short.\n";
        assert_eq!(Scratch::new("unneeded", &files).findings().len(), 1);
    }
}
