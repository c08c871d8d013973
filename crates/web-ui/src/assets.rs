//! Finds embedded files of the web interface, with type, hash and precompressed forms.

use std::{borrow::Cow, fmt::Write as _};

use rust_embed::{EmbeddedFile, RustEmbed};

/// Everything below this folder has a hash in its name and never changes.
const IMMUTABLE_FOLDER: &str = "assets/";

/// The embedded files. In debug builds they are read from the folder at run time, so that a rebuilt interface shows
/// without compiling the program again.
#[derive(RustEmbed)]
#[folder = "$WEB_UI_FOLDER"]
struct Files;

/// How the bytes of an asset are compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// Brotli, `content-encoding: br`.
    Brotli,
    /// Gzip, `content-encoding: gzip`.
    Gzip,
}

impl Encoding {
    /// The word for the `content-encoding` header.
    pub fn header_value(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Gzip => "gzip",
        }
    }

    /// The ending of the precompressed file.
    fn ending(self) -> &'static str {
        match self {
            Self::Brotli => ".br",
            Self::Gzip => ".gz",
        }
    }
}

/// A file of the web interface.
#[derive(Debug, Clone)]
pub struct Asset {
    /// The content.
    pub bytes: Cow<'static, [u8]>,
    /// Value for the `content-type` header.
    pub content_type: &'static str,
    /// Value for the `etag` header, with its quotes. Differs between the forms of one file.
    pub etag: String,
    /// How the content is compressed; not at all when absent.
    pub encoding: Option<Encoding>,
    /// The name holds a hash of the content, so a browser may keep it for ever.
    pub immutable: bool,
}

/// The files of the web interface.
#[derive(Debug, Clone, Copy, Default)]
pub struct Assets;

impl Assets {
    /// The file at `path` (without a leading slash), uncompressed.
    pub fn get(path: &str) -> Option<Asset> {
        if is_compressed_form(path) {
            return None;
        }
        Files::get(path).map(|file| asset(path, file, None))
    }

    /// The file at `path` in the smallest form that `accept_encoding`, the request header of that name, allows.
    pub fn get_for(path: &str, accept_encoding: &str) -> Option<Asset> {
        if is_compressed_form(path) {
            return None;
        }
        [Encoding::Brotli, Encoding::Gzip]
            .into_iter()
            .filter(|encoding| accepts(accept_encoding, encoding.header_value()))
            .find_map(|encoding| {
                let file = Files::get(&format!("{path}{}", encoding.ending()))?;
                Some(asset(path, file, Some(encoding)))
            })
            .or_else(|| Self::get(path))
    }

    /// The paths of all files, without their precompressed forms.
    pub fn paths() -> impl Iterator<Item = Cow<'static, str>> {
        Files::iter().filter(|path| !is_compressed_form(path))
    }
}

/// Whether the program was built without its web interface and shows a stub page instead.
pub fn is_stub() -> bool {
    env!("WEB_UI_IS_STUB") == "yes"
}

fn asset(path: &str, file: EmbeddedFile, encoding: Option<Encoding>) -> Asset {
    let mut etag = String::from("\"");
    for byte in &file.metadata.sha256_hash()[..12] {
        // Writing to a string cannot fail.
        let _ = write!(etag, "{byte:02x}");
    }
    etag.push('"');
    Asset {
        bytes: file.data,
        content_type: content_type(path),
        etag,
        encoding,
        immutable: path.starts_with(IMMUTABLE_FOLDER),
    }
}

fn is_compressed_form(path: &str) -> bool {
    [Encoding::Brotli, Encoding::Gzip].iter().any(|encoding| path.ends_with(encoding.ending()))
}

/// Whether an `accept-encoding` header allows `coding` by name. `*` is not taken: who means brotli says so.
fn accepts(header: &str, coding: &str) -> bool {
    header.split(',').any(|entry| {
        let mut parts = entry.split(';').map(str::trim);
        let is_coding = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(coding));
        let is_refused = parts.any(|parameter| {
            parameter
                .strip_prefix("q=")
                .is_some_and(|weight| weight.trim().parse::<f32>().is_ok_and(|weight| weight == 0.0))
        });
        is_coding && !is_refused
    })
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, ending)| ending) {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_always_there() {
        let page = Assets::get("index.html").unwrap();
        assert_eq!(page.content_type, "text/html; charset=utf-8");
        assert!(page.etag.starts_with('"') && page.etag.ends_with('"') && page.etag.len() == 26, "{}", page.etag);
        assert!(!page.immutable);
        assert!(page.encoding.is_none());
        let text = String::from_utf8(page.bytes.into_owned()).unwrap();
        assert_eq!(text.contains("built without its web interface"), is_stub());
    }

    #[test]
    fn what_is_not_embedded_is_not_found() {
        for path in ["", "missing.js", "../Cargo.toml", "index.html.br", "index.html.gz"] {
            assert!(Assets::get(path).is_none(), "{path}");
            assert!(Assets::get_for(path, "br, gzip").is_none(), "{path}");
        }
    }

    #[test]
    fn every_file_has_a_type_and_a_form_for_old_clients() {
        for path in Assets::paths() {
            let plain = Assets::get_for(&path, "").unwrap();
            assert!(plain.encoding.is_none(), "{path}");
            assert_ne!(plain.content_type, "application/octet-stream", "{path}");
            let small = Assets::get_for(&path, "gzip, deflate, br").unwrap();
            assert!(small.bytes.len() <= plain.bytes.len(), "{path}");
            assert_eq!(small.content_type, plain.content_type, "{path}");
        }
    }

    #[test]
    fn accept_encoding_is_read_with_its_weights() {
        assert!(accepts("gzip, deflate, br", "br"));
        assert!(accepts("BR;q=0.5", "br"));
        assert!(!accepts("br;q=0, gzip", "br"));
        assert!(!accepts("gzip", "br"));
        assert!(!accepts("", "gzip"));
    }
}
