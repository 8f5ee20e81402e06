//! Failing disks: a limit on the size of files, a file system of a few mebibytes, and failing
//! system calls.
//!
//! The first works everywhere. The others need a permission or a program that may be missing: the
//! tests then print this and do nothing.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// A limit on the size of every file. A write beyond it is cut short, and the next one fails.
pub struct FileLimit {
    script: String,
}

impl FileLimit {
    pub fn kib(kib: u64) -> Self {
        // The unit of POSIX is 512 bytes. Ignored signals stay ignored over `exec`.
        let script = format!("trap '' XFSZ; ulimit -f {}; exec \"$0\" \"$@\"", kib * 2);
        Self { script }
    }

    /// Returns the program and the arguments that start a command under the limit.
    pub fn wrapper(&self) -> [&str; 3] {
        ["sh", "-c", &self.script]
    }
}

/// A file system in memory, with its own size.
pub struct SmallDisk {
    dir: TempDir,
}

impl SmallDisk {
    /// Mounts one; `None`, with the reason printed, when that is not permitted.
    pub fn mounted(kib: u64) -> Option<Self> {
        let dir = tempfile::tempdir().unwrap();
        let options = format!("size={kib}k");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &options, "tmpfs"])
            .arg(dir.path())
            .output();
        match mounted {
            Ok(output) if output.status.success() => Some(Self { dir }),
            Ok(output) => {
                let said = String::from_utf8_lossy(&output.stderr).into_owned();
                eprintln!("skipped, a small file system cannot be mounted: {said}");
                None
            }
            Err(error) => {
                eprintln!("skipped, there is no `mount`: {error}");
                None
            }
        }
    }

    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    /// Fills it to the last byte.
    pub fn fill(&self) {
        let mut file = File::create(self.path().join("filler")).unwrap();
        let some = [1; 64 * 1024];
        while file.write(&some).is_ok_and(|written| written > 0) {}
    }

    /// Changes its size, and makes it writable again.
    pub fn resize(&self, kib: u64) {
        self.remount(&format!("remount,rw,size={kib}k"));
    }

    pub fn make_read_only(&self) {
        self.remount("remount,ro");
    }

    fn remount(&self, options: &str) {
        let remounted = Command::new("mount")
            .args(["-o", options])
            .arg(self.path())
            .status();
        assert!(remounted.unwrap().success());
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Unmounts lazily, because processes that a failed test left may still use it.
        let _ = Command::new("umount").arg("-l").arg(self.path()).status();
    }
}

/// `strace`, which makes system calls fail.
pub struct Strace {
    /// The file that `-o` writes to.
    log: PathBuf,
}

impl Strace {
    /// Finds `strace`; `None`, with the reason printed, when it is missing or may not trace.
    pub fn at_hand() -> Option<Self> {
        let tried = Command::new("strace")
            .args(["-o", "/dev/null", "true"])
            .output();
        match tried {
            Ok(output) if output.status.success() => Some(Self {
                log: PathBuf::from("/dev/null"),
            }),
            Ok(output) => {
                let said = String::from_utf8_lossy(&output.stderr).into_owned();
                eprintln!("skipped, strace may not trace: {said}");
                None
            }
            Err(error) => {
                eprintln!("skipped, there is no strace: {error}");
                None
            }
        }
    }

    /// Returns the program and the arguments that start a command and inject `fault` into its calls
    /// about the file at `path`: see `inject` in the manual. Counts are per thread.
    pub fn wrapper(&self, path: &Path, fault: &str) -> Vec<String> {
        let path = path.to_string_lossy().into_owned();
        let mut words = self.anywhere(fault);
        words.extend(["-P".to_owned(), path]);
        words
    }

    /// The same for calls about any file.
    pub fn anywhere(&self, fault: &str) -> Vec<String> {
        let mut words = self.base();
        words.extend(["-e".to_owned(), format!("inject={fault}")]);
        words
    }

    fn base(&self) -> Vec<String> {
        // Runs strace as a grandchild, so that the started process is the one that can be killed.
        let log = self.log.to_string_lossy().into_owned();
        ["strace", "-D", "-f", "-qq", "-o", &log]
            .map(str::to_owned)
            .to_vec()
    }
}
