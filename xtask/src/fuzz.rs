//! Runs the fuzz targets of the crates, and keeps what they learn.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use clap::Parser;

use crate::{process, workspace};

/// The version of the program that builds and runs them.
const CARGO_FUZZ: &str = "0.13.2";

/// Longest input, in bytes. Longer ones find little more and fill the corpus.
const LONGEST: &str = "-max_len=2048";

/// Longest input that is added to the corpus in the repository, in bytes.
const LONGEST_KEPT: &str = "-max_len=512";

/// Room in the repository for the corpus of one target, in bytes.
const ROOM: u64 = 10 * 1024;

/// The compiler that knows how to build for a fuzzer.
const TOOLCHAIN: &str = "nightly";

/// What to run, and for how long.
#[derive(Debug, Parser)]
pub(crate) struct FuzzOptions {
    /// Run only these targets; all of them when none is named.
    targets: Vec<String>,

    /// How long each target runs.
    #[arg(long, default_value_t = 60)]
    seconds: u32,

    /// Afterwards add the inputs that reach something new to the corpus in the repository.
    #[arg(long)]
    keep: bool,

    /// Only name the targets.
    #[arg(long)]
    list: bool,
}

/// A target and the folder of its fuzz crate.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Target {
    name: String,
    folder: PathBuf,
}

/// Runs the chosen targets one after the other. A finding ends the run; the input lies where the fuzzer says.
pub(crate) fn run(options: &FuzzOptions) -> Result<()> {
    let targets = chosen(all(&workspace::root().join("crates"))?, &options.targets)?;
    if options.list {
        for target in targets {
            println!("{}", target.name);
        }
        return Ok(());
    }
    let program = cargo_fuzz()?;
    for target in &targets {
        let learnt = workspace::target().join("fuzz/corpus").join(&target.name);
        std::fs::create_dir_all(&learnt).with_context(|| format!("create {}", learnt.display()))?;
        lock(&target.folder)?;
        let kept = target.folder.join("corpus").join(&target.name);
        let limit = format!("-max_total_time={}", options.seconds);
        process::run(fuzz(&program, target).args([&learnt, &kept]).args(["--", &limit, LONGEST]))?;
        if options.keep {
            keep(&program, target, &kept, &learnt)?;
        }
    }
    Ok(())
}

/// Adds learnt inputs to those in the repository: the ones that reach most first, as many as there is room for.
fn keep(program: &Path, target: &Target, kept: &Path, learnt: &Path) -> Result<()> {
    let merged = workspace::target().join("fuzz/merged").join(&target.name);
    if merged.exists() {
        std::fs::remove_dir_all(&merged).with_context(|| format!("remove {}", merged.display()))?;
    }
    std::fs::create_dir_all(&merged).with_context(|| format!("create {}", merged.display()))?;
    let known = workspace::files(kept)?;
    for file in &known {
        copy(file, &merged)?;
    }
    let merge = ["--", "-set_cover_merge=1", "-use_counters=0", LONGEST_KEPT];
    process::run(fuzz(program, target).arg(&merged).arg(learnt).args(merge))?;

    let mut new = workspace::files(&merged)?;
    new.retain(|file| !known.iter().any(|known| known.file_name() == file.file_name()));
    // The fuzzer writes them in the order of what they reach.
    new.sort_by_key(|file| file.metadata().and_then(|data| data.modified()).ok());
    let mut room = ROOM.saturating_sub(bytes(&known));
    for file in new {
        let length = bytes(std::slice::from_ref(&file));
        if length <= room {
            copy(&file, kept)?;
            room -= length;
        }
    }
    Ok(())
}

fn copy(file: &Path, folder: &Path) -> Result<()> {
    let target = folder.join(file.file_name().unwrap_or_default());
    std::fs::copy(file, &target).with_context(|| format!("write {}", target.display()))?;
    Ok(())
}

fn bytes(files: &[PathBuf]) -> u64 {
    files.iter().filter_map(|file| file.metadata().ok()).map(|data| data.len()).sum()
}

/// The folders of all fuzz crates.
pub(crate) fn folders(crates: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for folder in workspace::folders(crates)? {
        let folder = folder.join("fuzz");
        if folder.join("Cargo.toml").is_file() {
            found.push(folder);
        }
    }
    Ok(found)
}

/// Gives a fuzz crate the versions of the workspace; cargo adds what only the fuzzer needs.
pub(crate) fn lock(folder: &Path) -> Result<()> {
    let ours = folder.join("Cargo.lock");
    std::fs::copy(workspace::root().join("Cargo.lock"), &ours).with_context(|| format!("write {}", ours.display()))?;
    Ok(())
}

/// A command of cargo for a fuzz crate, which is a workspace of its own. It uses what was built for the large one.
pub(crate) fn cargo(folder: &Path, arguments: &[&str]) -> Command {
    let mut cargo = process::cargo(arguments);
    cargo.arg("--manifest-path").arg(folder.join("Cargo.toml"));
    cargo.env("CARGO_TARGET_DIR", workspace::target());
    cargo
}

fn all(crates: &Path) -> Result<Vec<Target>> {
    let mut found = Vec::new();
    for folder in folders(crates)? {
        for file in workspace::files(&folder.join("fuzz_targets"))? {
            if let Some(name) = file.file_stem() {
                found.push(Target { name: name.to_string_lossy().into_owned(), folder: folder.clone() });
            }
        }
    }
    Ok(found)
}

fn chosen(all: Vec<Target>, names: &[String]) -> Result<Vec<Target>> {
    let known = |name: &String| all.iter().any(|target| target.name == *name);
    if let Some(unknown) = names.iter().find(|name| !known(name)) {
        let known: Vec<&str> = all.iter().map(|target| target.name.as_str()).collect();
        bail!("there is no fuzz target {unknown}; there are {}", known.join(", "));
    }
    Ok(all.into_iter().filter(|target| names.is_empty() || names.contains(&target.name)).collect())
}

/// Runs a target. No sanitizer: there is no unsafe code of ours that it could watch, and it would cost half the speed.
fn fuzz(program: &Path, target: &Target) -> Command {
    let mut command = process::command("nice");
    command.args(["-n", "10", "rustup", "run", TOOLCHAIN]).arg(program).args(["run", "--sanitizer", "none"]);
    command.arg("--fuzz-dir").arg(&target.folder).arg("--target-dir").arg(workspace::target().join("fuzz"));
    command.arg(&target.name).env_remove("CARGO").env_remove("RUSTC").current_dir(workspace::root());
    command
}

fn cargo_fuzz() -> Result<PathBuf> {
    if process::quiet(Command::new("rustup").args(["run", TOOLCHAIN, "rustc", "--version"])).is_err() {
        bail!("fuzzing needs a nightly compiler: rustup toolchain install {TOOLCHAIN} --profile minimal");
    }
    let tools = workspace::target().join("tools");
    let ours = tools.join("bin/cargo-fuzz");
    if !ours.is_file() {
        let mut install = process::cargo(&["install", "--locked", "cargo-fuzz", "--version", CARGO_FUZZ, "--root"]);
        process::run(install.arg(tools)).context("install cargo-fuzz")?;
    }
    Ok(ours)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn targets() -> Vec<Target> {
        all(&workspace::root().join("crates")).unwrap()
    }

    #[test]
    fn every_target_has_a_name_of_its_own_and_a_corpus() {
        let targets = targets();
        assert!(targets.len() > 8, "{targets:?}");
        for target in &targets {
            assert_eq!(targets.iter().filter(|other| other.name == target.name).count(), 1, "{}", target.name);
            let corpus = workspace::files(&target.folder.join("corpus").join(&target.name)).unwrap();
            assert!(!corpus.is_empty(), "{} has no corpus", target.name);
        }
    }

    #[test]
    fn the_corpus_stays_small() {
        let folders = folders(&workspace::root().join("crates")).unwrap();
        let files: Vec<PathBuf> =
            folders.iter().flat_map(|folder| workspace::files(&folder.join("corpus")).unwrap()).collect();
        let bytes = bytes(&files);
        assert!(bytes < 200 * 1024, "the corpora have {bytes} bytes");
    }

    #[test]
    fn a_target_that_is_not_there_is_named() {
        let error = chosen(targets(), &["coiot".to_owned(), "toaster".to_owned()]).unwrap_err().to_string();
        assert!(error.contains("toaster") && error.contains("coiot"), "{error}");
        assert_eq!(chosen(targets(), &["coiot".to_owned()]).unwrap().len(), 1);
    }
}
