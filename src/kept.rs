//! What is kept is on the disk and whole: a file gets its place only with its bytes, and is compared with what it was
//! before it is used again. A disk that was full, or a machine that was switched off, leaves files that are there and are
//! not what they should be. The only home of `flate2`: large copies are packed.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, BufWriter, ErrorKind, Read, Seek, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;

use crate::hashing::{Content, Hashing};
use crate::threads::{Beside, CHUNK_BYTES};

/// Makes a file for this user's eyes only; one that was there before is replaced, never followed.
pub(crate) fn create_file(path: &Path) -> io::Result<File> {
    remove_if_there(path)?;
    OpenOptions::new().write(true).read(true).create_new(true).mode(0o600).open(path)
}

pub(crate) fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Sorted; none where there is no such folder, or it is something else.
pub(crate) fn names_in(folder: &Path) -> io::Result<Vec<String>> {
    if !fs::symlink_metadata(folder).is_ok_and(|found| found.is_dir()) {
        return Ok(Vec::new());
    }
    let names = fs::read_dir(folder)?.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
    let mut names: Vec<String> = names.collect::<io::Result<_>>()?;
    names.sort_unstable();
    Ok(names)
}

/// Opens a file to read it. What waits for somebody who writes (a pipe), or never ends (a device), is refused.
pub(crate) fn open(path: &Path) -> io::Result<File> {
    match fs::metadata(path)?.is_file() {
        true => File::open(path),
        false => Err(io::Error::new(ErrorKind::InvalidInput, "not a regular file")),
    }
}

pub(crate) fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open(path)?.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// A larger copy is packed; up to here, packing saves no block of the disk.
const PACKED_FROM_BYTES: u64 = 4096;

/// What a packed copy's name ends in. The ledger knows it without.
pub(crate) const PACKED: &str = ".gz";

/// A copy that is being written.
const NEW: &str = ".new";

/// This path, with something behind its name.
pub(crate) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

fn packed_name(path: &Path) -> PathBuf {
    beside(path, PACKED)
}

/// Where the copy lies that is known by this path: there, or packed beside it.
pub(crate) fn find_copy(path: &Path) -> io::Result<Option<PathBuf>> {
    for place in [path.to_owned(), packed_name(path)] {
        match fs::symlink_metadata(&place) {
            Ok(found) if found.is_file() => return Ok(Some(place)),
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}

/// Removes the copy that is known by this path, if there is one; a link of that name goes, too.
pub(crate) fn remove_copy(path: &Path) -> io::Result<()> {
    for place in [path.to_owned(), packed_name(path), path.with_file_name(NEW)] {
        remove_if_there(&place)?;
    }
    Ok(())
}

/// The bytes of a file, unpacked if its name says that it is packed.
pub(crate) fn unpacked(place: &Path) -> io::Result<Box<dyn Read + Send>> {
    let file = open(place)?;
    let is_packed = place.as_os_str().as_encoded_bytes().ends_with(PACKED.as_bytes());
    Ok(if is_packed { Box::new(MultiGzDecoder::new(BufReader::new(file))) } else { Box::new(file) })
}

/// The bytes of the copy that is known by this path, as they were.
pub(crate) fn read_copy(path: &Path) -> io::Result<Box<dyn Read + Send>> {
    match find_copy(path)? {
        Some(place) if place != path => unpacked(&place),
        _ => Ok(Box::new(open(path)?)),
    }
}

/// The copy that is known by this path, to read here and there: what is packed is unpacked into a file without a name.
pub(crate) fn open_copy(path: &Path) -> io::Result<File> {
    match find_copy(path)? {
        Some(place) if place != path => {
            let passing = path.with_file_name(format!(".{:08x}", fastrand::u32(..)));
            let mut file = create_file(&passing)?;
            fs::remove_file(&passing)?;
            io::copy(&mut unpacked(&place)?, &mut file)?;
            file.rewind()?;
            Ok(file)
        }
        _ => open(path),
    }
}

/// Whether the copy that is known by this path is just that; one that is not there is not.
pub(crate) fn is_intact(path: &Path, content: Content<'_>) -> io::Result<bool> {
    Ok(find_copy(path)?.is_some() && pass_on(path, content, io::sink)?.is_some())
}

/// Whether a thread for it is worth its beginning.
pub(crate) fn is_large(content: Content<'_>) -> bool {
    content.size.is_some_and(|size| size > CHUNK_BYTES as u64)
}

/// Passes on what the copy that is known by this path holds, in one go, and gives back who has taken it if it is just that.
pub(crate) fn pass_on<W: Write + Send + 'static>(
    path: &Path,
    content: Content<'_>,
    to: impl Fn() -> W,
) -> io::Result<Option<W>> {
    let to = || Hashing::new(to());
    let mut beside = if is_large(content) { Beside::begin(to) } else { Beside::Here(to()) };
    match copy_large(&mut read_copy(path)?, &mut beside) {
        Err(error) if is_damage(&error) => return Ok(None),
        copied => copied?,
    };
    let (to, size, sha256) = beside.finish()?.finish();
    let is_intact = content.size.is_none_or(|wanted| wanted == size) && sha256 == content.sha256;
    Ok(is_intact.then_some(to))
}

/// SHA-256 and size of what the copy that is known by this path holds.
pub(crate) fn hash_copy(path: &Path) -> io::Result<(String, u64)> {
    let mut hashing = Hashing::new(io::sink());
    copy_large(&mut read_copy(path)?, &mut hashing)?;
    let (_, size, sha256) = hashing.finish();
    Ok((sha256, size))
}

/// With its own buffer of 8 KiB, `io::copy` would spend more on calls than on bytes.
pub(crate) fn copy_large(from: &mut impl Read, to: &mut impl Write) -> io::Result<u64> {
    io::copy(&mut BufReader::with_capacity(CHUNK_BYTES, from), to)
}

/// What cannot be unpacked is damaged; anything else is the disk's.
fn is_damage(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::InvalidInput | ErrorKind::InvalidData | ErrorKind::UnexpectedEof)
}

/// Moves a file to where its copy belongs; a large one is packed. Its bytes are on the disk before the new name is, and
/// it keeps its time.
pub(crate) fn keep(from: &Path, to: &Path) -> io::Result<()> {
    let source = File::open(from)?;
    let found = source.metadata()?;
    let early = early_name(from);
    match found.len() > PACKED_FROM_BYTES {
        true if early.exists() => {
            File::open(&early)?.set_modified(found.modified()?)?;
            keep_as_it_is(&early, &packed_name(to))?;
            fs::remove_file(from)
        }
        true => pack(&source, found.modified()?, from, &packed_name(to)),
        false => keep_as_it_is(from, to),
    }
}

/// Likewise, whatever its size is.
pub(crate) fn keep_as_it_is(from: &Path, to: &Path) -> io::Result<()> {
    let source = File::open(from)?;
    source.sync_all()?;
    match fs::rename(from, to) {
        Err(error) if error.kind() == ErrorKind::CrossesDevices => {}
        done => return done,
    }
    replace(from, to, source.metadata()?.modified()?, |mut copy| {
        io::copy(&mut &source, &mut copy)?;
        Ok(copy)
    })
}

/// What is packed already of a file that is still to be kept.
fn early_name(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}{PACKED}"))
}

/// Removes what was packed early of a file that is kept in another way.
pub(crate) fn forget_early(path: &Path) -> io::Result<()> {
    remove_if_there(&early_name(path))
}

/// A large file's copy, packed in a thread of its own while the bytes arrive; [`keep`] takes it. Whatever goes wrong, it is
/// packed when it is kept, which tells why it cannot be.
pub(crate) struct Early {
    place: PathBuf,
    packing: Beside<GzEncoder<BufWriter<Arc<File>>>>,
    is_broken: bool,
}

impl Early {
    pub(crate) fn begin(path: &Path) -> Option<Self> {
        let place = early_name(path);
        let file = Arc::new(create_file(&place).ok()?);
        let packing = Beside::begin(|| packer(Arc::clone(&file)));
        Some(Self { place, packing, is_broken: false })
    }

    pub(crate) fn take(&mut self, bytes: &[u8]) {
        self.is_broken |= self.packing.write_all(bytes).is_err();
    }

    pub(crate) fn finish(self) -> io::Result<()> {
        let packed = self.packing.finish().and_then(|packing| packing.finish()?.flush());
        match packed {
            Ok(()) if !self.is_broken => Ok(()),
            _ => remove_if_there(&self.place),
        }
    }
}

/// Fast, because that is enough: sheets repeat themselves.
fn packer<W: Write>(to: W) -> GzEncoder<BufWriter<W>> {
    GzEncoder::new(BufWriter::new(to), Compression::fast())
}

fn pack(source: &File, modified: SystemTime, from: &Path, to: &Path) -> io::Result<()> {
    replace(from, to, modified, |copy| {
        let mut packing = packer(copy);
        copy_large(&mut &*source, &mut packing)?;
        Ok(packing.finish()?.into_inner()?)
    })
}

/// Writes a file of this time to `to` in place of `from`.
fn replace(
    from: &Path,
    to: &Path,
    modified: SystemTime,
    write: impl FnOnce(File) -> io::Result<File>,
) -> io::Result<()> {
    let new = to.with_file_name(NEW);
    let copy = write(create_file(&new)?)?;
    copy.set_modified(modified)?;
    copy.sync_all()?;
    fs::rename(&new, to)?;
    fs::remove_file(from)
}

/// For whose eyes a file is that somebody has asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Readers {
    Everybody = 0o644,
    ThisUser = 0o600,
}

/// Writes a file wherever it is asked for: a reader sees the old one or the new one. What is no file, such as
/// `/dev/stdout`, stays what it is.
pub(crate) fn publish(path: &Path, content: &[u8], readers: Readers) -> io::Result<()> {
    let is_device = fs::metadata(path).is_ok_and(|found| !found.is_file() && !found.is_dir());
    if is_device || path.starts_with("/dev") && path.is_symlink() {
        return OpenOptions::new().append(true).open(path)?.write_all(content);
    }
    let new = beside(path, &format!(".{}{NEW}", std::process::id()));
    let written = write_new(&new, content, readers).and_then(|()| fs::rename(&new, path));
    if written.is_err() {
        let _ = fs::remove_file(&new);
    }
    written
}

fn write_new(path: &Path, content: &[u8], readers: Readers) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(readers as u32).open(path)?;
    file.write_all(content)?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hashing::sha256_hex;

    #[test]
    fn a_large_copy_is_passed_on_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let [from, copy] = ["from", "copy"].map(|name| folder.path().join(name));
        let bytes: Vec<u8> = (0..3 * CHUNK_BYTES as u32)
            .flat_map(|number| (number.wrapping_mul(number)).to_le_bytes())
            .collect();
        fs::write(&from, &bytes).unwrap();
        keep(&from, &copy).unwrap();
        let sha256 = sha256_hex(&bytes);
        let content = Content { sha256: &sha256, size: Some(bytes.len() as u64) };
        assert_eq!(pass_on(&copy, content, Vec::new).unwrap().as_ref(), Some(&bytes));
        let shorter = Content { size: Some(bytes.len() as u64 - 1), ..content };
        assert_eq!(pass_on(&copy, shorter, Vec::new).unwrap(), None);
        let packed = packed_name(&copy);
        let cut = fs::read(&packed).unwrap();
        fs::write(&packed, &cut[..cut.len() / 2]).unwrap();
        assert_eq!(pass_on(&copy, content, Vec::new).unwrap(), None, "cut off");
        fs::remove_file(&packed).unwrap();
        fs::write(&copy, [&bytes[1..], b"x"].concat()).unwrap();
        assert_eq!(pass_on(&copy, content, Vec::new).unwrap(), None, "of the same size");
    }
}
