//! The keyring in a file: slots in two copies, overwritten in place, each change synced.
//!
//! ```text
//! make:     copies A and B of all new keys ── sync ──> usable
//! destroy:  unusable ──> copies A ── sync ──> copies B ── sync ──> gone
//! grow:     zeros ── sync ──> header A ── sync ──> header B ── sync
//! ```
//! A cut of the power at any place leaves a file that the next start reads and mends (`load.rs`).
//! Overwriting in place can't reach what a disk has moved elsewhere by itself, nor snapshots and
//! copies: changing the master key does (`rotate.rs`).

use std::fs::OpenOptions;
use std::io;
use std::path::{Path, PathBuf};

use parking_lot::{Mutex, RwLock};
use uuid::Uuid;

use super::contract::{Keyring, Slot};
use super::disk::Disk;
use super::draft::Draft;
use super::error::Error;
use super::header::{CHUNK_BYTES, CHUNK_SLOTS, Header, MAX_CHUNKS, chunk_at, header_at, slot_at};
use super::index::{Entry, Index};
use super::key::{KeyFor, NewKey, chance};
use super::load::{Healed, Mends, read_header, read_slots};
use super::master::MasterKey;
use super::slot::{Content, Record, SLOT_BYTES};
use super::wrap::{self, NONCE_BYTES};
use crate::domain::{DataSubject, KeyNumber};
use crate::files;

/// A keyring in a file.
#[derive(Debug)]
pub struct FileKeyring {
    path: PathBuf,
    log: Uuid,
    master: MasterKey,
    index: RwLock<Index>,
    writer: Mutex<Writer>,
    healed: Healed,
}

impl FileKeyring {
    /// Makes an empty keyring. Only for an empty log.
    ///
    /// # Errors
    /// [`Error::Exists`] when there is one, [`Error::Io`] when the system refuses.
    pub fn create(path: &Path, log: Uuid, master: MasterKey) -> Result<Self, Error> {
        if path.try_exists().map_err(Error::io(path))? {
            return Err(Error::Exists {
                path: path.to_owned(),
            });
        }
        Draft::begin(path)?.finish(log, master.id())?;
        files::put_in_place(&files::draft_of(path), path).map_err(Error::io(path))?;
        Self::open(path, log, master)
    }

    /// Opens the keyring of a log. Mends what a cut of the power left.
    ///
    /// # Errors
    /// [`Error::Missing`], [`Error::Damaged`], [`Error::OtherLog`] or [`Error::OtherMaster`]: a
    /// keyring that was not usable is never changed. [`Error::Io`] when the system refuses.
    pub fn open(path: &Path, log: Uuid, master: MasterKey) -> Result<Self, Error> {
        let file = OpenOptions::new().read(true).write(true).open(path);
        let file = file.map_err(|source| missing_or(path, source))?;
        Self::on(Box::new(file), path, log, master)
    }

    /// Opens a keyring on a disk.
    pub(super) fn on(
        disk: Box<dyn Disk>,
        path: &Path,
        log: Uuid,
        master: MasterKey,
    ) -> Result<Self, Error> {
        let mut mends = Mends::default();
        let header = read_header(&*disk, path, &mut mends)?;
        belongs(path, &header, log)?;
        if header.master != master.id() {
            return Err(Error::OtherMaster {
                path: path.to_owned(),
                needed: header.master,
                given: master.id(),
            });
        }
        let mut index = Index::default();
        read_slots(&*disk, path, &header, &mut mends, &mut |record| {
            let number = record.number;
            let entry = unwrapped(record, log, &master).ok_or_else(|| {
                Error::damaged(path, format!("the key {number} is not of this master key"))
            })?;
            if index.push(number, entry) {
                return Ok(());
            }
            let reason = format!("the holder of the key {number} has another key too");
            Err(Error::damaged(path, reason))
        })?;
        mends.apply(&*disk).map_err(Error::io(path))?;
        Ok(Self {
            path: path.to_owned(),
            log,
            master,
            index: RwLock::new(index),
            writer: Mutex::new(Writer {
                disk,
                header,
                stopped: false,
            }),
            healed: mends.healed,
        })
    }

    /// Returns what the start had to mend.
    pub fn healed(&self) -> &Healed {
        &self.healed
    }

    /// Returns the log that the keyring belongs to.
    pub fn log(&self) -> Uuid {
        self.log
    }

    /// Gives every slot to `each`, its key wrapped by `master` instead.
    pub(super) fn rewrapped(
        &self,
        master: &MasterKey,
        each: &mut dyn FnMut(&Record) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let writer = self.writer.lock();
        let (disk, mut mends) = (&*writer.disk, Mends::default());
        read_slots(
            disk,
            &self.path,
            &writer.header,
            &mut mends,
            &mut |record| {
                let (number, batch) = (record.number, record.batch);
                match unwrapped(record.clone(), self.log, &self.master) {
                    Some(Entry::Key(key)) => each(&self::wrapped(master, self.log, batch, &key)?),
                    Some(Entry::Destroyed(_) | Entry::Void) => each(&record),
                    None => Err(Error::damaged(
                        &self.path,
                        format!("the key {number} is not of this master key"),
                    )),
                }
            },
        )
    }
}

impl Keyring for FileKeyring {
    fn find(&self, of: &KeyFor) -> Slot {
        self.index.read().find(of)
    }

    fn key(&self, number: KeyNumber) -> Slot {
        self.index.read().key(number)
    }

    fn make(&self, new: &[NewKey]) -> Result<(), Error> {
        let Some(first) = new.first() else {
            return Ok(());
        };
        let mut writer = self.writer.lock();
        writer.goes_on(&self.path)?;
        self.index.read().check(new)?;
        let wrapped = new
            .iter()
            .map(|key| self::wrapped(&self.master, self.log, first.number(), key));
        let records = wrapped.collect::<Result<Vec<_>, _>>()?;
        writer.write(&self.path, |writer| writer.make(&records))?;
        self.index.write().add(new);
        Ok(())
    }

    fn destroy(&self, subjects: &[DataSubject]) -> Result<(), Error> {
        let mut writer = self.writer.lock();
        // Readers first: if the disk fails, nobody is shown anything in the meantime.
        let destroyed = self.index.write().destroy(subjects);
        writer.goes_on(&self.path)?;
        if destroyed.is_empty() {
            return Ok(());
        }
        let tombstone = |(number, of): (KeyNumber, KeyFor)| Record {
            number,
            // No slot before it is torn by now, so it needs no other batch.
            batch: number,
            content: Content::Tombstone { of },
        };
        let records: Vec<_> = destroyed.into_iter().map(tombstone).collect();
        writer.write(&self.path, |writer| writer.bury(&records))
    }

    fn next(&self) -> KeyNumber {
        self.index.read().next()
    }
}

/// The only one that writes.
#[derive(Debug)]
struct Writer {
    disk: Box<dyn Disk>,
    header: Header,
    /// A write failed: what the disk has now is known after the next start.
    stopped: bool,
}

impl Writer {
    fn goes_on(&self, path: &Path) -> Result<(), Error> {
        if self.stopped {
            return Err(Error::Stopped {
                path: path.to_owned(),
            });
        }
        Ok(())
    }

    fn write(
        &mut self,
        path: &Path,
        write: impl FnOnce(&mut Self) -> Result<(), Failed>,
    ) -> Result<(), Error> {
        match write(self) {
            Ok(()) => Ok(()),
            Err(Failed::Full(keys)) => Err(Error::Full { keys }),
            Err(Failed::Io(source)) => {
                self.stopped = true;
                Err(Error::Unsure {
                    path: path.to_owned(),
                    source,
                })
            }
        }
    }

    fn make(&mut self, records: &[Record]) -> Result<(), Failed> {
        let last = records.last().map_or(0, |record| record.number.get());
        let chunks = last.div_ceil(CHUNK_SLOTS);
        if chunks > MAX_CHUNKS {
            return Err(Failed::Full(MAX_CHUNKS * CHUNK_SLOTS));
        }
        while self.header.chunks < chunks {
            self.grow()?;
        }
        for copy in 0..2 {
            self.put(copy, records)?;
        }
        Ok(self.disk.sync()?)
    }

    fn bury(&mut self, records: &[Record]) -> Result<(), Failed> {
        for copy in 0..2 {
            self.put(copy, records)?;
            self.disk.sync()?;
        }
        Ok(())
    }

    fn put(&self, copy: usize, records: &[Record]) -> io::Result<()> {
        // Slots that follow each other are one write: a group may have many new keys.
        for run in records.chunk_by(|one, next| follow(copy, one, next)) {
            let bytes: Vec<u8> = run.iter().flat_map(Record::encode).collect();
            self.disk.write_at(place(copy, &run[0]), &bytes)?;
        }
        Ok(())
    }

    fn grow(&mut self) -> io::Result<()> {
        let zeros = vec![0; CHUNK_BYTES];
        let first = chunk_at(self.header.chunks);
        self.disk.write_at(first, &zeros)?;
        self.disk.write_at(first + CHUNK_BYTES as u64, &zeros)?;
        self.disk.sync()?;
        self.header.chunks += 1;
        for copy in 0..2 {
            self.disk.write_at(header_at(copy), &self.header.encode())?;
            self.disk.sync()?;
        }
        Ok(())
    }
}

fn place(copy: usize, record: &Record) -> u64 {
    slot_at(record.number.get())[copy]
}

fn follow(copy: usize, one: &Record, next: &Record) -> bool {
    place(copy, one) + SLOT_BYTES as u64 == place(copy, next)
}

enum Failed {
    Full(u32),
    Io(io::Error),
}

impl From<io::Error> for Failed {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Checks that a keyring or a backup of one is of this log.
pub(super) fn belongs(path: &Path, header: &Header, log: Uuid) -> Result<(), Error> {
    if header.log == log {
        return Ok(());
    }
    Err(Error::OtherLog {
        path: path.to_owned(),
        found: header.log,
        log,
    })
}

/// Tells a missing file from one that the system refuses.
pub(super) fn missing_or(path: &Path, source: io::Error) -> Error {
    let path = path.to_owned();
    match source.kind() {
        io::ErrorKind::NotFound => Error::Missing { path },
        _ => Error::Io { path, source },
    }
}

fn unwrapped(record: Record, log: Uuid, master: &MasterKey) -> Option<Entry> {
    match record.content {
        Content::Void => Some(Entry::Void),
        Content::Tombstone { of } => Some(Entry::Destroyed(Box::new(of))),
        Content::Key { of, nonce, wrapped } => {
            let secret = master.secret();
            let key = wrap::unwrap(secret, log, record.number, &of, &nonce, &wrapped);
            key.ok().map(Entry::Key)
        }
    }
}

fn wrapped(master: &MasterKey, log: Uuid, batch: KeyNumber, key: &NewKey) -> Result<Record, Error> {
    let mut nonce = [0; NONCE_BYTES];
    chance(&mut nonce)?;
    let wrapped = wrap::wrap(master.secret(), log, &nonce, key).map_err(|_| Error::TooLong)?;
    Ok(Record {
        number: key.number(),
        batch,
        content: Content::Key {
            of: key.of().clone(),
            nonce,
            wrapped,
        },
    })
}
