//! Reads a keyring from its disk, and says what a cut of the power left to mend.
//!
//! Only what was not synced can be torn: the slots of the last batch, one copy of a tombstone, one
//! copy of the header, and a chunk that no header counts. All of that is mended. Anything else is
//! damage, and is reported with its place.

use std::path::Path;

use super::disk::Disk;
use super::error::Error;
use super::header::{
    CHUNK_BYTES, CHUNK_SLOTS, HEADER_BYTES, Header, Unusable, chunk_at, header_at, slot_at,
};
use super::slot::{Content, Copy, Record, SLOT_BYTES, Settled, settle};
use crate::domain::KeyNumber;

/// What a start had to mend.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Healed {
    /// Copies that were written anew from the other copy.
    pub copies: usize,
    /// Keys whose making was cut short. No event needs them, unless both copies of an older key of
    /// the last batch were damaged, so each is worth a line in the log.
    pub torn: Vec<KeyNumber>,
}

/// Bytes that are to be written to mend the file.
#[derive(Debug)]
pub(super) struct Mend {
    at: u64,
    bytes: Vec<u8>,
}

/// What has to be mended, and what to say about it.
#[derive(Debug, Default)]
pub(super) struct Mends {
    mends: Vec<Mend>,
    pub healed: Healed,
}

impl Mends {
    fn write(&mut self, at: u64, bytes: &[u8]) {
        let bytes = bytes.to_vec();
        self.mends.push(Mend { at, bytes });
    }

    fn write_both(&mut self, number: u32, bytes: &[u8]) {
        for at in slot_at(number) {
            self.write(at, bytes);
        }
    }

    /// Mends the file. Cut short, it leaves the file as mendable as before.
    pub(super) fn apply(&self, disk: &dyn Disk) -> std::io::Result<()> {
        if self.mends.is_empty() {
            return Ok(());
        }
        for mend in &self.mends {
            disk.write_at(mend.at, &mend.bytes)?;
        }
        disk.sync()
    }
}

/// Reads the header.
///
/// # Errors
/// [`Error::Damaged`] when neither copy is good, when they contradict each other, or when the file
/// is shorter than they say.
pub(super) fn read_header(
    disk: &dyn Disk,
    path: &Path,
    mends: &mut Mends,
) -> Result<Header, Error> {
    let length = disk.length().map_err(Error::io(path))?;
    let truncated = |least: u64| {
        Error::damaged(
            path,
            format!("it is truncated: it has {length} of at least {least} bytes"),
        )
    };
    let least = chunk_at(0);
    if length < least {
        return Err(truncated(least));
    }
    let mut copies = [[0; HEADER_BYTES]; 2];
    for (index, copy) in copies.iter_mut().enumerate() {
        disk.read_at(header_at(index), copy)
            .map_err(Error::io(path))?;
    }
    let header = match copies.each_ref().map(|copy| Header::decode(copy)) {
        [Err(first), Err(second)] => return Err(neither(path, first, second)),
        [Ok(good), Err(_)] | [Err(_), Ok(good)] => good,
        [Ok(first), Ok(second)] => {
            let chunks = first.chunks.max(second.chunks);
            if (first.log, first.master) != (second.log, second.master) {
                return Err(Error::damaged(path, "its two headers differ"));
            }
            Header { chunks, ..first }
        }
    };
    if length < header.file_bytes() {
        return Err(truncated(header.file_bytes()));
    }
    let good = header.encode();
    for (index, copy) in copies.iter().enumerate() {
        if *copy != good {
            mends.healed.copies += 1;
            mends.write(header_at(index), &good);
        }
    }
    Ok(header)
}

fn neither(path: &Path, first: Unusable, second: Unusable) -> Error {
    if [first, second].contains(&Unusable::Newer) {
        return Error::damaged(path, "its format is unknown: a newer version wrote it");
    }
    Error::damaged(path, "neither copy of its header can be read")
}

/// Slots without a record, of which a later record says whether they may be.
#[derive(Default)]
struct Holes {
    /// Number, and whether there is anything in it.
    holes: Vec<(u32, bool)>,
    /// Highest number that has a record, and the batch it was made in.
    last: u32,
    batch: u32,
}

impl Holes {
    fn record(&mut self, path: &Path, record: &Record) -> Result<(), Error> {
        let (number, batch) = (record.number.get(), record.batch.get());
        // Older batches were synced, so their slots can't be torn.
        if let Some((lost, _)) = self.holes.first().filter(|(lost, _)| *lost < batch) {
            let lost = format!("the key {lost} can be read in neither of its copies");
            return Err(Error::damaged(path, lost));
        }
        (self.last, self.batch) = (number, batch);
        Ok(())
    }

    /// Closes the slots of keys that were never made, so that they are no damage later on.
    fn mend(self, mends: &mut Mends) {
        for (number, used) in self.holes {
            if number < self.last {
                let record = Record {
                    number: KeyNumber::new(number),
                    batch: KeyNumber::new(self.batch),
                    content: Content::Void,
                };
                mends.write_both(number, &record.encode());
            } else if used {
                mends.write_both(number, &[0; SLOT_BYTES]);
            }
            if used || number < self.last {
                mends.healed.torn.push(KeyNumber::new(number));
            }
        }
    }
}

/// Reads all slots that have a record, in the order of their numbers.
///
/// # Errors
/// [`Error::Damaged`] with the number of the first key that is lost, and whatever `each` returns.
pub(super) fn read_slots(
    disk: &dyn Disk,
    path: &Path,
    header: &Header,
    mends: &mut Mends,
    each: &mut dyn FnMut(Record) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut copies = [vec![0; CHUNK_BYTES], vec![0; CHUNK_BYTES]];
    let mut holes = Holes::default();
    for chunk in 0..header.chunks {
        for (index, copy) in copies.iter_mut().enumerate() {
            let at = chunk_at(chunk) + (index * CHUNK_BYTES) as u64;
            disk.read_at(at, copy).map_err(Error::io(path))?;
        }
        let [first, second] = copies.each_ref().map(|copy| copy.as_chunks().0);
        let numbers = chunk * CHUNK_SLOTS + 1..;
        for (number, slots) in numbers.zip(first.iter().zip(second)) {
            if let Some(record) = settled(path, number, slots, &mut holes, mends)? {
                holes.record(path, &record)?;
                each(record)?;
            }
        }
    }
    holes.mend(mends);
    Ok(())
}

fn settled(
    path: &Path,
    number: u32,
    (first, second): (&[u8; SLOT_BYTES], &[u8; SLOT_BYTES]),
    holes: &mut Holes,
    mends: &mut Mends,
) -> Result<Option<Record>, Error> {
    let named = KeyNumber::new(number);
    let one = Copy::decode(named, first);
    // Nearly always they are equal, and a checksum costs more than a comparison.
    let other = if first == second {
        one.clone()
    } else {
        Copy::decode(named, second)
    };
    match settle(one, other) {
        Settled::Free => holes.holes.push((number, false)),
        Settled::Torn => holes.holes.push((number, true)),
        Settled::Whole(record) => return Ok(Some(record)),
        Settled::Mend(record) => {
            let good = record.encode();
            for (at, copy) in slot_at(number).into_iter().zip([first, second]) {
                if *copy != good {
                    mends.write(at, &good);
                }
            }
            mends.healed.copies += 1;
            return Ok(Some(record));
        }
        Settled::Contradiction => {
            let reason = format!("the two copies of the key {named} contradict each other");
            return Err(Error::damaged(path, reason));
        }
    }
    Ok(None)
}
