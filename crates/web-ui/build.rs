//! Points the embedded folder at `app/dist` when the interface was built, otherwise at a stub page.

use std::{env, fs, io, path::Path};

/// What a browser shows when the program was built without its web interface.
const STUB: &str = "<!doctype html>
<html lang=\"en\">
<meta charset=\"utf-8\">
<meta name=\"viewport\" content=\"width=device-width\">
<meta name=\"color-scheme\" content=\"light dark\">
<title>shelly-manager</title>
<h1>shelly-manager</h1>
<p>This program was built without its web interface. The API at <code>/api/v1</code> and the command line work.</p>
<p>To build the interface: <code>cargo xtask ui build</code>, then build the program again.</p>
</html>
";

fn main() -> io::Result<()> {
    let manifest_dir = env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?;
    let out_dir = env::var("OUT_DIR").map_err(io::Error::other)?;
    let dist = Path::new(&manifest_dir).join("app/dist");
    let built = dist.join("index.html").is_file();

    let folder = if built {
        dist.clone()
    } else {
        let stub = Path::new(&out_dir).join("stub");
        fs::create_dir_all(&stub)?;
        fs::write(stub.join("index.html"), STUB)?;
        stub
    };

    println!("cargo::rustc-env=WEB_UI_FOLDER={}", folder.display());
    println!("cargo::rustc-env=WEB_UI_IS_STUB={}", if built { "no" } else { "yes" });
    // A watched path that does not exist would run this script on every build. The page's source always exists, and
    // `npm run build` touches it.
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={}", Path::new(&manifest_dir).join("app/index.html").display());
    if dist.is_dir() {
        println!("cargo::rerun-if-changed={}", dist.display());
    }
    Ok(())
}
