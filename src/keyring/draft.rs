//! A keyring file that is not in place yet: what makes, rewraps or restores one writes it.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use uuid::Uuid;

use super::disk::Disk as _;
use super::error::Error;
use super::header::{CHUNK_BYTES, CHUNK_SLOTS, Header, chunk_at, header_at};
use super::master_id::MasterKeyId;
use super::slot::{Record, SLOT_BYTES};
use crate::files;

/// Takes records in the order of their numbers.
pub(super) struct Draft {
    path: PathBuf,
    file: File,
    chunk: u32,
    slots: Vec<u8>,
}

impl Draft {
    /// Begins a file beside `path`.
    pub(super) fn begin(path: &Path) -> Result<Self, Error> {
        let file = files::create(&files::draft_of(path)).map_err(Error::io(path))?;
        Ok(Self {
            path: path.to_owned(),
            file,
            chunk: 0,
            slots: vec![0; CHUNK_BYTES],
        })
    }

    /// Adds a slot.
    pub(super) fn put(&mut self, record: &Record) -> Result<(), Error> {
        let index = record.number.get() - 1;
        while self.chunk < index / CHUNK_SLOTS {
            self.end_chunk().map_err(Error::io(&self.path))?;
        }
        let at = (index % CHUNK_SLOTS) as usize * SLOT_BYTES;
        self.slots[at..at + SLOT_BYTES].copy_from_slice(&record.encode());
        Ok(())
    }

    fn end_chunk(&mut self) -> io::Result<()> {
        let first = chunk_at(self.chunk);
        self.file.write_at(first, &self.slots)?;
        self.file
            .write_at(first + CHUNK_BYTES as u64, &self.slots)?;
        self.slots.fill(0);
        self.chunk += 1;
        Ok(())
    }

    /// Completes the file and makes it durable, still under its unfinished name.
    pub(super) fn finish(mut self, log: Uuid, master: MasterKeyId) -> Result<(), Error> {
        let finished = (|| {
            self.end_chunk()?;
            let chunks = self.chunk;
            let header = Header {
                log,
                master,
                chunks,
            };
            for copy in 0..2 {
                self.file.write_at(header_at(copy), &header.encode())?;
            }
            self.file.sync_all()
        })();
        finished.map_err(Error::io(&self.path))
    }
}
