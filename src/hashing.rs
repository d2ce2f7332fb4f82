//! SHA-256 of what goes by. A content is known by its hash, whatever its name.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Write};

use sha2::{Digest, Sha256};

/// Passes bytes on, and counts and hashes them.
#[derive(Clone, Debug)]
pub struct Hashing<W> {
    inner: W,
    hasher: Sha256,
    size: u64,
}

impl<W: Write> Hashing<W> {
    pub fn new(inner: W) -> Self {
        Self { inner, hasher: Sha256::new(), size: 0 }
    }

    /// Where the bytes went, how many there were, and their SHA-256 in lower-case hex.
    pub fn finish(self) -> (W, u64, String) {
        (self.inner, self.size, hex(&self.hasher.finalize()))
    }
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.hasher.update(&bytes[..written]);
        self.size += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// What a file must be to be the one that is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Content<'a> {
    pub(crate) sha256: &'a str,
    /// `None`: nobody has noted it.
    pub(crate) size: Option<u64>,
}

/// The SHA-256 of these bytes, in lower-case hex.
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Lower-case hex.
pub fn hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from(b"0123456789abcdef"[usize::from(nibble)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 0xf)]).collect()
}

/// Stands for a code or an order's number where a million of them are kept.
pub(crate) fn key(thing: &(impl Hash + ?Sized)) -> u64 {
    let mut hasher = DefaultHasher::new();
    thing.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::hex;

    proptest! {
        #[test]
        fn hex_is_read_back(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            let hex = hex(&bytes);
            let back: Vec<u8> =
                (0..hex.len()).step_by(2).map(|i| u8::from_str_radix(&hex[i..i + 2], 16).unwrap()).collect();
            prop_assert_eq!(back, bytes);
        }
    }
}
