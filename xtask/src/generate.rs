//! Rewrites every file that is generated and committed.

use anyhow::Result;

use crate::{process, ui, workspace};

/// Runs the tests that compare generated files in rewriting mode, then the generator of the web UI's types.
pub(crate) fn run() -> Result<()> {
    for folder in workspace::crate_folders(workspace::root())? {
        if !folder.join("tests/generated.rs").is_file() {
            continue;
        }
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let mut cargo = process::cargo(&["test", "--quiet", "-p", &name, "--test", "generated"]);
        process::run(cargo.env("UPDATE", "1"))?;
    }
    if ui::exists() {
        ui::install()?;
        ui::npm_run("generate")?;
    }
    Ok(())
}
