//! Takes a kernel apart: the image without its compression, and the modules that radios need, in the order of loading.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::host;

/// The radios, the ciphers of WPA2, cables between namespaces. What is built into the kernel is no module.
const WANTED: [&str; 8] = ["ccm", "gcm", "cmac", "ctr", "michael_mic", "ghash_generic", "veth", "mac80211_hwsim"];

/// How compressed data begin, and what unpacks them.
const PACKERS: [(&[u8], &str); 3] = [(b"\xfd7zXZ\0", "xz"), (b"\x28\xb5\x2f\xfd", "zstd"), (b"\x1f\x8b", "gzip")];

/// The kernel that is in an image for boot loaders. An emulator takes half a minute to unpack what takes a second here.
pub(crate) fn unpacked(image: &[u8]) -> Result<Vec<u8>> {
    // Documentation/x86/boot.rst: setup_sects, payload_offset, payload_length.
    let setup = match image.get(0x1f1).context("the kernel is too short")? {
        0 => 4,
        sectors => usize::from(*sectors),
    };
    let begin = (setup + 1) * 512 + number(image, 0x248)?;
    // The length of what comes out stands in the last four bytes.
    let end = begin + number(image, 0x24c)?.saturating_sub(4);
    let kernel = unpack(image.get(begin..end).context("the kernel is not where its head says")?)?;
    if kernel.starts_with(b"\x7fELF") { Ok(kernel) } else { bail!("the kernel is packed in an unknown way") }
}

fn number(bytes: &[u8], at: usize) -> Result<usize> {
    let four = bytes.get(at..at + 4).context("the kernel is too short")?;
    Ok(usize::try_from(u32::from_le_bytes(four.try_into()?))?)
}

/// Unpacks data; what is not packed comes out as it is.
fn unpack(bytes: &[u8]) -> Result<Vec<u8>> {
    let Some((_, program)) = PACKERS.iter().find(|(begin, _)| bytes.starts_with(begin)) else {
        return Ok(bytes.to_owned());
    };
    if host::find(program).is_none() {
        bail!("{program} is missing");
    }
    let mut child = Command::new(program)
        .args(["-d", "-c"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .with_context(|| format!("start {program}"))?;
    let mut input = child.stdin.take().context("write to the unpacker")?;
    let bytes = bytes.to_owned();
    let writer = std::thread::spawn(move || input.write_all(&bytes));
    let output = child.wait_with_output().with_context(|| format!("read what {program} unpacks"))?;
    // It does not read what comes after the data.
    let _ = writer.join();
    if output.stdout.is_empty() {
        bail!("{program} unpacked nothing ({})", output.status);
    }
    Ok(output.stdout)
}

/// The modules that are wanted and those that they need, each after what it needs.
pub(crate) fn modules(folder: &Path) -> Result<Vec<(String, Vec<u8>)>> {
    let mut files = BTreeMap::new();
    find(folder, &mut files)?;
    let mut found = Vec::new();
    for name in WANTED {
        add(name, &files, &mut found)?;
    }
    if !found.iter().any(|(name, _)| name == "mac80211_hwsim") {
        bail!("the kernel has no simulated radios (mac80211_hwsim)");
    }
    Ok(found)
}

fn add(name: &str, files: &BTreeMap<String, PathBuf>, found: &mut Vec<(String, Vec<u8>)>) -> Result<()> {
    let Some(path) = files.get(name).filter(|_| !found.iter().any(|(known, _)| known == name)) else {
        return Ok(());
    };
    let bytes = std::fs::read(path).with_context(|| format!("read {}", path.display()))?;
    let bytes = unpack(&bytes).with_context(|| format!("unpack {}", path.display()))?;
    for needed in needs(&bytes) {
        add(&needed, files, found)?;
    }
    found.push((name.to_owned(), bytes));
    Ok(())
}

/// What a module needs, as it says itself.
fn needs(module: &[u8]) -> Vec<String> {
    const WORD: &[u8] = b"\0depends=";
    let Some(place) = module.windows(WORD.len()).position(|window| window == WORD) else { return Vec::new() };
    let rest = &module[place + WORD.len()..];
    let text = String::from_utf8_lossy(&rest[..rest.iter().position(|byte| *byte == 0).unwrap_or_default()]);
    text.split(',').filter(|name| !name.is_empty()).map(|name| name.replace('-', "_")).collect()
}

fn find(folder: &Path, files: &mut BTreeMap<String, PathBuf>) -> Result<()> {
    for entry in std::fs::read_dir(folder).with_context(|| format!("list {}", folder.display()))? {
        let path = entry.with_context(|| format!("list {}", folder.display()))?.path();
        if path.is_dir() && !path.is_symlink() {
            find(&path, files)?;
        } else if let Some((name, _)) = path.file_name().unwrap_or_default().to_string_lossy().split_once(".ko") {
            files.insert(name.replace('-', "_"), path.clone());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_says_what_it_needs() {
        let module = b"\x7fELF license=GPL\0depends=cfg80211,lib-arc4\0retpoline=Y\0";
        assert_eq!(needs(module), ["cfg80211", "lib_arc4"]);
        assert!(needs(b"\0depends=\0").is_empty() && needs(b"none").is_empty());
    }

    #[test]
    fn what_is_no_kernel_is_refused() {
        assert!(unpacked(&[0; 16]).is_err());
        let mut image = vec![0; 4096];
        image[0x248..0x24c].copy_from_slice(&9000_u32.to_le_bytes());
        assert!(unpacked(&image).is_err());
    }

    #[test]
    fn what_is_not_packed_stays_as_it_is() {
        assert_eq!(unpack(b"plain").unwrap(), b"plain");
    }
}
