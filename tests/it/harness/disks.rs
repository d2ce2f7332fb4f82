//! File systems of a test's own, for what an ordinary folder cannot show. Mounting them takes root.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A file system in memory of its own, as large as the test wants it.
pub struct SmallDisk(PathBuf);

impl SmallDisk {
    /// Mounted there.
    #[track_caller]
    pub fn at(path: PathBuf, size: &str) -> Self {
        fs::create_dir_all(&path).unwrap();
        mount(&["-t", "tmpfs", "-o", &format!("mode=0700,size={size}"), "tmpfs"], &path);
        Self(path)
    }

    /// Makes it as large as this.
    #[track_caller]
    pub fn resize(&self, size: &str) {
        mount(&["-o", &format!("remount,size={size}")], &self.0);
    }

    /// Makes it as small as what lies on it, in pages of 4 KiB, and so much more.
    #[track_caller]
    pub fn leave_only(&self, spare_kib: u64) {
        let files = fs::read_dir(&self.0).unwrap().map(|entry| entry.unwrap().metadata().unwrap());
        let used_kib: u64 =
            files.filter(fs::Metadata::is_file).map(|file| file.len().div_ceil(4096) * 4).sum();
        self.resize(&format!("{}k", used_kib + spare_kib));
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}

#[track_caller]
fn mount(args: &[&str], path: &Path) {
    let status = Command::new("mount").args(args).arg(path).status().unwrap();
    assert!(status.success(), "cannot mount: this test needs root");
}
