//! Threads are nice to have. Where the system gives none (`ulimit -u`, a container's limit of processes), the work is done
//! without.

use std::io::{self, Write};
use std::mem;
use std::panic::resume_unwind;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

use anyhow::{Result, anyhow};

/// Whether there is one to be had now.
pub(crate) fn are_to_be_had() -> bool {
    thread::Builder::new().spawn(|| {}).is_ok_and(|thread| thread.join().is_ok())
}

/// Does both, the first in a thread of its own if there is one to be had.
pub(crate) fn both<A: Send, B>(beside: impl Fn() -> A + Sync, here: impl FnOnce() -> B) -> (A, B) {
    thread::scope(|scope| match thread::Builder::new().spawn_scoped(scope, &beside) {
        Ok(thread) => {
            let done = here();
            (thread.join().unwrap_or_else(|panic| resume_unwind(panic)), done)
        }
        Err(_) => (beside(), here()),
    })
}

/// Hands things on to a thread of its own, in order, if there is one to be had: `give` goes on meanwhile, with one that was
/// taken before. Where `take` fails, that is what is told, and nothing more is handed on.
pub(crate) fn hand_on<T: Default + Send>(
    give: impl FnOnce(&mut dyn FnMut(T) -> Result<T>) -> Result<()>,
    mut take: impl FnMut(&mut T) -> Result<()> + Send,
) -> Result<()> {
    if !are_to_be_had() {
        return give(&mut |mut thing| take(&mut thing).map(|()| thing));
    }
    thread::scope(|scope| {
        let (full, arriving) = sync_channel(CHUNKS_AHEAD);
        let (taken, empty) = sync_channel(CHUNKS_AHEAD);
        let taking = scope.spawn(move || {
            arriving.into_iter().try_for_each(|mut thing| {
                take(&mut thing)?;
                // Where there is no room for it, it is not needed.
                let _ = taken.try_send(thing);
                Ok(())
            })
        });
        let given = give(&mut |thing| {
            full.send(thing).map_err(|_| anyhow!("nobody takes it any more"))?;
            Ok(empty.try_recv().unwrap_or_default())
        });
        drop(full);
        taking.join().unwrap_or_else(|panic| resume_unwind(panic)).and(given)
    })
}

pub(crate) const CHUNK_BYTES: usize = 128 * 1024;

const CHUNKS_AHEAD: usize = 8;

/// Takes bytes in a thread of its own, if there is one to be had: whoever has them goes on meanwhile. All chunks but the
/// last have [`CHUNK_BYTES`].
pub(crate) enum Beside<W> {
    Thread(Handing<W>),
    Here(W),
}

/// Ends with whoever hands on.
pub(crate) struct Handing<W> {
    chunk: Vec<u8>,
    full: SyncSender<Vec<u8>>,
    empty: Receiver<Vec<u8>>,
    thread: JoinHandle<io::Result<W>>,
}

impl<W: Write + Send + 'static> Beside<W> {
    /// Where the thread fails to begin, its writer goes with it.
    pub(crate) fn begin(writer: impl Fn() -> W) -> Self {
        Handing::begin(writer()).map_or_else(|_| Self::Here(writer()), Self::Thread)
    }

    /// The writer, which has taken everything, or why it could not.
    pub(crate) fn finish(self) -> io::Result<W> {
        match self {
            Self::Thread(handing) => handing.finish(),
            Self::Here(writer) => Ok(writer),
        }
    }
}

impl<W: Write + Send + 'static> Write for Beside<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Thread(handing) => handing.take(bytes),
            Self::Here(writer) => writer.write_all(bytes)?,
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<W: Write + Send + 'static> Handing<W> {
    fn begin(mut writer: W) -> io::Result<Self> {
        let (full, arriving) = sync_channel::<Vec<u8>>(CHUNKS_AHEAD);
        let (used, empty) = sync_channel(CHUNKS_AHEAD);
        let thread = thread::Builder::new().spawn(move || {
            for mut chunk in arriving {
                writer.write_all(&chunk)?;
                chunk.clear();
                // Where there is no room for it, it is not needed.
                let _ = used.try_send(chunk);
            }
            Ok(writer)
        })?;
        Ok(Self { chunk: Vec::with_capacity(CHUNK_BYTES), full, empty, thread })
    }

    fn take(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let room = CHUNK_BYTES - self.chunk.len();
            let (fitting, rest) = bytes.split_at(room.min(bytes.len()));
            self.chunk.extend_from_slice(fitting);
            bytes = rest;
            if self.chunk.len() == CHUNK_BYTES {
                self.hand_on();
            }
        }
    }

    fn hand_on(&mut self) {
        let next = self.empty.try_recv().unwrap_or_else(|_| Vec::with_capacity(CHUNK_BYTES));
        // Nobody listens only after an error or a panic, which `finish` tells.
        let _ = self.full.send(mem::replace(&mut self.chunk, next));
    }

    fn finish(mut self) -> io::Result<W> {
        self.hand_on();
        drop(self.full);
        self.thread.join().unwrap_or_else(|panic| resume_unwind(panic))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hands numbers on and takes them, until one of the two fails.
    fn hand_on_until(given: Option<u32>, taken: Option<u32>) -> (Vec<u32>, Option<String>) {
        let mut all = Vec::new();
        let fail_at = |at: Option<u32>, number: u32, why: &'static str| match at == Some(number) {
            true => Err(anyhow!(why)),
            false => Ok(()),
        };
        let give = |hand_on: &mut dyn FnMut(Vec<u32>) -> Result<Vec<u32>>| {
            let mut numbers = Vec::new();
            for number in 0..100 {
                fail_at(given, number, "giving")?;
                assert_eq!(numbers, [0; 0], "what was taken comes back empty");
                numbers.push(number);
                numbers = hand_on(numbers)?;
            }
            Ok(())
        };
        let ended = super::hand_on(give, |numbers| {
            numbers.drain(..).try_for_each(|number| {
                fail_at(taken, number, "taking")?;
                all.push(number);
                Ok(())
            })
        });
        (all, ended.err().map(|error| error.to_string()))
    }

    #[test]
    fn what_is_handed_on_is_taken_in_order_until_one_of_them_fails() {
        assert_eq!(hand_on_until(None, None), ((0..100).collect(), None));
        assert_eq!(hand_on_until(Some(30), None), ((0..30).collect(), Some("giving".to_owned())));
        assert_eq!(hand_on_until(None, Some(30)), ((0..30).collect(), Some("taking".to_owned())));
        assert_eq!(hand_on_until(Some(31), Some(30)), ((0..30).collect(), Some("taking".to_owned())));
    }
}
