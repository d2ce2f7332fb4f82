//! What is kept is on the disk and whole: a file gets its place only with its bytes, and is compared with what it was
//! before it is used again. A disk that was full, or a machine that was switched off, leaves files that are there and are
//! not what they should be.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use crate::hashing::{Content, Hashing};

/// Makes a file for this user's eyes only; one that was there before is replaced, never followed.
pub(crate) fn create_file(path: &Path) -> io::Result<File> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    OpenOptions::new().write(true).read(true).create_new(true).mode(0o600).open(path)
}

/// Opens a file to read it. What waits for somebody who writes (a pipe), or never ends (a device), is refused.
pub(crate) fn open(path: &Path) -> io::Result<File> {
    match fs::metadata(path)?.is_file() {
        true => File::open(path),
        false => Err(io::Error::new(ErrorKind::InvalidInput, "not a regular file")),
    }
}

/// Its bytes.
pub(crate) fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open(path)?.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Whether the file at this path is just that; one that is not there is not.
pub(crate) fn is_intact(path: &Path, content: Content<'_>) -> io::Result<bool> {
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_file() && content.size.is_none_or(|size| size == found.len()) => {}
        Ok(_) => return Ok(false),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(error),
    }
    let mut hashing = Hashing::new(io::sink());
    io::copy(&mut File::open(path)?, &mut hashing)?;
    Ok(hashing.finish().2 == content.sha256)
}

/// Renames a file whose bytes are on the disk before its new name is; to another file system it is copied, with its
/// time.
pub(crate) fn move_file(from: &Path, to: &Path) -> io::Result<()> {
    let source = File::open(from)?;
    source.sync_all()?;
    match fs::rename(from, to) {
        Err(error) if error.kind() == ErrorKind::CrossesDevices => {}
        done => return done,
    }
    let new = to.with_file_name(".new");
    let mut copy = create_file(&new)?;
    io::copy(&mut &source, &mut copy)?;
    copy.set_modified(source.metadata()?.modified()?)?;
    copy.sync_all()?;
    fs::rename(&new, to)?;
    fs::remove_file(from)
}
