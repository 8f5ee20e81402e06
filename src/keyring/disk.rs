//! Where the bytes of a keyring are: a file, or in tests a disk whose power can be cut.

use std::fmt::Debug;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;

/// Bytes that are written in place.
///
/// A write that is not synced yet may be on disk in part, or not at all, and before or after
/// another one. It leaves all other bytes as they are.
pub(super) trait Disk: Send + Sync + Debug {
    /// Fills `bytes` from `at` on.
    fn read_at(&self, at: u64, bytes: &mut [u8]) -> io::Result<()>;
    /// Writes `bytes` from `at` on. The file grows if needed.
    fn write_at(&self, at: u64, bytes: &[u8]) -> io::Result<()>;
    /// Returns when everything written before is durable.
    fn sync(&self) -> io::Result<()>;
    /// Returns the length.
    fn length(&self) -> io::Result<u64>;
}

impl Disk for File {
    fn read_at(&self, at: u64, bytes: &mut [u8]) -> io::Result<()> {
        self.read_exact_at(bytes, at)
    }

    fn write_at(&self, at: u64, bytes: &[u8]) -> io::Result<()> {
        self.write_all_at(bytes, at)
    }

    fn sync(&self) -> io::Result<()> {
        // Syncs the length too, if it has changed.
        self.sync_data()
    }

    fn length(&self) -> io::Result<u64> {
        Ok(self.metadata()?.len())
    }
}
