//! What a power cut may leave of files: everything that was synced, and any part of the rest.
//!
//! For each 4 KiB sector that was written after the last sync of its file, the disk has the synced
//! content, the content after any later write, or a torn mix of two consecutive versions. The size
//! of the file is any size since then. Names are journaled: the name changes after the last sync of
//! a directory are applied up to some call, and no further. A sync of a file covers its content and
//! not its name, which is less than most file systems promise.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::super::chance::Chance;
use super::trace::{Call, Deed};

const SECTOR: usize = 4_096;
/// A drive writes this many bytes completely or not at all.
const ATOM: usize = 512;

/// How much a cut leaves of unsynced pages, chosen once per image: some cuts leave almost
/// everything, some almost nothing, others a mix.
#[derive(Clone, Copy)]
struct Luck {
    /// Percentage of sectors that have their last write.
    kept: u64,
    /// Percentage of the others that are torn.
    torn: u64,
}

type Inode = usize;

/// Files, as the list of changes up to a cut.
pub struct Disk<'a> {
    /// Content changes by inode.
    changes: Vec<Vec<Change<'a>>>,
    /// Name changes, in order.
    names: Vec<Naming>,
    /// Number of name changes that are durable.
    names_synced: usize,
}

struct Change<'a> {
    kind: Kind<'a>,
    synced: bool,
    ended: usize,
}

enum Kind<'a> {
    Write { offset: u64, bytes: &'a [u8] },
    Truncate { len: u64 },
}

enum Naming {
    File(PathBuf, Inode),
    Directory(PathBuf),
    Rename(PathBuf, PathBuf),
    Remove(PathBuf),
}

impl<'a> Disk<'a> {
    /// Replays the calls that had begun by line `cut`. Data syncs of the file `unsynced`, if given,
    /// do nothing.
    pub fn at(calls: &'a [Call], cut: usize, unsynced: Option<&Path>) -> Self {
        let mut disk = Self {
            changes: Vec::new(),
            names: Vec::new(),
            names_synced: 0,
        };
        let mut inodes: BTreeMap<PathBuf, Inode> = BTreeMap::new();
        // When each name change ended, which decides what a sync covers.
        let mut named: Vec<usize> = Vec::new();
        for call in calls.iter().take_while(|call| call.during.start <= cut) {
            let ended = call.during.end;
            let mut name = |disk: &mut Self, naming| {
                disk.names.push(naming);
                named.push(ended);
            };
            match &call.deed {
                Deed::Open { path, truncated } => {
                    let inode = match inodes.get(path) {
                        Some(inode) => *inode,
                        None => {
                            disk.changes.push(Vec::new());
                            let inode = disk.changes.len() - 1;
                            inodes.insert(path.clone(), inode);
                            name(&mut disk, Naming::File(path.clone(), inode));
                            inode
                        }
                    };
                    if *truncated {
                        disk.change(inode, Kind::Truncate { len: 0 }, ended);
                    }
                }
                Deed::Write {
                    path,
                    offset,
                    bytes,
                } => {
                    let offset = *offset;
                    disk.change(inodes[path], Kind::Write { offset, bytes }, ended);
                }
                Deed::Truncate { path, len } => {
                    disk.change(inodes[path], Kind::Truncate { len: *len }, ended);
                }
                Deed::MakeDirectory { path } => {
                    name(&mut disk, Naming::Directory(path.clone()));
                }
                Deed::Rename { from, to } => {
                    renamed(&mut inodes, from, to);
                    name(&mut disk, Naming::Rename(from.clone(), to.clone()));
                }
                Deed::Remove { path } => {
                    inodes.remove(path);
                    name(&mut disk, Naming::Remove(path.clone()));
                }
                Deed::Sync { path, only_data } => {
                    if ended > cut || (*only_data && unsynced == Some(path)) {
                        continue;
                    }
                    let before = call.during.start;
                    match inodes.get(path) {
                        Some(inode) => {
                            let changes = disk.changes[*inode].iter_mut();
                            changes
                                .filter(|change| change.ended <= before)
                                .for_each(|change| change.synced = true);
                        }
                        // A directory.
                        None => {
                            let covered = named.iter().take_while(|ended| **ended <= before);
                            disk.names_synced = disk.names_synced.max(covered.count());
                        }
                    }
                }
            }
        }
        disk
    }

    fn change(&mut self, inode: Inode, kind: Kind<'a>, ended: usize) {
        self.changes[inode].push(Change {
            kind,
            synced: false,
            ended,
        });
    }

    /// Creates the files that one power cut leaves; `image` stands for `root` of the record.
    pub fn materialize(&self, root: &Path, image: &Path, chance: &mut Chance) {
        let luck = Luck {
            kept: *chance.one_of(&[0, 10, 50, 90, 100]).unwrap(),
            torn: *chance.one_of(&[0, 30]).unwrap(),
        };
        let unsure = (self.names.len() - self.names_synced) as u64;
        let named = self.names_synced + chance.below(unsure + 1) as usize;
        let mut files: BTreeMap<PathBuf, Inode> = BTreeMap::new();
        let place = |path: &Path| image.join(path.strip_prefix(root).unwrap());
        for naming in &self.names[..named] {
            match naming {
                Naming::File(path, inode) => {
                    files.insert(path.clone(), *inode);
                }
                Naming::Directory(path) => fs::create_dir(place(path)).unwrap(),
                Naming::Rename(from, to) => {
                    renamed(&mut files, from, to);
                    if place(from).exists() {
                        fs::rename(place(from), place(to)).unwrap();
                    }
                }
                Naming::Remove(path) => {
                    files.remove(path);
                }
            }
        }
        for (path, inode) in files {
            fs::write(place(&path), self.content(inode, luck, chance)).unwrap();
        }
    }

    /// Returns the content of a file on the disk.
    fn content(&self, inode: Inode, luck: Luck, chance: &mut Chance) -> Vec<u8> {
        let changes = &self.changes[inode];
        let mut synced = Vec::new();
        for change in changes.iter().filter(|change| change.synced) {
            apply(&mut synced, &change.kind);
        }
        let mut sizes = vec![synced.len()];
        // The versions of each unsynced sector, oldest first.
        let mut versions: BTreeMap<usize, Vec<Vec<u8>>> = BTreeMap::new();
        let mut latest = synced.clone();
        for change in changes.iter().filter(|change| !change.synced) {
            apply(&mut latest, &change.kind);
            sizes.push(latest.len());
            let touched = match &change.kind {
                Kind::Write { offset, bytes } => {
                    let start = *offset as usize;
                    start / SECTOR..(start + bytes.len()).div_ceil(SECTOR)
                }
                Kind::Truncate { .. } => 0..0,
            };
            for number in touched {
                let sector = versions
                    .entry(number)
                    .or_insert_with(|| vec![sector(&synced, number)]);
                sector.push(self::sector(&latest, number));
            }
        }
        let mut found = synced;
        let size = *chance.one_of(&sizes).unwrap();
        let size = if chance.percent(luck.kept) {
            latest.len()
        } else {
            size
        };
        found.resize(size, 0);
        for (number, versions) in versions {
            let start = number * SECTOR;
            if start >= size {
                continue;
            }
            let kept = choose(&versions, luck, chance);
            let end = size.min(start + SECTOR);
            found[start..end].copy_from_slice(&kept[..end - start]);
        }
        found
    }
}

/// Renames the path, or paths below it.
fn renamed(inodes: &mut BTreeMap<PathBuf, Inode>, from: &Path, to: &Path) {
    let paths: Vec<_> = inodes.keys().cloned().collect();
    for path in paths {
        let Ok(below) = path.strip_prefix(from) else {
            continue;
        };
        let inode = inodes.remove(&path).unwrap();
        let path = match below.as_os_str().is_empty() {
            true => to.to_owned(),
            false => to.join(below),
        };
        inodes.insert(path, inode);
    }
}

/// Chooses the content of a sector among its versions.
fn choose(versions: &[Vec<u8>], luck: Luck, chance: &mut Chance) -> Vec<u8> {
    let last = versions.len() - 1;
    if chance.percent(luck.kept) {
        return versions[last].clone();
    }
    if last > 0 && chance.percent(luck.torn) {
        let newer = 1 + chance.below(last as u64) as usize;
        let cut = ATOM * (1 + chance.below((SECTOR / ATOM - 1) as u64) as usize);
        let mut torn = versions[newer].clone();
        torn[cut..].copy_from_slice(&versions[newer - 1][cut..]);
        return torn;
    }
    versions[chance.below(versions.len() as u64) as usize].clone()
}

fn apply(content: &mut Vec<u8>, kind: &Kind<'_>) {
    match kind {
        Kind::Write { offset, bytes } => {
            let (start, end) = (*offset as usize, *offset as usize + bytes.len());
            if content.len() < end {
                content.resize(end, 0);
            }
            content[start..end].copy_from_slice(bytes);
        }
        Kind::Truncate { len } => content.resize(*len as usize, 0),
    }
}

fn sector(content: &[u8], number: usize) -> Vec<u8> {
    let start = content.len().min(number * SECTOR);
    let end = content.len().min(start + SECTOR);
    let mut sector = content[start..end].to_vec();
    sector.resize(SECTOR, 0);
    sector
}
