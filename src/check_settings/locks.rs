//! Who keeps the database locked, as far as Linux tells.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use crate::kept::beside;
use crate::text::{Text, check_settings as say};

/// The byte of SQLite's shared memory that is locked by whoever writes (sqlite.org/walformat.html, WAL_WRITE_LOCK).
const WAL_WRITE_LOCK: u64 = 120;

const HOLDERS_TOLD_MAX: usize = 5;

/// What to do about a lock that is not released: whom to look for.
pub(super) fn hint(database: &Path) -> Text {
    let holders = holders(database);
    if holders.is_empty() { say::hint_busy() } else { say::hint_busy_with(&holders.join(", ")) }
}

/// The programs that hold the write lock, with their numbers; empty where the system does not tell.
fn holders(database: &Path) -> Vec<String> {
    let locks = fs::read_to_string("/proc/locks").unwrap_or_default();
    let inode = |path: &Path| fs::metadata(path).ok().map(|found| found.ino());
    let (file, shared_memory) = (inode(database), inode(&beside(database, "-shm")));
    let held = locks.lines().filter_map(WriteLock::read).filter(|lock| {
        Some(lock.inode) == file || Some(lock.inode) == shared_memory && lock.covers(WAL_WRITE_LOCK)
    });
    let mut processes: Vec<u32> = held.map(|lock| lock.process).collect();
    processes.sort_unstable();
    processes.dedup();
    processes.truncate(HOLDERS_TOLD_MAX);
    processes.into_iter().map(name).collect()
}

fn name(process: u32) -> String {
    let name = fs::read_to_string(format!("/proc/{process}/comm")).unwrap_or_default();
    format!("{} ({process})", name.trim()).trim_start().to_owned()
}

/// One lock of a process that excludes others.
#[derive(Debug, PartialEq, Eq)]
struct WriteLock {
    process: u32,
    inode: u64,
    from: u64,
    /// `None`: to the end of the file.
    to: Option<u64>,
}

impl WriteLock {
    /// `3: POSIX  ADVISORY  WRITE 14157 fe:00:10436632 120 120` (proc(5)). Whoever only waits has `->` in it.
    fn read(line: &str) -> Option<Self> {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [_, _, _, "WRITE", process, place, from, to] = words[..] else { return None };
        Some(Self {
            process: process.parse().ok()?,
            inode: place.rsplit(':').next()?.parse().ok()?,
            from: from.parse().ok()?,
            to: to.parse().ok(),
        })
    }

    fn covers(&self, byte: u64) -> bool {
        self.from <= byte && self.to.is_none_or(|to| byte <= to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_proc_locks_is_a_lock_only_if_it_is_held_for_writing() {
        let lock = WriteLock::read("3: POSIX  ADVISORY  WRITE 14157 fe:00:10436632 120 120").unwrap();
        assert_eq!((lock.process, lock.inode), (14157, 10_436_632));
        assert!(lock.covers(120) && !lock.covers(121) && !lock.covers(119));
        assert!(WriteLock::read("1: POSIX ADVISORY WRITE 1 fe:00:2 0 EOF").unwrap().covers(9_999));
        for line in [
            "1: FLOCK  ADVISORY  READ 14126 fe:00:10133507 0 EOF",
            "5: -> FLOCK  ADVISORY  WRITE 1 fe:00:2 0 EOF",
            "",
        ] {
            assert_eq!(WriteLock::read(line), None, "{line}");
        }
    }
}
