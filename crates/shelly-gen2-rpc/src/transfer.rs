//! Moves texts and bytes in chunks that are counted in bytes, and says how far it came.
//!
//! A chunk never splits a character, every answer is checked against what was sent, and a transfer that ends early is
//! an error: several tools saved the first kilobyte and reported success (device facts 28).

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Map, Value};
use shelly_http::Endpoint;
use shelly_types::wire_object;

use crate::{Channel, Client, Error};

/// Bytes of text in one call. Devices take and give that much at a time.
pub const TEXT_CHUNK: usize = 1024;
/// Raw bytes in one call; the vendor's client has the same number, because of the device's buffer (protocol 3.1).
pub const BYTES_CHUNK: usize = 1026;
/// Answers that are read at most; a device that says there is more forever is broken.
const MOST_CHUNKS: usize = 4096;
/// A character is at most that long, so a cut one is whole when that much less one is asked for.
const MOST_RETRIES: usize = 3;

/// A transfer did not reach its end.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TransferError {
    /// A call in the middle failed.
    #[error("{what}: {endpoint} failed after {done} bytes{}", of(*total))]
    Broke {
        /// What was moved, for people: `write script 1`.
        what: String,
        /// Who was asked.
        endpoint: Endpoint,
        /// Bytes that arrived before.
        done: usize,
        /// Bytes in all, where that is known.
        total: Option<usize>,
        /// Cause.
        #[source]
        source: Error,
    },
    /// The device keeps less or more than was sent, and sending the rest does not help.
    #[error("{what}: {endpoint} keeps {kept} of {total} bytes")]
    Kept {
        /// What was moved.
        what: String,
        /// Who was asked.
        endpoint: Endpoint,
        /// Bytes that the device says it keeps.
        kept: usize,
        /// Bytes that should be there.
        total: usize,
    },
    /// What is read changed meanwhile, or the device counts wrongly.
    #[error("{what}: {endpoint} tells of {now} bytes after it told of {before}")]
    Changed {
        /// What was moved.
        what: String,
        /// Who was asked.
        endpoint: Endpoint,
        /// Length at the beginning, in bytes.
        before: usize,
        /// Length now, in bytes.
        now: usize,
    },
    /// The device holds something else than was written.
    #[error("{what}: {endpoint} holds something else than was written")]
    Different {
        /// What was moved.
        what: String,
        /// Who was asked.
        endpoint: Endpoint,
    },
}

impl TransferError {
    /// Who was asked.
    pub fn endpoint(&self) -> &Endpoint {
        match self {
            Self::Broke { endpoint, .. }
            | Self::Kept { endpoint, .. }
            | Self::Changed { endpoint, .. }
            | Self::Different { endpoint, .. } => endpoint,
        }
    }

    /// The call that failed, where one failed.
    pub fn call(&self) -> Option<&Error> {
        match self {
            Self::Broke { source, .. } => Some(source),
            Self::Kept { .. } | Self::Changed { .. } | Self::Different { .. } => None,
        }
    }
}

fn of(total: Option<usize>) -> String {
    total.map(|total| format!(" of {total}")).unwrap_or_default()
}

wire_object! {
    /// Answer of methods that take a chunk.
    pub struct Stored {
        /// Bytes that are kept now, in all.
        pub len: u64,
    }

    /// Answer of methods that give a chunk.
    pub struct Chunk {
        /// The chunk.
        pub data: String,
        /// Bytes that come after it.
        pub left: u64,
    }
}

/// The longest chunk of `text` from byte `from` on that has at most `most` bytes and splits no character.
///
/// `from` must be the begin of a character. A character that is longer than `most` is a chunk of its own.
pub fn chunk_at(text: &str, from: usize, most: usize) -> &str {
    let rest = text.get(from..).unwrap_or_default();
    let end = rest.floor_char_boundary(most);
    let end = if end == 0 { rest.chars().next().map_or(0, char::len_utf8) } else { end };
    &rest[..end]
}

/// A text that is sent in chunks.
pub(crate) struct Upload<'a> {
    /// For people.
    pub(crate) what: String,
    /// Method that takes a chunk and `append`, and answers [`Stored`].
    pub(crate) method: &'a str,
    /// Parameters that each call has.
    pub(crate) params: Map<String, Value>,
    /// Parameter that takes the chunk.
    pub(crate) member: &'a str,
    /// The text.
    pub(crate) text: &'a str,
}

/// A text that is read in chunks.
pub(crate) struct Download<'a> {
    /// For people.
    pub(crate) what: String,
    /// Method that takes `offset` and `len`, and answers [`Chunk`].
    pub(crate) method: &'a str,
    /// Parameters that each call has.
    pub(crate) params: Map<String, Value>,
}

/// Where a transfer is, to make errors of.
struct Place<'a> {
    what: &'a str,
    endpoint: &'a Endpoint,
    done: usize,
    total: Option<usize>,
}

impl Place<'_> {
    fn broke(&self, source: Error) -> TransferError {
        let Self { what, endpoint, done, total } = self;
        TransferError::Broke {
            what: (*what).to_owned(),
            endpoint: (*endpoint).clone(),
            done: *done,
            total: *total,
            source,
        }
    }

    fn kept(&self, kept: usize) -> TransferError {
        let total = self.total.unwrap_or(self.done);
        TransferError::Kept { what: self.what.to_owned(), endpoint: self.endpoint.clone(), kept, total }
    }

    fn changed(&self, before: usize, now: usize) -> TransferError {
        TransferError::Changed { what: self.what.to_owned(), endpoint: self.endpoint.clone(), before, now }
    }
}

impl<C: Channel> Client<C> {
    /// Sends a text. When the device keeps less than a chunk, the rest is sent again.
    pub(crate) async fn upload(&self, upload: &Upload<'_>) -> Result<(), TransferError> {
        let text = upload.text;
        let endpoint = self.channel().endpoint();
        let mut place = Place { what: &upload.what, endpoint, done: 0, total: Some(text.len()) };
        loop {
            let chunk = chunk_at(text, place.done, TEXT_CHUNK);
            let mut params = upload.params.clone();
            params.insert(upload.member.to_owned(), chunk.into());
            params.insert("append".to_owned(), (place.done > 0).into());
            let answer: Stored =
                self.ask(upload.method, Some(Value::Object(params))).await.map_err(|source| place.broke(source))?;
            let sent = place.done + chunk.len();
            let kept = answer.len.copied().map_or(sent, |kept| usize::try_from(kept).unwrap_or(usize::MAX));
            let goes_on = kept > place.done || kept == text.len();
            if kept > sent || !goes_on || !text.is_char_boundary(kept) {
                return Err(place.kept(kept));
            }
            place.done = kept;
            if kept == text.len() {
                return Ok(());
            }
        }
    }

    /// Reads a text. The offset counts bytes; a chunk in which the device cut a character is asked for again, shorter.
    pub(crate) async fn download(&self, download: &Download<'_>) -> Result<String, TransferError> {
        let endpoint = self.channel().endpoint();
        let mut place = Place { what: &download.what, endpoint, done: 0, total: None };
        let mut text = String::new();
        for _ in 0..MOST_CHUNKS {
            let chunk = self.whole_chunk(download, &place).await?;
            let left = usize::try_from(chunk.left.copied().unwrap_or(0)).unwrap_or(usize::MAX);
            let data = chunk.data.as_str().unwrap_or_default();
            text.push_str(data);
            place.done = text.len();
            let now = text.len().saturating_add(left);
            let before = *place.total.get_or_insert(now);
            if now != before || (data.is_empty() && left > 0) {
                return Err(place.changed(before, now));
            }
            if left == 0 {
                return Ok(text);
            }
        }
        Err(place.kept(text.len()))
    }

    /// A chunk that ends with a whole character. A cut one shows as the replacement character, or breaks the answer.
    async fn whole_chunk(&self, download: &Download<'_>, place: &Place<'_>) -> Result<Chunk, TransferError> {
        let mut doubtful = None;
        let mut broken = None;
        for length in (TEXT_CHUNK - MOST_RETRIES..=TEXT_CHUNK).rev() {
            match self.chunk(download, place.done, length).await {
                Ok(chunk) => {
                    let data = chunk.data.as_str().unwrap_or_default();
                    let is_last = chunk.left.copied().unwrap_or(0) == 0;
                    if is_last || !data.ends_with(char::REPLACEMENT_CHARACTER) {
                        return Ok(chunk);
                    }
                    // One or two bytes of a character become a replacement that is longer. Three bytes of four do not,
                    // but then three less end before that character: the last one that fits was not cut.
                    if data.len() <= length {
                        doubtful = Some(chunk);
                    }
                }
                Err(error @ Error::NotJson { .. }) => broken = Some(error),
                Err(error) => return Err(place.broke(error)),
            }
        }
        // It ends so however it is asked for: the text really has that character there.
        match (doubtful, broken) {
            (Some(chunk), _) => Ok(chunk),
            (None, Some(error)) => Err(place.broke(error)),
            (None, None) => Err(place.kept(place.done)),
        }
    }

    async fn chunk(&self, download: &Download<'_>, offset: usize, length: usize) -> Result<Chunk, Error> {
        let mut params = download.params.clone();
        params.insert("offset".to_owned(), offset.into());
        params.insert("len".to_owned(), length.into());
        self.ask(download.method, Some(Value::Object(params))).await
    }

    /// Reads bytes that come in base64; the offset counts raw bytes.
    pub(crate) async fn download_bytes(&self, download: &Download<'_>) -> Result<Vec<u8>, TransferError> {
        let endpoint = self.channel().endpoint();
        let mut place = Place { what: &download.what, endpoint, done: 0, total: None };
        let mut bytes = Vec::new();
        for _ in 0..MOST_CHUNKS {
            let broke = |source| place.broke(source);
            let chunk = self.chunk(download, bytes.len(), BYTES_CHUNK).await.map_err(broke)?;
            let data = chunk.data.as_str().unwrap_or_default();
            let part = STANDARD
                .decode(data)
                .map_err(|_| broke(self.unexpected(download.method, "base64", &Value::from(data))))?;
            let left = usize::try_from(chunk.left.copied().unwrap_or(0)).unwrap_or(usize::MAX);
            bytes.extend_from_slice(&part);
            place.done = bytes.len();
            let now = bytes.len().saturating_add(left);
            let before = *place.total.get_or_insert(now);
            if now != before || (part.is_empty() && left > 0) {
                return Err(place.changed(before, now));
            }
            if left == 0 {
                return Ok(bytes);
            }
        }
        Err(place.kept(bytes.len()))
    }

    /// Sends bytes in base64 to a method that takes `offset` and `data`. `last` is added to the last call; the answer
    /// is that of the last call.
    pub(crate) async fn upload_bytes(
        &self,
        what: &str,
        method: &str,
        params: &Map<String, Value>,
        bytes: &[u8],
        last: Option<&str>,
    ) -> Result<Value, TransferError> {
        let endpoint = self.channel().endpoint();
        let mut place = Place { what, endpoint, done: 0, total: Some(bytes.len()) };
        let mut answer = Value::Null;
        for part in bytes.chunks(BYTES_CHUNK) {
            let mut params = params.clone();
            params.insert("offset".to_owned(), place.done.into());
            params.insert("data".to_owned(), STANDARD.encode(part).into());
            let after = place.done + part.len();
            if let Some(last) = last.filter(|_| after == bytes.len()) {
                params.insert(last.to_owned(), true.into());
            }
            answer = self.call(method, Some(Value::Object(params))).await.map_err(|source| place.broke(source))?;
            place.done = after;
        }
        Ok(answer)
    }

    /// The error of a transfer in which nothing was moved yet, or everything.
    pub(crate) fn transfer_error(&self, what: &str, done: usize, total: Option<usize>, source: Error) -> TransferError {
        Place { what, endpoint: self.channel().endpoint(), done, total }.broke(source)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn chunks_are_whole_and_make_the_text_again(text in "\\PC{0,80}", most in 1_usize..9) {
            let mut again = String::new();
            while again.len() < text.len() {
                let chunk = chunk_at(&text, again.len(), most);
                prop_assert!(!chunk.is_empty());
                prop_assert!(chunk.len() <= most || chunk.chars().count() == 1);
                again.push_str(chunk);
            }
            prop_assert_eq!(again, text);
        }
    }

    #[test]
    fn a_chunk_beyond_the_end_is_empty() {
        assert_eq!(chunk_at("abc", 3, 8), "");
        assert_eq!(chunk_at("abc", 9, 8), "");
    }
}
