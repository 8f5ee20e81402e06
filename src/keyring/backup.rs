//! Backups of a keyring: its slots as they are, wrapped by the master key, in one file.
//!
//! ```text
//! CLKB  version  log id  master key id  slots in use │ slots │ SHA-256 of all before it
//! ```
//! Making one needs no master key, and a server may run meanwhile. A backup of a keyring has the keys
//! of people who are erased later: it is worth nothing once its master key is changed.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::Path;

use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::draft::Draft;
use super::error::Error;
use super::file::{belongs, missing_or};
use super::header::{CHUNK_SLOTS, Header, MAX_CHUNKS};
use super::load::{Mends, read_header, read_slots};
use super::master_id::MasterKeyId;
use super::slot::{Content, Copy, Record, SLOT_BYTES};
use crate::domain::KeyNumber;
use crate::files;

const MAGIC: [u8; 4] = *b"CLKB";
const VERSION: u32 = 1;
const HEAD_BYTES: usize = 36;
const HASH_BYTES: usize = 32;

/// What a backup has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Backup {
    /// The log.
    pub log: Uuid,
    /// The master key that its keys are wrapped by.
    pub master: MasterKeyId,
    /// Slots, destroyed ones too.
    pub slots: u32,
}

/// What a restore put back.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Restored {
    /// The backup.
    pub backup: Backup,
    /// Keys.
    pub keys: u32,
    /// Tombstones.
    pub destroyed: u32,
}

impl Backup {
    /// Writes a backup of a keyring to a new private file.
    ///
    /// # Errors
    /// As opening the keyring. [`Error::Exists`] when there is a file: no backup is written over.
    pub fn write(keyring: &Path, log: Uuid, to: &Path) -> Result<Self, Error> {
        refuse_existing(to)?;
        let file = File::open(keyring).map_err(|source| missing_or(keyring, source))?;
        let mut mends = Mends::default();
        let header = read_header(&file, keyring, &mut mends)?;
        belongs(keyring, &header, log)?;
        let mut records = Vec::new();
        read_slots(&file, keyring, &header, &mut mends, &mut |record| {
            records.push(record);
            Ok(())
        })?;
        let backup = Self {
            log,
            master: header.master,
            slots: u32::try_from(records.len()).expect("a keyring has fewer slots"),
        };
        backup.store(to, &records).map_err(Error::io(to))?;
        Ok(backup)
    }

    fn store(&self, to: &Path, records: &[Record]) -> io::Result<()> {
        let draft = files::draft_of(to);
        let mut file = BufWriter::new(files::create(&draft)?);
        let mut hash = Sha256::new();
        let mut put = |bytes: &[u8]| {
            hash.update(bytes);
            file.write_all(bytes)
        };
        put(&self.head())?;
        for record in records {
            put(&record.encode())?;
        }
        file.write_all(&hash.finalize())?;
        file.into_inner()?.sync_all()?;
        files::put_in_place(&draft, to)
    }

    fn head(&self) -> [u8; HEAD_BYTES] {
        let mut head = [0; HEAD_BYTES];
        head[..4].copy_from_slice(&MAGIC);
        head[4..8].copy_from_slice(&VERSION.to_be_bytes());
        head[8..24].copy_from_slice(self.log.as_bytes());
        head[24..32].copy_from_slice(&self.master.to_bytes());
        head[32..].copy_from_slice(&self.slots.to_be_bytes());
        head
    }

    fn of_head(head: &[u8; HEAD_BYTES]) -> Option<Self> {
        let number = |at: usize| head[at..at + 4].try_into().map(u32::from_be_bytes).ok();
        if head[..4] != MAGIC || number(4)? != VERSION {
            return None;
        }
        Some(Self {
            log: Uuid::from_bytes(head[8..24].try_into().ok()?),
            master: MasterKeyId::from_bytes(head[24..32].try_into().ok()?),
            slots: number(32)?,
        })
    }

    /// Checks a backup to its last byte.
    ///
    /// # Errors
    /// [`Error::BadBackup`], or [`Error::Io`] when the system refuses or there is no such file.
    pub fn verify(path: &Path) -> Result<Self, Error> {
        let mut file = open(path)?;
        let length = file.get_ref().metadata().map_err(Error::io(path))?.len();
        let backup = read_head(&mut file, path)?;
        let slots = u64::from(backup.slots) * SLOT_BYTES as u64;
        if length != slots + (HEAD_BYTES + HASH_BYTES) as u64 {
            let reason = format!(
                "it has {length} bytes, which {} slots have not",
                backup.slots
            );
            return Err(bad(path, reason));
        }
        let mut hash = Sha256::new_with_prefix(backup.head());
        let mut slot = [0; SLOT_BYTES];
        for _ in 0..backup.slots {
            file.read_exact(&mut slot).map_err(Error::io(path))?;
            hash.update(slot);
        }
        let mut end = [0; HASH_BYTES];
        file.read_exact(&mut end).map_err(Error::io(path))?;
        if hash.finalize()[..] != end {
            return Err(bad(path, "its checksum is wrong"));
        }
        Ok(backup)
    }

    /// Makes a keyring from a backup, for when the keyring is lost. An existing keyring is never
    /// written over: today's is newer than any backup. Keys that were made after the backup are
    /// lost, and the next start destroys the keys of everybody whom the log says is erased.
    ///
    /// # Errors
    /// [`Error::Exists`] when there is a keyring, [`Error::OtherLog`], and as [`Backup::verify`].
    pub fn restore(backup: &Path, keyring: &Path, log: Uuid) -> Result<Restored, Error> {
        refuse_existing(keyring)?;
        let checked = Self::verify(backup)?;
        let header = Header {
            log: checked.log,
            master: checked.master,
            chunks: 0,
        };
        belongs(backup, &header, log)?;
        let mut file = open(backup)?;
        read_head(&mut file, backup)?;
        let mut draft = Draft::begin(keyring)?;
        let mut restored = Restored {
            backup: checked,
            keys: 0,
            destroyed: 0,
        };
        let mut last = 0;
        for _ in 0..checked.slots {
            let record = read_slot(&mut file, backup, last)?;
            last = record.number.get();
            match record.content {
                Content::Key { .. } => restored.keys += 1,
                Content::Tombstone { .. } => restored.destroyed += 1,
                Content::Void => {}
            }
            draft.put(&record)?;
        }
        draft.finish(log, checked.master)?;
        files::put_in_place(&files::draft_of(keyring), keyring).map_err(Error::io(keyring))?;
        Ok(restored)
    }
}

fn refuse_existing(path: &Path) -> Result<(), Error> {
    if path.try_exists().map_err(Error::io(path))? {
        return Err(Error::Exists {
            path: path.to_owned(),
        });
    }
    Ok(())
}

fn open(path: &Path) -> Result<BufReader<File>, Error> {
    Ok(BufReader::new(File::open(path).map_err(Error::io(path))?))
}

fn bad(path: &Path, reason: impl Into<String>) -> Error {
    Error::BadBackup {
        path: path.to_owned(),
        reason: reason.into(),
    }
}

fn read_head(file: &mut impl Read, path: &Path) -> Result<Backup, Error> {
    let mut head = [0; HEAD_BYTES];
    let none = || bad(path, "it is no backup of a keyring of this version");
    match file.read_exact(&mut head) {
        Ok(()) => Backup::of_head(&head).ok_or_else(none),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Err(none()),
        Err(error) => Err(Error::io(path)(error)),
    }
}

fn read_slot(file: &mut impl Read, path: &Path, last: u32) -> Result<Record, Error> {
    let mut slot = [0; SLOT_BYTES];
    file.read_exact(&mut slot).map_err(Error::io(path))?;
    let number = slot[4..8].try_into().map(u32::from_be_bytes);
    let number = number.expect("the range has four bytes");
    let allowed = last < number && number <= MAX_CHUNKS * CHUNK_SLOTS;
    match Copy::decode(KeyNumber::new(number), &slot) {
        Copy::Good(record) if allowed => Ok(record),
        Copy::Good(_) | Copy::Free | Copy::Unreadable => {
            let reason = format!("the slot after the key {last} is none");
            Err(bad(path, reason))
        }
    }
}
