//! A file's bytes on their way into the spool: hashed, scanned and, if there are many, packed for the archive while they
//! are written, so that nobody waits for a pass of its own over what has just gone by.

use std::fs::File;
use std::io::{self, Write};

use crate::hashing::Hashing;
use crate::kept::Early;
use crate::sheet::{EncodingChoice, Scan, Scanner};
use crate::threads::Beside;

/// What is known of a file that has arrived.
pub(super) struct Received {
    pub(super) size: u64,
    pub(super) sha256: String,
    pub(super) scan: Scan,
}

/// Where the bytes of a file go.
pub(super) struct Intake {
    file: Hashing<File>,
    scanning: Beside<Scanner>,
    packing: Option<Early>,
}

impl Intake {
    /// Into this file; `name` and `choice` tell its encoding.
    pub(super) fn new(file: File, name: &str, choice: EncodingChoice, packing: Option<Early>) -> Self {
        let scanning = Beside::begin(|| Scanner::new(name, choice));
        Self { file: Hashing::new(file), scanning, packing }
    }

    pub(super) fn finish(self) -> io::Result<Received> {
        let (_, size, sha256) = self.file.finish();
        let scan = self.scanning.finish()?.finish();
        self.packing.map_or(Ok(()), Early::finish)?;
        Ok(Received { size, sha256, scan })
    }
}

impl Write for Intake {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.scanning.write_all(&bytes[..written])?;
        if let Some(packing) = &mut self.packing {
            packing.take(&bytes[..written]);
        }
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}
