//! Checks the shape of the workspace: dependencies go down, and what is heavy or pure has one place.

mod graph;
mod rules;

use anyhow::{Result, bail};

use crate::{process, workspace};
use graph::Graph;

/// Reads the graph of the workspace and reports every edge that should not be there.
pub(crate) fn run() -> Result<()> {
    let metadata = process::quiet(&mut process::cargo(&["metadata", "--format-version", "1", "--no-deps"]))?;
    let graph = Graph::read(&metadata)?;
    let mut findings = graph.findings();
    findings.extend(rules::findings(&graph));
    findings.extend(outsiders(&graph)?);
    findings.extend(rules::clap_outside_programs(workspace::root())?);
    if !findings.is_empty() {
        bail!("{} edges are wrong:\n  {}", findings.len(), findings.join("\n  "));
    }
    println!("{} crates, {} edges, all go down", graph.crates.len(), graph.edges());
    Ok(())
}

/// Every crate that lies in the tree without belonging to the workspace, where no check would see it.
fn outsiders(graph: &Graph) -> Result<Vec<String>> {
    let folders = workspace::crate_folders(workspace::root())?;
    let names = folders.iter().filter_map(|folder| folder.file_name()?.to_str());
    Ok(names
        .filter(|name| *name != "xtask" && !graph.crates.contains_key(*name))
        .map(|name| format!("{name} lies in the tree, but no crate of that name belongs to the workspace"))
        .collect())
}
