//! A file's bytes on their way into the spool: hashed and scanned while they are written, so that nobody waits for a
//! pass of its own over what has just gone by.

use std::fs::File;
use std::io::{self, Write};
use std::mem;
use std::panic::resume_unwind;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

use crate::hashing::Hashing;
use crate::sheet::{EncodingChoice, SCAN_CHUNK_BYTES, Scan, Scanner};

const CHUNKS_AHEAD: usize = 8;

/// What is known of a file that has arrived.
pub(super) struct Received {
    pub(super) size: u64,
    pub(super) sha256: String,
    pub(super) scan: Scan,
}

/// Where the bytes of a file go.
pub(super) struct Intake {
    file: Hashing<File>,
    scanning: Scanning,
}

impl Intake {
    /// Into this file; `name` and `choice` tell its encoding.
    pub(super) fn new(file: File, name: &str, choice: EncodingChoice) -> Self {
        Self { file: Hashing::new(file), scanning: Scanning::begin(|| Scanner::new(name, choice)) }
    }

    pub(super) fn finish(self) -> Received {
        let (_, size, sha256) = self.file.finish();
        Received { size, sha256, scan: self.scanning.finish() }
    }
}

impl Write for Intake {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.scanning.take(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// A scanner, in a thread of its own if there is one to be had.
enum Scanning {
    Beside(Beside),
    Here(Scanner),
}

impl Scanning {
    fn begin(scanner: impl Fn() -> Scanner) -> Self {
        Beside::begin(scanner()).map_or_else(|_| Self::Here(scanner()), Self::Beside)
    }

    fn take(&mut self, bytes: &[u8]) {
        match self {
            Self::Beside(beside) => beside.take(bytes),
            Self::Here(scanner) => scanner.feed(bytes),
        }
    }

    fn finish(self) -> Scan {
        match self {
            Self::Beside(beside) => beside.finish(),
            Self::Here(scanner) => scanner.finish(),
        }
    }
}

/// A scanner in a thread that ends with whoever feeds it.
struct Beside {
    chunk: Vec<u8>,
    full: SyncSender<Vec<u8>>,
    empty: Receiver<Vec<u8>>,
    scanner: JoinHandle<Scan>,
}

impl Beside {
    fn begin(mut scanner: Scanner) -> io::Result<Self> {
        let (full, arriving) = sync_channel::<Vec<u8>>(CHUNKS_AHEAD);
        let (used, empty) = sync_channel(CHUNKS_AHEAD);
        let scanner = thread::Builder::new().spawn(move || {
            for mut chunk in arriving {
                scanner.feed(&chunk);
                chunk.clear();
                // Where there is no room for it, it is not needed.
                let _ = used.try_send(chunk);
            }
            scanner.finish()
        })?;
        Ok(Self { chunk: Vec::with_capacity(SCAN_CHUNK_BYTES), full, empty, scanner })
    }

    fn take(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let room = SCAN_CHUNK_BYTES - self.chunk.len();
            let (fitting, rest) = bytes.split_at(room.min(bytes.len()));
            self.chunk.extend_from_slice(fitting);
            bytes = rest;
            if self.chunk.len() == SCAN_CHUNK_BYTES {
                self.hand_on();
            }
        }
    }

    fn hand_on(&mut self) {
        let next = self.empty.try_recv().unwrap_or_else(|_| Vec::with_capacity(SCAN_CHUNK_BYTES));
        // Nobody listens only if the scanner panicked, which `finish` tells.
        let _ = self.full.send(mem::replace(&mut self.chunk, next));
    }

    fn finish(mut self) -> Scan {
        self.hand_on();
        drop(self.full);
        self.scanner.join().unwrap_or_else(|panic| resume_unwind(panic))
    }
}
