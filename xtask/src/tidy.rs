//! Checks the manners of the repository: size, module sentences, README files, line ends.

mod source;
mod text;
mod tree;

use anyhow::{Result, bail};

use crate::workspace;

/// Looks at every file of ours and reports what is not in order.
pub(crate) fn run() -> Result<()> {
    let root = workspace::root();
    let tree = tree::Tree::read(root)?;
    let mut findings = tree.findings()?;
    findings.sort();
    if !findings.is_empty() {
        bail!("{} things are untidy:\n  {}", findings.len(), findings.join("\n  "));
    }
    println!("{} files are tidy", tree.len());
    Ok(())
}
