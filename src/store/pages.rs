//! Blocks with checksums: a read returns what was written there, or an error.
//!
//! redb trusts its file: it checks its own checksums after a crash, not when it reads. A byte that
//! changed would turn one row into another, or hide rows that exist. So each block of 4 KiB has a
//! checksum over its number and its bytes, which is compared whenever the block is read from the
//! file. Pages that redb has in memory were compared when they were read. The checksum covers whole
//! pages of the tree, so it also finds a vanished row and a block in the place of another.
//!
//! ```text
//! checksums of 0…1023 │ block 0 │ block 1 │ … │ block 1023 │ checksums of 1024…2047 │ block 1024 │ …
//! ```
//!
//! Checksums are held in memory, one byte for each KiB of the file that was touched. They are
//! written before each sync and each header. redb never overwrites a block that its last header
//! needs, so a crash between a block and its checksum harms only blocks that are never read. The
//! header is overwritten in place; it lies with its checksum in one sector.
//!
//! Owns the layout of the file below redb, and its lock. Does not know what is in a block.

use std::fs::{File, TryLockError};
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt as _;

use parking_lot::RwLock;
use redb::StorageBackend;

/// Bytes that one checksum covers: the page size of redb and of the system.
const BLOCK_BYTES: usize = 4096;
/// Checksums in one block.
const GROUP_BLOCKS: usize = BLOCK_BYTES / SUM_BYTES;
const SUM_BYTES: usize = size_of::<u32>();
/// A disk writes this many bytes entirely or not at all.
const SECTOR_BYTES: usize = 512;
/// The first bytes of the file, in the place of the checksum of block 0, whose sector has its own
/// checksum. The last byte is the version of this layout.
const MAGIC: [u8; SUM_BYTES] = *b"CLR\x01";

/// A file of blocks with checksums, locked for as long as it is open.
#[derive(Debug)]
pub(super) struct Pages {
    file: File,
    /// Checksums of the groups that were touched.
    groups: RwLock<Vec<Option<Box<Group>>>>,
}

/// The checksums of neighbouring blocks.
#[derive(Debug)]
struct Group {
    sums: [u32; GROUP_BLOCKS],
    /// Whether they differ from those in the file.
    is_changed: bool,
}

/// Why a file cannot be opened as blocks.
#[derive(Debug)]
pub(super) enum Refused {
    /// Another store has it open.
    InUse,
    /// It has another layout.
    OtherLayout,
    /// The file system refused.
    Io(io::Error),
}

impl Pages {
    /// Takes over a file, empty or written by another `Pages`.
    pub(super) fn over(file: File) -> Result<Self, Refused> {
        file.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => Refused::InUse,
            TryLockError::Error(error) => Refused::Io(error),
        })?;
        if file.metadata().map_err(Refused::Io)?.len() > 0 {
            let mut magic = MAGIC;
            let read = file.read_exact_at(&mut magic, 0);
            if read.is_err() || magic != MAGIC {
                return Err(Refused::OtherLayout);
            }
        }
        Ok(Self {
            file,
            groups: RwLock::default(),
        })
    }

    fn sum_of(&self, block: u64) -> io::Result<u32> {
        let (group, index) = group_of(block);
        if let Some(Some(group)) = self.groups.read().get(group) {
            return Ok(group.sums[index]);
        }
        let mut groups = self.groups.write();
        Ok(self.group(&mut groups, group)?.sums[index])
    }

    fn set_sums(&self, first: u64, blocks: &[u8]) -> io::Result<()> {
        let mut groups = self.groups.write();
        for (number, block) in (first..).zip(blocks.chunks_exact(BLOCK_BYTES)) {
            let (group, index) = group_of(number);
            let group = self.group(&mut groups, group)?;
            group.sums[index] = checksum(number, block);
            group.is_changed = true;
        }
        Ok(())
    }

    /// Finds the checksums of a group, in memory or in the file.
    fn group<'a>(
        &self,
        groups: &'a mut Vec<Option<Box<Group>>>,
        number: usize,
    ) -> io::Result<&'a mut Group> {
        let known = groups.get_mut(number).and_then(Option::take);
        let group = match known {
            Some(group) => group,
            None => Box::new(self.read_group(number)?),
        };
        if groups.len() <= number {
            groups.resize_with(number + 1, || None);
        }
        Ok(groups[number].insert(group).as_mut())
    }

    fn read_group(&self, number: usize) -> io::Result<Group> {
        let mut bytes = [0; BLOCK_BYTES];
        self.file.read_exact_at(&mut bytes, group_place(number))?;
        let mut sums = [0; GROUP_BLOCKS];
        for (sum, bytes) in sums.iter_mut().zip(bytes.as_chunks().0) {
            *sum = u32::from_le_bytes(*bytes);
        }
        Ok(Group {
            sums,
            is_changed: false,
        })
    }

    /// Writes the checksums that differ from those in the file.
    fn write_groups(&self) -> io::Result<()> {
        let mut groups = self.groups.write();
        for (number, group) in (0..).zip(groups.iter_mut()) {
            if let Some(group) = group
                && group.is_changed
            {
                let mut bytes = group.sums.map(u32::to_le_bytes);
                if number == 0 {
                    bytes[0] = MAGIC;
                }
                let bytes = bytes.as_flattened();
                self.file.write_all_at(bytes, group_place(number))?;
                group.is_changed = false;
            }
        }
        Ok(())
    }

    fn read_header(&self, header: &mut [u8]) -> io::Result<()> {
        let mut sector = [0; SECTOR_BYTES];
        self.file.read_exact_at(&mut sector, block_place(0))?;
        let (bytes, sum) = sector.split_at(SECTOR_BYTES - SUM_BYTES);
        header.copy_from_slice(&bytes[..header.len()]);
        match checksum(0, bytes).to_le_bytes() == *sum {
            true => Ok(()),
            false => Err(damaged(0)),
        }
    }

    fn write_header(&self, header: &[u8]) -> io::Result<()> {
        let mut sector = [0; SECTOR_BYTES];
        let (bytes, sum) = sector.split_at_mut(SECTOR_BYTES - SUM_BYTES);
        bytes[..header.len()].copy_from_slice(header);
        sum.copy_from_slice(&checksum(0, bytes).to_le_bytes());
        self.file.write_all_at(&sector, block_place(0))
    }
}

impl StorageBackend for Pages {
    fn len(&self) -> io::Result<u64> {
        let there = self.file.metadata()?.len() / BLOCK_BYTES as u64;
        let with_sums = GROUP_BLOCKS as u64 + 1;
        let in_last = (there % with_sums).saturating_sub(1);
        Ok((there / with_sums * GROUP_BLOCKS as u64 + in_last) * BLOCK_BYTES as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        if is_header(offset, out.len()) {
            return self.read_header(out);
        }
        let mut rest = out;
        for run in runs(offset, rest.len())? {
            let bytes = BLOCK_BYTES * (run.end - run.start) as usize;
            let (now, later) = rest.split_at_mut(bytes);
            self.file.read_exact_at(now, block_place(run.start))?;
            for (number, block) in run.zip(now.chunks_exact(BLOCK_BYTES)) {
                if self.sum_of(number)? != checksum(number, block) {
                    return Err(damaged(number));
                }
            }
            rest = later;
        }
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let blocks = len.div_ceil(BLOCK_BYTES as u64);
        let end = blocks
            .checked_sub(1)
            .map_or(0, |last| block_place(last) + BLOCK_BYTES as u64);
        let (groups, _) = group_of(blocks.next_multiple_of(GROUP_BLOCKS as u64));
        self.groups.write().truncate(groups);
        self.file.set_len(end)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.write_groups()?;
        self.file.sync_data()
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        if is_header(offset, data.len()) {
            self.write_groups()?;
            return self.write_header(data);
        }
        let mut rest = data;
        for run in runs(offset, rest.len())? {
            let bytes = BLOCK_BYTES * (run.end - run.start) as usize;
            let (now, later) = rest.split_at(bytes);
            self.file.write_all_at(now, block_place(run.start))?;
            self.set_sums(run.start, now)?;
            rest = later;
        }
        Ok(())
    }

    fn close(&self) -> io::Result<()> {
        self.file.unlock()
    }
}

/// Computes the checksum of a block. It includes the number, so that a block in the place of
/// another is found.
fn checksum(number: u64, block: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&number.to_le_bytes());
    hasher.update(block);
    hasher.finalize()
}

fn damaged(block: u64) -> io::Error {
    let reason = format!("block {block} is not what was written there");
    io::Error::new(io::ErrorKind::InvalidData, reason)
}

/// Returns whether a span is redb's header: less than a sector, at the beginning. All else is whole
/// blocks.
fn is_header(offset: u64, bytes: usize) -> bool {
    offset == 0 && bytes <= SECTOR_BYTES - SUM_BYTES
}

/// Splits a span of bytes into blocks that lie one after the other in the file.
fn runs(offset: u64, bytes: usize) -> io::Result<impl Iterator<Item = Range<u64>>> {
    let (block, group) = (BLOCK_BYTES as u64, GROUP_BLOCKS as u64);
    if !offset.is_multiple_of(block) || !bytes.is_multiple_of(BLOCK_BYTES) {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    let (mut at, end) = (offset / block, (offset + bytes as u64) / block);
    Ok(std::iter::from_fn(move || {
        let run = at..end.min((at / group + 1) * group);
        at = run.end;
        (!run.is_empty()).then_some(run)
    }))
}

/// Returns the group of a block and the index within it.
fn group_of(block: u64) -> (usize, usize) {
    let block = block as usize;
    (block / GROUP_BLOCKS, block % GROUP_BLOCKS)
}

/// Returns the offset of the checksums of a group in the file.
fn group_place(group: usize) -> u64 {
    (group * (GROUP_BLOCKS + 1) * BLOCK_BYTES) as u64
}

/// Returns the offset of a block in the file.
fn block_place(block: u64) -> u64 {
    let (group, index) = group_of(block);
    group_place(group) + ((index + 1) * BLOCK_BYTES) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: [u8; 320] = [7; 320];

    fn pages() -> (tempfile::NamedTempFile, Pages) {
        let file = tempfile::NamedTempFile::new().unwrap();
        let pages = Pages::over(file.reopen().unwrap()).unwrap();
        (file, pages)
    }

    fn block(fill: u8) -> Vec<u8> {
        vec![fill; BLOCK_BYTES]
    }

    /// Writes blocks around the end of the first group, and a header.
    fn written() -> (tempfile::NamedTempFile, u64) {
        let (file, pages) = pages();
        let last = GROUP_BLOCKS as u64 + 3;
        pages.set_len((last + 1) * BLOCK_BYTES as u64).unwrap();
        for number in [1, 2, last] {
            let offset = number * BLOCK_BYTES as u64;
            pages.write(offset, &block(number as u8)).unwrap();
        }
        // One page of redb across the border of two groups.
        let across = (GROUP_BLOCKS as u64 - 1) * BLOCK_BYTES as u64;
        pages
            .write(across, &[block(11), block(12)].concat())
            .unwrap();
        pages.write(0, &HEADER).unwrap();
        pages.sync_data().unwrap();
        (file, last)
    }

    fn reopened(file: &tempfile::NamedTempFile) -> Result<Pages, Refused> {
        Pages::over(file.reopen().unwrap())
    }

    fn read(pages: &Pages, number: u64, blocks: usize) -> io::Result<Vec<u8>> {
        let mut out = vec![0; blocks * BLOCK_BYTES];
        pages.read(number * BLOCK_BYTES as u64, &mut out)?;
        Ok(out)
    }

    #[test]
    fn what_was_written_is_read() {
        let (file, last) = written();
        let pages = reopened(&file).unwrap();
        assert_eq!(pages.len().unwrap(), (last + 1) * BLOCK_BYTES as u64);
        for number in [1, 2, last] {
            assert_eq!(read(&pages, number, 1).unwrap(), block(number as u8));
        }
        let across = read(&pages, GROUP_BLOCKS as u64 - 1, 2).unwrap();
        assert_eq!(across, [block(11), block(12)].concat());
        let mut header = [0; 320];
        pages.read(0, &mut header).unwrap();
        assert_eq!(header, HEADER);
    }

    #[test]
    fn flipped_byte_is_found_wherever_it_is() {
        let (file, last) = written();
        let whole = std::fs::read(file.path()).unwrap();
        for number in [1, 2, last] {
            let (group, index) = group_of(number);
            let data = block_place(number) as usize;
            let sum = group_place(group) as usize + index * SUM_BYTES;
            for at in [data, data + 1_777, data + BLOCK_BYTES - 1, sum, sum + 3] {
                let mut bad = whole.clone();
                bad[at] ^= 0x10;
                std::fs::write(file.path(), bad).unwrap();
                let pages = reopened(&file).unwrap();
                let refused = read(&pages, number, 1).unwrap_err();
                assert_eq!(refused.kind(), io::ErrorKind::InvalidData, "byte {at}");
            }
        }
        for at in [0, 200, 319, SECTOR_BYTES - 1] {
            let mut bad = whole.clone();
            bad[block_place(0) as usize + at] ^= 0x10;
            std::fs::write(file.path(), bad).unwrap();
            let pages = reopened(&file).unwrap();
            assert!(pages.read(0, &mut [0; 320]).is_err(), "byte {at}");
        }
    }

    #[test]
    fn block_in_the_place_of_another_is_found_with_its_checksum_too() {
        let (file, _) = written();
        let mut bytes = std::fs::read(file.path()).unwrap();
        let (one, other) = (block_place(1) as usize, block_place(2) as usize);
        bytes.copy_within(one..one + BLOCK_BYTES, other);
        bytes.copy_within(SUM_BYTES..2 * SUM_BYTES, 2 * SUM_BYTES);
        std::fs::write(file.path(), bytes).unwrap();
        let pages = reopened(&file).unwrap();
        assert_eq!(read(&pages, 1, 1).unwrap(), block(1));
        assert!(read(&pages, 2, 1).is_err());
    }

    #[test]
    fn file_of_another_layout_or_in_use_is_refused() {
        let (file, pages) = pages();
        assert!(matches!(reopened(&file), Err(Refused::InUse)));
        pages.close().unwrap();
        assert!(reopened(&file).is_ok());
        std::fs::write(file.path(), b"redb and so on").unwrap();
        assert!(matches!(reopened(&file), Err(Refused::OtherLayout)));
        std::fs::write(file.path(), b"r").unwrap();
        assert!(matches!(reopened(&file), Err(Refused::OtherLayout)));
    }

    #[test]
    fn shorter_file_forgets_what_it_had() {
        let (file, _) = written();
        let pages = reopened(&file).unwrap();
        pages.set_len(2 * BLOCK_BYTES as u64).unwrap();
        assert_eq!(pages.len().unwrap(), 2 * BLOCK_BYTES as u64);
        assert_eq!(read(&pages, 1, 1).unwrap(), block(1));
        assert!(read(&pages, GROUP_BLOCKS as u64 + 3, 1).is_err());
        pages.set_len(0).unwrap();
        assert_eq!(pages.len().unwrap(), 0);
    }
}
