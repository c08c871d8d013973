//! Writes the archives that the kernel unpacks into memory at its start: cpio in the format `newc`.

use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

const FILE: u32 = 0o100_000;
const FOLDER: u32 = 0o040_000;
const LINK: u32 = 0o120_000;
/// The name that ends an archive.
const END: &str = "TRAILER!!!";

/// An archive that is being written. Everything in it belongs to root.
pub(crate) struct Archive<W> {
    to: W,
    number: u32,
}

impl<W: Write> Archive<W> {
    /// An archive with nothing in it.
    pub(crate) fn new(to: W) -> Self {
        Self { to, number: 0 }
    }

    /// Adds a file. The folder that it is in has to be there.
    pub(crate) fn file(&mut self, name: &str, permissions: u32, content: &[u8]) -> io::Result<()> {
        self.entry(name, FILE | permissions, content)
    }

    /// Adds a folder.
    pub(crate) fn folder(&mut self, name: &str) -> io::Result<()> {
        self.entry(name, FOLDER | 0o755, &[])
    }

    /// Adds all that is in a folder of this machine.
    pub(crate) fn tree(&mut self, folder: &Path, name: &str) -> io::Result<()> {
        let mut entries = std::fs::read_dir(folder)?.collect::<io::Result<Vec<_>>>()?;
        entries.sort_by_key(std::fs::DirEntry::file_name);
        for entry in entries {
            let path = entry.path();
            let inside = match (name, entry.file_name().to_string_lossy()) {
                ("", own) => own.into_owned(),
                (above, own) => format!("{above}/{own}"),
            };
            let kind = entry.file_type()?;
            if kind.is_symlink() {
                self.entry(&inside, LINK | 0o777, std::fs::read_link(&path)?.to_string_lossy().as_bytes())?;
            } else if kind.is_dir() {
                self.folder(&inside)?;
                self.tree(&path, &inside)?;
            } else if kind.is_file() {
                self.file(&inside, entry.metadata()?.permissions().mode() & 0o777, &std::fs::read(&path)?)?;
            }
        }
        Ok(())
    }

    /// Ends the archive. Another one may follow in the same file.
    pub(crate) fn end(mut self) -> io::Result<()> {
        self.entry(END, 0, &[])?;
        self.to.flush()
    }

    fn entry(&mut self, name: &str, mode: u32, content: &[u8]) -> io::Result<()> {
        let too_long = |_| io::Error::from(io::ErrorKind::FileTooLarge);
        let (length, name_length) =
            (u32::try_from(content.len()).map_err(too_long)?, u32::try_from(name.len() + 1).map_err(too_long)?);
        self.number += 1;
        // Number, mode, user, group, links, time, length, four numbers of devices, length of the name, sum.
        let fields = [self.number, mode, 0, 0, 1, 0, length, 0, 0, 0, 0, name_length, 0];
        write!(self.to, "070701")?;
        for field in fields {
            write!(self.to, "{field:08x}")?;
        }
        write!(self.to, "{name}\0")?;
        // The head has 110 bytes; what follows it begins at a multiple of four.
        self.to.write_all(&[0; 4][..padding(110 + name.len() + 1)])?;
        self.to.write_all(content)?;
        self.to.write_all(&[0; 4][..padding(content.len())])
    }
}

/// Bytes to the next multiple of four.
fn padding(length: usize) -> usize {
    length.next_multiple_of(4) - length
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_begin_at_multiples_of_four() {
        let mut bytes = Vec::new();
        let mut archive = Archive::new(&mut bytes);
        archive.folder("lab").unwrap();
        archive.file("lab/one", 0o755, b"12345").unwrap();
        archive.end().unwrap();
        assert_eq!(bytes.len() % 4, 0);
        let places: Vec<usize> =
            bytes.windows(6).enumerate().filter(|(_, six)| *six == b"070701").map(|(place, _)| place).collect();
        assert_eq!(places.len(), 3);
        assert!(places.iter().all(|place| place % 4 == 0), "{places:?}");
        let text = String::from_utf8_lossy(&bytes);
        assert!(
            text.contains("000081ed") && text.contains(&format!("12345{}070701", "\0".repeat(3))) && text.contains(END),
            "{text:?}"
        );
    }
}
