//! The disks below the work folder and the database: how much is free, and whose they are.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::finding::{Finding, Found};
use super::work_folder::FOLDERS;
use crate::layout::grouped;
use crate::problem::Exit;
use crate::settings::Settings;
use crate::text::{Text, check_settings as say};

const MIB: u64 = 1024 * 1024;

/// With less than this nothing works: SQLite keeps a log beside the database, and every file is copied first.
const FREE_NEEDED: u64 = 10 * MIB;

/// Below this a large file, its copy and what it changes may not fit any more.
const FREE_WANTED: u64 = 500 * MIB;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Space {
    /// Bytes for users who are not root.
    free: u64,
    /// Whether another file can be made, however small.
    has_file_left: bool,
}

/// How much room the work folder, the folders in it, and the database have. One disk below several is told once.
pub(super) fn space(settings: &Settings) -> Found {
    let mut found = Found::ok(Text::default());
    let mut told: Vec<u64> = Vec::new();
    let mut facts = Vec::new();
    let database_folder = settings.database.parent().unwrap_or(Path::new(""));
    let work_dir = settings.work_dir.as_path();
    let inside = FOLDERS.map(|name| (work_dir.join(name), Exit::Settings));
    let above = [(database_folder.to_owned(), Exit::Database), (work_dir.to_owned(), Exit::Settings)];
    for (path, exit) in above.into_iter().chain(inside) {
        let folder = nearest_existing(&path);
        let device = fs::metadata(&folder).map(|found| found.dev()).unwrap_or_default();
        let Some(space) = measure(&folder).filter(|_| !told.contains(&device)) else { continue };
        told.push(device);
        facts.push(format!("{}: {} MB", folder.display(), grouped(space.free / MIB)));
        found = found.with(judge(space, &folder, exit));
    }
    Found { fact: say::disk_free(&facts.join(", ")), ..found }
}

fn judge(space: Space, folder: &Path, exit: Exit) -> Option<Finding> {
    let shown = folder.display().to_string();
    let problem = match space {
        Space { has_file_left: false, .. } => say::disk_without_inodes(&shown),
        Space { free, .. } if free < FREE_NEEDED => {
            say::disk_nearly_full(&shown, free / MIB, FREE_NEEDED / MIB)
        }
        Space { free, .. } if free < FREE_WANTED => say::disk_small(&shown, free / MIB, FREE_WANTED / MIB),
        Space { .. } => return None,
    };
    Some(Finding { exit, ..problem.into() })
}

/// `None`: a file system that does not tell.
fn measure(folder: &Path) -> Option<Space> {
    let found = rustix::fs::statvfs(folder).ok().filter(|found| found.f_blocks > 0)?;
    let has_file_left = found.f_files == 0 || found.f_favail > 0;
    Some(Space { free: found.f_bavail.saturating_mul(found.f_frsize), has_file_left })
}

/// The folder itself, or the one in which it would be made.
fn nearest_existing(path: &Path) -> PathBuf {
    let existing = path.ancestors().find(|folder| folder.is_dir());
    let existing = existing.unwrap_or(Path::new("."));
    fs::canonicalize(existing).unwrap_or_else(|_| existing.to_owned())
}

/// The name of the network file system on which this file lies. What locks SQLite takes there, another computer may not
/// see.
#[cfg(target_os = "linux")]
pub(super) fn network_file_system(path: &Path) -> Option<&'static str> {
    network_name(rustix::fs::statfs(path).ok()?.f_type)
}

#[cfg(not(target_os = "linux"))]
pub(super) fn network_file_system(_path: &Path) -> Option<&'static str> {
    None
}

/// By the numbers in Linux's `magic.h` and statfs(2). FUSE can be anything, and is not named.
#[cfg(target_os = "linux")]
fn network_name(magic: i64) -> Option<&'static str> {
    // A negative one is a 32-bit number with its highest bit set.
    Some(match magic & 0xffff_ffff {
        0x6969 => "NFS",
        0x517b => "SMB",
        0xff53_4d42 => "CIFS",
        0xfe53_4d42 => "SMB2",
        0x0102_1997 => "9P",
        0x5346_414f | 0x6b41_4653 => "AFS",
        0x7375_7245 => "Coda",
        0x00c3_6400 => "Ceph",
        0x0bd0_0bd0 => "Lustre",
        0x7461_636f => "OCFS2",
        0x0116_1970 => "GFS2",
        0x786f_4256 => "vboxsf",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::Severity;

    fn judged(free: u64, has_file_left: bool) -> Option<(&'static str, Severity)> {
        let finding = judge(Space { free, has_file_left }, Path::new("/srv"), Exit::Database)?;
        Some((finding.problem.kind.code, finding.problem.severity))
    }

    #[test]
    fn little_room_is_a_warning_and_hardly_any_an_error() {
        assert_eq!(judged(FREE_WANTED, true), None);
        assert_eq!(judged(FREE_WANTED - 1, true), Some(("disk-small", Severity::Warning)));
        assert_eq!(judged(FREE_NEEDED, true), Some(("disk-small", Severity::Warning)));
        assert_eq!(judged(FREE_NEEDED - 1, true), Some(("disk-nearly-full", Severity::Error)));
        assert_eq!(judged(FREE_WANTED, false), Some(("disk-without-inodes", Severity::Error)));
    }

    #[test]
    fn a_file_system_that_has_no_size_is_not_full() {
        assert_eq!(measure(Path::new("/proc")), None);
        assert!(measure(Path::new("/")).is_some());
    }

    #[test]
    fn network_file_systems_are_known_by_their_numbers() {
        assert_eq!(network_name(0x6969), Some("NFS"));
        assert_eq!(network_name(i64::from(0xff53_4d42_u32.cast_signed())), Some("CIFS"));
        assert_eq!(network_name(0xef53), None);
        assert_eq!(network_file_system(Path::new("/proc")), None);
    }

    #[test]
    fn a_folder_that_will_be_made_lies_on_the_disk_of_the_nearest_one() {
        assert_eq!(nearest_existing(Path::new("/proc/no/such")), Path::new("/proc"));
        assert!(nearest_existing(Path::new("no/such")).join("Cargo.toml").exists());
    }
}
