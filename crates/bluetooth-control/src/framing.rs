//! Carries whole frames over the characteristics of a device (gen2 protocol 3.8).
//!
//! Out: the length of the frame, four bytes with the highest first, to one characteristic; then the frame in pieces to
//! another. Back: the length is asked for until it is not 0 any more, then pieces are read until all of it is there. Some
//! firmware announces lengths that cannot be, so that they are checked before anything is read.

use std::time::Duration;

use tokio::{
    sync::Mutex,
    time::{sleep, timeout},
};

use crate::{Characteristic, Error, Gatt};

/// Reads without a byte in a row, after which a device is given up: it announced more than it has.
const EMPTY_READS: u32 = 4;

/// What one exchange may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Longest frame that is sent, in bytes.
    pub longest_request: usize,
    /// Longest frame that is read, in bytes.
    pub longest_answer: usize,
    /// Time for the whole exchange.
    pub exchange: Duration,
    /// Time between two questions for the length of the answer.
    pub poll: Duration,
}

impl Default for Limits {
    /// 8 KiB out, as for bodies over HTTP (gen2 protocol 14); 128 KiB back; 30 s; 100 ms.
    fn default() -> Self {
        Self {
            longest_request: 8 * 1024,
            longest_answer: 128 * 1024,
            exchange: Duration::from_secs(30),
            poll: Duration::from_millis(100),
        }
    }
}

/// Frames to a device and back, one after the other.
pub struct RpcOverGatt {
    link: Box<dyn Gatt>,
    limits: Limits,
    /// No exchange broke off in the middle: after that nobody knows where the device is.
    is_whole: Mutex<bool>,
    is_closed: std::sync::atomic::AtomicBool,
}

impl std::fmt::Debug for RpcOverGatt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RpcOverGatt").field("limits", &self.limits).finish_non_exhaustive()
    }
}

impl RpcOverGatt {
    /// Frames over this connection.
    pub fn new(link: Box<dyn Gatt>, limits: Limits) -> Self {
        Self { link, limits, is_whole: Mutex::new(true), is_closed: false.into() }
    }

    /// Whether no frame can be carried any more.
    pub fn is_closed(&self) -> bool {
        self.is_closed.load(std::sync::atomic::Ordering::Relaxed)
    }

    /// Sends a frame and returns the one that answers it. After an error, or when it is dropped in the middle, the
    /// connection is of no more use.
    ///
    /// # Errors
    /// [`Error::TooLong`], when nothing was sent; else what went wrong, when the device may have got the frame.
    pub async fn exchange(&self, frame: &[u8]) -> Result<Vec<u8>, Error> {
        let most = self.limits.longest_request;
        if frame.is_empty() || frame.len() > most {
            return Err(Error::TooLong { length: frame.len(), most });
        }
        let mut is_whole = self.is_whole.lock().await;
        if !std::mem::replace(&mut *is_whole, false) {
            self.shut();
            return Err(Error::Ended { why: "an earlier question broke off in the middle".to_owned() });
        }
        let waited = self.limits.exchange;
        let answer = match timeout(waited, self.carry(frame)).await {
            Ok(answer) => answer,
            Err(_) => Err(Error::Timeout { attempt: "get an answer over Bluetooth", waited }),
        };
        if answer.is_err() {
            self.shut();
        } else {
            *is_whole = true;
        }
        answer
    }

    /// Ends the connection.
    ///
    /// # Errors
    /// When it could not be ended.
    pub async fn close(&self) -> Result<(), Error> {
        self.shut();
        self.link.close().await
    }

    fn shut(&self) {
        self.is_closed.store(true, std::sync::atomic::Ordering::Relaxed);
    }

    async fn carry(&self, frame: &[u8]) -> Result<Vec<u8>, Error> {
        let length = u32::try_from(frame.len()).unwrap_or(u32::MAX);
        self.link.write(Characteristic::Announce, &length.to_be_bytes()).await?;
        for piece in frame.chunks(self.link.longest_write().max(1)) {
            self.link.write(Characteristic::Data, piece).await?;
        }
        let length = self.until_answered().await?;
        self.pieces(length).await
    }

    /// The length of the answer, once there is one.
    async fn until_answered(&self) -> Result<usize, Error> {
        loop {
            let value = self.link.read(Characteristic::Pending).await?;
            match announced(&value, self.limits.longest_answer)? {
                0 => sleep(self.limits.poll).await,
                length => return Ok(length),
            }
        }
    }

    async fn pieces(&self, length: usize) -> Result<Vec<u8>, Error> {
        let mut frame = Vec::with_capacity(length);
        let mut empty = 0;
        while frame.len() < length {
            let piece = self.link.read(Characteristic::Data).await?;
            empty = if piece.is_empty() { empty + 1 } else { 0 };
            if empty >= EMPTY_READS {
                return Err(Error::Pieces { what: format!("{} bytes of the {length} announced", frame.len()) });
            }
            frame.extend_from_slice(&piece);
        }
        if frame.len() > length {
            return Err(Error::Pieces { what: format!("{} bytes where it announced {length}", frame.len()) });
        }
        Ok(frame)
    }
}

/// The length that a value announces.
fn announced(value: &[u8], most: usize) -> Result<usize, Error> {
    let Ok(bytes) = <[u8; 4]>::try_from(value) else {
        return Err(Error::Pieces { what: format!("a length of {} bytes instead of four", value.len()) });
    };
    let length = u32::from_be_bytes(bytes);
    match usize::try_from(length) {
        Ok(length) if length <= most => Ok(length),
        _ => Err(Error::Length { length: length.into(), most }),
    }
}

#[cfg(test)]
mod tests {
    use std::{
        collections::VecDeque,
        sync::{Arc, Mutex as StdMutex},
    };

    use proptest::prelude::*;

    use super::*;
    use crate::{
        Answer,
        Characteristic::{Announce, Data, Pending},
    };

    /// A device that answers each frame with itself the other way round, in pieces of its own.
    #[derive(Debug, Default)]
    struct Mirror {
        expected: usize,
        taken: Vec<u8>,
        answer: VecDeque<u8>,
        /// Questions for the length until there is an answer.
        thinks: u32,
        piece: usize,
        /// What it sends instead, value by value.
        instead: VecDeque<(Characteristic, Vec<u8>)>,
        /// Operations after which it is gone.
        lives: usize,
        log: Vec<(Characteristic, usize)>,
    }

    #[derive(Debug, Clone)]
    struct Link(Arc<StdMutex<Mirror>>, usize);

    impl Link {
        fn turn(&self) -> Result<std::sync::MutexGuard<'_, Mirror>, Error> {
            let mut mirror = self.0.lock().unwrap();
            if mirror.lives == 0 {
                return Err(Error::Ended { why: "it is gone".to_owned() });
            }
            mirror.lives -= 1;
            Ok(mirror)
        }
    }

    impl Gatt for Link {
        fn longest_write(&self) -> usize {
            self.1
        }

        fn write<'a>(&'a self, to: Characteristic, value: &'a [u8]) -> Answer<'a, ()> {
            Box::pin(async move {
                let mut mirror = self.turn()?;
                mirror.log.push((to, value.len()));
                match to {
                    Characteristic::Announce => {
                        mirror.expected = u32::from_be_bytes(value.try_into().unwrap()) as usize;
                        mirror.taken.clear();
                    }
                    Characteristic::Data => {
                        mirror.taken.extend_from_slice(value);
                        if mirror.taken.len() == mirror.expected {
                            mirror.answer = mirror.taken.iter().rev().copied().collect();
                        }
                    }
                    Characteristic::Pending => panic!("nobody writes there"),
                }
                Ok(())
            })
        }

        fn read(&self, from: Characteristic) -> Answer<'_, Vec<u8>> {
            Box::pin(async move {
                let mut mirror = self.turn()?;
                if mirror.instead.front().is_some_and(|(which, _)| *which == from) {
                    return Ok(mirror.instead.pop_front().unwrap().1);
                }
                Ok(match from {
                    Characteristic::Pending if mirror.thinks > 0 => {
                        mirror.thinks -= 1;
                        vec![0; 4]
                    }
                    Characteristic::Pending => u32::try_from(mirror.answer.len()).unwrap().to_be_bytes().to_vec(),
                    Characteristic::Data => {
                        let piece = mirror.piece.min(mirror.answer.len());
                        mirror.answer.drain(..piece).collect()
                    }
                    Characteristic::Announce => panic!("nobody reads there"),
                })
            })
        }

        fn close(&self) -> Answer<'_, ()> {
            Box::pin(async { Ok(()) })
        }
    }

    const LIMITS: Limits = Limits {
        longest_request: 600,
        longest_answer: 600,
        exchange: Duration::from_secs(30),
        poll: Duration::from_millis(1),
    };

    fn rpc(mirror: Mirror, longest_write: usize) -> (Arc<StdMutex<Mirror>>, RpcOverGatt) {
        rpc_within(LIMITS.exchange, mirror, longest_write)
    }

    fn rpc_within(exchange: Duration, mirror: Mirror, longest_write: usize) -> (Arc<StdMutex<Mirror>>, RpcOverGatt) {
        let shared = Arc::new(StdMutex::new(mirror));
        let link = Box::new(Link(Arc::clone(&shared), longest_write));
        (shared, RpcOverGatt::new(link, Limits { exchange, ..LIMITS }))
    }

    fn mirror() -> Mirror {
        Mirror { piece: 7, lives: usize::MAX, ..Mirror::default() }
    }

    fn run<T>(work: impl Future<Output = T>) -> T {
        let mut builder = tokio::runtime::Builder::new_current_thread();
        builder.enable_time().build().unwrap().block_on(work)
    }

    /// A7: a frame goes out behind its length in pieces that fit, and the answer is read until it is whole.
    #[test]
    fn a7_frames_go_in_pieces_behind_their_length() {
        run(async {
            let (state, rpc) = rpc(Mirror { thinks: 3, ..mirror() }, 20);
            let frame: Vec<u8> = (0..50).collect();
            let answer = rpc.exchange(&frame).await.unwrap();
            assert!(answer.iter().rev().eq(&frame));
            assert_eq!(state.lock().unwrap().log, [(Announce, 4), (Data, 20), (Data, 20), (Data, 10)]);
            assert_eq!(rpc.exchange(b"again").await.unwrap(), b"niaga");
        });
    }

    /// A7: lengths that cannot be, pieces that never come, and too many of them end the connection.
    #[test]
    fn a7_what_makes_no_sense_ends_the_connection() {
        let zero = || (Data, Vec::new());
        for (case, instead) in [
            ("a length that cannot be", vec![(Pending, vec![0xFF; 4])]),
            ("a length with the lowest byte first", vec![(Pending, 500_u32.to_le_bytes().to_vec())]),
            ("a length of two bytes", vec![(Pending, vec![0, 9])]),
            ("no length", vec![(Pending, Vec::new())]),
            ("nothing", vec![zero(), zero(), zero(), zero()]),
            ("more than announced", vec![(Data, vec![7; 6])]),
        ] {
            run(async {
                let (_, rpc) = rpc(Mirror { instead: instead.into(), ..mirror() }, 20);
                let error = rpc.exchange(b"hello").await.unwrap_err();
                assert!(matches!(error, Error::Length { .. } | Error::Pieces { .. }), "{case}: {error}");
                assert!(rpc.is_closed(), "{case}");
                assert!(matches!(rpc.exchange(b"hello").await, Err(Error::Ended { .. })), "{case}");
            });
        }
    }

    /// A7: what is too long is not sent, and harms nothing.
    #[test]
    fn a7_what_is_too_long_is_not_sent() {
        run(async {
            let (state, rpc) = rpc(mirror(), 20);
            for frame in [&[0; 601][..], &[]] {
                assert!(matches!(rpc.exchange(frame).await, Err(Error::TooLong { .. })));
            }
            assert!(state.lock().unwrap().log.is_empty());
            assert_eq!(rpc.exchange(b"abc").await.unwrap(), b"cba");
        });
    }

    /// A7: a device that never answers costs the time of one exchange; a question that was dropped in the middle, the
    /// connection.
    #[test]
    fn a7_silence_and_what_is_dropped_end_the_connection() {
        run(async {
            let (_, silent) = rpc_within(Duration::from_millis(20), Mirror { thinks: u32::MAX, ..mirror() }, 20);
            assert!(matches!(silent.exchange(b"hello").await, Err(Error::Timeout { .. })));
            let (_, slow) = rpc(Mirror { thinks: 1000, ..mirror() }, 20);
            assert!(timeout(Duration::from_millis(10), slow.exchange(b"hello")).await.is_err());
            assert!(matches!(slow.exchange(b"hello").await, Err(Error::Ended { .. })));
        });
    }

    proptest! {
        /// Whatever the lengths of frames, writes and pieces, what was sent arrives and comes back.
        #[test]
        fn a7_any_frame_survives_any_pieces(
            frame in proptest::collection::vec(any::<u8>(), 1..600),
            write in 1_usize..520,
            piece in 1_usize..520,
            thinks in 0_u32..5,
        ) {
            let answer = run(async {
                let (_, rpc) = rpc(Mirror { thinks, piece, ..mirror() }, write);
                rpc.exchange(&frame).await
            });
            prop_assert!(answer.unwrap().iter().rev().eq(&frame));
        }

        /// However the device garbles and whenever it goes away, an exchange ends, and never with more than was announced.
        #[test]
        fn a7_garbage_and_disconnects_end_the_exchange(
            values in proptest::collection::vec((any::<bool>(), proptest::collection::vec(any::<u8>(), 0..8)), 0..6),
            lives in 0_usize..20,
            small in any::<bool>(),
        ) {
            let instead = values.into_iter().map(|(is_length, mut value)| {
                if is_length && small && value.len() >= 4 {
                    value.truncate(4);
                    value[0] = 0;
                    value[1] = 0;
                }
                (if is_length { Characteristic::Pending } else { Characteristic::Data }, value)
            });
            let answer = run(async {
                let (_, rpc) = rpc(Mirror { instead: instead.collect(), lives, ..mirror() }, 3);
                rpc.exchange(b"hello").await
            });
            prop_assert!(answer.is_err() || answer.is_ok_and(|frame| frame.len() <= LIMITS.longest_answer));
        }
    }
}
