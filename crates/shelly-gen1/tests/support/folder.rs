//! Finds captures and reference pages outside of the repository.

use std::path::PathBuf;

/// A folder named by a variable or beside the workspace; none when it is not there, which fails under CI.
#[expect(clippy::print_stdout, reason = "a skipped test says so")]
pub(crate) fn folder(variable: &str, default: &str, inner: &str) -> Option<PathBuf> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    let folder = std::env::var_os(variable).map_or_else(|| root.join(default), |given| root.join(given)).join(inner);
    if folder.is_dir() {
        return Some(folder);
    }
    assert!(std::env::var("CI").as_deref() != Ok("true"), "nothing at {}", folder.display());
    println!("skipped: nothing at {}", folder.display());
    None
}
