//! The master key: one line in a file that only its owner may read.
//!
//! ```text
//! campaign-ledger-master-key-v1 <key, 64 hex digits> <id, 16 hex digits>
//! ```
//! The id is a hash of the key, so a damaged file is told from the key of another keyring.

use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::sync::Arc;

use zeroize::{Zeroize as _, Zeroizing};

use super::error::Error;
use super::key::{KEY_BYTES, Secret, chance};
use super::master_id::MasterKeyId;
use crate::files;

const WORD: &[u8] = b"campaign-ledger-master-key-v1 ";
const DIGITS: &[u8; 16] = b"0123456789abcdef";
/// Longer than the line of a master key: what is longer is none, and isn't read to its end.
const MAX_FILE_BYTES: u64 = 256;

/// The key that wraps all keys of a keyring. Copies share the bytes, which are zeroed with the last
/// copy.
#[derive(Clone)]
pub struct MasterKey {
    secret: Arc<Secret>,
    id: MasterKeyId,
}

impl MasterKey {
    /// Makes a master key and its file, with mode 0600. Only for an empty log: a keyring that is
    /// there needs the master key that it was made with.
    ///
    /// # Errors
    /// [`Error::Exists`] when there is a file, [`Error::NoChance`] and [`Error::Io`] when the system
    /// refuses.
    pub fn create(path: &Path) -> Result<Self, Error> {
        if path.try_exists().map_err(Error::io(path))? {
            return Err(Error::Exists {
                path: path.to_owned(),
            });
        }
        let key = Self::generate()?;
        key.write_draft(path)?;
        files::put_in_place(&files::draft_of(path), path).map_err(Error::io(path))?;
        Ok(key)
    }

    /// Reads a master key.
    ///
    /// # Errors
    /// [`Error::Missing`], [`Error::Damaged`], or [`Error::Io`] when the system refuses.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let text = match read(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(Error::Missing {
                    path: path.to_owned(),
                });
            }
            Err(error) => return Err(Error::io(path)(error)),
        };
        Self::parse(&text).ok_or_else(|| Error::damaged(path, "it has no master key"))
    }

    /// Returns the id of the key.
    pub fn id(&self) -> MasterKeyId {
        self.id
    }

    pub(super) fn secret(&self) -> &[u8; KEY_BYTES] {
        &self.secret
    }

    /// Makes a key from chance.
    pub(super) fn generate() -> Result<Self, Error> {
        Self::fill(chance)
    }

    fn fill<E>(fill: impl FnOnce(&mut [u8]) -> Result<(), E>) -> Result<Self, E> {
        let mut secret = Arc::new(Zeroizing::new([0; KEY_BYTES]));
        // Written where it stays: nothing of it is left on the stack.
        if let Some(secret) = Arc::get_mut(&mut secret) {
            fill(secret.as_mut_slice())?;
        }
        let id = MasterKeyId::of(&secret);
        Ok(Self { secret, id })
    }

    fn parse(text: &[u8]) -> Option<Self> {
        let line = text.strip_prefix(WORD)?;
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let (digits, rest) = line.split_at_checked(2 * KEY_BYTES)?;
        let key = Self::fill(|secret| from_hex(digits, secret).ok_or(())).ok()?;
        let mut id = [0; 8];
        from_hex(rest.strip_prefix(b" ")?, &mut id)?;
        (id == key.id.to_bytes()).then_some(key)
    }

    /// Writes the file under its unfinished name, durably.
    pub(super) fn write_draft(&self, path: &Path) -> Result<(), Error> {
        let mut text = Zeroizing::new(Vec::with_capacity(MAX_FILE_BYTES as usize));
        text.extend_from_slice(WORD);
        to_hex(self.secret.as_slice(), &mut text);
        text.push(b' ');
        to_hex(&self.id.to_bytes(), &mut text);
        text.push(b'\n');
        let written = (|| {
            let mut file = files::create(&files::draft_of(path))?;
            file.write_all(&text)?;
            file.sync_all()?;
            files::sync_directory(&files::directory_of(path))
        })();
        written.map_err(Error::io(path))
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MasterKey")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// Overwrites a file of a key with zeros, durably. Its name stays.
pub(super) fn zero(path: &Path) -> io::Result<()> {
    let file = OpenOptions::new().write(true).open(path)?;
    let length = file.metadata()?.len();
    let zeros = vec![0; usize::try_from(length.min(MAX_FILE_BYTES)).unwrap_or_default()];
    file.write_all_at(&zeros, 0)?;
    file.sync_all()
}

fn read(path: &Path) -> io::Result<Zeroizing<Vec<u8>>> {
    let file = File::open(path)?;
    let mut text = Zeroizing::new(vec![0; MAX_FILE_BYTES as usize]);
    let mut length = 0;
    loop {
        match file.read_at(&mut text[length..], length as u64)? {
            0 => break,
            more => length += more,
        }
    }
    text[length..].zeroize();
    text.truncate(length);
    Ok(text)
}

fn to_hex(bytes: &[u8], text: &mut Vec<u8>) {
    for byte in bytes {
        text.push(DIGITS[usize::from(byte >> 4)]);
        text.push(DIGITS[usize::from(byte & 15)]);
    }
}

fn from_hex(digits: &[u8], bytes: &mut [u8]) -> Option<()> {
    if digits.len() != 2 * bytes.len() {
        return None;
    }
    let value = |digit: u8| DIGITS.iter().position(|known| *known == digit);
    for (pair, byte) in digits.chunks_exact(2).zip(bytes) {
        *byte = u8::try_from(value(pair[0])? << 4 | value(pair[1])?).ok()?;
    }
    Some(())
}
